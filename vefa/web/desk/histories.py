"""The history of a case in words: what happened, who did it, and why."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from vefa.cases.queries import Entry
from vefa.directory.queries import directory
from vefa.kit.calendars import comma
from vefa.web.desk.rows import OUTCOMES
from vefa.web.ui.shapes import Event
from vefa.web.ui.tags import day

type Facts = Mapping[str, Any]


def events(entries: Iterable[Entry]) -> list[Event]:
    """Every event as one line, oldest first."""
    return [_line(entry) for entry in entries]


def _line(entry: Entry) -> Event:
    kind, facts = entry.event.kind, entry.event.data
    say = WORDS.get(kind)
    return Event(
        words=say(facts) if say else kind,
        at=entry.event.at,
        who=entry.staff.name if entry.staff else _who(entry.event.actor),
        detail=str(
            facts.get("reason") or facts.get("question") or facts.get("text") or facts.get("why") or ""
        ),
        tone=TONES.get(kind, "calm"),
    )


def _who(actor: str) -> str:
    return {
        "resident": gettext("the resident"),
        "triage": gettext("by words"),
        "system": gettext("by itself"),
    }.get(actor, "")


def _assigned(facts: Facts) -> str:
    unit = directory().units.get(facts.get("unit_id") or 0)
    name = unit.name(get_language() or "en") if unit else gettext("nobody")
    return gettext("Given to %(unit)s") % {"unit": name}


def _referred(facts: Facts) -> str:
    agency = directory().agencies.get(facts.get("agency_id") or 0)
    return gettext("Passed on to %(agency)s") % {
        "agency": agency.name(get_language() or "en") if agency else ""
    }


def _ended(facts: Facts) -> str:
    outcome = {key.value: str(name) for key, name in OUTCOMES.items()}.get(facts.get("outcome", ""), "")
    return gettext("Outcome: %(outcome)s") % {"outcome": outcome}


def _followed(facts: Facts) -> str:
    if facts.get("reopened"):
        return gettext("The resident wrote again; the case is open again")
    return gettext("The resident wrote")


def _rehomed(facts: Facts) -> str:
    language = get_language() or "en"
    names = {one.code: one.name(language) for one in directory().services.values()}
    said = gettext("Moved with all cases of “%(service)s” to “%(to)s”")
    was, to = str(facts.get("code", "")), str(facts.get("to", ""))
    return said % {"service": names.get(was, was), "to": names.get(to, to)}


def _upheld(facts: Facts) -> str:
    said = gettext("The later day that was granted stays: %(day)s")
    return said % {"day": day(datetime.fromisoformat(facts["due"]))}


def _moved(facts: Facts) -> str:
    said = gettext("The working calendar changed; due now: %(day)s")
    days = {day(datetime.fromisoformat(one["due"])): None for one in facts["promises"]}
    return said % {"day": comma(get_language() or "en").join(days)}


WORDS: Mapping[str, Callable[[Facts], str]] = {
    "case.opened": lambda _: gettext("Opened"),
    "case.followed": _followed,
    "case.assigned": _assigned,
    "case.taken": lambda _: gettext("Taken"),
    "case.planned": lambda facts: gettext("Planned for %(day)s") % {"day": facts.get("date", "")},
    "case.waiting": lambda _: gettext("Asked the resident"),
    "case.referred": _referred,
    "case.ended": _ended,
    "case.reopened": lambda _: gettext("Opened again"),
    "case.suggested": lambda _: gettext("A language model suggested words"),
    "case.suggestion_taken": lambda _: gettext("Words of a language model were taken into an answer"),
    "case.noted": lambda _: gettext("Internal note"),
    "case.described": lambda facts: (
        gettext("A correction was taken back")
        if facts.get("undone")
        else gettext("Corrected what it is about")
    ),
    "case.rehomed": _rehomed,
    "case.supported": lambda _: gettext("Somebody else says the same"),
    "case.doubled": lambda facts: (
        gettext("Stands for itself again") if facts.get("undone") else gettext("Follows another case")
    ),
    "case.parted": lambda facts: (
        gettext("A part was put back") if facts.get("undone") else gettext("A part was cut off")
    ),
    "case.gathered": lambda _: gettext("Belongs to an incident"),
    "case.released": lambda _: gettext("Belongs to no incident any more"),
    "case.answered_with_others": lambda _: gettext("Answered together with others"),
    "case.marked": lambda _: gettext("Who may see it was changed"),
    "case.reacted": lambda _: gettext("The resident reacted with an emoji"),
    "case.taken_back": lambda _: gettext("The resident took a message back"),
    "case.answered_elsewhere": lambda _: gettext("Answered elsewhere"),
    "case.continued": lambda _: gettext("Goes on in private"),
    "promise.given": lambda _: gettext("A promise was given"),
    "promise.kept": lambda _: gettext("Promises kept"),
    "promise.unkept": lambda _: gettext("A promise is not kept after all"),
    "promise.broken": lambda _: gettext("A promise was broken"),
    "promise.explained": lambda _: gettext("Said why a promise was broken"),
    "promise.extension_asked": lambda _: gettext("More time was asked for"),
    "promise.extended": lambda _: gettext("More time was granted"),
    "promise.extension_refused": lambda _: gettext("More time was not granted"),
    "promise.upheld": _upheld,
    "clock.moved": _moved,
    "clock.paused": lambda _: gettext("The clock was stopped"),
    "clock.resumed": lambda _: gettext("The clock runs again"),
    "reply.written": lambda _: gettext("Answered"),
    "reply.taken_back": lambda _: gettext("An answer was taken back"),
    "delivery.failed": lambda _: gettext("An answer did not arrive"),
    "delivery.uncertain": lambda _: gettext("Unclear whether an answer arrived"),
    "delivery.hushed": lambda _: gettext("Not sent any more: the resident wrote STOP"),
    "delivery.resent": lambda _: gettext("Sent again"),
    "event.retried": lambda _: gettext("What had failed to follow was tried again"),
    "delivery.settled": lambda _: gettext("A person settled what became of an answer"),
}
TONES = {
    "promise.kept": "kept",
    "case.ended": "kept",
    "promise.broken": "late",
    "delivery.failed": "late",
    "delivery.uncertain": "soon",
    "case.reopened": "soon",
}
