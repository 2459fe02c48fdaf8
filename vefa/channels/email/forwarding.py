"""A mail that somebody passed on: who wrote it first and when, as far as the forward tells.

Two shapes are known: the first mail enclosed whole (message/rfc822), and its header fields and text inline,
as the mail programs of our languages write them (Gmail, Outlook, Apple Mail, Yandex, Mail.ru, Thunderbird).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache

from babel.dates import get_month_names

from vefa.channels.cleaning import clean_line
from vefa.channels.email.bodies import Body, body_of
from vefa.channels.email.headers import addresses, field, moment
from vefa.channels.email.parsing import children
from vefa.channels.port import AttachmentRef, Forwarded, UnreadableError
from vefa.kit.calendars import JALALI_MONTHS, from_jalali

_SUBJECT = re.compile(
    r"^\s*(?:fwd?|i̇lt|ilt|ynt-ilt|ilet|пересл|пер|fwd:|қжб|қайта|هدایت|بازارسال|ارجاع)\s*:", re.IGNORECASE
)
_ANNOUNCED = re.compile(
    r"(?:forwarded message|original message|i̇letilen ileti|iletilen ileti|i̇letilmiş mesaj|iletilmiş mesaj"
    r"|yönlendirilmiş ileti|orijinal mesaj"
    r"|пересланное сообщение|пересылаемое сообщение|переадресованного сообщения|переадресованное сообщение"
    r"|пересланное письмо|қайта жіберілген хабар|бағытталған хабар"
    r"|پیام هدایت‌?شده|پیغام هدایت‌?شده|پیام بازارسال‌?شده|پیام ارجاع‌?شده)",
    re.IGNORECASE,
)
_NAMES = {
    "from": (
        "from", "gönderen", "kimden", "от", "от кого", "отправитель", "кімнен", "жіберуші", "از", "فرستنده",
    ),
    "date": (
        "date", "sent", "tarih", "gönderildi", "gönderme tarihi", "gönderilme tarihi", "дата", "отправлено",
        "күні", "жіберілді", "жіберілген", "жіберілген күні", "تاریخ", "ارسال", "ارسال شده", "تاریخ ارسال",
        "زمان",
    ),
    "subject": ("subject", "konu", "тема", "тақырып", "тақырыбы", "موضوع"),
    "other": (
        "to", "cc", "bcc", "reply-to", "kime", "alıcı", "bilgi", "кому", "копия", "кімге", "көшірме", "к",
        "به", "گیرنده", "رونوشت",
    ),
}  # fmt: skip
_FIELD = {name: kind for kind, names in _NAMES.items() for name in names}
_LINE = re.compile(r"^[\s>]*+\*?([^:*<>@]{1,24}?)\*?\s*+[:：]\*?\s*(.*)$")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:@\[\]]{1,64}@[^\s<>\"'(),;:@\[\]]{1,255}")
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})[:.](\d{2})(?::\d{2})?(?![\d.])\s*(am|pm|öö|ös|ق\.?ظ|ب\.?ظ)?", re.IGNORECASE
)
_AFTERNOON = re.compile(r"pm|ös|ب", re.IGNORECASE)
_MOST_LINES = 12  # of a header block
_LONGEST_LINE = 1000


def forwarded(message: Message, body: Body, *, text: str) -> Forwarded | None:
    """What a mail passes on; None where it passes on nothing. `text` is its own whole text."""
    if inside := _enclosed(message):
        return _whole(inside, note=text)
    announced = _SUBJECT.match(field(message, "Subject")) or _ANNOUNCED.search(text)
    return _inline(text, zone=_zone(message)) if announced and body.pieces else None


def enclosed_files(message: Message) -> Sequence[AttachmentRef]:
    """The files of the first mail that is enclosed."""
    inside = _enclosed(message)
    return _body(inside).files if inside else ()


def _enclosed(message: Message) -> Message | None:
    """The first whole mail inside this one, unless it is a machine's report about a mail."""
    if message.get_content_type() == "multipart/report":
        return None
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_type() == "message/rfc822":
            return next(iter(children(part)), None)
        waiting += children(part)
    return None


def _body(inside: Message) -> Body:
    """An enclosed mail that cannot be read is a file, and nothing of it is shown."""
    try:
        return body_of(inside)
    except UnreadableError:
        return Body()


def _whole(inside: Message, *, note: str) -> Forwarded | None:
    senders = addresses(inside, "From", "Sender")
    if not senders:
        return None
    name, address = senders[0]
    return Forwarded(
        name=name,
        address=address,
        said_at=moment(field(inside, "Date")),
        subject=field(inside, "Subject"),
        text=_body(inside).text().strip(),
        note=note.strip(),
    )


