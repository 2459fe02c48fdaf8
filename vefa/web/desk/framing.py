"""The frame of every desk page, filled for the person at work."""

import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from django.urls import reverse
from django.utils.translation import get_language, gettext

from vefa.cases.filters import View as CaseView
from vefa.cases.queries import MOST_COUNTED, counts
from vefa.dialogue.queries import doubtful
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.inbox.quarantine import parked_count
from vefa.web.desk.door import StaffRequest
from vefa.web.desk.frame import Alarm, Frame, Link, View
from vefa.web.ui import words

FRESH_S = 5.0
_counting: dict[int, tuple[float, Mapping[CaseView, int]]] = {}  # by staff; a town has some hundred
_alarming: dict[str, tuple[float, tuple[int, int]]] = {}


def frame_of(request: StaffRequest, *, now: datetime, current: str = "", searched: str = "") -> Frame:
    """Lists with counts, alarms and menu; one statement, and two more every five seconds for the alarms.

    Beside a page that is no list the counts may be some seconds old.
    """
    staff = request.staff
    counted = _counted(staff, now=now, exactly=bool(current))
    here = directory()
    unit = here.units.get(staff.unit_id or 0)
    language = get_language() or "en"
    return Frame(
        staff=staff.name,
        place=unit.name(language) if unit else "",
        views=views(counted, current),
        alarms=alarms(staff),
        links=links(staff),
        search_href=reverse("desk:search"),
        searched=searched,
        new_href=reverse("desk:enter") if can(staff, Action.ENTER) else "",
        leave_href=reverse("desk:sign-out"),
        counts_href=reverse("desk:counts"),
        compact=bool(staff.preferences.get("compact")),
        keys_off=bool(staff.preferences.get("keys_off")),
    )


def _counted(staff: Staff, *, now: datetime, exactly: bool) -> Mapping[CaseView, int]:
    looked_at, known = _counting.get(staff.pk, (float("-inf"), {}))
    if exactly or time.monotonic() - looked_at >= FRESH_S:
        known = counts(staff, now=now)
        _counting[staff.pk] = (time.monotonic(), known)
    return known


def names() -> dict[CaseView, tuple[str, str, str]]:
    """Each list: its name, the letter after g, and its tone."""
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
    return reverse("desk:list", args=[view])


def shown(count: int) -> str:
    """A count as text; beyond the limit nobody counts."""
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def alarms(staff: Staff) -> list[Alarm]:
    """What nobody may overlook: sendings in doubt, and contacts that could not be handled."""
    if not can(staff, Action.REQUEUE):
        return []
    uncertain, parked = _alarming_now()
    found = []
    if uncertain:
        said = gettext("Sending uncertain")
        found.append(
            Alarm(words=f"{said} {words.digits(uncertain)}", href=reverse("desk:troubles"), icon="uncertain")
        )
    if parked:
        said = gettext("Could not be handled")
        found.append(Alarm(words=f"{said} {words.digits(parked)}", href=reverse("desk:troubles")))
    return found


def _alarming_now() -> tuple[int, int]:
    looked_at, known = _alarming.get("now", (float("-inf"), (0, 0)))
    if time.monotonic() - looked_at >= FRESH_S:
        known = doubtful(), parked_count()
        _alarming["now"] = (time.monotonic(), known)
    return known


def forget() -> None:
    """Count anew at the next page."""
    _alarming.clear()
    _counting.clear()


def links(staff: Staff) -> list[Link]:
    """The person's menu."""
    found = []
    if can(staff, Action.NOTE):
        found.append(Link(name=gettext("My drafts"), href=reverse("desk:drafts")))
    if can(staff, Action.APPROVE):
        found.append(Link(name=gettext("More time asked for"), href=reverse("desk:extensions")))
    found.append(Link(name=gettext("Profile"), href=reverse("desk:profile")))
    if can(staff, Action.REQUEUE):
        found.append(Link(name=gettext("Troubles"), href=reverse("desk:troubles")))
    if can(staff, Action.ADMINISTER):
        found.append(Link(name=gettext("The parts"), href=reverse("desk:gallery")))
    return found
