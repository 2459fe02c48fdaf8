"""Pages without numbers: each begins behind the last row of the one before, however deep it lies."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q, QuerySet

from vefa.cases import wordlist
from vefa.cases.models import Case

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NEWEST_WINDOW = 2_000  # cases in which a common word is looked for before all are


class CursorError(ValueError):
    """The text is no place in a list."""


@dataclass(frozen=True, slots=True)
class Order:
    """One way to order cases: a moment, then the id, both in the same direction."""

    field: str
    descending: bool


NEWEST = Order("opened_at", descending=True)
DUE = Order("due_order", descending=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: the row that was seen last, and whether the page lies before it."""

    moment: datetime
    case_id: int
    backwards: bool = False

    def __str__(self) -> str:
        return f"{'b' if self.backwards else 'a'}{(self.moment - EPOCH) // MICROSECOND}.{self.case_id}"


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of one page in the list's order, and the places before and behind it."""

    ids: list[int]
    newer: str | None
    older: str | None


def read_cursor(text: str) -> Cursor:
    """The place that a link names. Raises CursorError."""
    moment, _, case_id = text[1:].partition(".")
    if text[:1] not in {"a", "b"} or not case_id.isdecimal():
        raise CursorError(f"{text!r} is no place in a list")
    try:
        return Cursor(EPOCH + int(moment) * MICROSECOND, int(case_id), backwards=text[0] == "b")
    except (OverflowError, ValueError) as error:  # beyond the calendar, or no number that anybody reads
        raise CursorError(f"{text!r} is no place in a list") from error


@dataclass(frozen=True, kw_only=True)
class Question:
    """A list: which cases, in which order, with which words, from which place, how many."""

    cases: QuerySet[Case]
    order: Order
    text: str = ""
    names: bool = False  # whether who asks may see the names of residents
    cursor: Cursor | None = None
    limit: int = 50


def page(question: Question) -> Found:
    """One page in one statement; in four at most where words are asked for."""
    cursor = question.cursor
    rows = _rows(question)
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    if cursor is not None and cursor.backwards:
        rows.reverse()
    if not rows:
        return Found([], None, None)
    before = more if cursor is not None and cursor.backwards else cursor is not None
    behind = more if cursor is None or not cursor.backwards else True
    first, last = rows[0], rows[-1]
    return Found(
        ids=[row[0] for row in rows],
        newer=str(Cursor(first[1], first[0], backwards=True)) if before else None,
        older=str(Cursor(last[1], last[0])) if behind else None,
    )


def _rows(question: Question) -> list[tuple[int, datetime]]:
    order, limit = question.order, question.limit + 1
    descending = order.descending != (question.cursor is not None and question.cursor.backwards)
    cases = question.cases
    if question.cursor is not None:
        cases = cases.filter(_beyond(order.field, question.cursor, descending=descending))
    sign = "-" if descending else ""
    walk = cases.order_by(f"{sign}{order.field}", f"{sign}id")
    words = wordlist.asked(question.text, names=question.names) if question.text else None
    if words is None:
        return list(walk.values_list("id", order.field)[:limit])
    window = walk.values("id")[:NEWEST_WINDOW]
    near = wordlist.read_one_by_one(Case.objects.filter(id__in=window), words)
    near = near.order_by(f"{sign}{order.field}", f"{sign}id")
    rows = list(near.values_list("id", order.field)[:limit])
    if len(rows) == limit:
        return rows
    if wordlist.are_common(cases, words):
        walked = wordlist.read_one_by_one(cases, words).order_by(f"{sign}{order.field}", f"{sign}id")
        return list(walked.values_list("id", order.field)[:limit])
    return _everywhere(cases, words, order, (descending, limit))


def _everywhere(
    cases: QuerySet[Case], words: wordlist.Prepared, order: Order, how: tuple[bool, int]
) -> list[tuple[int, datetime]]:
    """All matches by the index of words: the sum keeps the planner from walking the table in order."""
    descending, limit = how
    moment = F(order.field) + timedelta(0)
    ordering = [moment.desc(), F("id").desc()] if descending else [moment.asc(), F("id").asc()]
    found = cases.filter(search=words).order_by(*ordering)
    return list(found.values_list("id", order.field)[:limit])


def _beyond(field: str, cursor: Cursor, *, descending: bool) -> Q:
    side = "lt" if descending else "gt"
    same_or_beyond = Q(**{f"{field}__{side}e": cursor.moment})
    return same_or_beyond & (Q(**{f"{field}__{side}": cursor.moment}) | Q(**{f"id__{side}": cursor.case_id}))
