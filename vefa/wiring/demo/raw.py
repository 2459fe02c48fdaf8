"""The bytes in which an invented message would have arrived, so that it can be read again like a real one."""

import base64
from typing import Any

import msgspec

from vefa.wiring.demo.story import Said


def raw_of(said: Said) -> bytes:
    """The message as its channel carries it."""
    channel = said.voice.endpoint.channel
    if channel == "telegram":
        return _json(_update(said))
    if channel == "email":
        return _mail(said)
    return _json(_form(said))


def _update(said: Said) -> dict[str, Any]:
    resident = said.voice.resident
    chat_id = int(resident.value("telegram")) if resident else said.id
    person = {"id": chat_id, "is_bot": False, "first_name": resident.name or "—" if resident else "—"}
    message = {
        "message_id": said.id,
        "from": person | {"language_code": said.voice.language},
        "chat": {"id": chat_id, "type": "private", "first_name": person["first_name"]},
        "date": int(said.at.timestamp()),
        "text": said.text,
    }
    return {"update_id": said.id, "message": message}


def _mail(said: Said) -> bytes:
    resident = said.voice.resident
    address = resident.value("email") if resident else "nobody@posta.example"
    subject = base64.b64encode(said.subject.encode()).decode()
    head = [
        f"From: {address}",
        "To: iletisim@pinarova.example",
        f"Date: {said.at:%a, %d %b %Y %H:%M:%S} +0000",
        f"Message-ID: <{said.id}@posta.example>",
        f"Subject: =?utf-8?b?{subject}?=",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return "\r\n".join([*head, "", said.text, ""]).encode()


def _form(said: Said) -> dict[str, Any]:
    voice = said.voice
    resident, space = voice.resident, voice.space
    lat, lon = said.point or (None, None)
    return {
        "text": said.text,
        "name": resident.name if resident else "",
        "phone": resident.value("phone") if resident and space == "phone" else "",
        "email": resident.value("email") if resident and space == "email" else "",
        "language": voice.language,
        "place_text": said.spot.name(voice.language) if said.spot else "",
        "lat": lat,
        "lon": lon,
        "service": said.service.code if said.service and said.sure else "",
        "said_at": said.at.isoformat(),
    }


def _json(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value)
