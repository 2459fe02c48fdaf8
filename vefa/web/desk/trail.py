"""Who came in, whose credentials changed, and who opened what is private: for those who audit."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vefa.directory import people
from vefa.directory.access import Action
from vefa.directory.models import Staff
from vefa.journal.models import Event
from vefa.journal.queries import latest_of
from vefa.kit.calendars import comma
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.shapes import Event as Line
from vefa.web.ui.show import show
from vefa.web.ui.words import digits

PAGE = 100
WORDS: Mapping[str, Promise] = {
    "staff.signed_in": _("Came in"),
    "staff.shut_out": _("Shut out after too many wrong tries"),
    "staff.password_changed": _("The password was changed"),
    "staff.signed_out_everywhere": _("Signed out everywhere"),
    "staff.second_factor_changed": _("The second step was set up"),
    "staff.second_factor_forgotten": _("The second step was taken away"),
    "staff.let_in": _("The account was made or switched on"),
    "staff.kept_out": _("The account was switched off"),
    "citizen.seen": _("Opened the page of person %(number)s"),
    "contact.original_seen": _("Read the original of message %(number)s"),
    "recording.heard": _("Listened to call %(number)s"),
}
LATE = frozenset({"staff.shut_out", "staff.second_factor_forgotten"})


@require_safe
@staff_only(Action.AUDIT)
def trail(request: StaffRequest) -> HttpResponse:
    """What the journal keeps of it, the last first."""
    found = latest_of(list(WORDS), before=_number(request.GET.get("before", "")), limit=PAGE + 1)
    shown = found[:PAGE]
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "events": list(_lines(shown)),
        "older": f"?{urlencode({'before': shown[-1].pk})}" if len(found) > PAGE else "",
    }
    return show(request, "desk/trail.html", None, context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _lines(events: Iterable[Event]) -> Iterable[Line]:
    events = list(events)
    known = people.by_ids({_staff_id(text) for one in events for text in (one.subject, one.actor)})
    return (_line(one, known) for one in events)


def _line(event: Event, known: Mapping[int, Staff]) -> Line:
    whose, doer = known.get(_staff_id(event.subject)), known.get(_staff_id(event.actor))
    person = whose or doer
    return Line(
        words=str(WORDS[event.kind]) % {"number": digits(event.subject.partition(":")[2])},
        at=event.at,
        who=person.name if person else "",
        detail=comma(get_language() or "en").join(_details(event.kind, event.data, event.actor)),
        tone="late" if event.kind in LATE else "calm",
    )


def _details(kind: str, facts: Mapping[str, Any], actor: str) -> Iterable[str]:
    if facts.get("near"):
        yield f"\u2068{facts['near']}\u2069"
    if facts.get("second") or facts.get("step") == "code":
        yield gettext("with the second step")
    if actor == "system" and kind != "staff.shut_out":
        yield gettext("by the command on the machine")


def _staff_id(text: str) -> int:
    kind, _colon, number = text.partition(":")
    return int(number) if kind == "staff" else 0
