"""The line of unsure cases: the next one for each person, held for them alone for some minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from vefa.cases import queries
from vefa.cases.models import OPEN, Case
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.triage.models import DeskDecision, DeskHold, Did

HOLDS = timedelta(minutes=5)  # without a sign of its holder, a case is somebody else's to decide
RESTS = timedelta(hours=8)  # so long a case that somebody skipped is not given to them again
MOST_COUNTED = 500
TRIES = 20  # cases tried when others take them at the same moment

# The hold is ours if it is free, over, or was ours: one statement, so that of two only one gets it.
_TAKE = """
INSERT INTO triage_deskhold (case_id, staff_id, until) VALUES (%(case)s, %(staff)s, %(until)s)
ON CONFLICT (case_id) DO UPDATE SET staff_id = excluded.staff_id, until = excluded.until
WHERE triage_deskhold.until <= %(now)s OR triage_deskhold.staff_id = excluded.staff_id
RETURNING case_id
"""


class HeldError(Exception):
    """Somebody else is deciding this case now."""


@dataclass(frozen=True)
class Standing:
    """How far the line has come for one person; `left` up to 501 (show "500+")."""

    done: int  # decided by them since the day began
    left: int
    held: int  # being decided by others
    skipped: int


def next_case(staff: Staff, *, now: datetime) -> Case | None:
    """The case that this person has, else the next in the line, held for them; None if nothing waits.

    The most urgent first, then the one that has waited longest.
    """
    own = (
        DeskHold.objects.filter(staff=staff, until__gt=now)
        .order_by("-until")
        .values_list("case_id", flat=True)
    )
    mine = set(_unsure(staff).filter(pk__in=list(own)).values_list("pk", flat=True))
    for case_id in [one for one in own if one in mine]:
        if hold(case_id, staff, now=now):
            return queries.open_case(staff, case_id)
    waiting = _free(staff, now).order_by("-urgency", "opened_at", "id").values_list("pk", flat=True)
    for case_id in waiting[:TRIES]:
        if hold(case_id, staff, now=now):
            return queries.open_case(staff, case_id)
    return None


def hold(case_id: int, staff: Staff, *, now: datetime) -> bool:
    """Keep the case for this person for some minutes; False if somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"case": case_id, "staff": staff.pk, "until": now + HOLDS, "now": now})
        return cursor.fetchone() is not None


def let_go(case_id: int, staff: Staff) -> None:
    """The case is nobody's any more."""
    DeskHold.objects.filter(case_id=case_id, staff=staff).delete()


def standing(staff: Staff, *, now: datetime) -> Standing:
    """What was done today, what waits, what others have, what was skipped; four statements."""
    mine = DeskDecision.objects.filter(staff=staff, undone_at=None)
    held = DeskHold.objects.filter(until__gt=now).exclude(staff=staff).values("case_id")
    done = mine.exclude(did=Did.SKIPPED).filter(at__gte=_day_began(now))
    return Standing(
        done=done.count(),
        left=_free(staff, now).order_by()[: MOST_COUNTED + 1].count(),
        held=_unsure(staff).filter(pk__in=held).count(),
        skipped=_unsure(staff).filter(pk__in=_skips(staff, now).values("case_id")).count(),
    )


def again(staff: Staff, *, now: datetime) -> None:
    """Put what this person skipped back into their line."""
    _skips(staff, now).update(undone_at=now)


def _unsure(staff: Staff) -> QuerySet[Case]:
    return queries.visible_to(staff).filter(OPEN, unsure=True)


def _free(staff: Staff, now: datetime) -> QuerySet[Case]:
    held = DeskHold.objects.filter(case=OuterRef("pk"), until__gt=now).exclude(staff=staff)
    skipped = _skips(staff, now).filter(case=OuterRef("pk"))
    return _unsure(staff).exclude(Exists(held)).exclude(Exists(skipped))


def _skips(staff: Staff, now: datetime) -> QuerySet[DeskDecision]:
    return DeskDecision.objects.filter(staff=staff, did=Did.SKIPPED, undone_at=None, at__gt=now - RESTS)


def _day_began(now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(directory().municipality.timezone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
