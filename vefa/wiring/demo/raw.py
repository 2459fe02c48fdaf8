"""The bytes in which an invented message would have arrived, so that it can be read again like a real one."""

import base64
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from vefa.wiring.demo.networks import chat_of, comment_of, post_of, thread_of, value_of
from vefa.wiring.demo.sayings import sayings
from vefa.wiring.demo.story import Said

Json = dict[str, Any]
_PAGE = "1001"  # the city's accounts at Meta and at X
_CITY = "3001"


def raw_of(said: Said) -> bytes:
    """The message as its channel carries it."""
    channel = said.voice.endpoint.channel
    if channel == "email":
        return _mail(said)
    return msgspec.json.encode(_SHAPES.get(channel, _form)(said))


def around(said: Said) -> Json:
    """What is kept beside the words: who reads along, and the post they stand under."""
    channel = said.voice.endpoint.channel
    if channel == "telegram_group":
        return {"group": True}
    if channel == "x":
        return {"public": True}
    number = post_of(channel, _key(said))
    if not number:
        return {}
    texts = [text for told in sayings().others["post"].values() for text in told]
    url = f"https://www.facebook.com/{number}" if channel == "messenger" else ""
    post = {
        "id": number,
        "text": texts[int(number) % len(texts)],
        "url": url,
        "author": "Pınarova Belediyesi",
    }
    return {"public": True, "post": post}


def _key(said: Said) -> int:
    return said.voice.resident.id if said.voice.resident else 0


def _called(said: Said) -> str:
    return (said.voice.resident.name if said.voice.resident else "") or "—"


def _update(said: Said) -> Json:
    """Telegram, in private or in a group."""
    number = int(value_of("telegram", _key(said)))
    name = _called(said)
    chat: Json = {"id": number, "type": "private", "first_name": name}
    if said.voice.endpoint.channel == "telegram_group":
        chat = {"id": int(chat_of(said.voice.endpoint)), "type": "supergroup", "title": "Gölkıyı"}
    person = {"id": number, "is_bot": False, "first_name": name, "language_code": said.voice.language}
    message = {
        "message_id": said.id, "from": person, "chat": chat, "date": int(said.at.timestamp()),
        "text": said.text,
    }  # fmt: skip
    return {"update_id": said.id, "message": message}


def _whatsapp(said: Said) -> Json:
    """One message in the frame of its push."""
    number = value_of("whatsapp", _key(said))
    message = {
        "from": number, "id": str(said.id), "timestamp": str(int(said.at.timestamp())), "type": "text",
        "text": {"body": said.text},
    }  # fmt: skip
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "902325550137", "phone_number_id": _PAGE},
        "contacts": [{"profile": {"name": _called(said)}, "wa_id": number}],
        "messages": [message],
    }
    entry = {"id": _PAGE, "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def _meta(said: Said) -> Json:
    """A private message of Messenger, or a comment there or on Instagram."""
    instagram = said.voice.endpoint.channel == "instagram"
    key, at = _key(said), int(said.at.timestamp())
    person = value_of(said.voice.space, key)
    frame: Json = {"object": "instagram" if instagram else "page", "account": _PAGE, "time": at * 1000}
    if post := post_of(said.voice.endpoint.channel, key):
        field, value = "comments" if instagram else "feed", _comment(said, person, post)
        return frame | {"part": "changes", "event": {"field": field, "value": value}}
    talk = {"sender": {"id": person}, "recipient": {"id": _PAGE}, "timestamp": at * 1000}
    return frame | {
        "part": "messaging",
        "event": talk | {"message": {"mid": str(said.id), "text": said.text}},
    }


def _comment(said: Said, person: str, post: str) -> Json:
    under = comment_of(_key(said))
    if said.voice.endpoint.channel == "instagram":
        return {
            "id": str(said.id), "parent_id": under, "from": {"id": person, "username": _called(said)},
            "text": said.text, "media": {"id": post, "media_product_type": "FEED"},
        }  # fmt: skip
    return {
        "item": "comment", "verb": "add", "comment_id": str(said.id), "parent_id": under, "post_id": post,
        "from": {"id": person, "name": _called(said)}, "message": said.text,
        "created_time": int(said.at.timestamp()),
    }  # fmt: skip


def _viber(said: Said) -> Json:
    person = {
        "id": value_of("viber", _key(said)), "name": _called(said), "language": said.voice.language,
    }  # fmt: skip
    return {
        "event": "message", "timestamp": int(said.at.timestamp() * 1000), "message_token": said.id,
        "sender": person, "message": {"type": "text", "text": said.text},
    }  # fmt: skip


def _x(said: Said) -> Json:
    """Somebody mentions the city in public."""
    number = value_of("x", _key(said))
    payload = {
        "id": str(said.id), "text": said.text, "author_id": number, "lang": said.voice.language,
        "conversation_id": thread_of(said.voice.endpoint, _key(said)),
        "created_at": f"{said.at:%Y-%m-%dT%H:%M:%S}.000Z",
    }  # fmt: skip
    people = [{"id": number, "name": _called(said), "username": f"resident{_key(said)}"}]
    data = {
        "filter": {"user_id": _CITY}, "event_type": "post.mention.create", "payload": payload,
        "includes": {"users": people},
    }  # fmt: skip
    return {"data": data}


def _knock(said: Said) -> Json:
    """Kannel tells of an SMS."""
    sent = {"from": value_of("phone", _key(said)), "text": said.text, "id": said.id}
    return {"query": urlencode(sent | {"at": int(said.at.timestamp())})}


def _chat(said: Said) -> Json:
    talk = value_of("chat", _key(said))
    return {
        "talk": talk, "text": said.text, "language": said.voice.language, "said_at": said.at.isoformat(),
    }  # fmt: skip


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


def _form(said: Said) -> Json:
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


_SHAPES: Mapping[str, Callable[[Said], Json]] = {
    "telegram": _update, "telegram_group": _update, "whatsapp": _whatsapp, "messenger": _meta,
    "instagram": _meta, "viber": _viber, "x": _x, "sms": _knock, "chat": _chat,
}  # fmt: skip
