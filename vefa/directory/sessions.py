"""Sessions in the database (the setting SESSION_ENGINE): Django's own, read by a statement composed once.

Every page of the desk reads one.
"""

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from vefa.kit.prepared import Prepared


def _running(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


_FOUND = Prepared(_running, str, datetime, planned=True)


class SessionStore(db.SessionStore):
    """One session, as Django keeps it."""

    def _get_session_from_db(self) -> Session | None:
        """The session while it runs; without one the key is forgotten, so that nobody else can choose it."""
        found = _FOUND(self.session_key, timezone.now()) if self.session_key else []
        if not found:
            self._session_key = None
        return found[0] if found else None
