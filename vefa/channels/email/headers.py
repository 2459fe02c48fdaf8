"""Header fields, leniently: whatever is broken in them, something is left to show."""

import base64
import binascii
import quopri
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice

from vefa.channels.cleaning import clean_line
from vefa.channels.email.charsets import decode

MOST_IDS = 100
_LONGEST_FIELD = 20_000
_NEAR, _MOST_BARE = 200, 100  # characters before a bare address that may name its owner; addresses in a field
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]{1,64}@[^\s<>\"'(),;:@]{1,255}")


def field(message: Message, name: str) -> str:
    """The first field of that name as one readable line, "" when it is missing."""
    return unfolded(raw_field(message, name))


def raw_field(message: Message, name: str) -> str:
    """The first field of that name as it came, with surrogates for raw bytes."""
    return next(iter(raw_fields(message, name)), "")


def raw_fields(message: Message, name: str) -> list[str]:
    """Every field of that name as it came, at most 20,000 characters of each."""
    wanted = name.lower()
    return [str(value)[:_LONGEST_FIELD] for key, value in message.raw_items() if key.lower() == wanted]


def unfolded(value: str) -> str:
    """A field's text: encoded words decoded, raw bytes guessed, one line."""
    return clean_line(words(value), limit=1000)


def words(value: str) -> str:
    """Decode encoded words (RFC 2047), joining neighbours first: senders cut letters in two."""
    text = decode(value.encode("utf-8", "surrogateescape")) if not value.isascii() else value
    joined: list[tuple[str, bytes | str]] = []
    end = 0
    text = _BETWEEN_WORDS.sub(r"\1", text)
    for found in _WORD.finditer(text):
        joined.append(("", text[end : found.start()]))
        joined.append((found[1].split("*")[0].lower(), _unwrapped(found[2], found[3])))
        end = found.end()
    joined.append(("", text[end:]))
    return _glued(joined)


def _glued(pieces: list[tuple[str, bytes | str]]) -> str:
    text: list[str] = []
    label, waiting = "", b""
    for charset, piece in pieces:
        if isinstance(piece, bytes) and charset == label:
            waiting += piece
            continue
        if piece == "":
            continue
        text.append(decode(waiting, label))
        label, waiting = (charset, piece) if isinstance(piece, bytes) else ("", b"")
        if isinstance(piece, str):
            text.append(piece)
    text.append(decode(waiting, label))
    return "".join(text)


def _unwrapped(encoding: str, body: str) -> bytes:
    raw = body.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return quopri.decodestring(raw, header=True)
    raw = raw.rstrip(b"= \t")
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return base64.b64decode(raw[: len(raw) // 4 * 4])


def addresses(message: Message, *names: str) -> list[tuple[str, str]]:
    """(name, address in lower case) of everybody in these fields, in order."""
    found = []
    for value in (value for name in names for value in raw_fields(message, name)):
        found += _split_addresses(value)
    return found


def _split_addresses(value: str) -> list[tuple[str, str]]:
    """The addresses of one field; where its grammar is broken, whatever looks like an address."""
    line = " ".join(value.split())
    try:
        pairs = getaddresses([line], strict=True)
    except (RecursionError, ValueError, IndexError, TypeError):
        pairs = []
    good = [(unfolded(name), clean_line(address).lower()) for name, address in pairs if "@" in address]
    if good:
        return good
    return [
        (
            _name_beside(line[max(0, found.start() - _NEAR) : found.end() + 1], found[0]),
            clean_line(found[0]).lower(),
        )
        for found in islice(_BARE_ADDRESS.finditer(line), _MOST_BARE)
    ]


def _name_beside(line: str, address: str) -> str:
    return unfolded(line.replace(address, "").replace("<>", "").strip(" \"'"))


def ids(value: str) -> tuple[str, ...]:
    """Message ids without brackets; of very many the first and the last."""
    if "=?" in value:  # some programs pack long ids like words
        value = words(value)
    found = [clean_line(one) for one in _ID.findall(value)]
    if not found and value.strip():
        found = [clean_line(one) for one in value.split() if "@" in one]
    return tuple(found if len(found) <= MOST_IDS else [found[0], *found[1 - MOST_IDS :]])


def moment(value: str) -> datetime | None:
    """The date in UTC; None when it is no date."""
    try:
        found = parsedate_to_datetime(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
