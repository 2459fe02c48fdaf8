"""The frame of every desk page, filled for the person at work."""

import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from vefa.cases.filters import View as CaseView
from vefa.cases.incidents import fitting
from vefa.cases.queries import MOST_COUNTED
from vefa.channels.queries import ailing_count
from vefa.dialogue.queries import doubtful
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.inbox.quarantine import parked_count
from vefa.journal import queries as events
from vefa.web.desk import counting, incident_words
from vefa.web.desk.door import StaffRequest
from vefa.web.desk.frame import Alarm, Frame, Link, View
from vefa.web.ui import words
from vefa.web.ui.linking import link_to

MOST_ALARMS = 3  # running incidents in the frame; the list holds all
FRESH_S, STALE_S = 5.0, 60.0  # how old the numbers may be: beside a list, and elsewhere
_alarming: dict[str, tuple[float, tuple[int, int, int]]] = {}


def frame_of(request: StaffRequest, *, now: datetime, current: str = "", searched: str = "") -> Frame:
    """Lists with counts, alarms and menu; four statements every five seconds, none in between.

    What the reader did a moment ago is counted; what others did may be missing for that long, and for a
    minute on a page that is no list (an open screen asks for the numbers whenever something changes).
    """
    staff = request.staff
    at_most_s = FRESH_S if current else STALE_S
    counted = counting.counted(staff, now=now, at_most_s=at_most_s)
    here = directory()
    unit = here.units.get(staff.unit_id or 0)
    language = get_language() or "en"
    return Frame(
        staff=staff.name,
        place=unit.name(language) if unit else "",
        views=views(counted, current),
        alarms=[*incidents_now(staff), *alarms(staff, at_most_s=at_most_s)],
        links=links(staff),
        search_href=link_to("desk:search"),
        searched=searched,
        new_href=link_to("desk:enter") if can(staff, Action.ENTER) else "",
        leave_href=link_to("desk:sign-out"),
        counts_href=link_to("desk:counts"),
        calls_href=calls_href(staff),
        compact=bool(staff.preferences.get("compact")),
        keys_off=bool(staff.preferences.get("keys_off")),
        who=str(staff.pk),
    )


def calls_href(staff: Staff) -> str:
    """Where the region of calls comes from, "" for who does not sit at a telephone."""
    sits = staff.preferences.get("telephone") and can(staff, Action.PRIVATE)
    return link_to("desk:calls-bar") if sits else ""


def names() -> Mapping[CaseView, tuple[str, str, str]]:
    """Each list: its name, the letter after g, and its tone."""
    return _names(get_language() or "en")


@lru_cache(maxsize=16)
def _names(_language: str) -> dict[CaseView, tuple[str, str, str]]:
    return {
        CaseView.MINE: (gettext("Mine"), "m", ""),
        CaseView.NEW: (gettext("New"), "n", ""),
        CaseView.UNREAD: (gettext("New messages"), "r", ""),
        CaseView.UNSURE: (gettext("To decide"), "d", ""),
        CaseView.WAITING: (gettext("Waiting for the resident"), "w", ""),
        CaseView.TODAY: (gettext("Due today"), "t", "soon"),
        CaseView.LATE: (gettext("Late"), "l", "late"),
        CaseView.OPEN: (gettext("All open"), "o", ""),
        CaseView.ENDED: (gettext("With an outcome"), "e", ""),
    }


def views(counted: Mapping[CaseView, int], current: str) -> list[View]:
    """The lists at the side, with what each holds."""
    return [
        View(
            name=name,
            href=_address(view.value),
            count=shown(counted[view]) if view in counted else "",
            key=key,
            tone=tone if counted.get(view) else "",
            current=current == view.value,
        )
        for view, (name, key, tone) in names().items()
    ]


@cache
def _address(view: str) -> str:
    return link_to("desk:list", view)


