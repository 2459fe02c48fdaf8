"""A person: where they can be reached, their cases, and whether they are somebody we know already."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from vefa.cases.search import past_cases
from vefa.citizens import queries as citizens
from vefa.directory.access import Action
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.rows import rows_of
from vefa.web.ui.show import show


@require_safe
@staff_only(Action.PRIVATE)
def citizen(request: StaffRequest, citizen_id: int) -> HttpResponse:
    """The person's page; shown only to somebody who may see at least one of their cases."""
    cases = past_cases(request.staff, citizen_id, limit=50)
    if not cases:
        raise Http404
    now = timezone.now()
    context = {
        "frame": frame_of(request, now=now),
        "citizen": citizens.root_of(citizen_id),
        "addresses": citizens.addresses_of(citizen_id),
        "likenesses": citizens.likenesses_of(citizen_id),
        "rows": rows_of(cases, now=now),
    }
    return show(request, "desk/citizen.html", None, context)
