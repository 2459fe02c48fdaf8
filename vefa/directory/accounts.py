"""The accounts of the people who work at the desk: made, given a password, switched off and on."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from vefa.directory import trail
from vefa.directory.models import Municipality, Role, Staff, Unit

LONGEST = {"username": 64, "name": 200, "email": 254}  # characters; what the table holds


class AccountError(Exception):
    """The account cannot be made or changed; the text says why."""


@dataclass(frozen=True, kw_only=True)
class NewStaff:
    """What an account begins with; an empty language means the municipality's."""

    username: str
    name: str
    role: str
    unit_key: str = ""
    language: str = ""
    email: str = ""


def find(username: str) -> Staff:
    """The account of that name. Raises AccountError."""
    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        raise AccountError(f"There is nobody with the username '{username}'.")
    return staff


def add(new: NewStaff, *, password: str, now: datetime) -> Staff:
    """Make an account that can sign in at once. Raises AccountError."""
    if new.role not in Role.values:
        raise AccountError(f"'{new.role}' is not a role; the roles are {', '.join(Role.values)}.")
    _check_lengths(new)
    staff = Staff(
        username=new.username,
        name=new.name,
        role=new.role,
        unit=_unit(new.unit_key),
        language=new.language or Municipality.fallback_language() or "en",
        email=new.email,
    )
    _give_password(staff, password)
    try:
        with transaction.atomic():
            staff.save(force_insert=True)
            trail.let_in(staff, now=now)
    except IntegrityError as error:
        raise AccountError(f"The username '{new.username}' is taken.") from error
    return staff


@transaction.atomic
def set_password(staff: Staff, *, password: str, now: datetime) -> None:
    """Give a new password and sign the person out everywhere. Raises AccountError."""
    _give_password(staff, password)
    staff.session_epoch += 1
    staff.save(update_fields=["password", "session_epoch"])
    trail.password_changed(staff, now=now, actor=trail.SYSTEM)


@transaction.atomic
def set_active(staff: Staff, *, active: bool, now: datetime) -> None:
    """Let the person in, or keep them out and sign them out everywhere; what they did stays theirs."""
    staff.is_active = active
    staff.session_epoch += 1
    staff.save(update_fields=["is_active", "session_epoch"])
    (trail.let_in if active else trail.kept_out)(staff, now=now)


def _check_lengths(new: NewStaff) -> None:
    for name, most in LONGEST.items():
        given = len(getattr(new, name))
        if given > most:
            raise AccountError(f"The {name} has {given} characters: shorten it to {most}.")


def _give_password(staff: Staff, password: str) -> None:
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise AccountError(" ".join(error.messages)) from error
    staff.set_password(password)


def _unit(key: str) -> Unit | None:
    if not key:
        return None
    unit = Unit.objects.filter(key=key, retired_at=None).first()
    if unit is None:
        raise AccountError(f"There is no unit with the key '{key}'.")
    return unit
