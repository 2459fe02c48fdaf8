"""Sessions in the database (the setting SESSION_ENGINE): Django's own, read by a statement composed once.

Every page of the desk reads one. One that is over is erased: a resident's may hold a report that was never
sent, with name, number and place.
"""

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vefa.kit.prepared import Prepared


def _kept(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key)


KEPT = Prepared(_kept, str, planned=True)
ERASED = 1000  # sessions of one turn


@transaction.atomic
def erase_over(*, now: datetime, limit: int = ERASED) -> int:
    """Erase sessions that are over, those that ended first; how many."""
    over = (
        Session.objects.filter(expire_date__lt=now)
        .order_by("expire_date")
        .select_for_update(skip_locked=True)
    )
    keys = list(over.values_list("session_key", flat=True)[:limit])
    erased, _ = Session.objects.filter(session_key__in=keys).delete() if keys else (0, {})
    return erased


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
