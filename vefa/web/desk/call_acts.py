"""What is done about calls: answered on the spot, called back, dialled, listened to, going on a break."""

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.calls import call_backs, dialling, listening, queries, screens, seats, writing
from vefa.calls.models import CallBack
from vefa.channels.queries import NoDoorError
from vefa.citizens.numbers import NoNumberError, normal
from vefa.directory.access import Action
from vefa.directory.queries import directory
from vefa.inbox.files import full_path
from vefa.triage.undoing import undo_answer
from vefa.web.desk import call_entry
from vefa.web.desk.call_lines import REASONS
from vefa.web.desk.calls import SEATS_ASKED, bar_context
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.unkept import why_not
from vefa.web.ui.show import show, wants_part

HEARD = frozenset(
    {"audio/mpeg", "audio/ogg", "audio/wav", "audio/x-wav", "audio/mp4", "audio/x-m4a", "audio/amr"}
)


def back(request: StaffRequest) -> HttpResponse:
    """The region anew for htmx, else the page of calls."""
    if wants_part(request):
        return show(request, "desk/call_bar.html", None, bar_context(request, now=timezone.now()))
    return HttpResponseRedirect(reverse("desk:calls"))


@require_POST
@staff_only(Action.ENTER)
def spot(request: StaffRequest, call_id: int) -> HttpResponse:
    """The question was answered while they spoke: count it with its subject, open no case."""
    call = queries.call_of(request.staff, call_id, now=timezone.now())
    if call is None:
        raise Http404
    service = directory().services.get(_int(request.POST.get("service", "")))
    if service is None or call.contact_id:
        messages.info(request, gettext("Choose a subject; what is written down already stays as it is."))
        return back(request)
    try:
        call_entry.count(call, service, staff=request.staff, token=_token(request), now=timezone.now())
    except NoDoorError as error:
        messages.error(request, why_not(error))
    else:
        messages.success(request, gettext("Counted as answered on the spot."))
    return back(request)


@require_POST
@staff_only(Action.ENTER)
def unspot(request: StaffRequest, call_id: int) -> HttpResponse:
    """It was not answered after all."""
    if queries.call_of(request.staff, call_id, now=timezone.now()) is None:
        raise Http404
    with transaction.atomic():
        contact = writing.undo(call_id=call_id, by=request.staff, now=timezone.now())
        if contact is not None:
            undo_answer(contact.pk)
            screens.tell_people([request.staff.pk])
    if contact is not None:
        messages.info(request, gettext("The call is to be written down again."))
    return back(request)


@require_POST
@staff_only(Action.ANSWER)
def dial(request: StaffRequest) -> HttpResponse:
    """Have a number dialled from one's own extension."""
    _dial(request, request.POST.get("number", ""), timezone.now())
    return back(request)


def _dial(request: StaffRequest, typed: str, now: datetime) -> None:
    try:
        number = normal(typed, country=directory().municipality.country)
        dialling.ask(staff=request.staff, number=number, now=now)
    except NoNumberError:
        messages.error(request, gettext("This is no telephone number."))
    except dialling.NoExtensionError:
        messages.error(request, gettext("Name your extension in your profile first; it rings there."))
    except dialling.NoExchangeError:
        messages.error(request, gettext("No exchange of ours can be told to dial."))
    else:
        messages.success(request, gettext("Your telephone rings in a moment."))


@require_POST
@staff_only(Action.ANSWER)
def call_back(request: StaffRequest, task_id: int) -> HttpResponse:
    """Take a call that is owed, give it back, count a try, or finish it."""
    task = queries.call_back_of(request.staff, task_id, now=timezone.now())
    if task is None:
        raise Http404
    try:
        _do(request, task)
    except call_backs.GoneError:
        messages.info(request, gettext("Somebody else was quicker: look at the list again."))
    return HttpResponseRedirect(reverse("desk:calls"))


def _do(request: StaffRequest, task: CallBack) -> None:
    by, now, what = request.staff, timezone.now(), request.POST.get("do", "")
    if what in {"take", "dial"}:
        call_backs.take(task_id=task.pk, by=by)
    if what == "dial":
        _dial(request, task.number, now)
    elif what == "back":
        call_backs.give_back(task_id=task.pk, by=by)
    elif what == "tried":
        call_backs.tried(task_id=task.pk, by=by, now=now)
    elif what in call_backs.HOWS:
        call_backs.done(task_id=task.pk, how=what, by=by, now=now)
    elif what != "take":
        raise Http404


@require_POST
@staff_only(Action.READ)
def seat(request: StaffRequest) -> HttpResponse:
    """Say what one is doing: free, away, or on a break with its reason."""
    asked = request.POST.get("state", "")
    state, reason = ("break", asked) if asked in REASONS else (asked, "")
    if state not in {*SEATS_ASKED, "break"}:
        raise Http404
    seats.set_state(staff=request.staff, state=state, reason=reason, now=timezone.now())
    return back(request)


@require_safe
@staff_only(Action.PRIVATE)
def recording(request: StaffRequest, call_id: int, which: str) -> HttpResponseBase:
    """What was recorded; that somebody listened is kept in the journal."""
    found = queries.file_of(request.staff, call_id, which, now=timezone.now())
    if found is None:
        raise Http404
    call, attachment = found
    path = full_path(attachment.path)
    if not path.exists():
        raise Http404
    if request.method == "GET":
        listening.note(call=call, which=which, by=request.staff, now=timezone.now())
    return _part(request, path, attachment.content_type)


def _part(request: StaffRequest, path: Path, content_type: str) -> HttpResponseBase:
    """The whole file, or the range that a player asks for (RFC 9110, section 14)."""
    size = path.stat().st_size
    asked = listening.span(request.headers.get("Range", ""), size=size)
    if asked is not None and asked[0] >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = asked or (0, size - 1)
    stream = path.open("rb")
    stream.seek(first)
    shown = content_type if content_type in HEARD else "application/octet-stream"
    response = FileResponse(listening.Slice(stream, last - first + 1), content_type=shown)
    response.status_code = 206 if asked else 200
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    if asked:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _token(request: StaffRequest) -> UUID:
    """The form's own word, so that pressing twice counts once."""
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()
