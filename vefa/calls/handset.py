"""The call log of a handset or an operator, one row a call, as an exchange would have told it.

A row that is read twice is one call: it is named by its line, number, moment and direction.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from vefa.inbox.intake import Incoming
from vefa.inbox.moments import FAST
from vefa.kit.calendars import from_jalali
from vefa.kit.text import fold

type Row = Mapping[str, object]

COLUMNS = ("number", "direction", "at", "duration", "name")
# What handsets and operators call their columns and kinds of calls, folded; a mapping may say otherwise.
_HEADINGS: dict[str, tuple[str, ...]] = {
    "number": (
        "number", "phone", "phone number", "telefon", "numara", "telefon numarasi", "номер", "телефон",
        "нөмір", "شماره", "شماره تلفن",
    ),
    "direction": ("type", "direction", "call type", "tur", "yon", "arama turu", "тип", "вид", "түрі", "نوع"),
    "at": ("date", "time", "date time", "started", "tarih", "zaman", "дата", "время", "күні", "تاریخ",
        "زمان"),
    "duration": (
        "duration", "duration seconds", "seconds", "sure", "sure sn", "длительность", "ұзақтығы", "مدت",
    ),
    "name": ("name", "contact", "isim", "ad", "kisi", "имя", "контакт", "аты", "نام"),
}  # fmt: skip
_KINDS: dict[str, tuple[str, ...]] = {
    "in": ("1", "in", "incoming", "received", "gelen", "входящий", "кіріс", "ورودی", "دریافتی"),
    "out": ("2", "out", "outgoing", "dialed", "dialled", "giden", "исходящий", "шығыс", "خروجی"),
    "missed": (
        "3", "5", "missed", "rejected", "no answer", "cevapsiz", "reddedilen", "пропущенный", "қабылданбаған",
        "از دست رفته", "بی پاسخ",
    ),
}  # fmt: skip
JALALI = range(1300, 1500)  # years, 1921 to 2121
OLDEST = 1970  # of the Gregorian calendar; nobody telephoned before with what writes such logs
_STAMP = re.compile(r"(\d{1,4}[./-]\d{1,2}[./-]\d{1,4})[ T,،]+(\d{1,2}:\d{2}(?::\d{2})?)")
FORMS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M")


class RowError(Exception):
    """The row is no call; the text says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Log:
    """Whose log it is, and how it is written: our column = theirs, and what their words for kinds mean."""

    endpoint_id: int
    zone: ZoneInfo
    columns: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = FORMS


def incoming(log: Log, row: Row, *, now: datetime) -> Incoming:
    """One row as an arrival of the line. Raises RowError."""
    cells = _cells(log, row)
    kind = _kind(cells["direction"])
    at, seconds = _moment(cells["at"], log), _seconds(cells["duration"])
    if at > now + FAST:
        raise RowError(f"“{cells['at']}” lies in the future: is the year or the clock right?")
    number = cells["number"].strip()
    told = {
        "event": "logged",
        "direction": "out" if kind == "out" else "in",
        "to" if kind == "out" else "from": number,
        "fromName": cells["name"].strip(),
        "timestamp": at.isoformat(),
        "duration": str(0 if kind == "missed" else seconds),
    }
    digest = hashlib.sha256(json.dumps([number, kind, told["timestamp"]]).encode()).hexdigest()[:24]
    told["callId"] = f"log:{digest}"
    return Incoming(
        endpoint_id=log.endpoint_id,
        external_id=f"{told['callId']}:logged",
        lane=str(told["callId"]),
        raw=json.dumps(told, ensure_ascii=False, sort_keys=True).encode(),
        received_at=now,
    )


def _cells(log: Log, row: Row) -> dict[str, str]:
    by_heading = {fold(str(name)): str(value or "") for name, value in row.items()}
    return {name: _cell(by_heading, name, log.columns.get(name, "")) for name in COLUMNS}


def _cell(cells: Mapping[str, str], name: str, own: str) -> str:
    headings = (own,) if own else _HEADINGS[name]
    return next((cells[key] for heading in headings if (key := fold(heading)) in cells), "")


def _kind(word: str) -> str:
    known = fold(word)
    for kind, beginnings in _KINDS.items():
        if any(known == fold(one) or (len(one) > 2 and known.startswith(fold(one))) for one in beginnings):
            return kind
    raise RowError(f"“{word}” is neither incoming, outgoing nor missed")


def _moment(text: str, log: Log) -> datetime:
    """Seconds or milliseconds since 1970, a Jalali day and time, ISO 8601, or a form; in the log's zone."""
    plain = "".join(str(int(char)) if char.isdecimal() else char for char in text.strip())
    if plain.isdecimal() and len(plain) in {10, 13}:
        return datetime.fromtimestamp(int(plain) / (1000 if len(plain) == 13 else 1), UTC)
    found = _jalali(plain) or _gregorian(plain, log.dates)
    if found is None:
        raise RowError(f"“{text}” is no moment that we can read")
    if found.year < OLDEST:
        raise RowError(f"“{text}” lies before {OLDEST}: is the year or the calendar right?")
    try:
        return (found if found.tzinfo else found.replace(tzinfo=log.zone)).astimezone(UTC)
    except OverflowError:
        raise RowError(f"“{text}” is no moment that we can read") from None


def _jalali(plain: str) -> datetime | None:
    """A day of the Jalali calendar with its time; its years are six centuries behind, so that it is known."""
    told = _STAMP.fullmatch(plain)
    if told is None:
        return None
    with suppress(ValueError):
        year, month, day = _day(told[1])
        if year in JALALI:
            hour, minute, second = [*(int(part) for part in told[2].split(":")), 0][:3]
            return datetime.combine(from_jalali(year, month, day), time(hour, minute, second))
    return None


def _day(written: str) -> tuple[int, int, int]:
    """Year, month and day in the order in which the four digits of the year stand."""
    first, month, last = (int(part) for part in re.split(r"[./-]", written))
    return (first, month, last) if first > last else (last, month, first)


def _gregorian(plain: str, forms: Sequence[str]) -> datetime | None:
    for form in ("", *forms):
        with suppress(ValueError):
            return datetime.strptime(plain, form) if form else datetime.fromisoformat(plain)  # noqa: DTZ007 - the caller adds the zone
    return None


def _seconds(text: str) -> int:
    """What stands as 75, 1:15, 00:01:15 or not at all. Raises RowError."""
    parts = [part for part in text.strip().split(":") if part]
    if not parts:
        return 0
    if not all(part.isdecimal() for part in parts) or len(parts) > 3:
        raise RowError(f"“{text}” is no length of a call")
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return total
