"""The lists: every filter lives in the address, so that a list can be kept, sent and come back to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from vefa.cases import queries
from vefa.cases.filters import Filters, Sort, View
from vefa.cases.models import Kind, State, Urgency
from vefa.cases.paging import CursorError
from vefa.cases.search import search as search_cases
from vefa.directory.access import Action, can
from vefa.directory.queries import directory
from vefa.directory.snapshot import Snapshot
from vefa.web.desk import counting
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of, names, shown
from vefa.web.desk.rows import KINDS, STATES, URGENCIES, rows_of
from vefa.web.ui import channels, words
from vefa.web.ui.shapes import Option, Pages, Tag
from vefa.web.ui.show import show
from vefa.web.ui.tags import choose, options

FIELDS = ("state", "unit", "service", "area", "channel", "kind", "urgency", "language", "sort")


@dataclass(frozen=True)
class Choice:
    """One filter: its name in the address, its name for people, its options, the chosen one's name."""

    field: str
    label: str
    options: SafeString
    chosen: str


@require_safe
@staff_only(Action.READ)
def home(request: StaffRequest) -> HttpResponse:
    """The desk opens on what is mine, or on what is new where nothing is."""
    counted = counting.counted(request.staff, now=timezone.now())
    view = View.MINE if counted[View.MINE] else View.NEW
    return HttpResponseRedirect(reverse("desk:list", args=[view.value]))


@require_safe
@staff_only(Action.READ)
def queue(request: StaffRequest, view: str) -> HttpResponse:
    """One list. `?unit=roads&channel=telegram&sort=due&at=…` narrows, orders and pages it."""
    if view not in set(View):
        raise Http404
    now = timezone.now()
    filters = read_filters(request.GET, view=View(view))
    try:
        page = queries.queue(request.staff, filters, now=now, cursor=request.GET.get("at", ""))
    except CursorError as error:
        raise Http404 from error
    offered = choices(request.GET)
    name = names().get(View(view), (gettext("All"), "", ""))[0]
    context = {
        "frame": frame_of(request, now=now, current=view),
        "heading": name,
        "rows": rows_of(page.rows, now=now),
        "pages": _pages(request.GET, page),
        "tags": tags(request.GET, offered),
        "clear": request.path,
        "choices": offered,
        "view": view,
        "sort": filters.sort.value,
        "can_bulk": can(request.staff, Action.ASSIGN),
    }
    return show(request, "desk/queue.html", "list", context)


@require_safe
@staff_only(Action.READ)
def counts(request: StaffRequest) -> HttpResponse:
    """The numbers beside the lists, by each list's letter, for a page that is open while things change."""
    counted = counting.recount(request.staff, now=timezone.now())
    return JsonResponse(
        {key: words.digits(shown(counted[view])) for view, (_, key, _) in names().items() if view in counted}
    )


@require_safe
@staff_only(Action.READ)
def search(request: StaffRequest) -> HttpResponse:
    """Find a case by number, telephone, mail, name or words in any script."""
    now = timezone.now()
    text = request.GET.get("q", "").strip()[:200]
    try:
        page = search_cases(request.staff, text, cursor=request.GET.get("at", "")) if text else None
    except CursorError as error:
        raise Http404 from error
    if page and len(page.rows) == 1 and page.rows[0].reference == text:
        return HttpResponseRedirect(reverse("desk:case", args=[page.rows[0].pk]))
    context = {
        "frame": frame_of(request, now=now, searched=text),
        "heading": gettext("Found"),
        "searched": text,
        "rows": rows_of(page.rows, now=now) if page else [],
        "can_bulk": can(request.staff, Action.ASSIGN),
        "pages": _pages(request.GET, page) if page else None,
    }
    return show(request, "desk/queue.html", "list", context)


