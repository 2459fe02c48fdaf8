"""Incidents in words: what one is called, what its banner says at first, what happened to it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from vefa.cases.models import Incident, IncidentState
from vefa.cases.queries import Entry
from vefa.directory.queries import municipality
from vefa.web.ui import words
from vefa.web.ui.incident_names import place, services, short, title
from vefa.web.ui.shapes import Event

__all__ = ["STATES", "WHY", "evidence", "first_banner", "history", "place", "services", "short", "title"]
STATES = {
    IncidentState.PROPOSED: _("looks like an incident"),
    IncidentState.RUNNING: _("running"),
    IncidentState.ENDED: _("over"),
    IncidentState.REFUSED: _("none"),
}
WHY = {
    "left": _("it was taken out of the incident before its turn"),
    "moved": _("it stands elsewhere now"),
    "parts": _("parts of it have no outcome yet"),
    "proof": _("its service asks for a photo"),
    "stumbled": _("something went wrong: try again"),
}
Facts = Mapping[str, Any]


def first_banner(incident: Incident) -> dict[str, str]:
    """A text to begin with, in each language of the city."""
    return {code: _first_banner(incident, code) for code in municipality().languages}


def _first_banner(incident: Incident, language: str) -> str:
    with override(language):
        text = gettext(
            "We know of many reports in %(place)s: %(services)s. Our people are at work. If you are affected "
            "too, join with one report; in danger call the emergency number."
        )
        return text % {"place": place(incident.area_id), "services": services(incident.service_ids)}


def banner(incident: Incident) -> tuple[str, str] | None:
    """Its text in the reader's language, else in the city's or whichever there is, with that language."""
    texts = {code: text for code, text in incident.banner.items() if text}
    wanted = (get_language() or "", municipality().default_language, *texts)
    return next(((code, texts[code]) for code in wanted if code in texts), None)


def evidence(facts: Facts) -> str:
    """Why it was proposed, in words."""
    if not facts.get("count"):
        return gettext("A person declared it.")
    count, usual = int(facts["count"]), float(facts.get("usual", 0))
    said = ngettext(
        "%(count)s person wrote within %(minutes)s minutes; usual at this hour: %(usual)s",
        "%(count)s people wrote within %(minutes)s minutes; usual at this hour: %(usual)s",
        count,
    )
    return said % {
        "count": words.digits(count),
        "minutes": words.digits(facts.get("window_min", 60)),
        "usual": words.digits(f"{usual:.0f}" if usual >= 1 or not usual else gettext("fewer than one")),
    }


def history(entries: Iterable[Entry]) -> list[Event]:
    """Everything that happened to it, the oldest first."""
    return [_line(entry) for entry in entries]


def _line(entry: Entry) -> Event:
    facts = entry.event.data
    say = SAYS.get(entry.event.kind)
    who = entry.staff.name if entry.staff else {"system": gettext("by itself")}.get(entry.event.actor, "")
    return Event(words=say(facts) if say else entry.event.kind, at=entry.event.at, who=who)


def _ordered(facts: Facts) -> str:
    count = int(facts.get("cases", 0))
    if facts.get("sort") == "end":
        said = ngettext("%(count)s case is to be ended", "%(count)s cases are to be ended", count)
    else:
        said = ngettext("%(count)s case is to be answered", "%(count)s cases are to be answered", count)
    return said % {"count": words.digits(count)}


def _carried_out(facts: Facts) -> str:
    done, failed = int(facts.get("done", 0)), len(facts.get("failed", []))
    said = gettext("Carried out: %(done)s; not possible: %(failed)s")
    return said % {"done": words.digits(done), "failed": words.digits(failed)}


def _taken_back(facts: Facts) -> str:
    said = gettext("Stopped: %(done)s were done, %(left)s were not")
    return said % {"done": words.digits(facts.get("done", 0)), "left": words.digits(facts.get("left", 0))}


SAYS: Mapping[str, Callable[[Facts], str]] = {
    "incident.proposed": evidence,
    "incident.started": lambda _facts: gettext("Declared"),
    "incident.changed": lambda _facts: gettext("Said better"),
    "incident.refused": lambda _facts: gettext("It is none"),
    "incident.ended": lambda _facts: gettext("It is over"),
    "incident.taken_up": lambda _facts: gettext("Taken up again"),
    "incident.ordered": _ordered,
    "incident.order_taken_back": _taken_back,
    "incident.order_carried_out": _carried_out,
}
