"""The original of what came in, byte for byte as far as it is text; never rendered, never run."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from vefa.directory.access import Action
from vefa.inbox import sights
from vefa.inbox.queries import contact_of
from vefa.web.desk.case import found_case
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show

MOST_SHOWN = 200_000  # bytes


@require_safe
@staff_only(Action.PRIVATE)
def original(request: StaffRequest, case_id: int, contact_id: int) -> HttpResponse:
    """One contact of one case as it arrived; who reads it is kept."""
    found = found_case(request.staff, case_id)
    contact = contact_of(contact_id, case_id=found.pk)
    if contact is None:
        raise Http404
    raw, now = bytes(contact.raw), timezone.now()
    sights.see_original(contact, request.staff, case_id=found.pk, now=now)
    context = {
        "frame": frame_of(request, now=now),
        "case": found,
        "contact": contact,
        "text": raw[:MOST_SHOWN].decode("utf-8", "replace"),
        "cut": len(raw) > MOST_SHOWN,
    }
    return show(request, "desk/original.html", None, context)
