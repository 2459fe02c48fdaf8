"""A public case as a page shows it: sort, place, day, where it stands, how many voices; nothing else."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language

from vefa.cases import public
from vefa.cases.public import PublicCase
from vefa.kit.geo import Point, distance_m
from vefa.web.portal import statuses
from vefa.web.portal.statuses import Status

STEP_M = 50  # distances are told in such steps: a more exact one would tell where somebody lives


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One public case in the reader's language; `metres` is 0 where no distance is known."""

    id: int
    service: str
    service_code: str
    place: str
    text: str
    status: Status
    opened_at: datetime
    ended_at: datetime | None
    voices: int
    metres: int = 0
    is_open: bool = True

    @property
    def address(self) -> str:
        """Its page."""
        return reverse("portal:case", args=[self.id])


def find(case_id: int) -> Shown | None:
    """The public case with this number, or None."""
    case = public.one(case_id)
    return shown(case) if case else None


def shown(case: PublicCase, *, around: Point | None = None) -> Shown:
    """The case in the reader's language, with its distance from a point if one is given."""
    language = get_language() or "en"
    return Shown(
        id=case.id,
        service=case.service.name(language),
        service_code=case.service.code,
        place=case.area.name(language) if case.area else "",
        text=case.text,
        status=statuses.of_public(case),
        opened_at=case.opened_at,
        ended_at=case.ended_at,
        voices=case.supporters + 1,
        metres=_metres(case, around),
        is_open=case.ended_at is None,
    )


def _metres(case: PublicCase, around: Point | None) -> int:
    if around is None or case.lat is None or case.lon is None:
        return 0
    return max(STEP_M, round(distance_m(around, Point(case.lat, case.lon)) / STEP_M) * STEP_M)
