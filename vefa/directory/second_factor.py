"""The second factor of signing in: time-based one-time passwords (RFC 6238), each good once."""

from datetime import datetime

import pyotp

from vefa.directory.models import Staff
from vefa.kit.sealing import seal, unseal

PURPOSE = "vefa staff second factor 1"
STEP_S = 30
ISSUER = "Vefa"


class WrongCodeError(Exception):
    """The code is wrong, too old, or was used before."""


def begin(*, staff: Staff) -> str:
    """Draw a new secret for somebody who sets up the second factor, and return it (base 32).

    It counts only after `confirm`; until then an older one stays in use only if it was confirmed.
    """
    secret = pyotp.random_base32()
    Staff.objects.filter(pk=staff.pk).update(
        totp_secret=seal(secret, purpose=PURPOSE).decode(), totp_confirmed_at=None, totp_last_step=0
    )
    staff.refresh_from_db(fields=["totp_secret", "totp_confirmed_at", "totp_last_step"])
    return secret


def pending(*, staff: Staff) -> str:
    """The secret that was drawn and not confirmed yet, else a new one."""
    if staff.totp_secret and staff.totp_confirmed_at is None:
        return unseal(staff.totp_secret, purpose=PURPOSE)
    return begin(staff=staff)


def address(*, staff: Staff, secret: str, place: str) -> str:
    """The `otpauth://` address that an authenticator reads from a QR code."""
    return str(
        pyotp.TOTP(secret).provisioning_uri(name=staff.username, issuer_name=f"{ISSUER} {place}".strip())
    )


def confirm(*, staff: Staff, code: str, now: datetime) -> None:
    """The first right code puts the second factor in force. Raises WrongCodeError."""
    check_code(staff=staff, code=code, now=now)
    Staff.objects.filter(pk=staff.pk).update(totp_confirmed_at=now)
    staff.totp_confirmed_at = now


def check_code(*, staff: Staff, code: str, now: datetime) -> None:
    """Accept a code of this half minute or the one before or after, once. Raises WrongCodeError."""
    if not staff.totp_secret:
        raise WrongCodeError(f"{staff.username} has no second factor")
    totp = pyotp.TOTP(unseal(staff.totp_secret, purpose=PURPOSE))
    step = int(now.timestamp()) // STEP_S
    for offset in (0, -1, 1):
        if totp.verify(code, for_time=(step + offset) * STEP_S):
            _use(staff, step + offset)
            return
    raise WrongCodeError("wrong code")


def _use(staff: Staff, step: int) -> None:
    """Mark the step as used; two browsers with one code: one wins."""
    fresh = Staff.objects.filter(pk=staff.pk, totp_last_step__lt=step).update(totp_last_step=step)
    if not fresh:
        raise WrongCodeError("this code was used already")


def reset(*, staff: Staff) -> None:
    """Take the second factor away, and with it every open sign-in of this person."""
    Staff.objects.filter(pk=staff.pk).update(
        totp_secret="", totp_confirmed_at=None, totp_last_step=0, session_epoch=staff.session_epoch + 1
    )