def read_filters(asked: QueryDict, *, view: View) -> Filters:
    """The filters of an address; what is unknown in it narrows nothing."""
    here = directory()
    units = {unit.key: unit.pk for unit in here.units.values()}
    areas = {area.key: area.pk for area in here.areas.values()}
    services = {service.code: service.pk for service in here.services.values()}
    urgency = asked.get("urgency", "")
    return Filters(
        view=view,
        sort=Sort.DUE if asked.get("sort") == Sort.DUE.value else Sort.NEWEST,
        state=asked.get("state", "") if asked.get("state") in set(State) else "",
        unit_id=units.get(asked.get("unit", "")),
        area_id=areas.get(asked.get("area", "")),
        service_id=services.get(asked.get("service", "")),
        channel=asked.get("channel", "")[:20],
        kind=asked.get("kind", "") if asked.get("kind") in set(Kind) else "",
        urgency=int(urgency) if urgency in {"0", "1", "2"} else None,
        language=asked.get("language", "")[:2],
        line=asked.get("line", "")[:16],
        text=asked.get("q", "")[:200],
    )


def choices(asked: QueryDict) -> list[Choice]:
    """Every filter with its options, for the form above the list."""
    found = []
    for field, label, known, drawn in _offered():
        value = asked.get(field, "")
        chosen = known.get(value, "")
        found.append(Choice(field, label, choose(drawn, value) if chosen else drawn, chosen))
    return found


type Offered = tuple[
    str, str, Mapping[str, str], SafeString
]  # field, label, names by value, its options drawn
_kept: dict[str, tuple[Snapshot, list[Offered]]] = {}  # by language, as long as the directory stays as it is


def _offered() -> list[Offered]:
    here, language = directory(), get_language() or "en"
    kept = _kept.get(language)
    if kept is None or kept[0] is not here:
        kept = _kept[language] = (here, list(_offer(here, language)))
    return kept[1]


def _offer(here: Snapshot, language: str) -> Iterable[Offered]:
    """What each filter offers; a town has some hundred of all."""
    units = [(unit.key, unit.name(language), unit.path.count("/")) for unit in here.units.values()]
    areas = [(area.key, area.name(language), area.path.count("/")) for area in here.areas.values()]
    services = [(one.code, one.name(language), 0) for one in here.services.values()]
    plain: Mapping[str, tuple[str, Iterable[tuple[str, str, int]]]] = {
        "state": (gettext("State"), [(key.value, str(name), 0) for key, name in STATES.items()]),
        "unit": (gettext("Unit"), units),
        "service": (gettext("Service"), services),
        "area": (gettext("Area"), [row for row in areas if row[2] < 3]),
        "channel": (
            gettext("Channel"),
            [(key, str(name), 0) for key, (_i, name) in channels.CHANNELS.items()],
        ),
        "kind": (gettext("Kind"), [(key, str(name), 0) for key, name in KINDS.items()]),
        "urgency": (
            gettext("Urgency"),
            [(str(Urgency(key).value), str(name), 0) for key, name in URGENCIES.items()],
        ),
        "language": (gettext("Language"), [(key, str(name), 0) for key, name in channels.LANGUAGES.items()]),
        "line": (
            gettext("Line"),
            [(key, f"{key} · {line.name(language)}", 0) for key, line in here.lines.items()],
        ),
    }
    for field, (label, rows) in plain.items():
        if not rows:  # a town without buses
            continue
        drawn = options(Option(key, name, chosen=False, depth=depth) for key, name, depth in rows)
        yield field, label, {key: name for key, name, _ in rows}, drawn


def tags(asked: QueryDict, offered: Iterable[Choice]) -> list[Tag]:
    """The filters in force, each with the way to the list without it."""
    return [
        Tag(name=choice.label, value=choice.chosen, href=_without(asked, choice.field))
        for choice in offered
        if choice.chosen
    ]


def _without(asked: QueryDict, *fields: str) -> str:
    query = asked.copy()
    for field in (*fields, "at"):
        query.pop(field, None)
    return f"?{query.urlencode()}"


def _pages(asked: QueryDict, page: queries.Page) -> Pages:
    return Pages(newer=_at(asked, page.newer), older=_at(asked, page.older))


def _at(asked: QueryDict, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query: Any = asked.copy()
    query["at"] = cursor
    return f"?{query.urlencode()}"
