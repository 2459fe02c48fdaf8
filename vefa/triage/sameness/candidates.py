"""Open cases that could be the same: few enough to be weighed one by one, found by indexes alone.

Asked when a person opens a case, not for each message: a batch of the worker pays nothing, the answer is as
fresh as the page, and of all cases most are never looked at for doubles.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from vefa.cases.filters import areas_below
from vefa.cases.models import OPEN, Case
from vefa.cases.queries import visible_to
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.kit.geo import box_around
from vefa.triage.models import CaseVector
from vefa.triage.sameness.reading import Read
from vefa.triage.sameness.rules import FAR_M

WITHIN = timedelta(days=30)
MOST = 80  # by each way of looking
NEAREST = 40  # in meaning
FIELDS = (
    "reference", "title", "text", "language", "service", "area", "place_text", "lat", "lon", "opened_at",
    "supporters", "state", "channel", "version",
)  # fmt: skip
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


def candidates(asked: Asked) -> list[Case]:
    """The open cases that could be the same, each once; nothing for a case without any place."""
    if not asked.read.placed:
        return []
    begin, end = asked.case.opened_at - WITHIN, asked.case.opened_at + WITHIN
    near = visible_to(asked.staff).filter(OPEN, opened_at__range=(begin, end)).exclude(pk=asked.case.pk)
    near = near.exclude(parent=asked.case.pk).order_by("-opened_at", "-id")
    ids = dict.fromkeys(pk for way in _ways(asked, near) for pk in way)
    found = near.filter(id__in=list(ids)).only(*FIELDS)
    return list(found)


def _ways(asked: Asked, near: QuerySet[Case]) -> Iterable[Iterable[int]]:
    report = asked.read.report
    if report.point is not None:
        low, high = box_around(report.point, FAR_M)
        within = Q(lat__range=(low.latitude, high.latitude), lon__range=(low.longitude, high.longitude))
        yield near.filter(within).values_list("id", flat=True)[:MOST]
    area = next((one for one in directory().areas.values() if one.path == report.area), None)
    if area is not None:
        yield from _in_area(asked, near, area.pk)
    yield _by_meaning(asked)


def _in_area(asked: Asked, near: QuerySet[Case], area_id: int) -> Iterable[Iterable[int]]:
    """Of its services in and around the area; and whatever there is in a place as exact as a street."""
    report = asked.read.report
    codes = directory().services_in_use
    services = [codes[code].pk for code in report.services if code in codes]
    parents = [area.pk for area in directory().way_up(area_id)][: 2 if report.exact else 1]
    inside = [*areas_below(area_id), *parents]
    if services:
        fit = near.filter(Q(service_id__in=services) | Q(service=None), area_id__in=inside)
        yield fit.values_list("id", flat=True)[:MOST]
    if report.exact or not services:
        yield near.filter(area_id__in=areas_below(area_id)).values_list("id", flat=True)[:MOST]


def _by_meaning(asked: Asked) -> Iterable[int]:
    """The nearest by the signs of their vectors, where this case has one."""
    own = CaseVector.objects.filter(pk=asked.case.pk).values_list("model", "signs").first()
    if own is None:
        return ()
    with connection.cursor() as cursor:
        span = (asked.case.opened_at - WITHIN, asked.case.opened_at + WITHIN)
        cursor.execute(_NEAREST, [own[0], *span, own[1], NEAREST])
        return [row[0] for row in cursor.fetchall()]
