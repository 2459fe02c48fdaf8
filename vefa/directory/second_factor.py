"""The second factor of signing in: time-based one-time passwords (RFC 6238), each good once."""

from datetime import datetime

import pyotp
from django.db import transaction

from vefa.directory import trail
from vefa.directory.models import Staff
from vefa.kit.sealing import seal, unseal

PURPOSE = "vefa staff second factor 1"
STEP_S = 30
ISSUER = "Vefa"


class WrongCodeError(Exception):
    """The code is wrong, too old, or was used before."""


def draw() -> str:
    """A new secret (base 32). It counts only after `confirm`; until then an older one stays in force."""
    return pyotp.random_base32()


def address(*, staff: Staff, secret: str, place: str) -> str:
    """The `otpauth://` address that an authenticator reads from a QR code."""
    return str(
        pyotp.TOTP(secret).provisioning_uri(name=staff.username, issuer_name=f"{ISSUER} {place}".strip())
    )


def confirm(*, staff: Staff, secret: str, code: str, now: datetime) -> None:
    """The first right code puts a new secret in force and ends every open sign-in. Raises WrongCodeError.

    Two that set up at once: one wins, and the other is told that the code is wrong.
    """
    step = _step_of(secret, code, now)
    if step is None:
        raise WrongCodeError("wrong code")
    first, epoch = staff.totp_confirmed_at is None, staff.session_epoch
    sealed = seal(secret, purpose=PURPOSE).decode()
    with transaction.atomic():
        changed = Staff.objects.filter(pk=staff.pk, session_epoch=epoch).update(
            totp_secret=sealed, totp_confirmed_at=now, totp_last_step=step, session_epoch=epoch + 1
        )
        if not changed:
            raise WrongCodeError("something else about this sign-in was changed a moment ago")
        trail.second_factor_changed(staff, first=first, now=now)
    staff.refresh_from_db(fields=["totp_secret", "totp_confirmed_at", "totp_last_step", "session_epoch"])


def check_code(*, staff: Staff, code: str, now: datetime) -> None:
    """Accept a code of this half minute or the one before or after, once. Raises WrongCodeError."""
    if staff.totp_confirmed_at is None:
        raise WrongCodeError(f"{staff.username} has no second factor")
    step = _step_of(unseal(staff.totp_secret, purpose=PURPOSE), code, now)
    if step is None:
        raise WrongCodeError("wrong code")
    _use(staff, step)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute that the code belongs to, if it is this one or one of its neighbours."""
    totp = pyotp.TOTP(secret)
    step = int(now.timestamp()) // STEP_S
    fitting = (step + offset for offset in (0, -1, 1))
    return next((one for one in fitting if totp.verify(code, for_time=one * STEP_S)), None)


def _use(staff: Staff, step: int) -> None:
    """Mark the step as used; two browsers with one code: one wins."""
    fresh = Staff.objects.filter(pk=staff.pk, totp_last_step__lt=step).update(totp_last_step=step)
    if not fresh:
        raise WrongCodeError("this code was used already")


@transaction.atomic
def reset(*, staff: Staff, now: datetime) -> None:
    """Take the second factor away, and with it every open sign-in of this person."""
    Staff.objects.filter(pk=staff.pk).update(
        totp_secret="", totp_confirmed_at=None, totp_last_step=0, session_epoch=staff.session_epoch + 1
    )
    trail.second_factor_forgotten(staff, now=now)
