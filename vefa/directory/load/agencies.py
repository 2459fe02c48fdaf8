"""agencies.csv: bodies outside the municipality to whom matters are passed on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from vefa.directory.load.fields import email, url
from vefa.directory.load.write import synchronise
from vefa.directory.models import Agency
from vefa.kit.loading import LONGEST_KEY, LONGEST_NUMBER, Line, Reading, Section, Tally


class AgenciesSection(Section):
    """One line per body; `note_*` says what a resident should know before turning to it."""

    file = "agencies.csv"
    fields: ClassVar = {"": ("key", "name_*", "phone", "email", "url", "note_*")}

    def read(self, lines: Sequence[Line], reading: Reading) -> list[dict[str, Any]]:
        """Check keys, names and addresses."""
        return [_row(line, reading) for line in lines]

    def write(self, rows: list[dict[str, Any]], *, now: datetime) -> Tally:
        """Alter the agencies."""
        return synchronise(Agency.objects, rows, keys=("key",), now=now).tally()

    def recall(self) -> Iterable[tuple[str, str]]:
        """The agencies in use."""
        keys = Agency.objects.filter(retired_at=None).order_by("key").values_list("key", flat=True)
        return [("agency", key) for key in keys]


def _row(line: Line, reading: Reading) -> dict[str, Any]:
    key = reading.text(line, "key", required=True, longest=LONGEST_KEY)
    reading.declare("agency", key, line)
    return {
        "key": key,
        "names": reading.texts(line, "name", required=True),
        "phone": reading.text(line, "phone", longest=LONGEST_NUMBER),
        "email": email(line, "email", reading),
        "url": url(line, "url", reading),
        "note": reading.texts(line, "note"),
    }
