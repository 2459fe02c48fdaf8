"""Rows that somebody types for others on one page: read, checked one by one, shown again where wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext

from vefa.web.ui.typed import typed

LONGEST = {
    "text": 4000, "place": 400, "name": 200, "phone": 40, "reference": 20, "day": 20, "hour": 8, "service": 9,
}  # fmt: skip
REPEATED = "day"  # stands in a new row already: alone it says nothing


@dataclass
class TypedRow:
    """One row as it was typed; `kept` is its number once it is kept, `error` what must be mended."""

    number: int
    typed: Mapping[str, str]
    error: str = ""
    kept: str = ""
    known: str = ""  # a number that was entered before: a link stands beside the error

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(value for name, value in self.typed.items() if name != REPEATED)


@dataclass(frozen=True)
class Typed:
    """All rows of a page."""

    rows: Sequence[TypedRow] = field(default_factory=tuple)

    @property
    def kept(self) -> list[TypedRow]:
        """What is kept."""
        return [one for one in self.rows if one.kept]

    @property
    def wrong(self) -> list[TypedRow]:
        """What must be mended."""
        return [one for one in self.rows if one.error]


def read_rows(posted: QueryDict, names: Sequence[str], *, most: int) -> list[TypedRow]:
    """The rows of a page, the empty ones left out; fields are called text-1, name-1, text-2."""
    rows = [
        TypedRow(number, {name: _typed(posted, name, number) for name in names})
        for number in range(1, most + 1)
    ]
    return [one for one in rows if not one.empty]


def blank_rows(names: Sequence[str], *, count: int) -> list[TypedRow]:
    """A page to begin with."""
    return [TypedRow(number, dict.fromkeys(names, "")) for number in range(1, count + 1)]


def keep_rows(rows: Sequence[TypedRow], keep: Callable[[TypedRow], str]) -> Typed:
    """Keep each row by itself: one that is wrong holds up no other. `keep` gives the number."""
    for row in rows:
        row.error = _missing(row)
        if not row.error:
            row.kept = keep(row)  # may say itself what is wrong
    return Typed(rows)


def _typed(posted: QueryDict, name: str, number: int) -> str:
    return typed(posted, f"{name}-{number}").strip()


def _missing(row: TypedRow) -> str:
    if not row.typed["text"]:
        return gettext("What is wanted? Write it into this line.")
    long = [name for name, text in row.typed.items() if len(text) > LONGEST[name]]
    return gettext("This line is too long.") if long else ""
