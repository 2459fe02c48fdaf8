"""Writing to the resident, and what keeps it safe: drafts on the server, ten seconds to take it back."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vefa.cases import lifecycle
from vefa.cases.models import Case
from vefa.cases.moves import locked
from vefa.dialogue import writing
from vefa.dialogue.drafts import BOXES, discard, keep
from vefa.dialogue.models import Reply
from vefa.dialogue.phrases import UnresolvedError
from vefa.dialogue.queries import channel_truth, last_reply
from vefa.dialogue.voices import VoiceError
from vefa.dialogue.writing import LIMIT, EmptyReplyError, TooLateError, Words
from vefa.directory.access import Action, can
from vefa.web.desk.case import Said, case_page, found_case
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.ui import words

BLIND = timedelta(minutes=2)  # in which two people may answer without knowing of each other


@require_POST
@staff_only(Action.READ)
def reply(request: StaffRequest, case_id: int) -> HttpResponse:
    """Send an answer, or keep the words as an internal note."""
    found = found_case(request.staff, case_id)
    text = request.POST.get("text", "")
    if request.POST.get("do") == "note":
        return _note(request, found, text)
    if not can(request.staff, Action.ANSWER):
        raise PermissionDenied
    try:
        with transaction.atomic():
            locked(found.pk)  # so that of two answers at one moment the second sees the first
            hers = _just_answered(request, found)
            if hers is None:
                _send(request, found, text)
    except VoiceError:
        notice = gettext("Nothing was sent: you may not answer in this name here.")
        return case_page(request, found, Said(draft=text, notice=notice, status=422))
    except EmptyReplyError:
        return case_page(
            request, found, Said(draft=text, notice=gettext("Write an answer first."), status=422)
        )
    except UnresolvedError as error:
        names = ", ".join("{" + name + "}" for name in error.names)
        notice = gettext("Nothing was sent: fill in %(names)s first.") % {"names": names}
        return case_page(request, found, Said(draft=text, notice=notice, status=422))
    if hers is not None:
        return _shown_first(request, found, text, hers)
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))


def _shown_first(request: StaffRequest, found: Case, text: str, hers: Reply) -> HttpResponse:
    """A colleague was faster: their answer is shown, these words are kept, and sending asks once more."""
    keep(case_id=found.pk, staff=request.staff, box="reply", text=text[:LIMIT], now=timezone.now())
    who = hers.staff.name if hers.staff else ""
    notice = gettext("%(name)s has just answered. Nothing of yours was sent; your words are kept below.")
    said = Said(draft=text, notice=notice % {"name": who}, colleague=hers, status=409)
    return case_page(request, found, said)


def _just_answered(request: StaffRequest, found: Case) -> Reply | None:
    """A colleague's answer of the last two minutes, unless this person has seen it and sends anyway."""
    last = last_reply(found, since=timezone.now() - BLIND, other_than=request.staff)
    return None if last is None or request.POST.get("knowing") == str(last.pk) else last


def _send(request: StaffRequest, found: Case, text: str) -> None:
    language = channel_truth(found).language
    said = Words(text=text, language=language, voice=request.POST.get("voice", ""))
    writing.write(case=found, words=said, by=request.staff, now=timezone.now())
    seconds = words.digits(settings.UNDO_S)
    messages.success(request, gettext("The answer leaves in %(seconds)s seconds.") % {"seconds": seconds})


def _note(request: StaffRequest, found: Case, text: str) -> HttpResponse:
    if not can(request.staff, Action.NOTE):
        raise PermissionDenied
    if not text.strip():
        return case_page(request, found, Said(notice=gettext("Write a note first."), status=422))
    lifecycle.note(case_id=found.pk, text=text.strip(), by=request.staff, now=timezone.now())
    discard(case_id=found.pk, staff=request.staff, box="note")
    messages.success(request, gettext("The note is kept; the resident never sees it."))
    return HttpResponseRedirect(reverse("desk:case", args=[found.pk]))


@require_POST
@staff_only(Action.NOTE)
def draft(request: StaffRequest, case_id: int) -> HttpResponse:
    """Keep what is being typed; called every second or two, answers with the moment of saving."""
    found = found_case(request.staff, case_id)
    now = timezone.now()
    box, text = request.GET.get("box", "reply"), request.POST.get("text", "")
    if box not in BOXES:
        raise Http404
    keep(case_id=found.pk, staff=request.staff, box=box, text=text[:LIMIT], now=now)
    return JsonResponse({"saved_at": now.isoformat()})


@require_POST
@staff_only(Action.ANSWER)
def take_back(request: StaffRequest, case_id: int, reply_id: int) -> HttpResponse:
    """Stop an answer before it leaves; its words become a draft again."""
    found = found_case(request.staff, case_id)
    now = timezone.now()
    try:
        stopped = writing.take_back(reply_id=reply_id, case_id=found.pk, by=request.staff, now=now)
    except LookupError as error:
        raise Http404 from error
    except TooLateError:
        messages.error(request, gettext("Too late: the answer is on its way."))
    else:
        keep(case_id=found.pk, staff=request.staff, box="reply", text=stopped.text, now=now)
        messages.success(request, gettext("Taken back. Your words are in the box again."))
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))
