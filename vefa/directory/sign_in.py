"""Who is behind a sign-in (the setting AUTHENTICATION_BACKENDS), read by a statement composed once."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from vefa.directory.models import Staff
from vefa.kit.prepared import Prepared


def _person(staff_id: int) -> QuerySet[Staff]:
    return Staff.objects.filter(pk=staff_id)


_FOUND = Prepared(_person, int, planned=True)


class StaffBackend(ModelBackend):
    """Name and password as Django checks them."""

    def get_user(self, user_id: int) -> Staff | None:
        """The person of a running sign-in, unless they may not sign in any more."""
        found = _FOUND(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None
