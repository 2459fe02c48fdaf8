"""Listening to what was recorded: every time is kept in the journal; players ask for parts of the file."""

import re
from datetime import datetime, timedelta
from typing import BinaryIO

from vefa.calls.models import Call
from vefa.directory.models import Staff
from vefa.journal.models import Event
from vefa.journal.record import Happening, record

ONE_LISTENING = timedelta(minutes=10)  # the parts that a player asks for one after the other
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def note(*, call: Call, which: str, by: Staff, now: datetime) -> None:
    """Keep that this person listened; what a player asks for within ten minutes is one listening."""
    subject, actor = f"call:{call.pk}", f"staff:{by.pk}"
    before = Event.objects.filter(subject=subject, kind="recording.heard", actor=actor)
    if before.filter(at__gt=now - ONE_LISTENING, data__which=which).exists():
        return
    happening = Happening(kind="recording.heard", subject=subject, actor=actor, at=now, data={"which": which})
    record([happening])


def span(header: str, *, size: int) -> tuple[int, int] | None:
    """First and last byte of one range, None where the whole file is meant or the header says nothing.

    A range that begins behind the end is given back as it stands.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size - 1) if length else None
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    return (first, last) if first <= last or first >= size else None


class Slice:
    """So many bytes of a file from where it stands."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream, self._left = stream, length

    def read(self, size: int = -1) -> bytes:
        """The next bytes, none behind the slice's end."""
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._stream.read(wanted)
        self._left -= len(data)
        return data

    def close(self) -> None:
        """Let the file go."""
        self._stream.close()
