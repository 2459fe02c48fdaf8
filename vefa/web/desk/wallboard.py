"""The wallboard of the telephone: how many wait, how long, how many gave up, who is free."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from vefa.calls import queries
from vefa.calls.models import Seat
from vefa.calls.rules import SHORT_S, Figures
from vefa.directory.access import Action
from vefa.web.desk.call_lines import REASONS, SEATS, clocked
from vefa.web.desk.calls import day_began
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.ui import words
from vefa.web.ui.shapes import Figure
from vefa.web.ui.show import show

HOUR = timedelta(hours=1)
GOOD, FAIR = 0.8, 0.6  # of the service level
LONG_S = 60  # who waits longer is shown in red
MANY_ABANDONED = 0.1


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """Somebody at a telephone, by the name that the wall may show."""

    name: str
    state: str
    word: str
    since_s: str


@require_safe
@staff_only(Action.READ)
def wallboard(request: StaffRequest) -> HttpResponse:
    """The board; its numbers are asked for anew every five seconds, without scripts the whole page is."""
    now = timezone.now()
    hour = request.GET.get("period") == "hour"
    since = now - HOUR if hour else day_began(now)
    known = queries.queues_since(since)
    queue = request.GET.get("queue", "")
    queue = queue if queue in known else ""
    found = queries.wallboard(now=now, since=since, in_time_s=settings.CALL_IN_TIME_S, queue=queue)
    seats = queries.at_seats(now=now)
    context = {
        "figures": _figures(found, gettext("the last hour") if hour else gettext("today")),
        "sitting": [_sitting(seat, now) for seat in seats],
        "by_state": [
            (SEATS[state], sum(seat.state == state for seat in seats)) for state in SEATS if state != "away"
        ],
        "queues": known,
        "queue": queue,
        "hour": hour,
        "has_exchange": queries.has_exchange(),
        "short_s": SHORT_S,
        "now": now,
    }
    return show(request, "desk/wallboard.html", "board", context)


def _figures(found: Figures, period: str) -> list[Figure]:
    offered = _counted(found.offered)
    within = {"seconds": words.digits(settings.CALL_IN_TIME_S)}
    return [
        Figure(
            name=gettext("Waiting"), value=str(found.waiting), period=gettext("now"),
            definition=gettext("Incoming calls that nobody has answered yet and that have not ended."),
            tone="soon" if found.waiting else "calm",
        ),
        Figure(
            name=gettext("Longest wait"), value=clocked(found.longest_s), period=gettext("now"),
            definition=gettext("Of those who wait now: from the queue, else from the first ring, until now."),
            tone="late" if found.longest_s > LONG_S else "calm",
        ),
        Figure(
            name=gettext("Service level"), value=_percent(found.service_level), period=period,
            n=_counted(found.answered + found.abandoned), tone=_level_tone(found.service_level),
            definition=gettext(
                "Calls answered within %(seconds)s seconds, divided by all calls that were answered or"
                " abandoned. Short calls and those that still wait are left out."
            ) % within,
        ),
        Figure(
            name=gettext("Answered"), value=str(found.answered), period=period, n=offered,
            definition=gettext("Incoming calls that somebody answered, those on the line now included."),
        ),
        Figure(
            name=gettext("Missed"), value=str(found.abandoned), period=period, n=offered,
            definition=gettext(
                "Incoming calls that ended before anybody answered; short calls are left out."
            ),
            tone="late" if (found.abandonment or 0) > MANY_ABANDONED else "calm",
        ),
        Figure(
            name=gettext("Abandonment rate"), value=_percent(found.abandonment), period=period,
            n=_counted(found.answered + found.abandoned),
            definition=gettext("Missed calls, divided by all calls that were answered or missed."),
        ),
        Figure(
            name=gettext("Mean wait"), value=clocked(found.mean_wait_s) or "—", period=period,
            n=_counted(found.answered),
            definition=gettext("Of answered calls: from the queue, else from the first ring, to the answer."),
        ),
        Figure(
            name=gettext("Mean talk"), value=clocked(found.mean_talk_s) or "—", period=period,
            n=_counted(found.answered - found.talking),
            definition=gettext("Of answered calls that have ended: from the answer to the end."),
        ),
    ]  # fmt: skip


def _sitting(seat: Seat, now: datetime) -> Sitting:
    return Sitting(
        name=seat.staff.name if seat.staff else str(seat.extension),
        state=seat.state,
        word=words.listed(str(SEATS[seat.state]), str(REASONS.get(seat.reason, seat.reason))),
        since_s=clocked(max(0, int((now - seat.since).total_seconds()))),
    )


def _counted(count: int) -> str:
    said = ngettext("of %(count)s call", "of %(count)s calls", count)
    return said % {"count": words.digits(count)}


def _percent(share: float | None) -> str:
    """A share in the reader's way; a dash where nothing was counted."""
    if share is None:
        return "—"
    return gettext("%(number)s %%") % {"number": round(share * 100)}


def _level_tone(share: float | None) -> str:
    if share is None:
        return "calm"
    return "kept" if share >= GOOD else "soon" if share >= FAIR else "late"
