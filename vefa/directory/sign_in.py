"""Who is behind a sign-in (the setting AUTHENTICATION_BACKENDS), read by a statement composed once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet

from vefa.directory.models import Staff
from vefa.directory.sessions import KEPT
from vefa.kit.prepared import Prepared, together


def _person(staff_id: int) -> QuerySet[Staff]:
    return Staff.objects.filter(pk=staff_id)


_FOUND = Prepared(_person, int, planned=True)
MOST_KNOWN = 4096
_last_of: dict[str, int] = {}  # who was behind a session when it was last looked at


@contextmanager
def looking(session: SessionBase) -> Iterator[None]:
    """Look the session up and who was behind it last, at once: nearly always it is still they.

    Nothing is believed: whoever the session names now is asked for if it is somebody else.
    """
    key = session.session_key or ""
    known = None if "_session_cache" in vars(session) else _last_of.get(key)
    with together([(KEPT, (key,)), (_FOUND, (known,))] if known else []):
        yield


def remember(session: SessionBase, staff: Staff) -> None:
    """Who is behind a session."""
    if session.session_key:
        if len(_last_of) >= MOST_KNOWN:
            _last_of.clear()
        _last_of[session.session_key] = staff.pk


class StaffBackend(ModelBackend):
    """Name and password as Django checks them."""

    def get_user(self, user_id: int) -> Staff | None:
        """The person of a running sign-in, unless they may not sign in any more."""
        found = _FOUND(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None
