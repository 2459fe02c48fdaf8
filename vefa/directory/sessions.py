"""Sessions in the database (the setting SESSION_ENGINE): Django's own, read by a statement composed once.

Every page of the desk reads one.
"""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from vefa.kit.prepared import Prepared


def _kept(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key)


KEPT = Prepared(_kept, str, planned=True)


class SessionStore(db.SessionStore):
    """One session, as Django keeps it."""

    def _get_session_from_db(self) -> Session | None:
        """The session while it runs; without one the key is forgotten, so that nobody else can choose it."""
        now = timezone.now()
        found = next((one for one in self._kept() if one.expire_date > now), None)
        if found is None:
            self._session_key = None
        return found

    def _kept(self) -> list[Session]:
        return KEPT(self.session_key) if self.session_key else []
