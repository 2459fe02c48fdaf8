"""Private messages: the list of an account's owner and delegates, one message, and what becomes of it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from vefa.cases import queries
from vefa.directory.access import Action
from vefa.inbox import private
from vefa.inbox.models import PrivateState
from vefa.inbox.private import Found
from vefa.web.desk.door import StaffRequest, post_from, staff_only
from vefa.web.desk.files import sent
from vefa.web.desk.framing import frame_of
from vefa.web.desk.privately import (
    REFUSALS,
    card_of,
    do,
    refused,
    state_words,
    targets,
    undo,
    undoable,
    who_of,
)
from vefa.web.desk.refusing import insist
from vefa.web.desk.talk import wordless
from vefa.web.ui.show import show

SHOWN = 100
EXCERPT = 140  # characters of a message in the list


@require_safe
@staff_only(Action.ANSWER)
def page(request: StaffRequest) -> HttpResponse:
    """Everything on one's own accounts, what waits first."""
    now, language = timezone.now(), get_language() or "en"
    found = private.latest(request.staff, now=now, limit=SHOWN)
    rows = [
        {
            "id": one.message.pk,
            "who": who_of(one.contact),
            "text": " ".join(one.contact.text.split())[:EXCERPT] or wordless(one.contact),
            "language": one.contact.language,
            "account": one.contact.endpoint.name(language),
            "channel": one.contact.endpoint.channel,
            "at": one.message.arrived_at,
            "state": state_words(one),
            "waits": one.message.state == PrivateState.OPEN,
        }
        for one in found
    ]
    return show(request, "desk/private_list.html", None, {"frame": frame_of(request, now=now), "rows": rows})


@require_safe
@staff_only(Action.ANSWER)
def message(request: StaffRequest, message_id: int) -> HttpResponse:
    """One message; opening it is seeing it."""
    found = _found(request, message_id)
    private.see(found, request.staff, now=timezone.now())
    return shown(request, found)


@post_from("desk:private-message", "message_id")
@staff_only(Action.ANSWER)
def act(request: StaffRequest, message_id: int) -> HttpResponse:
    """Answer, file, hand on, keep, or undo the last of these."""
    found, now = _found(request, message_id), timezone.now()
    try:
        if request.POST.get("do") == "undo":
            number = request.POST.get("reply", "")
            undo(found, request.staff, now=now, reply_id=int(number) if number.isdecimal() else None)
        else:
            do(found, request.POST, request.staff, now=now)
    except (*REFUSALS, LookupError) as error:
        return shown(request, _found(request, message_id), error=error)
    messages.success(request, gettext("Done."))
    return HttpResponseRedirect(reverse("desk:private-message", args=[message_id]))


@require_safe
@staff_only(Action.ANSWER)
def file(request: StaffRequest, key: UUID) -> HttpResponseBase:
    """A file of a private message."""
    found = private.attachment_of(key, request.staff, now=timezone.now())
    if found is None:
        raise Http404
    return sent(found)


def _found(request: StaffRequest, message_id: int) -> Found:
    found = private.found(request.staff, message_id, now=timezone.now())
    if found is None:
        raise Http404
    return found


def shown(request: StaffRequest, found: Found, *, error: Exception | None = None) -> HttpResponse:
    """The page of one message; after an `error` what was typed stands there still."""
    now = timezone.now()
    card = card_of(found, request.staff, posted=request.POST, now=now)
    context = {
        "frame": frame_of(request, now=now),
        "card": card,
        "action": reverse("desk:private-act", args=[found.message.pk]),
        "targets": targets(request.staff) if found.part.may_file else [],
        "draft": request.POST.get("text", ""),
        "spoken_as": request.POST.get("voice", ""),
        "notice": refused(error) if error else "",
        "insist": insist(error),
        "case": queries.visible_to(request.staff).filter(links__contact=found.contact).first(),
        "undo": undoable(found, request.staff),
    }
    return show(request, "desk/private.html", None, context, status=422 if error else 200)
