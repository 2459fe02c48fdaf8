"""What the providers of six channels push, signed as they sign it, without end."""

import base64
import hashlib
import hmac
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from benchmarks.bench_door import WORDS, updates
from benchmarks.house import SECRET, House
from benchmarks.load import Request, request

PERSONS = 50_000
PAGE, INSTAGRAM, NUMBER, X_ACCOUNT = "104", "178", "555", "777"
# How each account is added; the key is the channel's name.
ACCOUNTS: Mapping[str, tuple[str, ...]] = {
    "whatsapp": ("--phone-number-id", NUMBER, "--waba-id", "9", "--token", "t", "--secret", SECRET),
    "messenger": ("--page-id", PAGE, "--token", "t", "--secret", SECRET),
    "instagram": ("--instagram-id", INSTAGRAM, "--page-id", PAGE, "--token", "t", "--secret", SECRET),
    "x": ("--api-key", "k", "--api-secret", SECRET, "--account-id", X_ACCOUNT),
    "sms": ("--gateway", "kannel", "--sender", "3131", "--secret", SECRET, "--url", "http://127.0.0.1:9/"),
}  # fmt: skip
_numbers = itertools.count(1)


def add_accounts(running: House, *, api_base: str = "http://127.0.0.1:9") -> None:
    """An account of every channel but Telegram, whose provider is at `api_base`."""
    for channel, facts in ACCOUNTS.items():
        base = () if channel == "sms" else ("--api-base", api_base)
        add_account(running, channel, channel, *facts, *base)


def add_account(running: House, channel: str, key: str, *facts: str) -> None:
    """One account."""
    command = [sys.executable, "-m", "vefa.wiring.cli.main", "endpoint", "add", channel, "--key", key]
    subprocess.run([*command, *facts, "--home", str(running.home)], check=True, capture_output=True)


def mixed() -> Iterator[Request]:
    """One thing of each channel in turn, Telegram among them."""
    ways = [updates(), *map(only, CHANNELS)]
    for way in itertools.cycle(ways):
        yield next(way)


def only(channel: str) -> Iterator[Request]:
    """Things of one of CHANNELS alone."""
    return _without_end(CHANNELS[channel])


def _without_end(make: Callable[[int, int], Request]) -> Iterator[Request]:
    for number in _numbers:
        yield make(number, number % PERSONS)


def whatsapp(number: int, person: int, *, key: str = "whatsapp", account: str = NUMBER) -> Request:
    """A text on WhatsApp."""
    said = {
        "from": f"90532{person:07}", "id": f"wamid.{key}.{number}", "timestamp": str(int(time.time())),
        "type": "text", "text": {"body": f"{WORDS} {number}"},
    }  # fmt: skip
    contact = {"profile": {"name": "Ali"}, "wa_id": said["from"]}
    value = {
        "messaging_product": "whatsapp", "metadata": {"phone_number_id": account},
        "contacts": [contact], "messages": [said],
    }  # fmt: skip
    change = {"value": value, "field": "messages"}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": [change]}]}
    return _by_hub("whatsapp", key, body)


def _messenger(number: int, person: int) -> Request:
    return _by_hub("messenger", "messenger", {"object": "page", "entry": [_talk(PAGE, number, person)]})


def _instagram(number: int, person: int) -> Request:
    body = {"object": "instagram", "entry": [_talk(INSTAGRAM, number, person)]}
    return _by_hub("instagram", "instagram", body)


def _talk(account: str, number: int, person: int) -> dict[str, Any]:
    said = {"mid": f"m_{account}_{number}", "text": f"{WORDS} {number}"}
    moment = int(time.time() * 1000)
    event = {
        "sender": {"id": str(2_000_000 + person)}, "recipient": {"id": account},
        "timestamp": moment, "message": said,
    }  # fmt: skip
    return {"id": account, "time": moment, "messaging": [event]}


def _by_hub(channel: str, key: str, body: dict[str, Any]) -> Request:
    raw = json.dumps(body).encode()
    proof = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={proof}"}
    return request("POST", f"/hooks/{channel}/{key}", headers=headers, body=raw)


def _x(number: int, person: int) -> Request:
    author = {"id": str(3_000_000 + person), "name": "Ali", "username": f"ali{person}", "protected": False}
    post = {
        "id": str(10**18 + number), "text": f"{WORDS} {number}", "author_id": author["id"],
        "conversation_id": str(10**18 + number), "lang": "tr", "created_at": "2026-11-21T08:15:00.000Z",
    }  # fmt: skip
    data = {
        "event_uuid": str(number), "filter": {"user_id": X_ACCOUNT}, "event_type": "post.mention.create",
        "tag": "vefa", "payload": post, "includes": {"users": [author]},
    }  # fmt: skip
    raw = json.dumps({"data": data}).encode()
    proof = base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
    headers = {"Content-Type": "application/json", "X-Twitter-Webhooks-Signature": f"sha256={proof}"}
    return request("POST", "/hooks/x/x", headers=headers, body=raw)


def _sms(number: int, person: int) -> Request:
    facts = {
        "secret": SECRET, "from": f"+90533{person:07}", "to": "3131", "text": f"{WORDS} {number}",
        "id": f"sms-{number}", "time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
    }  # fmt: skip
    return request("GET", f"/hooks/sms/sms?{urlencode(facts)}", headers={})


# Those beside Telegram.
CHANNELS: Mapping[str, Callable[[int, int], Request]] = {
    "whatsapp": whatsapp, "messenger": _messenger, "instagram": _instagram, "x": _x, "sms": _sms,
}  # fmt: skip
