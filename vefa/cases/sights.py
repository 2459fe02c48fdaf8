"""Who of which level has seen a case, and when: the first and the last time."""

from datetime import datetime

from vefa.cases.models import Case, Sight
from vefa.directory.models import Role, Staff
from vefa.kit.prepared import Act

# One statement; a look within a minute of the last one writes nothing.
_SEEN = Act("""
INSERT INTO cases_sight (case_id, staff_id, role, first_at, last_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (case_id, staff_id) DO UPDATE SET last_at = excluded.last_at, role = excluded.role
WHERE cases_sight.last_at < excluded.last_at - interval '1 minute'
""")

_READERS = {Role.OPERATOR, Role.HEAD, Role.DISTRICT_HEAD, Role.CREW, Role.ADMINISTRATOR}


def see(*, case: Case, staff: Staff, now: datetime) -> None:
    """Remember that somebody looked at the case. It is read once its own person, or a desk, has looked."""
    for act, values in sight_of(case=case, staff=staff, now=now):
        act(*values)
    mark_read(case=case, staff=staff)


def sight_of(*, case: Case, staff: Staff, now: datetime) -> list[tuple[Act, tuple[object, ...]]]:
    """What remembers the look, for `together`; `mark_read` does the rest of `see`."""
    return [(_SEEN, (case.pk, staff.pk, staff.role, now, now))]


def mark_read(*, case: Case, staff: Staff) -> None:
    """A case with new messages is read once its own person, or a desk, has looked."""
    if case.unread and case.staff_id in {None, staff.pk} and staff.role in _READERS:
        Case.objects.filter(pk=case.pk, unread=True).update(unread=False)
        case.unread = False


def sights(case: Case) -> list[Sight]:
    """Everybody who has seen the case, the first first."""
    return list(Sight.objects.filter(case=case).select_related("staff").order_by("first_at", "id"))
