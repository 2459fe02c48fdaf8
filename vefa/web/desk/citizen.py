"""A person: where they can be reached, their cases, and whether they are somebody we know already."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases.search import past_cases
from vefa.citizens import matching, merging, sights
from vefa.citizens import queries as citizens
from vefa.citizens.models import Likeness
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.rows import rows_of
from vefa.web.ui.show import show


@require_safe
@staff_only(Action.PRIVATE)
def citizen(request: StaffRequest, citizen_id: int) -> HttpResponse:
    """The person's page; shown only to somebody who may see one of their cases, and kept that they did.

    Who may be one with such a person is shown too: of whom a form merely names a number, there is no case.
    """
    cases = past_cases(request.staff, citizen_id, limit=50)
    may_merge = can(request.staff, Action.MERGE)
    likenesses = citizens.likenesses_of(citizen_id) if may_merge else []
    if not cases and not any(_known(request.staff, one.older_id, one.newer_id) for one in likenesses):
        raise Http404
    now = timezone.now()
    sights.see(citizens.root_of(citizen_id).pk, by=f"staff:{request.staff.pk}", now=now)
    context = {
        "frame": frame_of(request, now=now),
        "citizen": citizens.root_of(citizen_id),
        "addresses": citizens.addresses_of(citizen_id),
        "likenesses": [(one, _reasons(one)) for one in likenesses],
        "merges": citizens.merges_of(citizen_id) if may_merge else [],
        "rows": rows_of(cases, now=now),
    }
    return show(request, "desk/citizen.html", None, context)


@require_POST
@staff_only(Action.MERGE)
def merge(request: StaffRequest, likeness_id: int) -> HttpResponse:
    """Say whether two people are one; a merge can be undone without loss."""
    try:
        older, newer = citizens.pair_of(likeness_id)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    what = request.POST.get("do", "")
    if what not in {"same", "different"} or not _known(request.staff, older, newer):
        raise Http404
    by, now = f"staff:{request.staff.pk}", timezone.now()
    try:
        with transaction.atomic():
            matching.decide(likeness_id=likeness_id, accepted=what == "same", by=by, now=now)
            if what == "same":
                merging.merge(kept_id=older, absorbed_id=newer, reason="likeness", by=by, now=now)
    except (matching.DecidedError, merging.MergeError):
        messages.info(request, gettext("Somebody decided on this before you."))
    else:
        said = gettext("They are one person now.") if what == "same" else gettext("They stay two people.")
        messages.success(request, said)
    return HttpResponseRedirect(reverse("desk:citizen", args=[older]))


@require_POST
@staff_only(Action.MERGE)
def unmerge(request: StaffRequest, merge_id: int) -> HttpResponse:
    """Undo a merge: both people stand as they were."""
    try:
        kept, absorbed = citizens.merge_of(merge_id)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    if not _known(request.staff, kept, absorbed):
        raise Http404
    try:
        merging.unmerge(merge_id=merge_id, by=f"staff:{request.staff.pk}", now=timezone.now())
    except merging.MergeError:
        messages.info(request, gettext("Somebody undid this before you."))
    else:
        messages.success(request, gettext("They are two people again."))
    return HttpResponseRedirect(reverse("desk:citizen", args=[kept]))


def _known(staff: Staff, *people: int) -> bool:
    """Whether this person may see a case of one of them."""
    return any(past_cases(staff, one, limit=1) for one in people)


def _reasons(likeness: Likeness) -> list[str]:
    return [_reason(*str(reason).partition(":")[::2]) for reason in likeness.reasons]


def _reason(what: str, value: str) -> str:
    if what == "address":
        return gettext("the same address %(value)s") % {"value": value}
    if what == "claimed":
        words = gettext(
            "a form that somebody filled in names %(value)s beside the other address; nobody proved it"
        )
        return words % {"value": value}
    if what == "handle":
        return gettext("the same name, and calls themselves %(value)s") % {"value": value}
    area = directory().areas.get(int(value.removeprefix("area ")))
    return gettext("the same name in the same place, %(value)s") % {
        "value": area.name(get_language() or "en") if area else value
    }
