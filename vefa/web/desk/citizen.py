"""A person: where they can be reached, their cases, and whether they are somebody we know already."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases.models import Case
from vefa.cases.queries import by_reference
from vefa.cases.search import past_cases
from vefa.citizens import matching, merging, sights
from vefa.citizens import queries as citizens
from vefa.citizens.models import Citizen, Likeness
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.rows import rows_of
from vefa.web.ui.show import show

MOST_FOUND = 8
SAID = {"same": True, "different": False, "after-all": True}


@require_safe
@staff_only(Action.PRIVATE)
def citizen(request: StaffRequest, citizen_id: int) -> HttpResponse:
    """The person's page; shown only to somebody who may see one of their cases, and kept that they did.

    Who may be one with such a person is shown too: of whom a form merely names a number, there is no case.
    """
    cases = past_cases(request.staff, citizen_id, limit=50)
    may_merge = can(request.staff, Action.MERGE)
    likenesses = citizens.likenesses_of(citizen_id) if may_merge else []
    apart = citizens.told_apart(citizen_id) if may_merge else []
    if not cases and not any(_known(request.staff, one.older_id, one.newer_id) for one in likenesses + apart):
        raise Http404
    now, sought = timezone.now(), request.GET.get("with", "").replace("\x00", "").strip()[:200]
    sights.see(citizens.root_of(citizen_id).pk, by=f"staff:{request.staff.pk}", now=now)
    context = {
        "frame": frame_of(request, now=now),
        "citizen": citizens.root_of(citizen_id),
        "addresses": citizens.addresses_of(citizen_id),
        "likenesses": [(one, _reasons(one)) for one in likenesses],
        "apart": [(one, _reasons(one)) for one in apart],
        "may_join": may_merge and bool(cases),
        "sought": sought,
        "found": _found(request.staff, citizen_id, sought) if may_merge else [],
        "merges": citizens.merges_of(citizen_id) if may_merge else [],
        "rows": rows_of(cases, now=now),
    }
    return show(request, "desk/citizen.html", None, context)


@require_POST
@staff_only(Action.MERGE)
def merge(request: StaffRequest, likeness_id: int) -> HttpResponse:
    """Say whether two people are one, also after all; a merge can be undone without loss."""
    try:
        older, newer = citizens.pair_of(likeness_id)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    what = request.POST.get("do", "")
    if what not in SAID or not _known(request.staff, older, newer):
        raise Http404
    by, now = f"staff:{request.staff.pk}", timezone.now()
    try:
        with transaction.atomic():
            after_all = what == "after-all"
            matching.decide(likeness_id=likeness_id, accepted=SAID[what], by=by, now=now, after_all=after_all)
            if SAID[what]:
                merging.merge(kept_id=older, absorbed_id=newer, reason="likeness", by=by, now=now)
    except (matching.DecidedError, merging.MergeError):
        messages.info(request, gettext("Somebody decided on this before you."))
    else:
        said = gettext("They are one person now.") if SAID[what] else gettext("They stay two people.")
        messages.success(request, said)
    return HttpResponseRedirect(reverse("desk:citizen", args=[older]))


@require_POST
@staff_only(Action.MERGE)
def join(request: StaffRequest, citizen_id: int) -> HttpResponse:
    """Say that this person and another whom somebody has found are one; it can be undone like every merge."""
    if not _known(request.staff, citizen_id):
        raise Http404
    back = HttpResponseRedirect(reverse("desk:citizen", args=[citizen_id]))
    other = request.POST.get("other", "")
    if not other.isascii() or not other.isdigit() or len(other) > 15:
        messages.error(request, gettext("Look for the other person first."))
        return back
    if not _known(request.staff, int(other)):
        raise Http404
    older, newer = sorted(citizens.root_of(one).pk for one in (citizen_id, int(other)))
    by, now = f"staff:{request.staff.pk}", timezone.now()
    try:
        with transaction.atomic():
            named = matching.note_named(older, newer, now=now)
            matching.decide(likeness_id=named.pk, accepted=True, by=by, now=now, after_all=True)
            merging.merge(kept_id=older, absorbed_id=newer, reason="named", by=by, now=now)
    except merging.MergeError:
        messages.info(request, gettext("They are one person already."))
    else:
        messages.success(request, gettext("They are one person now."))
    return back


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


def _found(staff: Staff, citizen_id: int, sought: str) -> list[tuple[Citizen, Case]]:
    """Whom a number, an address, a name or the reference of a case may mean, each with their latest case.

    Who has only ever written to somebody's personal account is nobody's to find.
    """
    case = by_reference(staff, sought)
    if case is not None:
        people = [citizens.root_of(case.citizen_id)] if case.citizen_id else []
    else:
        people = citizens.found(sought, country=directory().municipality.country, limit=MOST_FOUND)
    own = citizens.root_of(citizen_id)
    latest = [(one, past_cases(staff, one.pk, limit=1)) for one in people if one != own]
    return [(one, cases[0]) for one, cases in latest if cases]


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
    if what == "named":
        return gettext("somebody at the desk took them for one")
    area = directory().areas.get(int(value.removeprefix("area ")))
    return gettext("the same name in the same place, %(value)s") % {
        "value": area.name(get_language() or "en") if area else value
    }
