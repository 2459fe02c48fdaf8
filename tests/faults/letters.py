"""What residents send over Telegram and the portal, to be repeated word for word."""

import hashlib
import random
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

HOOK = "/hooks/telegram/bot"
FORM = "/report/send"
CHAT = "/chat"
SECRET = "a-word-that-only-the-provider-knows"
MATTERS = (
    "Sokağımızda büyük bir çukur var", "На улице не горит фонарь", "چراغ خیابان خاموش است",
    "Көшеде шұңқыр бар", "There is a water leak in our street", "Çöpler üç gündür alınmadı",
)  # fmt: skip
WORDS_AFTER = ("Hâlâ öyle", "Вот ещё", "Look", "همین")  # belong to the matter before them
# What no handling survives (see `Machine.furnish`): a row that the database refuses, and one that is too
# much for it; drivers report the second like a database that is away.
POISONS = ("poison-row", "poison-limit")
PHOTO_SIDE = 48  # pixels


def _nothing(_answer: httpx.Response) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Letter:
    """One request. `facts` are what the ledger says about it, `told` reads what a receipt tells."""

    external_id: str
    path: str
    success: int
    request: dict[str, Any] = field(repr=False)
    facts: dict[str, Any] = field(default_factory=dict)
    method: str = "POST"
    told: Callable[[httpx.Response], dict[str, str]] = field(default=_nothing, repr=False)

    def receipt(self, answer: httpx.Response) -> dict[str, str] | None:
        """What the receipt tells, None where it is none."""
        return self.told(answer) if answer.status_code == self.success else None


def said(way: str, text: str, *, chat: object, who: object) -> dict[str, Any]:
    """What the ledger says of words; `who` as their provider calls them, `way` is the channel."""
    return {"way": way, "chat": chat, "who": str(who), "text": text}


def update(number: int, chat: int, text: str) -> dict[str, Any]:
    """What a bot is told; `number` is its id and orders the chat."""
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "is_bot": False, "first_name": f"Sakin {chat}"},
            "text": text,
        },
    }


def message(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """An update that is pushed."""
    request = {
        "json": update(number, chat, text),
        "headers": {"X-Telegram-Bot-Api-Secret-Token": SECRET},
    }
    known = {**said("telegram", text, chat=chat, who=chat), **facts}
    return Letter(str(number), HOOK, 200, request, known)


def report(name: str, *, text: str, photographed: bool = False) -> Letter:
    """A web form with its one-time token, sent again with the same one as a browser does."""
    token = f"{name}-{random.getrandbits(64):016x}"
    data = {"text": f"{text} {token}", "place": "Çarşı", "token": token}
    request: dict[str, Any] = {"data": data, "headers": {"accept": "application/json"}}
    facts = {"way": "portal", "text": data["text"]}
    if photographed:
        photo = _photo()
        request["files"] = {"photos": ("foto.png", photo, "image/png")}
        facts["photo"] = hashlib.sha256(photo).hexdigest()
    return Letter(f"form:{token}", FORM, 201, request, facts, told=_on_the_form)


def line(name: str, text: str, *, address: str, **facts: Any) -> Letter:
    """A line of the chat on the portal; the first one, at CHAT, is told where the conversation goes on."""
    token = f"{name}-{random.getrandbits(64):016x}"
    request = {"data": {"text": text, "token": token}}
    told = _in_the_chat if address == CHAT else _nothing
    return Letter(f"form:{token}", address, 302, request, {"way": "chat", "text": text, **facts}, told=told)


def _on_the_form(answer: httpx.Response) -> dict[str, str]:
    return {"reference": answer.json()["reference"]}


def _in_the_chat(answer: httpx.Response) -> dict[str, str]:
    address = answer.headers["location"].partition("#")[0]
    return {"reference": address.split("/")[2], "address": address}


def _photo() -> bytes:
    """A PNG of noise: no two are alike."""
    line = 3 * PHOTO_SIDE
    rows = b"".join(b"\0" + random.randbytes(line) for _ in range(PHOTO_SIDE))
    head = struct.pack(">IIBBBBB", PHOTO_SIDE, PHOTO_SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
