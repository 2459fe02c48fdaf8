"""Open public cases around a place that may be the same matter."""

from collections.abc import Sequence

from vefa.cases import public
from vefa.cases.public import PublicCase, PublicFilters
from vefa.directory.models import Area
from vefa.kit.geo import Point
from vefa.web.portal.public import Shown, shown

RADIUS_M = 250
SHOWN = 5
LOOKED_AT = 50


def open_cases(
    *, point: tuple[float, float] | None, area: Area | None, services: Sequence[int]
) -> list[Shown]:
    """Around a point the nearest first, else the newest of the neighbourhood; of these services if any.

    A whole district is too wide to be "here": without a point it offers nothing.
    """
    if point is not None:
        spot = Point(*point)
        found = public.nearby(spot, service_id=None, metres=RADIUS_M, limit=LOOKED_AT)
        return [shown(case, around=spot) for case in _alike(found, services)]
    if area is None or area.kind not in {Area.Level.NEIGHBOURHOOD, Area.Level.STREET}:
        return []
    page = public.listing(PublicFilters(area_id=area.id, ended=False), limit=LOOKED_AT)
    return [shown(case) for case in _alike(page.rows, services)] if services else []


def _alike(cases: Sequence[PublicCase], services: Sequence[int]) -> list[PublicCase]:
    return [case for case in cases if not services or case.service.id in services][:SHOWN]
