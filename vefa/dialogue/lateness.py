"""A promise was not kept in time: the resident hears it from us, once, by day, and before they must ask.

Only what they were promised is told: a term of law is shown to no resident, and who never got an
acknowledgement with a moment in it (brought in from another system, an invented history, a keyword, a mail
beyond the day's measure) was promised none. Where the city's own phrase says `automatic = false`, its staff
tell it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from vefa.cases.models import Case, Promise, PromiseKind, State
from vefa.dialogue.announcements import Row, rows_to
from vefa.dialogue.audience import Listener, listeners, placed
from vefa.dialogue.models import Reply
from vefa.dialogue.phrases import sentence
from vefa.dialogue.rules import next_waking
from vefa.dialogue.writing import write_automatic
from vefa.directory.queries import municipality
from vefa.journal.models import Event
from vefa.journal.record import Happening, record

PHRASE, PLANNED = "promise_late", "promise_late_planned"
TO_RESIDENTS = (PromiseKind.FIRST_ANSWER, PromiseKind.RESOLUTION, PromiseKind.GIVEN)
# The sentences of the system that name a moment: who heard one of them was promised something.
_NAMED = {"received", "group_received", "reopened"}
_RELATED = ("case__conversation__address", "case__conversation__endpoint", "case__parent")


def told(events: Sequence[Event], now: datetime) -> None:
    """Tell those who still wait: one message per matter, day and listener; by night it waits for the morning.

    A reaction to `promise.broken`, and to what was laid back at night.
    """
    if not sentence(PHRASE).automatic:
        return
    by_promise = {int(event.data["promise_id"]): event for event in events}
    late = _promised(_unkept(by_promise))
    zone = ZoneInfo(municipality().timezone)
    morning = next_waking(now, zone)
    if morning > now:
        record(_laid_back(one, now, morning) for one in late)
        return
    rows: dict[str | None, Row] = {}
    for one in late:
        today = now.astimezone(zone).date()
        for row in _rows(one, by_promise[one.pk], zone, today):
            rows.setdefault(row[1].cause, row)
    write_automatic(list(rows.values()), now=now)


def _unkept(ids: Iterable[int]) -> list[Promise]:
    """Those of these broken promises that somebody still waits for, the first due first."""
    rows = Promise.objects.filter(
        id__in=list(ids), kind__in=TO_RESIDENTS, broken_at__isnull=False, kept_at=None, dropped_at=None
    )
    waiting = rows.exclude(case__state=State.ENDED).select_related(*_RELATED).defer("case__search")
    return list(waiting.order_by("due_at", "id"))


def _promised(late: Sequence[Promise]) -> list[Promise]:
    """Those of which the resident was told: what a person promised, and what an acknowledgement named."""
    families = {one.case_id for one in late} | {_family(one.case) for one in late}
    said = Reply.objects.filter(case_id__in=families, automatic=True, cause__isnull=False)
    heard = {
        case_id
        for case_id, key in said.order_by("id").values_list("case_id", "phrase_key")
        if _NAMED & set(key.split("+"))
    }
    return [one for one in late if one.kind == PromiseKind.GIVEN or heard & {one.case_id, _family(one.case)}]


def _laid_back(promise: Promise, now: datetime, morning: datetime) -> Happening:
    """An event of its own, which holds up nothing else that happens to the case."""
    return Happening(
        kind="promise.told_by_day",
        subject=f"promise:{promise.pk}",
        actor="system",
        at=now,
        due_at=morning,
        data={"promise_id": promise.pk},
    )


def _rows(promise: Promise, event: Event, zone: ZoneInfo, today: date) -> list[Row]:
    """The words to everybody who hears of it, with a cause that lets nobody hear two of one day."""
    case, said = promise.case, {"was_due": promise.due_at.isoformat() if promise.due_at else ""}
    key = PHRASE
    if case.state == State.PLANNED and case.planned_date and case.planned_date >= today:
        key, said = PLANNED, {**said, "date": case.planned_date.isoformat()}
    day = next_waking(promise.broken_at or event.at, zone).astimezone(zone).date()
    found = []
    for one in _listeners(promise):
        for listener, words in rows_to(event, 0, one, [key], said):
            talk = listener.conversation
            cause = f"late:{_family(case)}:{day}:{talk.pk if talk else 0}"
            found.append((listener, replace(words, cause=cause)))
    return found


def _listeners(promise: Promise) -> list[Listener]:
    """A first answer was promised to whoever reported it; a result is awaited by everybody behind it."""
    case = promise.case
    if promise.kind == PromiseKind.FIRST_ANSWER:
        return placed([Listener(case.conversation, case)])
    return listeners(case)


def _family(case: Case) -> int:
    """The whole that the resident knows: its parts go by its number."""
    return case.parent_id or case.pk
