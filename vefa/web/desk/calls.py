"""Calls at the desk: what rings, whom to call back, and the log of all calls."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vefa.calls import dialling, queries, seats
from vefa.calls.models import Seat
from vefa.calls.queries import Asked
from vefa.calls.rules import seat_state
from vefa.citizens.numbers import NoNumberError, normal
from vefa.directory.access import Action, can
from vefa.directory.queries import directory
from vefa.kit import ids
from vefa.web.desk.call_lines import (
    DIRECTIONS,
    REASONS,
    SEATS,
    STATES,
    Line,
    lines_of,
    ringing_lines,
    subjects,
)
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.enter_beside import storms
from vefa.web.desk.framing import frame_of
from vefa.web.ui import words
from vefa.web.ui.show import show

PAGE = 50
REMEMBERED = timedelta(days=30)  # what was often answered on the spot


class FilterForm(forms.Form):
    """How the log is narrowed; an unknown word narrows nothing."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", "—"),
            *((key, name) for key, (_icon, name) in STATES.items()),
            ("spot", _("answered on the spot")),
            ("open", _("answered, not written down")),
        ],
    )
    direction = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[("", "—"), *DIRECTIONS.items()]
    )
    line = forms.TypedChoiceField(label=_("Line"), required=False, coerce=int, empty_value=None)
    number = forms.CharField(
        label=_("Telephone"), required=False, max_length=40, widget=forms.TextInput({"dir": "ltr"})
    )
    mine = forms.BooleanField(label=_("Only mine"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        lines = [(str(one.pk), one.name(language)) for one in queries.lines()]
        self.fields["line"].choices = [("", "—"), *lines]  # type: ignore[attr-defined]  # a choice field


@require_safe
@staff_only(Action.PRIVATE)
def calls(request: StaffRequest) -> HttpResponse:
    """The page; without scripts it shows what rings and is loaded again by itself."""
    now = timezone.now()
    asked = _asked(request)
    found = queries.log(request.staff, asked, now=now, limit=PAGE)
    today = day_began(now)
    context = {
        **bar_context(request, now=now),
        "frame": replace(frame_of(request, now=now), calls_href=""),  # the region stands in the page itself
        "tasks": queries.open_call_backs(request.staff, now=now),
        "may_call": can(request.staff, Action.ANSWER),
        "dials": dialling.exchange() is not None,
        "filters": FilterForm(request.GET or None, auto_id="calls_%s"),
        "log": lines_of(found[:PAGE]),
        "older": _older(request, found[PAGE - 1].pk) if len(found) > PAGE else "",
        "counts": queries.counts_since(request.staff, today, now=now),
        "has_exchange": queries.has_exchange(),
    }
    return show(request, "desk/calls.html", None, context)


@require_safe
@staff_only(Action.PRIVATE)
def bar(request: StaffRequest) -> HttpResponse:
    """The region at the foot of every page: what rings, and what I am doing."""
    return show(request, "desk/call_bar.html", None, bar_context(request, now=timezone.now()))


def bar_context(request: StaffRequest, *, now: datetime) -> dict[str, Any]:
    """What the region shows."""
    seat = seats.seat_of(request.staff)
    lines = ringing_lines(request.staff, now=now)
    may_enter = can(request.staff, Action.ENTER)
    return {
        "lines": lines,
        "storms": storms(_spoken(lines)) if lines else [],
        "seat": seat,
        "seat_word": _doing(seat, now) if seat else "",
        "seat_choices": SEATS_ASKED,
        "reasons": REASONS,
        "subjects": subjects(now - REMEMBERED) if lines and may_enter else [],
        "may_enter": may_enter,
        "spotted": queries.spotted(request.staff, now=now),
        "token": ids.token(),
        "dialled": queries.last_dialling(request.staff, now=now),
        "now": now,
    }


def _spoken(lines: list[Line]) -> str:
    """The language of who is on the line, "" where nobody knows it."""
    known = [line.call.citizen.root.language for line in lines if line.call.citizen]
    return known[0] if known else ""


def _doing(seat: Seat, now: datetime) -> str:
    state = SEATS[seat_state(seat.state, seat.until, now=now)]
    return words.listed(str(state), str(REASONS.get(seat.reason, seat.reason)))


SEATS_ASKED = ("available", "away")


def day_began(now: datetime) -> datetime:
    """Midnight of the municipality's own day."""
    return now.astimezone(words.reader(now).zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _asked(request: HttpRequest) -> Asked:
    form = FilterForm(request.GET)
    form.is_valid()
    found = form.cleaned_data
    before = request.GET.get("before", "")
    return Asked(
        state=found.get("state", ""),
        direction=found.get("direction", ""),
        line=found.get("line"),
        mine=bool(found.get("mine")),
        number=_number(found.get("number", "")),
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None,
    )


def _number(typed: str) -> str:
    try:
        return normal(typed, country=directory().municipality.country) if typed else ""
    except NoNumberError:
        return typed


def _older(request: HttpRequest, before: int) -> str:
    query = request.GET.copy()
    query["before"] = str(before)
    return f"?{query.urlencode()}"
