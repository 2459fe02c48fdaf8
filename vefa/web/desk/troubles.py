"""What went wrong and waits for a person: what could not be handled, followed or fetched, and is in doubt."""

from collections.abc import Collection

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases import queries
from vefa.channels.queries import ailing
from vefa.dialogue import sweeping
from vefa.dialogue.queries import drafts_of, troubled_delivery, troubles
from vefa.directory.access import Action, can, scope_of
from vefa.inbox import attachments
from vefa.inbox.models import Contact
from vefa.inbox.quarantine import NotParkedError, parked, retry
from vefa.journal import replay
from vefa.web.desk import trouble_lines
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.endpoint_words import ills
from vefa.web.desk.framing import frame_of
from vefa.web.ui import words
from vefa.web.ui.show import show

RAW_SHOWN = 4000  # bytes of an original that stand on the page


@require_safe
@staff_only(Action.REQUEUE)
def page(request: StaffRequest) -> HttpResponse:
    """Every list; each item says what happened and what can be done."""
    now = timezone.now()
    everything = scope_of(request.staff).everything
    found = troubles(queries.visible_to(request.staff), everything=everything)
    context = {
        "frame": frame_of(request, now=now),
        "parked": [(one, _original(one)) for one in parked()],
        "missed": trouble_lines.missed(request.staff),
        "lost": trouble_lines.lost(request.staff),
        "uncertain": found.uncertain,
        "failed": found.failed,
        "ailing": [(row, row.name(get_language() or "en"), ills(row)) for row in ailing()],
        "administers": can(request.staff, Action.ADMINISTER),
    }
    return show(request, "desk/troubles.html", None, context)


def _original(one: Contact) -> str:
    """What arrived; of a personal account nobody but its owner reads it."""
    return "" if one.endpoint.personal else bytes(one.raw[:RAW_SHOWN]).decode("utf-8", "replace")


@require_POST
@staff_only(Action.REQUEUE)
def again(request: StaffRequest, contact_id: int) -> HttpResponse:
    """Let the workers try a parked contact once more."""
    try:
        retry(contact_id, by=f"staff:{request.staff.pk}", now=timezone.now())
    except NotParkedError:
        messages.info(request, gettext("It is not parked any more: somebody was faster."))
    else:
        messages.success(request, gettext("It is on its way again."))
    return HttpResponseRedirect(reverse("desk:troubles"))


@require_POST
@staff_only(Action.REQUEUE)
def follow_again(request: StaffRequest) -> HttpResponse:
    """Let what should have followed a step be tried once more: after one, or after all that are seen."""
    there = [one.id for one in trouble_lines.missed(request.staff, limit=trouble_lines.MOST_AT_ONCE)]
    wanted = _chosen(request, there)
    done = replay.retry(wanted, by=f"staff:{request.staff.pk}", now=timezone.now())
    return _back(request, done)


@require_POST
@staff_only(Action.REQUEUE)
def fetch_again(request: StaffRequest) -> HttpResponse:
    """Let the workers fetch files once more: one, or all that are seen."""
    there = [one.id for one in trouble_lines.lost(request.staff, limit=trouble_lines.MOST_AT_ONCE)]
    wanted = _chosen(request, there)
    done = attachments.retry(wanted, by=f"staff:{request.staff.pk}", now=timezone.now())
    return _back(request, done)


def _chosen(request: StaffRequest, there: Collection[int]) -> list[int]:
    """What the button names of what is there: an id, or "all". Raises Http404 for anything else."""
    said = request.POST.get("which", "")
    if said != "all" and not (said.isdecimal() and said.isascii()):
        raise Http404
    return [one for one in there if said == "all" or one == int(said)]


def _back(request: StaffRequest, done: int) -> HttpResponse:
    if done:
        said = gettext("On their way again: %(count)s") if done > 1 else gettext("It is on its way again.")
        messages.success(request, said % {"count": words.digits(done)} if done > 1 else said)
    else:
        messages.info(request, gettext("It is settled already."))
    return HttpResponseRedirect(reverse("desk:troubles"))


@require_POST
@staff_only(Action.REQUEUE)
def settle(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """Send an answer again, or say what became of it."""
    visible, everything = queries.visible_to(request.staff), scope_of(request.staff).everything
    row = troubled_delivery(delivery_id, visible=visible, everything=everything)
    if row is None:
        raise Http404
    what, now = request.POST.get("do", ""), timezone.now()
    try:
        if what == "again":
            sweeping.resend(delivery_id=row.pk, by=request.staff, now=now)
        elif what in {"arrived", "lost"}:
            sweeping.settle(delivery_id=row.pk, by=request.staff, now=now, arrived=what == "arrived")
        else:
            raise Http404
    except sweeping.NoWayError:
        words = gettext(
            "Its account is retired, and no other one reaches this address: tell them another way."
        )
        messages.error(request, words)
    except sweeping.NotUncertainError:
        messages.info(request, gettext("It is settled already."))
    else:
        messages.success(request, gettext("Done."))
    return HttpResponseRedirect(reverse("desk:troubles"))


@require_safe
@staff_only(Action.NOTE)
def drafts(request: StaffRequest) -> HttpResponse:
    """What I have begun to write and not sent."""
    visible = queries.visible_to(request.staff)
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "drafts": drafts_of(request.staff, visible=visible),
    }
    return show(request, "desk/drafts.html", None, context)
