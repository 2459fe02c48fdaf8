"""Reads about cases for the rooms above. Every one that a screen shows goes through `visible_to`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from vefa.cases import filters as asked
from vefa.cases import paging
from vefa.cases.filters import Filters, Reach, Sort, View
from vefa.cases.models import OPEN, Case, Extension, Promise
from vefa.cases.reaching import beside_mail
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.directory.snapshot import Snapshot
from vefa.journal.models import Event
from vefa.kit.ids import BadReferenceError, read_reference
from vefa.kit.knowing import knowing
from vefa.kit.prepared import Blanks, Prepared, Question, among, blanks, stand_ins

MOST_COUNTED = 500
REACHES = 256  # different sights whose statements are kept composed; a unit's staff with all rights share one
COUNTED = (
    View.MINE, View.NEW, View.UNREAD, View.WAITING, View.TODAY, View.LATE, View.UNSURE, View.OPEN,
)  # fmt: skip
_COUNT = "(SELECT count(*) FROM ({}) AS one)"  # of a statement that Django wrote
# What a row of a list shows; never the text, the search words or the resident's secret.
ROW = (
    "id", "reference", "title", "language", "kind", "urgency", "service", "area", "place_text", "channel",
    "private", "state", "outcome", "unit", "staff__name", "agency", "parent_id", "master_id", "unsure",
    "opened_at", "changed_at", "said_at", "ended_at", "due_at", "answer_due_at", "planned_date", "reopened",
    "supporters", "unread", "version",
)  # fmt: skip
_LINKS = {"service", "area", "unit", "agency"}
_COLUMNS = (*(f"{name}_id" if name in _LINKS else name for name in ROW), "staff_id")


@dataclass(frozen=True, slots=True)
class Page:
    """Cases of a list in its order, and the places before and behind them (None: nothing there)."""

    rows: list[Case]
    newer: str | None
    older: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a case's history, with the staff member who acted, if one did."""

    event: Event
    staff: Staff | None


def visible_to(staff: Staff) -> QuerySet[Case]:
    """The cases that this person may see: the only door through which a screen reaches a case."""
    return Case.objects.filter(asked.sight(asked.reach_of(staff)))


def seen_among(staff: Staff, case_ids: Collection[int]) -> set[int]:
    """Which of these cases this person may see."""
    return set(visible_to(staff).filter(pk__in=case_ids).values_list("pk", flat=True)) if case_ids else set()


def queue(staff: Staff, filters: Filters, *, now: datetime, cursor: str = "", limit: int = 50) -> Page:
    """One page of a list in two statements (three with words). Raises paging.CursorError."""
    cases = visible_to(staff).filter(asked.condition(filters, asked.watch_of(staff, now)))
    by_due = filters.sort is Sort.DUE and filters.view in asked.OPEN_VIEWS
    found = paging.page(
        paging.Question(
            cases=cases,
            order=paging.DUE if by_due else paging.NEWEST,
            text=filters.text,
            names=asked.reach_of(staff).private,
            cursor=paging.read_cursor(cursor) if cursor else None,
            limit=limit,
        )
    )
    return Page(rows=rows(found.ids), newer=found.newer, older=found.older)


def rows(ids: Sequence[int]) -> list[Case]:
    """These cases as rows of a list, in this order, with service, area, unit and agency from memory."""
    if not ids:
        return []
    known = directory()
    by_id = {values[0]: _row(known, values) for values in _ROWS(list(ids))}
    return [by_id[case_id] for case_id in ids if case_id in by_id]


def _row(known: Snapshot, values: tuple[Any, ...]) -> Case:
    facts = dict(zip(_COLUMNS, values, strict=True))
    staff_id, name = facts["staff_id"], facts.pop("staff__name")
    related = {
        "service": known.services.get(facts["service_id"]),
        "area": known.areas.get(facts["area_id"]),
        "unit": known.units.get(facts["unit_id"]),
        "agency": known.agencies.get(facts["agency_id"]),
        "staff": knowing(Staff, {"id": staff_id, "name": name}, {}) if staff_id else None,
    }
    return knowing(Case, facts, related)


def attached(case: Case) -> Case:
    """The case with its rows of the directory put in place, so that no statement is needed to name them."""
    known = directory()
    case.service = known.services.get(case.service_id or 0)
    case.area = known.areas.get(case.area_id or 0)
    case.unit = known.units.get(case.unit_id or 0)
    case.agency = known.agencies.get(case.agency_id or 0)
    return case


def counts(staff: Staff, *, now: datetime) -> Mapping[View, int]:
    """How many cases each view of open cases holds, counted up to 501 (show "500+"), in one statement."""
    sql, blanks = _counting(asked.reach_of(staff), MOST_COUNTED)
    watch = asked.watch_of(staff, now)
    with connection.cursor() as cursor:
        cursor.execute(sql, blanks.filled((watch.staff_id, watch.now, watch.day_ends)))
        numbers = cursor.fetchone() or ()
    return dict(zip(COUNTED, numbers, strict=True))


