"""What residents send: updates of a bot and web forms with photos, each to be repeated word for word."""

import hashlib
import random
import struct
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

import httpx

HOOK = "/hooks/telegram/bot"
FORM = "/report/send"
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


@dataclass(frozen=True)
class Letter:
    """One request. `facts` are what the ledger says about it."""

    external_id: str
    path: str
    success: int
    request: dict[str, Any] = field(repr=False)
    facts: dict[str, Any] = field(default_factory=dict)
    method: str = "POST"

    def receipt(self, answer: httpx.Response) -> dict[str, str] | None:
        """What the receipt tells, None where it is none."""
        if answer.status_code != self.success:
            return None
        return {"reference": answer.json()["reference"]} if self.path == FORM else {}


def message(number: int, chat: int, text: str, **facts: Any) -> Letter:
    """An update of the bot; `number` is its id and orders the chat."""
    update = {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "is_bot": False, "first_name": f"Sakin {chat}"},
            "text": text,
        },
    }
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    return Letter(str(number), HOOK, 200, {"json": update, "headers": headers}, {"chat": chat, **facts})


def report(name: str, *, text: str, photographed: bool = False) -> Letter:
    """A web form with its one-time token, sent again with the same one as a browser does."""
    token = f"{name}-{random.getrandbits(64):016x}"
    data = {"text": f"{text} {token}", "place": "Çarşı", "token": token}
    request: dict[str, Any] = {"data": data, "headers": {"accept": "application/json"}}
    facts = {}
    if photographed:
        photo = _photo()
        request["files"] = {"photos": ("foto.png", photo, "image/png")}
        facts["photo"] = hashlib.sha256(photo).hexdigest()
    return Letter(f"form:{token}", FORM, 201, request, facts)


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