def _inline(text: str, *, zone: tzinfo) -> Forwarded | None:
    """The header block that stands in the text, and what is below it."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if len(line) > _LONGEST_LINE or _kind(line) != "from":
            continue
        block, end = _block(lines, at)
        if len(block) >= 2 and ("date" in block or "subject" in block):
            name, address = _person(block["from"])
            return Forwarded(
                name=name,
                address=address,
                said_at=_moment(block.get("date", ""), zone),
                subject=clean_line(block.get("subject", "")),
                text="\n".join(line.removeprefix("> ") for line in lines[end:]).strip(),
                note=_above(lines[:at]),
            )
    return None


def _block(lines: Sequence[str], at: int) -> tuple[dict[str, str], int]:
    """The fields from a line on, and the first line behind them."""
    found: dict[str, str] = {}
    end = at
    for number, line in enumerate(lines[at : at + _MOST_LINES], start=at):
        kind = _kind(line)
        if not kind:
            if line.strip(" >") or number > end + 1:
                break
            continue
        field_found = _LINE.match(line)
        found.setdefault(kind, field_found[2].strip() if field_found else "")
        end = number + 1
    return found, end


def _kind(line: str) -> str:
    found = _LINE.match(line[:_LONGEST_LINE])
    return _FIELD.get(found[1].strip().casefold(), "") if found else ""


def _above(lines: Sequence[str]) -> str:
    """The forwarder's own words: what stands above, without the line that announces the forward."""
    kept = [line for line in lines if not _ANNOUNCED.search(line)]
    while kept and not kept[-1].strip(" _-—*>"):
        kept.pop()
    return "\n".join(kept).strip()


def _person(value: str) -> tuple[str, str]:
    found = _ADDRESS.search(value)
    address = found[0].lower().removeprefix("mailto:") if found else ""
    name = re.sub(r"[<\[(].*$", "", value) if found else value
    name = clean_line(name.replace(found[0], "") if found else name).strip(" \"'*«»")
    return name, address


def _zone(message: Message) -> tzinfo:
    """The forwarder's own offset: inline headers are written in the time of who passes them on."""
    try:
        return parsedate_to_datetime(field(message, "Date")).tzinfo or UTC
    except (ValueError, TypeError, IndexError, OverflowError):
        return UTC


def _moment(value: str, zone: tzinfo) -> datetime | None:
    """A date as a mail program writes it, in UTC; None when no day can be read from it."""
    text = "".join(str(unicodedata.decimal(sign, sign)) for sign in clean_line(value))
    if exact := _exact(text):
        return exact
    clock = _TIME.search(text)
    day = _day(text[: clock.start()] + " " + text[clock.end() :] if clock else text)
    if day is None:
        return None
    hour, minute = (int(clock[1]), int(clock[2])) if clock else (12, 0)
    if clock and clock[3]:
        hour = hour % 12 + (12 if _AFTERNOON.match(clock[3]) else 0)
    try:
        return (
            datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(hours=hour, minutes=minute)
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _exact(text: str) -> datetime | None:
    """A date as RFC 5322 writes it, with its offset."""
    try:
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if isinstance(found.tzinfo, timezone) else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _day(text: str) -> date | None:
    """Day, month and year in any order, the month in digits or by its name in one of our languages."""
    numbers = [int(number) for number in re.findall(r"\d{1,4}", text)]
    month, jalali = _month(text)
    years = [number for number in numbers if number > 31]
    days = [number for number in numbers if 0 < number <= 31]
    try:
        if month:
            return from_jalali(years[0], month, days[0]) if jalali else date(years[0], month, days[0])
        first, second, third = numbers[:3]
        year, number = (first, third) if first > 31 else (third, first)
        year += 2000 if year < 100 else 0
        return from_jalali(year, second, number) if year < 1700 else date(year, second, number)
    except (ValueError, IndexError):
        return None


def _month(text: str) -> tuple[int, bool]:
    """The month that is named, and whether it is of the Jalali calendar; 0 where none is."""
    for word in re.findall(r"[^\W\d_]+", text.casefold()):
        for name, month, jalali in _months():
            if word == name or (len(name) >= 3 and word.startswith(name)):
                return month, jalali
    return 0, False


@cache
def _months() -> list[tuple[str, int, bool]]:
    """Every name and short form of a month, longest first."""
    found = set(_gregorian())
    for names in JALALI_MONTHS.values():
        found |= {(name.casefold(), number, True) for number, name in enumerate(names.split(), start=1)}
    return sorted(found, key=lambda one: (-len(one[0]), one))


def _gregorian() -> Iterator[tuple[str, int, bool]]:
    for language in ("en", "tr", "ru", "kk", "fa"):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale=language).items():
                    yield name.casefold().strip("."), number, False
