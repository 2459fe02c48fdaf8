"""The municipality as every page needs it: name, telephone, languages, zone and calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import DatabaseError

from vefa.directory import queries
from vefa.directory.models import Municipality
from vefa.kit.names import pick


@dataclass(frozen=True)
class City:
    """Facts of the municipality; the defaults are those of a house that nobody has moved into yet."""

    names: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en", "tr", "ru", "kk", "fa")
    default_language: str = "en"
    timezone: str = "UTC"
    calendar: str = "gregorian"
    phone: str = ""
    emergency_number: str = ""

    def name(self, language: str) -> str:
        """The city's name in this language, else in its own, else the name of the product."""
        return pick(self.names, language, self.default_language, "en") or "Vefa"


class _Memory:
    """What this process saw last: pages that tell of a failure are drawn while the database is away."""

    row: Municipality | None = None
    city = City()


def now_served() -> City:
    """The municipality; the last known one while the database is away, an empty house before any load."""
    try:
        row = queries.municipality()
    except (DatabaseError, queries.NotLoadedError):
        return _Memory.city
    if row is not _Memory.row:
        _Memory.row, _Memory.city = row, _read(row)
    return _Memory.city


def _read(row: Municipality) -> City:
    return City(
        names=row.names,
        languages=tuple(row.languages) or City.languages,
        default_language=row.default_language,
        timezone=row.timezone,
        calendar=row.calendar,
        phone=row.phone,
        emergency_number=row.emergency_number,
    )
