"""Public numbers, drawn from one sequence of the database so that two processes never give the same."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from vefa.directory import queries as directory
from vefa.kit.ids import reference

_DRAW = "SELECT nextval('public_number') FROM generate_series(1, %s)"


def draw(count: int, *, at: datetime) -> list[str]:
    """`count` new references of the year that `at` (UTC) falls into at the municipality.

    A number that is drawn and not used leaves a gap; it is never drawn again.
    """
    if count < 1:
        return []
    year = at.astimezone(_zone()).year
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [count])
        return [reference(year=year, number=number) for (number,) in cursor.fetchall()]


def _zone() -> ZoneInfo:
    """The municipality's zone; before one is described, UTC."""
    if not directory.is_loaded():
        return ZoneInfo(UTC.tzname(None))
    return ZoneInfo(directory.municipality().timezone)
