"""Forms on paper: printing them with their numbers, and typing in what was written on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from vefa.channels.queries import NoDoorError, door_of
from vefa.directory.access import Action
from vefa.directory.queries import directory
from vefa.inbox import intake, paper
from vefa.inbox.lines import Line
from vefa.inbox.models import PaperRun
from vefa.inbox.paper import MomentError, Sheet, UnknownNumberError, UsedNumberError
from vefa.kit.calendars import NoSuchDayError, read_day
from vefa.web.desk.choices import NO_HOUR, read_hour, services
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.lines import Typed, TypedRow, blank_rows, keep_rows, read_rows
from vefa.web.desk.unkept import why_not
from vefa.web.ui import channels
from vefa.web.ui.show import show

NAMES = ("reference", "day", "hour", "text", "place", "name", "phone", "service")
MOST = 40
FIRST = 5
CHANNELS = ("counter", "phone", "letter", "meeting", "headman")


class PrintForm(forms.Form):
    """How many, in which language."""

    count = forms.IntegerField(label=_("How many forms?"), min_value=1, max_value=paper.MOST, initial=20)
    language = forms.ChoiceField(label=_("Language of the form"), choices=list(channels.LANGUAGES.items()))


class EnterForm(forms.Form):
    """Where the papers come from."""

    channel = forms.ChoiceField(
        label=_("How did they come?"), choices=[(key, channels.CHANNELS[key][1]) for key in CHANNELS]
    )
    token = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ENTER)
def page(request: StaffRequest) -> HttpResponse:
    """What was printed, which numbers are still out, and the way to print more."""
    now = timezone.now()
    form = PrintForm(request.POST or None, initial={"language": directory().municipality.default_language})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        run = paper.print_forms(asked["count"], language=asked["language"], by=request.staff, now=now)
        return HttpResponseRedirect(reverse("desk:paper-run", args=[run.pk]))
    context = {
        "frame": frame_of(request, now=now),
        "form": form,
        "runs": [(one, paper.may_print(one, request.staff)) for one in paper.runs()],
        "unused": paper.unused(),
    }
    return show(request, "desk/paper.html", None, context, status=422 if form.errors else 200)


@require_safe
@staff_only(Action.ENTER)
def run(request: StaffRequest, run_id: int) -> HttpResponse:
    """The forms of one run, a sheet of A4 each, in the language that was asked for."""
    found = paper.run_of(run_id, staff=request.staff)
    if found is None:
        raise Http404
    with override(found.language):
        return show(request, "desk/paper_run.html", None, _sheets(found))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ENTER)
def enter(request: StaffRequest) -> HttpResponse:
    """Typing in: each form under its own number, and its own day and time."""
    now = timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = EnterForm(sent, initial={"token": uuid4(), "channel": "counter"})
    typed = Typed()
    if request.method == "POST":
        rows = read_rows(request.POST, NAMES, most=MOST)
        typed = _kept(request, form, rows, now) if form.is_valid() and rows else Typed(rows)
        if not rows:
            form.add_error(None, gettext("Type at least one form."))
    done = bool(typed.kept) and not typed.wrong and not form.errors
    left = [one for one in typed.rows if not one.kept]
    context = {
        "frame": frame_of(request, now=now),
        "form": form,
        "typed": typed,
        "rows": [] if done else left or blank_rows(NAMES, count=FIRST),
        "services": services(),
        "done": done,
        "most": MOST,
    }
    status = 422 if form.errors or typed.wrong else 200
    return show(request, "desk/paper_enter.html", None, context, status=status)


def _kept(request: StaffRequest, form: EnterForm, rows: list[TypedRow], now: datetime) -> Typed:
    asked = form.cleaned_data
    try:
        endpoint_id = door_of(asked["channel"])
    except NoDoorError as error:
        form.add_error(None, why_not(error))
        return Typed(rows)

    def keep(row: TypedRow) -> str:
        try:
            kept = paper.enter_form(
                _sheet(row.typed), endpoint_id=endpoint_id, token=asked["token"], by=request.staff, now=now
            )
        except UsedNumberError as error:
            row.error, row.known = gettext("This number is entered already."), error.reference
        except (UnknownNumberError, MomentError, NoSuchDayError, ValueError) as error:
            row.error = _refused(error)
        else:
            return kept.reference
        return ""

    typed = keep_rows(rows, keep)
    intake.wake()
    return typed


def _sheet(typed: Mapping[str, str]) -> Sheet:
    """One row as a form. Raises NoSuchDayError, or ValueError for a time that is none."""
    known = directory().services.get(int(typed["service"]) if typed["service"].isdecimal() else 0)
    zone = ZoneInfo(directory().municipality.timezone)
    return Sheet(
        reference=typed["reference"],
        filled_at=datetime.combine(read_day(typed["day"]), read_hour(typed["hour"]), zone),
        line=Line(
            text=typed["text"],
            place_text=typed["place"],
            name=typed["name"],
            phone=typed["phone"],
            service=known.code if known else "",
        ),
    )


def _refused(error: Exception) -> str:
    if isinstance(error, UnknownNumberError):
        return gettext("No form with this number was printed. Look at every digit.")
    if isinstance(error, MomentError):
        return gettext("The form was printed later than this, or the moment lies in the future.")
    if isinstance(error, NoSuchDayError):
        return gettext("Write the day as day, month and year, with four digits for the year.")
    return str(NO_HOUR)


def _sheets(found: PaperRun) -> dict[str, Any]:
    here, language = directory(), get_language() or "en"
    offered = [one for one in here.services.values() if one.retired_at is None and one.public]
    return {
        "run": found,
        "forms": paper.sheets_of(found),
        "services": [one.name(language) for one in sorted(offered, key=lambda one: one.order)],
        "languages": [str(name) for name in channels.LANGUAGES.values()],
        "city": here.municipality.name(language),
        "telephone": here.municipality.phone,
        "address": settings.PUBLIC_URL,
    }
