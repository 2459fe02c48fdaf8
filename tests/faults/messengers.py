"""What residents write over WhatsApp, Messenger, Instagram, Viber, X and SMS, proved as each does it."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

from tests.faults.letters import SECRET, Letter, said
from tests.providers.whatsapp_cloud import NUMBER as NUMBER_ID

PAGE, INSTAGRAM = "1001", "1784"
X_ACCOUNT = "1111111111111111111"


def whatsapp(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """A text on WhatsApp."""
    person, said_at = f"90532{chat:07}", str(int(time.time()))
    message = {
        "from": person,
        "id": f"wamid.{number}",
        "timestamp": said_at,
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "902329992822", "phone_number_id": NUMBER_ID},
        "contacts": [{"profile": {"name": f"Sakin {chat}"}, "wa_id": person}],
        "messages": [message],
    }
    entry = {"id": "9", "changes": [{"field": "messages", "value": value}]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    known = {**said("whatsapp", text, chat=chat, who=person), **facts}
    return _of_meta("/hooks/whatsapp/wa", f"wamid.{number}", body, known)


def messenger(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """A message to the city's page."""
    person = str(5_000_000 + chat)
    known = {**said("messenger", text, chat=chat, who=person), **facts}
    body = _talk("page", PAGE, person, {"mid": f"m_{number}", "text": text})
    return _of_meta("/hooks/messenger/page", f"m_{number}", body, known)


def instagram(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """A message to the city's account on Instagram."""
    person = str(6_000_000 + chat)
    known = {**said("instagram", text, chat=chat, who=person), **facts}
    body = _talk("instagram", INSTAGRAM, person, {"mid": f"i_{number}", "text": text})
    return _of_meta("/hooks/instagram/insta", f"i_{number}", body, known)


def sms(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """An SMS, which Kannel hands over by GET."""
    person = f"+90533{chat:07}"
    told = {"secret": SECRET, "from": person, "to": "5454", "text": text, "id": str(number)}
    path = f"/hooks/sms/line?{urlencode(told | {'at': str(int(time.time()))})}"
    known = {**said("sms", text, chat=chat, who=person), **facts}
    return Letter(f"message:{number}", path, 200, {}, known, method="GET")


def viber(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """A message to the bot on Viber."""
    person = f"{chat:010}A="
    event = {
        "event": "message",
        "timestamp": int(time.time() * 1000),
        "message_token": number,
        "silent": False,
        "sender": {
            "id": person,
            "name": f"Sakin {chat}",
            "language": "tr",
            "country": "TR",
            "api_version": 8,
        },
        "message": {"type": "text", "text": text},
    }
    raw = json.dumps(event).encode()
    proof = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    request = {"content": raw, "headers": {"X-Viber-Content-Signature": proof}}
    known = {**said("viber", text, chat=chat, who=person), **facts}
    return Letter(str(number), "/hooks/viber/viber", 200, request, known)


def direct(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """A message in private on X."""
    person = str(3_000_000 + chat)
    event = {
        "type": "message_create",
        "id": str(number),
        "created_timestamp": str(int(time.time() * 1000)),
        "message_create": {
            "target": {"recipient_id": X_ACCOUNT},
            "sender_id": person,
            "message_data": {"text": text, "entities": {"urls": []}},
        },
    }
    users = {person: {"data": _person(person)}}
    payload = {"direct_message_events": [event], "users": users}
    known = {**said("x", text, chat=chat, who=person), **facts}
    return _of_x(number, "dm.received", payload, known)


def mention(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """A post that names the city; each is answered under itself."""
    person, first = str(4_000_000 + chat), str(number)
    post = {
        "id": first,
        "text": f"@PinarovaBld {text}",
        "author_id": person,
        "conversation_id": str(9_000_000 + chat),
        "lang": "tr",
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "edit_history_tweet_ids": [first],
    }
    known = {**said("x", text, chat=chat, who=first), **facts}
    return _of_x(number, "post.mention.create", post, known, includes={"users": [_person(person)]})


def _person(number: str) -> dict[str, Any]:
    return {"id": number, "name": f"Sakin {number}", "username": f"sakin{number}", "protected": False}


def _talk(kind: str, account: str, person: str, message: dict[str, Any]) -> dict[str, Any]:
    moment = int(time.time() * 1000)
    event = {
        "sender": {"id": person},
        "recipient": {"id": account},
        "timestamp": moment,
        "message": message,
    }
    return {"object": kind, "entry": [{"id": account, "time": moment, "messaging": [event]}]}


def _of_meta(path: str, external_id: str, body: dict[str, Any], facts: dict[str, Any]) -> Letter:
    raw = json.dumps(body).encode()
    proof = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={proof}"}
    return Letter(external_id, path, 200, {"content": raw, "headers": headers}, facts)


def _of_x(number: int, kind: str, payload: dict[str, Any], facts: dict[str, Any], **more: Any) -> Letter:
    data = {"event_uuid": f"e{number}", "filter": {"user_id": X_ACCOUNT}, "event_type": kind, "tag": "vefa"}
    raw = json.dumps({"data": {**data, "payload": payload, **more}}).encode()
    proof = base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
    headers = {"Content-Type": "application/json", "x-twitter-webhooks-signature": f"sha256={proof}"}
    return Letter(str(number), "/hooks/x/city", 200, {"content": raw, "headers": headers}, facts)
