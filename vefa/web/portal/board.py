"""What others reported: a list that anybody may read, and the page of one of its cases."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from vefa.cases import public as cases
from vefa.cases.paging import CursorError
from vefa.cases.public import PublicFilters
from vefa.directory import queries
from vefa.directory.models import Area, Service
from vefa.web.portal import places, public
from vefa.web.portal.closed import once_loaded
from vefa.web.ui.shapes import Pages

LIMIT = 20


@dataclass(frozen=True)
class Wish:
    """What the reader wants to see; empty means everything."""

    service: Service | None
    area: Area | None
    state: str  # "", open or ended

    @property
    def filters(self) -> PublicFilters:
        """As the list understands it."""
        return PublicFilters(
            service_id=self.service.id if self.service else None,
            area_id=self.area.id if self.area else None,
            ended={"open": False, "ended": True}.get(self.state),
        )

    @property
    def query(self) -> dict[str, str]:
        """As an address says it."""
        given = {
            "service": self.service.code if self.service else "",
            "area": self.area.key if self.area else "",
            "state": self.state,
        }
        return {name: value for name, value in given.items() if value}


def wish_of(request: HttpRequest) -> Wish:
    """What the address asks for; a word that means nothing is left out."""
    service = queries.service_by_code(request.GET.get("service", ""))
    state = request.GET.get("state", "")
    return Wish(
        service=service if service and service.public else None,
        area=places.by_key(request.GET.get("area", "")),
        state=state if state in {"open", "ended"} else "",
    )


@require_safe
@once_loaded
def board(request: HttpRequest) -> HttpResponse:
    """Public cases, newest first, one page at a time."""
    wish = wish_of(request)
    try:
        found = cases.listing(wish.filters, cursor=request.GET.get("from", ""), limit=LIMIT)
    except CursorError as error:
        raise Http404 from error
    context = {
        "cases": [public.shown(case) for case in found.rows],
        "pages": Pages(newer=_further(request, found.newer), older=_further(request, found.older)),
        "map_href": reverse("portal:map", query=wish.query),
        "back": "/",
        **choices(wish),
    }
    return render(request, "portal/board.html", context)


def choices(wish: Wish) -> dict[str, Any]:
    """The fields by which list and map are narrowed."""
    language = get_language() or "en"
    groups: dict[str, list[tuple[str, str]]] = {}
    for service in queries.services():
        if service.public:
            groups.setdefault(service.group.name(language), []).append((service.code, service.name(language)))
    states = [("", gettext("All")), ("open", gettext("Still open")), ("ended", gettext("Done or decided"))]
    return {"wish": wish, "groups": groups, "districts": places.choices(language), "states": states}


def _further(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["from"] = cursor
    return f"?{query.urlencode()}"


@require_safe
@once_loaded
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One public case."""
    found = public.find(case_id)
    if found is None:
        raise Http404
    return render(request, "portal/case.html", {"case": found, "back": reverse("portal:board")})
