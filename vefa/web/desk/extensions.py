"""More time for a promise: what waits for a decision, and the decision."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases import promises, queries
from vefa.cases.rules import ClockError
from vefa.directory.access import Action
from vefa.directory.rules import CalendarEndsError
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.possible import promise_names
from vefa.web.ui.show import show


@require_safe
@staff_only(Action.APPROVE)
def extensions(request: StaffRequest) -> HttpResponse:
    """Everything that this person may decide on, the oldest first."""
    names = promise_names()
    waiting = [
        (one, one.promise.text or names[one.promise.kind])
        for one in queries.extensions_to_decide(request.staff)
    ]
    context = {
        "frame": frame_of(request, now=timezone.now(), current="extensions"),
        "waiting": waiting,
    }
    return show(request, "desk/extensions.html", None, context)


@require_POST
@staff_only(Action.APPROVE)
def decide(request: StaffRequest, extension_id: int) -> HttpResponse:
    """Grant more time, or do not."""
    if extension_id not in {one.pk for one in queries.extensions_to_decide(request.staff)}:
        raise Http404
    what = request.POST.get("do", "")
    if what not in {"grant", "refuse"}:
        raise Http404
    try:
        promises.approve(
            extension_id=extension_id, by=request.staff, now=timezone.now(), granted=what == "grant"
        )
    except (promises.PromiseOverError, promises.ApproverError, ClockError, CalendarEndsError):
        messages.error(
            request,
            gettext("This cannot be granted any more: the promise is over, or its clock stands still."),
        )
    else:
        messages.success(request, gettext("Granted.") if what == "grant" else gettext("Not granted."))
    return HttpResponseRedirect(reverse("desk:extensions"))