def shown(count: int) -> str:
    """A count as text; beyond the limit nobody counts."""
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def incidents_now(staff: Staff) -> list[Alarm]:
    """What runs, for everybody; what looks like one, for those who decide. One statement in five seconds."""
    found = [
        Alarm(words=incident_words.short(one), href=link_to("desk:incident", one.id), icon="people")
        for one in fitting.running()[:MOST_ALARMS]
    ]
    waiting = fitting.proposed_count() if can(staff, Action.MERGE) else 0
    if waiting:
        said = gettext("Looks like an incident")
        found.append(
            Alarm(words=f"{said} {words.digits(waiting)}", href=link_to("desk:incidents"), icon="people")
        )
    return found


def alarms(staff: Staff, *, at_most_s: float = FRESH_S) -> list[Alarm]:
    """What nobody may overlook: sendings in doubt, and what could not be handled."""
    if not can(staff, Action.REQUEUE):
        return []
    uncertain, parked, ill = _alarming_now(at_most_s)
    found = []
    if ill:
        said = gettext("Accounts in trouble")
        where = "desk:endpoints" if can(staff, Action.ADMINISTER) else "desk:troubles"
        found.append(Alarm(words=f"{said} {words.digits(ill)}", href=link_to(where)))
    if uncertain:
        said = gettext("Sending uncertain")
        found.append(
            Alarm(words=f"{said} {words.digits(uncertain)}", href=link_to("desk:troubles"), icon="uncertain")
        )
    if parked:
        said = gettext("Could not be handled")
        found.append(Alarm(words=f"{said} {words.digits(parked)}", href=link_to("desk:troubles")))
    return found


def _alarming_now(at_most_s: float) -> tuple[int, int, int]:
    looked_at, known = _alarming.get("now", (float("-inf"), (0, 0, 0)))
    if time.monotonic() - looked_at >= at_most_s:
        known = doubtful(), parked_count() + events.parked_count(), ailing_count()
        _alarming["now"] = (time.monotonic(), known)
    return known


def forget() -> None:
    """Count anew at the next page."""
    _alarming.clear()
    fitting.forget()
    counting.forget()


# The person's menu: the right that an entry asks for, its name, its address.
_LINKS: tuple[tuple[Action, Promise, str], ...] = (
    (Action.ANSWER, _("My morning"), "desk:morning"),
    (Action.ANSWER, _("Private messages"), "desk:private"),
    (Action.ANSWER, _("Decide one after another"), "desk:triage"),
    (Action.READ, _("Incidents"), "desk:incidents"),
    (Action.NOTE, _("My drafts"), "desk:drafts"),
    (Action.PRIVATE, _("Calls"), "desk:calls"),
    (Action.PRIVATE, _("Groups"), "desk:groups"),
    (Action.ANSWER, _("Announcements"), "desk:announce"),
    (Action.READ, _("Wallboard"), "desk:wallboard"),
    (Action.APPROVE, _("More time asked for"), "desk:extensions"),
    (Action.DELEGATE, _("Accounts and delegates"), "desk:delegations"),
    (Action.APPROVE, _("What triage has learned"), "desk:model"),
    (Action.ENTER, _("My own telephone"), "desk:telephones"),
    (Action.READ, _("Profile"), "desk:profile"),
    (Action.REQUEUE, _("Troubles"), "desk:troubles"),
    (Action.AUDIT, _("Who came in and who looked"), "desk:trail"),
    (Action.ADMINISTER, _("Accounts"), "desk:endpoints"),
    (Action.ADMINISTER, _("Catalogue of services"), "desk:catalogue"),
    (Action.ADMINISTER, _("The parts"), "desk:gallery"),
)


def links(staff: Staff) -> tuple[Link, ...]:
    """The person's menu."""
    rights = tuple(can(staff, right) for right in _ASKED_FOR)
    return _links(rights, get_language() or "en")


_ASKED_FOR = tuple(dict.fromkeys(right for right, _, _ in _LINKS))


@lru_cache(maxsize=256)
def _links(rights: tuple[bool, ...], _language: str) -> tuple[Link, ...]:
    may = dict(zip(_ASKED_FOR, rights, strict=True))
    return tuple(Link(name=str(name), href=link_to(view)) for right, name, view in _LINKS if may[right])
