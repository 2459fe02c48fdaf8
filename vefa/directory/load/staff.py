"""staff.csv: the people at the desk. Their passwords never stand in a file: see `vefa staff`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.hashers import make_password
from django.db.models import F

from vefa.directory.load.fields import email, keys_in
from vefa.directory.load.write import Outcome, link, synchronise
from vefa.directory.models import Area, Role, Staff, Unit
from vefa.kit.loading import LONGEST_KEY, LONGEST_NUMBER, Line, Reading, Section, Tally

_NEED_UNIT = {Role.HEAD}
_NEED_AREAS = {Role.HEADMAN}
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class StaffRows:
    """People, the key of each one's unit, and the keys of their areas."""

    rows: list[dict[str, Any]]
    units: dict[str, str]
    areas: dict[str, list[str]]


class StaffSection(Section):
    """One line per person; who is no longer listed is signed out and can no longer sign in."""

    file = "staff.csv"
    fields: ClassVar = {"": ("username", "name", "role", "unit", "areas", "language", "email", "phone")}

    def read(self, lines: Sequence[Line], reading: Reading) -> StaffRows:
        """Check names, roles, units and areas."""
        found = StaffRows([], {}, {})
        for line in lines:
            username = reading.text(line, "username", required=True, longest=LONGEST_KEY)
            reading.declare("username", username, line)
            found.rows.append(_row(line, username, reading))
            found.units[username] = reading.refer(line, "unit", "unit")
            found.areas[username] = keys_in(line, "areas", "area", reading)
            _check_role(line, reading)
        return found

    def write(self, rows: StaffRows, *, now: datetime) -> Tally:
        """Alter the people, their units and areas. New people get a password by `vefa staff password`."""
        unit_ids = dict(Unit.objects.values_list("key", "id"))
        people = [{**row, "unit_id": unit_ids.get(rows.units[row["username"]])} for row in rows.rows]
        gone = set(Staff.objects.exclude(retired_at=None).values_list("username", flat=True))
        outcome = synchronise(Staff.objects, people, keys=("username",), now=now)
        _open_and_shut(outcome, gone)
        area_ids = dict(Area.objects.values_list("key", "id"))
        wanted = {
            outcome.rows[name,].pk: [area_ids[key] for key in keys] for name, keys in rows.areas.items()
        }
        altered = link(Staff.areas.through.objects, owner="staff_id", target="area_id", wanted=wanted)
        outcome.changed |= {key for key, row in outcome.rows.items() if row.pk in altered}
        return outcome.tally()

    def recall(self) -> Iterable[tuple[str, str]]:
        """The people in office."""
        names = Staff.objects.filter(retired_at=None).order_by("username").values_list("username", flat=True)
        return [("username", name) for name in names]


def _row(line: Line, username: str, reading: Reading) -> dict[str, Any]:
    return {
        "username": username,
        "name": reading.text(line, "name", required=True, longest=LONGEST_NAME),
        "role": reading.choice(line, "role", Role.values),
        "language": reading.choice(
            line, "language", reading.languages, default=reading.default_language or reading.languages[0]
        ),
        "email": email(line, "email", reading),
        "phone": reading.text(line, "phone", longest=LONGEST_NUMBER),
    }


def _check_role(line: Line, reading: Reading) -> None:
    role = reading.text(line, "role")
    if role in _NEED_UNIT and not reading.text(line, "unit"):
        reading.refuse(line, f"A {role} without a unit would see nothing.", "Fill in “unit”.")
    if role in _NEED_AREAS and not reading.text(line, "areas"):
        reading.refuse(line, f"A {role} without areas would see nothing.", "Fill in “areas”.")


def _open_and_shut(outcome: Outcome[Staff], gone: set[str]) -> None:
    """Who is retired is signed out everywhere; who comes back may sign in with a new password only."""
    names = {key[0] for key in outcome.retired}
    Staff.objects.filter(username__in=names).update(is_active=False, session_epoch=F("session_epoch") + 1)
    back = {key[0] for key in outcome.wanted} & gone
    fresh = back | {key[0] for key in outcome.created}
    Staff.objects.filter(username__in=fresh).update(is_active=True, password=make_password(None))
