"""Open cases that could be the same: found by indexes alone, sifted to a few that are then read wholly.

Asked when a person opens a case, not for each message: a batch of the worker pays nothing, the answer is as
fresh as the page, and of all cases most are never looked at for doubles. All ways of looking (around the
point, in and around the area, a name of a street, the same reporter, the nearest in meaning) are one
statement, and none asks which service a case has: that may be triage's own mistake, on either side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Value

from vefa.cases.filters import areas_below
from vefa.cases.models import OPEN, Case
from vefa.cases.queries import visible_to
from vefa.cases.wordlist import holding
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.kit.geo import box_around
from vefa.kit.text import words
from vefa.triage.models import CaseVector
from vefa.triage.sameness.reading import DAY_S, LONGEST, Read
from vefa.triage.sameness.rules import FAR_M
from vefa.triage.sameness.sifting import Brief, Wanted, sifted

WITHIN = timedelta(days=30)
BEFORE, AFTER = 300, 100  # of an area: the nearest in time
OTHERWISE = 60  # by each other way of looking
NEAREST = 40  # in meaning
READ = 50  # that are left after sifting
FIELDS = (
    "reference", "title", "text", "language", "service", "area", "place_text", "lat", "lon", "opened_at",
    "supporters", "state", "channel", "version",
)  # fmt: skip
_ROW = ("id", "service_id", "area_id", "opened_at", "title", "text", "place_text")
_NEAREST = """
SELECT vector.case_id FROM triage_casevector AS vector JOIN cases_case AS one ON one.id = vector.case_id
WHERE vector.model = %s AND one.opened_at >= %s AND one.opened_at <= %s AND NOT (one.state = 'ended')
ORDER BY bit_count(vector.signs # %s::bit(384)) LIMIT %s
"""


@dataclass(frozen=True)
class Asked:
    """For which case it is asked, as it was read, and by whom."""

    case: Case
    read: Read
    staff: Staff

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when to when another report may have come."""
        return self.case.opened_at - WITHIN, self.case.opened_at + WITHIN


def candidates(asked: Asked) -> list[Case]:
    """The open cases that are most worth reading, each once; nothing for a case without any place.

    Three or four statements.
    """
    if not asked.read.placed:
        return []
    near = visible_to(asked.staff).filter(OPEN, opened_at__range=asked.span).exclude(pk=asked.case.pk)
    near = near.exclude(parent=asked.case.pk)
    ids = sifted(_wanted(asked), _briefs(list(_ways(asked, near))), most=READ)
    found = Case.objects.only(*FIELDS).in_bulk(ids)
    return [found[key] for key in ids if key in found]


def _wanted(asked: Asked) -> Wanted:
    codes = directory().services_in_use
    report = asked.read.report
    return Wanted(
        services={codes[code].pk: share for code, share in report.services.items() if code in codes},
        areas={one.pk for one in directory().areas.values() if one.path == report.area},
        day=report.day,
        said=words(_text(asked.case.title, asked.case.text, asked.case.place_text)),
    )


def _briefs(ways: Sequence[QuerySet[Case, Any]]) -> list[Brief]:
    """The rows of all ways, each once, in one statement."""
    if not ways:
        return []
    first, *others = ways
    found: dict[int, Brief] = {}
    for key, service, area, at, title, text, place, beside in first.union(*others, all=True):
        if key not in found or beside:
            said = words(_text(title, text, place))
            found[key] = Brief(key, service, area, at.timestamp() / DAY_S, said, beside)
    return list(found.values())


def _text(title: str, text: str, place: str) -> str:
    return f"{text[:LONGEST] or title}\n{place}"


def _ways(asked: Asked, near: QuerySet[Case]) -> Iterable[QuerySet[Case, Any]]:
    report = asked.read.report
    if report.point is not None:
        low, high = box_around(report.point, FAR_M)
        within = Q(lat__range=(low.latitude, high.latitude), lon__range=(low.longitude, high.longitude))
        yield _newest(near.filter(within), OTHERWISE, beside=True)
    area = next((one for one in directory().areas.values() if one.path == report.area), None)
    if area is not None:
        parents = [one.pk for one in directory().way_up(area.pk)][: 2 if report.exact else 1]
        here = near.filter(area_id__in=[*areas_below(area.pk), *parents])
        yield _newest(here.filter(opened_at__lte=asked.case.opened_at), BEFORE)
        later = here.filter(opened_at__gt=asked.case.opened_at).order_by("opened_at", "id")
        yield _rows(later, beside=False)[:AFTER]
    if names := holding(report.whereabouts.names, report.whereabouts.houses):
        yield _newest(near.filter(search=names), OTHERWISE, beside=True)
    if asked.case.citizen_id is not None:
        yield _newest(near.filter(citizen_id=asked.case.citizen_id), OTHERWISE, beside=True)
    if alike := list(_by_meaning(asked)):
        yield _newest(near.filter(id__in=alike), NEAREST, beside=True)


def _newest(cases: QuerySet[Case], limit: int, *, beside: bool = False) -> QuerySet[Case, Any]:
    return _rows(cases.order_by("-opened_at", "-id"), beside=beside)[:limit]


def _rows(cases: QuerySet[Case], *, beside: bool) -> QuerySet[Case, Any]:
    return cases.annotate(beside=Value(beside)).values_list(*_ROW, "beside")


def _by_meaning(asked: Asked) -> Iterable[int]:
    """The nearest by the signs of their vectors, where this case has one."""
    if not asked.read.vector:
        return ()
    own = CaseVector.objects.filter(pk=asked.case.pk).values_list("model", "signs").first()
    if own is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, [own[0], *asked.span, own[1], NEAREST])
        return [row[0] for row in cursor.fetchall()]
