"""What a list of cases may be asked for, as conditions that the indexes of the table answer alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact

from vefa.cases.models import OPEN, State
from vefa.directory.access import Action, Scope, can, scope_of
from vefa.directory.models import Staff
from vefa.directory.queries import directory

NOTHING = Q(pk__in=())


class View(StrEnum):
    """A list that the desk shows, before any filter."""

    MINE = "mine"
    NEW = "new"
    UNREAD = "unread"
    WAITING = "waiting"
    TODAY = "today"  # due before the local day ends
    LATE = "late"
    UNSURE = "unsure"  # triage asks a person to decide
    OPEN = "open"
    ENDED = "ended"
    ALL = "all"


OPEN_VIEWS = frozenset(View) - {View.ENDED, View.ALL}


class Sort(StrEnum):
    """The order of a list. Lists with ended cases are always newest first: those owe nothing."""

    NEWEST = "newest"
    DUE = "due"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to; areas and units with all below them. Empty means any."""

    view: View = View.OPEN
    sort: Sort = Sort.NEWEST
    state: str = ""
    unit_id: int | None = None
    service_id: int | None = None
    area_id: int | None = None
    channel: str = ""
    staff_id: int | None = None
    kind: str = ""
    urgency: int | None = None
    language: str = ""
    line: str = ""  # of public transport: its number
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far somebody sees: people with the same reach are asked for with the same statement."""

    scope: Scope
    private: bool


def reach_of(staff: Staff) -> Reach:
    """How far this person sees."""
    return Reach(scope_of(staff), can(staff, Action.PRIVATE))


def sight(reach: Reach) -> Q:
    """The cases that somebody may see at all. Absent and forbidden look the same."""
    scope = reach.scope
    if scope.nothing:
        return NOTHING
    allowed = Q() if reach.private else Q(private=False)
    if scope.everything:
        return allowed
    own = Q()
    if scope.unit_ids:
        own |= Q(unit_id__in=sorted(scope.unit_ids))
    if scope.area_ids:
        own |= Q(area_id__in=sorted(scope.area_ids))
    if scope.staff_id is not None:
        own |= Q(staff_id=scope.staff_id)
    return allowed & own


@dataclass(frozen=True, slots=True)
class Watch:
    """Whose lists they are, and the moments that divide them: this one, and the end of the local day."""

    staff_id: int
    now: datetime
    day_ends: datetime


def watch_of(staff: Staff, now: datetime) -> Watch:
    """This person's lists at this moment."""
    return Watch(staff.pk, now, _end_of_day(now))


def condition(filters: Filters, watch: Watch) -> Q:
    """Everything that a list asks of a case but its text and the right to see it."""
    return view_condition(filters.view, watch) & _narrowed(filters)


def view_condition(view: View, watch: Watch) -> Q:
    """What belongs to a view."""
    if view in OPEN_VIEWS:
        return OPEN & _within_open(view, watch)
    return Q(state=State.ENDED) if view is View.ENDED else Q()


def _within_open(view: View, watch: Watch) -> Q:
    conditions = {
        View.MINE: Q(staff_id=watch.staff_id),
        View.NEW: Q(state=State.NEW),
        View.UNREAD: Q(unread=True),
        View.WAITING: Q(state=State.WAITING),
        View.TODAY: Q(due_order__gte=watch.now, due_order__lt=watch.day_ends),
        View.LATE: Q(due_order__lt=watch.now),
        View.UNSURE: Q(unsure=True),
        View.OPEN: Q(),
    }
    return conditions[view]


def _narrowed(filters: Filters) -> Q:
    plain = {
        "state": filters.state,
        "service_id": filters.service_id,
        "channel": filters.channel,
        "staff_id": filters.staff_id,
        "kind": filters.kind,
        "urgency": filters.urgency,
        "language": filters.language,
    }
    found = Q(**{name: value for name, value in plain.items() if value not in {None, ""}})
    if filters.line:
        found &= Q(Exact(KeyTextTransform("line", "facts"), filters.line), facts__has_key="line")
    if filters.unit_id is not None:
        found &= Q(unit_id__in=units_below(filters.unit_id))
    if filters.area_id is not None:
        found &= Q(area_id__in=areas_below(filters.area_id))
    return found


def areas_below(area_id: int) -> list[int]:
    """An area and every area in it."""
    areas = directory().areas
    top = areas[area_id].path if area_id in areas else None
    return [one.pk for one in areas.values() if top and f"{one.path}/".startswith(f"{top}/")]


def units_below(unit_id: int) -> list[int]:
    """A unit and every unit of it."""
    units = directory().units
    top = units[unit_id].path if unit_id in units else None
    return [one.pk for one in units.values() if top and f"{one.path}/".startswith(f"{top}/")]


def _end_of_day(now: datetime) -> datetime:
    zone = ZoneInfo(directory().municipality.timezone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone).astimezone(UTC)
