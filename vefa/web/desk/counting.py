"""How many cases each list holds for a person: shown on every page, so remembered for a few seconds."""

import time
from collections.abc import Mapping
from datetime import datetime

from vefa.cases.filters import View
from vefa.cases.queries import counts
from vefa.directory.models import Staff

_known: dict[int, tuple[float, Mapping[View, int]]] = {}  # by staff; a town has some hundred


def counted(staff: Staff, *, now: datetime, at_most_s: float = 5.0) -> Mapping[View, int]:
    """The numbers as they were at most so many seconds ago; one statement where nobody counted since."""
    looked_at, known = _known.get(staff.pk, (float("-inf"), {}))
    return known if time.monotonic() - looked_at < at_most_s else recount(staff, now=now)


def recount(staff: Staff, *, now: datetime) -> Mapping[View, int]:
    """The numbers of this moment; one statement."""
    found = counts(staff, now=now)
    _known[staff.pk] = (time.monotonic(), found)
    return found


def forget(staff_id: int | None = None) -> None:
    """Count anew at the next page: for somebody who did something, or for everybody."""
    if staff_id is None:
        _known.clear()
    else:
        _known.pop(staff_id, None)
