"""Writing to the resident, and what keeps it safe: drafts on the server, ten seconds to take it back."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vefa.cases import lifecycle
from vefa.cases.models import Case
from vefa.dialogue import writing
from vefa.dialogue.drafts import discard, keep
from vefa.dialogue.phrases import UnresolvedError
from vefa.dialogue.queries import channel_truth
from vefa.dialogue.writing import EmptyReplyError, TooLateError, Words
from vefa.directory.access import Action, can
from vefa.web.desk.case import Said, case_page, found_case
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.ui import words


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
        _send(request, found, text)
    except EmptyReplyError:
        return case_page(
            request, found, Said(draft=text, notice=gettext("Write an answer first."), status=422)
        )
    except UnresolvedError as error:
        names = ", ".join("{" + name + "}" for name in error.names)
        notice = gettext("Nothing was sent: fill in %(names)s first.") % {"names": names}
        return case_page(request, found, Said(draft=text, notice=notice, status=422))
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))


def _send(request: StaffRequest, found: Case, text: str) -> None:
    language = channel_truth(found).language
    said = Words(text=text, language=language)
    writing.write(case=found, words=said, by=request.staff, now=timezone.now())
    seconds = words.digits(settings.UNDO_S)
    messages.success(request, gettext("The answer leaves in %(seconds)s seconds.") % {"seconds": seconds})


def _note(request: StaffRequest, found: Case, text: str) -> HttpResponse:
    if not can(request.staff, Action.NOTE):
        raise PermissionDenied
    if not text.strip():
        return case_page(request, found, Said(notice=gettext("Write a note first."), status=422))
    lifecycle.note(case_id=found.pk, text=text.strip(), by=request.staff, now=timezone.now())
    for box in ("reply", "note"):
        discard(case_id=found.pk, staff=request.staff, box=box)
    messages.success(request, gettext("The note is kept; the resident never sees it."))
    return HttpResponseRedirect(reverse("desk:case", args=[found.pk]))


@require_POST
@staff_only(Action.NOTE)
def draft(request: StaffRequest, case_id: int) -> HttpResponse:
    """Keep what is being typed; called every second or two, answers with the moment of saving."""
    found = found_case(request.staff, case_id)
    now = timezone.now()
    keep(case_id=found.pk, staff=request.staff, box="reply", text=request.POST.get("text", ""), now=now)
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
