"""What happens to people's ways in, kept in the journal: sign-ins, what closed them, and changed credentials.

Tries that failed are not kept one by one: a stranger would fill the journal. Kept is when the door closes.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower

from vefa.directory.models import Staff
from vefa.journal.record import Happening, record

SYSTEM = "system"  # the command on the machine itself


def signed_in(staff: Staff, *, near: str, second: bool, now: datetime) -> None:
    """All that was owed was given, from that network; `second`: a code was."""
    _tell("staff.signed_in", staff, now=now, data={"near": near, "second": second})


def shut_out(username: str, *, near: str, step: str, now: datetime) -> None:
    """Too many wrong tries in somebody's name; `step`: password or code. Of a name of nobody: nothing."""
    staff = Staff.objects.alias(lower=Lower("username")).filter(lower=username.lower()).order_by("pk").first()
    if staff is not None:
        _tell("staff.shut_out", staff, now=now, data={"near": near, "step": step}, actor=SYSTEM)


def password_changed(staff: Staff, *, now: datetime, actor: str = "") -> None:
    """Every other sign-in ended with it."""
    _tell("staff.password_changed", staff, now=now, actor=actor)


def signed_out_everywhere(staff: Staff, *, now: datetime) -> None:
    """They ended every sign-in of theirs."""
    _tell("staff.signed_out_everywhere", staff, now=now)


def second_factor_changed(staff: Staff, *, first: bool, now: datetime) -> None:
    """A new one counts."""
    _tell("staff.second_factor_changed", staff, now=now, data={"first": first})


def second_factor_forgotten(staff: Staff, *, now: datetime) -> None:
    """The next sign-in sets up a new one."""
    _tell("staff.second_factor_forgotten", staff, now=now, actor=SYSTEM)


def let_in(staff: Staff, *, now: datetime) -> None:
    """The account was made, or switched on again."""
    _tell("staff.let_in", staff, now=now, data={"role": staff.role}, actor=SYSTEM)


def kept_out(staff: Staff, *, now: datetime) -> None:
    """The account was switched off."""
    _tell("staff.kept_out", staff, now=now, actor=SYSTEM)


def _tell(
    kind: str, staff: Staff, *, now: datetime, data: dict[str, Any] | None = None, actor: str = ""
) -> None:
    who = f"staff:{staff.pk}"
    with transaction.atomic():
        record([Happening(kind=kind, subject=who, actor=actor or who, at=now, data=data or {})])
