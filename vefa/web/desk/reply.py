"""Writing to the resident, and what keeps it safe: drafts on the server, ten seconds to take it back."""

from dataclasses import replace
from datetime import datetime

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
from vefa.dialogue import enclosing, writing
from vefa.dialogue.drafts import BOXES, discard, keep
from vefa.dialogue.enclosing import Chosen
from vefa.dialogue.exposure import ExposedError, is_open
from vefa.dialogue.queries import ChannelTruth, channel_truth
from vefa.dialogue.writing import LIMIT, TooLateError
from vefa.directory.access import Action, can
from vefa.inbox.files import StoredFile
from vefa.kit.text import clean
from vefa.web.desk.answering import ALONE, Given, words_of
from vefa.web.desk.case import Said, case_page, found_case
from vefa.web.desk.door import StaffRequest, post_from, staff_only
from vefa.web.desk.refusing import NOT_SENT, FasterError, check_faster, insist, why_not
from vefa.web.ui import terms, words
from vefa.web.ui.typed import typed


@post_from("desk:case", "case_id")
@staff_only(Action.READ)
def reply(request: StaffRequest, case_id: int) -> HttpResponse:
    """Send an answer, or keep the words as an internal note."""
    found = found_case(request.staff, case_id)
    text = typed(request.POST)
    if request.POST.get("do") == "note":
        return _note(request, found, text)
    if not can(request.staff, Action.ANSWER):
        raise PermissionDenied
    enclosed: tuple[StoredFile, ...] = ()
    try:
        enclosed = _enclosed(request, found)
        with transaction.atomic():
            locked(found.pk)  # so that of two answers at one moment the second sees the first
            knowing = request.POST.get("knowing", "")
            check_faster(found, by=request.staff, knowing=knowing, now=timezone.now())
            _send(request, found, enclosed)
    except NOT_SENT as error:
        enclosing.drop(enclosed)
        return _refused(request, found, error)
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))


def _enclosed(request: StaffRequest, found: Case) -> tuple[StoredFile, ...]:
    """The chosen files, kept on disk. Raises EnclosureError."""
    uploads = request.FILES.getlist("files")
    if not uploads:
        return ()
    freight = channel_truth(found, now=timezone.now()).freight
    return enclosing.take([Chosen(one.name or "", one.size or 0, one) for one in uploads], freight)


def _refused(request: StaffRequest, found: Case, error: Exception) -> HttpResponse:
    """Nothing was sent: everything stands there again but the files, which no page can choose."""
    text = typed(request.POST)
    keep(case_id=found.pk, staff=request.staff, box="reply", text=text[:LIMIT], now=timezone.now())
    notice, given = _with_files(request, why_not(error)), _given(request)
    if isinstance(error, ExposedError) and error.others:
        given = {**given, "hears": [ALONE]}
    hers = error.hers if isinstance(error, FasterError) else None
    said = Said(
        draft=text,
        given=given,
        notice=notice,
        colleague=hers,
        insist=insist(error),
        status=409 if hers else 422,
    )
    return case_page(request, found, said)


def _with_files(request: StaffRequest, notice: str) -> str:
    """What is said, and that files must be chosen once more where there were any."""
    return f"{notice} {gettext('Choose the files again.')}" if request.FILES else notice


def _given(request: StaffRequest) -> Given:
    return {name: [clean(str(value)) for value in values] for name, values in request.POST.lists()}


def _send(request: StaffRequest, found: Case, enclosed: tuple[StoredFile, ...]) -> None:
    now, given = timezone.now(), _given(request)
    truth = channel_truth(found)
    said = words_of(given, case=found, truth=truth)
    said = replace(said, insisted=given.get("insisted") == ["yes"], files=enclosed)
    to_all = given.get("hears") != [ALONE]
    written = writing.write(case=found, words=said, by=request.staff, now=now, to_all=to_all)
    beside = given.get("text", [""])[0]
    if said.extras and said.extras.template and beside.strip():  # an approved text went instead
        keep(case_id=found.pk, staff=request.staff, box="reply", text=beside[:LIMIT], now=now)
    leaves = _leaves(truth) % {"seconds": words.digits(settings.UNDO_S)}
    alone = not to_all and not is_open(found.conversation, written.way)
    messages.success(request, f"{leaves} {gettext('Nobody else hears it.')}" if alone else leaves)


def _leaves(truth: ChannelTruth) -> str:
    """What happens after the time for taking it back."""
    if truth.reachable:
        return gettext("The answer leaves in %(seconds)s seconds.")
    return gettext("The answer stands on the page of the case in %(seconds)s seconds.")


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
    box, text = request.GET.get("box", "reply"), typed(request.POST)
    if box not in BOXES:
        raise Http404
    keep(case_id=found.pk, staff=request.staff, box=box, text=text[:LIMIT], now=now)
    counted = _counted(found, text, now) if box == "reply" else {}
    return JsonResponse({"saved_at": now.isoformat(), **counted})


def _counted(found: Case, text: str, now: datetime) -> dict[str, str | bool]:
    """How long the words are, where only the server can count as the provider does."""
    rules = channel_truth(found, now=now).terms
    if rules is None or rules.counted not in terms.BY_SERVER:
        return {}
    return {"length": terms.length(text, rules), "over": terms.is_over(text, rules)}


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
        told = gettext("Taken back. Your words are in the box again.")
        again = gettext("Choose the files again.") if enclosing.count_of(stopped) else ""
        messages.success(request, f"{told} {again}".strip())
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))
