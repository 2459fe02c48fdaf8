"""From bytes to a tree of parts, within a budget: what goes beyond it is left to a person."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message

from vefa.channels.port import UnreadableError

MOST_BYTES = 25 * 1024 * 1024
LONGEST_HEADER = 256 * 1024
DEEPEST = 10
MOST_PARTS = 100
MOST_FILES = 50
MOST_UNPACKED = 200 * 1024 * 1024
_MANY_BOUNDARIES = 2 * MOST_PARTS
_MANY_SHORT_LINES = 200_000
_MANY_NESTED_LINES = 10_000  # each is held against every boundary that is open
# The standard library tells parameters apart in time that grows with their square.
_LONG_FIELD = re.compile(rb"^content-[a-z-]{1,30}:(?:[^\n]|\n[ \t]){4000}", re.IGNORECASE | re.MULTILINE)


def parsed(raw: bytes) -> Message:
    """The tree of parts. Raises UnreadableError when the message is over budget."""
    if len(raw) > MOST_BYTES:
        raise UnreadableError(f"larger than {MOST_BYTES} bytes")
    if not raw.strip():
        raise UnreadableError("empty")
    if raw.lower().count(b"boundary") > _MANY_BOUNDARIES:
        raise UnreadableError("too many boundaries")
    if len(head(raw)) > LONGEST_HEADER:
        raise UnreadableError("the header is too long")
    if _LONG_FIELD.search(raw):
        raise UnreadableError("a header field of a part is too long")
    message = message_from_bytes(raw, policy=policy.compat32)
    for _ in parts(message):
        """Walking counts and refuses."""
    return message


def head(raw: bytes) -> bytes:
    """Everything before the first empty line."""
    ends = [at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    return raw[: min(ends)] if ends else raw


def is_suspicious(raw: bytes) -> bool:
    """Would an ordinary message look so? If not, it is read in a process of its own."""
    if len(raw) > MOST_BYTES:
        return False  # refused before anything reads it
    lines = raw.count(b"\n")
    short = lines > _MANY_SHORT_LINES and len(raw) < 40 * lines
    boundaries = raw.lower().count(b"boundary")
    nested = boundaries > MOST_PARTS // 2 or (boundaries > 2 * DEEPEST and lines > _MANY_NESTED_LINES)
    return short or nested or len(head(raw)) > LONGEST_HEADER // 4


def parts(message: Message) -> Iterator[tuple[Message, int]]:
    """Every part with its depth, the message itself first. Raises UnreadableError beyond the budget."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if depth > DEEPEST:
            raise UnreadableError(f"more than {DEEPEST} levels of parts")
        if count > MOST_PARTS:
            raise UnreadableError(f"more than {MOST_PARTS} parts")
        yield part, depth
        waiting += [(inner, depth + 1) for inner in reversed(children(part))]


def children(part: Message) -> list[Message]:
    """The parts inside a part."""
    inside = part.get_payload()
    return [inner for inner in inside if isinstance(inner, Message)] if isinstance(inside, list) else []


def content(part: Message) -> bytes:
    """A leaf's bytes, unpacked; b"" for what holds other parts."""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
