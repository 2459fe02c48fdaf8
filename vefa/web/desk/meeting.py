"""A public meeting: its list, and one line for each speaker, kept as soon as Enter is pressed."""

from datetime import date
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from vefa.cases import lifecycle, queries
from vefa.cases.lifecycle import Ending
from vefa.cases.models import Outcome
from vefa.channels.queries import NoDoorError
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.inbox import meetings
from vefa.inbox.lines import Line
from vefa.inbox.meetings import Occasion, TooLateError
from vefa.inbox.models import Meeting, MeetingLine
from vefa.kit.calendars import day_in_words, in_digits
from vefa.web.desk.choices import DayField, areas
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.unkept import why_not
from vefa.web.ui.show import show


class MeetingForm(forms.Form):
    """Which meeting."""

    name = forms.CharField(label=_("Name of the meeting"), max_length=200)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    day = DayField(label=_("Day"), required=False, help_text=_("Empty: today"))
    area = forms.TypedChoiceField(
        label=_("Area"), choices=areas, coerce=int, empty_value=None, required=False
    )


class LineForm(forms.Form):
    """What one speaker said."""

    text = forms.CharField(
        label=_("What do they say?"),
        max_length=2000,
        widget=forms.TextInput({"dir": "auto", "autofocus": True, "autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Who is it?"), max_length=200, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"type": "tel", "dir": "ltr", "autocomplete": "off"}),
    )
    area = forms.TypedChoiceField(
        label=_("Area"), choices=areas, coerce=int, empty_value=None, required=False
    )
    token = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ENTER)
def page(request: StaffRequest) -> HttpResponse:
    """The meetings, and a new one."""
    now = timezone.now()
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        occasion = Occasion(
            name=asked["name"],
            place=asked["place"],
            day=asked["day"] or timezone.localdate(now),
            area_id=asked["area"],
        )
        try:
            begun = meetings.begin(occasion, by=request.staff, now=now)
        except NoDoorError as error:
            form.add_error(None, why_not(error))
        else:
            return HttpResponseRedirect(reverse("desk:meeting", args=[begun.pk]))
    context = {
        "frame": frame_of(request, now=now),
        "form": form,
        "meetings": [(one, day_words(one.day)) for one in meetings.latest(request.staff)],
    }
    return show(request, "desk/meetings.html", None, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ENTER)
def meeting(request: StaffRequest, meeting_id: int) -> HttpResponse:
    """The growing list; a POST keeps one more line and comes back for the next speaker."""
    found, now = _found(request, meeting_id), timezone.now()
    form = LineForm(request.POST or None, initial={"token": uuid4(), "area": found.area_id})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        place = found.area.name(get_language() or "en") if found.area and not asked["area"] else ""
        line = Line(
            text=asked["text"],
            place_text=place,
            name=asked["name"],
            phone=asked["phone"],
            area_id=asked["area"] or found.area_id,
        )
        meetings.say(found, line, token=asked["token"], by=request.staff, now=now)
        if request.headers.get("HX-Request") != "true":
            return HttpResponseRedirect(reverse("desk:meeting", args=[meeting_id]))
        form = LineForm(initial={"token": uuid4(), "area": asked["area"]})
    return _page(request, found, form)


@require_POST
@staff_only(Action.ENTER)
def take_back(request: StaffRequest, meeting_id: int, line_id: int) -> HttpResponse:
    """Strike a line out: before it is handled nothing is left of it, afterwards its case is withdrawn."""
    found, now = _found(request, meeting_id), timezone.now()
    try:
        meetings.take_back(found, line_id, by=request.staff, now=now)
    except LookupError as error:
        raise Http404 from error
    except TooLateError:
        _withdraw(request, next(one for one in meetings.lines_of(found) if one.pk == line_id))
    return HttpResponseRedirect(reverse("desk:meeting", args=[meeting_id]))


def _withdraw(request: StaffRequest, line: MeetingLine) -> None:
    """The line is a case already: whoever may end cases ends it, others are told where it is."""
    now = timezone.now()
    case = queries.visible_to(request.staff).filter(reference=line.reference).first()
    if case is None or not can(request.staff, Action.RESOLVE):
        said = gettext("Too late: it is case %(reference)s already.")
        messages.error(request, said % {"reference": line.reference})
        return
    ending = Ending(outcome=Outcome.WITHDRAWN, reason=gettext("Written down by mistake."))
    try:
        lifecycle.end(case_id=case.pk, ending=ending, by=request.staff, now=now)
    except lifecycle.OpenPartsError:
        messages.error(request, gettext("Parts of its case have no outcome yet: end them first."))
        return
    except lifecycle.MoveNotAllowedError:
        messages.error(request, gettext("This is not possible any more: the case stands elsewhere now."))
        return
    meetings.marked(line, now=now)


def day_words(day: date) -> str:
    """A day in the reader's calendar and digits."""
    language = get_language() or "en"
    jalali = language == "fa" or directory().municipality.calendar == "jalali"
    return in_digits(day_in_words(day, language=language, jalali=jalali), language)


def _found(request: StaffRequest, meeting_id: int) -> Meeting:
    found = meetings.visible_to(request.staff).filter(pk=meeting_id).first()
    if found is None:
        raise Http404
    return found


def _shown(line: MeetingLine, staff: Staff) -> tuple[MeetingLine, bool, bool]:
    """A line, whether its speaker is named to this person, and whether they may strike it out."""
    named = line.by_id == staff.pk or can(staff, Action.PRIVATE)
    return line, named, line.taken_back_at is None and meetings.may_strike(line, staff)


def _page(request: StaffRequest, found: Meeting, form: LineForm) -> HttpResponse:
    lines = meetings.lines_of(found)
    context = {
        "meeting": found,
        "day": day_words(found.day),
        "form": form,
        "lines": [_shown(one, request.staff) for one in lines],
        "count": sum(one.taken_back_at is None for one in lines),
    }
    if request.headers.get("HX-Request") != "true":
        context["frame"] = frame_of(request, now=timezone.now())
    return show(request, "desk/meeting.html", "sheet", context, status=422 if form.errors else 200)