@lru_cache(maxsize=REACHES)
def _counting(reach: Reach, most: int) -> tuple[str, Blanks]:
    staff_id, now, day_ends = standing = stand_ins((int, datetime, datetime))
    visible = Case.objects.filter(asked.sight(reach)).order_by()
    parts: list[str] = []
    values: list[Any] = []
    for view in COUNTED:
        cases = visible.filter(asked.view_condition(view, asked.Watch(staff_id, now, day_ends)))
        sql, given = cases.values("pk")[: most + 1].query.sql_with_params()
        parts.append(_COUNT.format(sql))
        values += given
    return "SELECT " + ", ".join(parts), blanks(values, standing)


def open_case(staff: Staff, case_id: int) -> Case | None:
    """The whole case for its page, if this person may see it, with everything that is named on it."""
    found = _whole(asked.reach_of(staff))(case_id)
    return attached(found[0]) if found else None


@lru_cache(maxsize=REACHES)
def _whole(reach: Reach) -> Prepared[Case, Case]:
    def make(case_id: int) -> QuerySet[Case]:
        visible = Case.objects.filter(asked.sight(reach), pk=case_id)
        return visible.select_related(*_RELATED).annotate(**beside_mail()).defer("search")

    return Prepared(make, int, planned=reach.scope.everything)


def by_reference(staff: Staff, text: str) -> Case | None:
    """The case with the reference that somebody typed or said; None if there is none to be seen."""
    try:
        reference = read_reference(text)
    except BadReferenceError:
        return None
    return visible_to(staff).filter(reference=reference).defer("search").first()


def history(case: Case) -> list[Entry]:
    """Everything that happened to a case, the first first, in two statements."""
    events = list(Event.objects.filter(subject=f"case:{case.pk}").order_by("id"))
    ids = {int(event.actor.removeprefix("staff:")) for event in events if event.actor.startswith("staff:")}
    people = Staff.objects.in_bulk(ids)
    return [Entry(event, people.get(_staff_id(event))) for event in events]


def promises_of(case: Case, *, with_extensions: bool = True) -> list[Promise]:
    """Every promise of a case, the first first, with an extension that waits; all extensions cost a second
    statement.
    """
    return (_PROMISES_WITH_EXTENSIONS if with_extensions else _PROMISES)(case.pk)


def promises_asked(case_id: int) -> list[Question]:
    """What `promises_of` will ask without all extensions, for `together`."""
    return [(_PROMISES, (case_id,))]


def extensions_to_decide(staff: Staff, *, limit: int = 50) -> list[Extension]:
    """Extensions that wait for a decision, on cases that this person may see, asked by somebody else."""
    cases = visible_to(staff).filter(OPEN).values("id")
    found = Extension.objects.filter(decided_at=None, promise__case__in=cases).exclude(asked_by=staff)
    return list(found.select_related("promise__case", "asked_by").order_by("asked_at", "id")[:limit])


def relatives(staff: Staff, case: Case) -> list[Case]:
    """The whole and the parts of a case, its master and its duplicates, as far as they may be seen."""
    near = Q(parent_id=case.pk) | Q(master_id=case.pk)
    near |= Q(pk__in=[pk for pk in (case.parent_id, case.master_id) if pk])
    if case.parent_id:
        near |= Q(parent_id=case.parent_id)
    found = visible_to(staff).filter(near).exclude(pk=case.pk).select_related("staff").only(*ROW)
    return [attached(one) for one in found.order_by("opened_at", "id")[:100]]


def open_by_unit(unit_ids: Collection[int]) -> dict[int, int]:
    """How many open cases stand with each of these units that has any, whoever may see them."""
    rows = Case.objects.filter(OPEN, unit_id__in=unit_ids).order_by().values_list("unit_id")
    return dict(rows.annotate(count=Count("id"))) if unit_ids else {}


def places_of(citizen_ids: Collection[int]) -> dict[int, set[str]]:
    """The areas that people's cases lie in, for comparing people."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Case.objects.filter(citizen_id__in=citizen_ids, area__isnull=False)
    for citizen_id, area_id in rows.order_by("id").values_list("citizen_id", "area_id"):
        found[citizen_id or 0].add(f"area {area_id}")
    return found


_ROWS = Prepared(
    lambda ids: Case.objects.filter(among("id", ids)).values_list(*_COLUMNS),
    list,
    planned=True,
)


def _promises(case_id: int) -> QuerySet[Promise]:
    wish = Extension.objects.filter(promise=OuterRef("pk"), decided_at=None).order_by("-id")
    wishes = {
        "wished_until": Subquery(wish.values("new_due_at")[:1]),
        "wished_by": Subquery(wish.values("asked_by__name")[:1]),
    }
    return Promise.objects.filter(case_id=case_id).order_by("started_at", "id").annotate(**wishes)


_PROMISES = Prepared(_promises, int, planned=True)
_PROMISES_WITH_EXTENSIONS = Prepared(lambda case_id: _promises(case_id).prefetch_related("extensions"), int)
_RELATED = ("staff", "citizen", "conversation__address", "conversation__endpoint")


def _staff_id(event: Event) -> int:
    _, _, number = event.actor.partition(":")
    return int(number) if number.isdecimal() else 0
