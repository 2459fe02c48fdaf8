"""What members of staff change about themselves."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from vefa.directory import trail
from vefa.directory.models import Staff


def prefer(*, staff: Staff, language: str, preferences: dict[str, Any]) -> None:
    """Keep language and preferences; those not named stay as they are."""
    staff.language = language
    staff.preferences = {**staff.preferences, **preferences}
    staff.save(update_fields=["language", "preferences"])


@transaction.atomic
def change_password(*, staff: Staff, password: str, now: datetime) -> None:
    """Set a new password and end every other sign-in."""
    staff.set_password(password)
    staff.session_epoch += 1
    staff.save(update_fields=["password", "session_epoch"])
    trail.password_changed(staff, now=now)


@transaction.atomic
def sign_out_everywhere(*, staff: Staff, now: datetime) -> None:
    """End every sign-in of this person."""
    trail.signed_out_everywhere(staff, now=now)
    Staff.objects.filter(pk=staff.pk).update(session_epoch=F("session_epoch") + 1)
