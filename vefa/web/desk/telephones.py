"""One's own telephone, linked by a code: what is forwarded from it counts as its author's message."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST

from vefa.channels.queries import mail_is_proved, messengers
from vefa.directory.access import Action
from vefa.inbox import linking
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ENTER)
def page(request: StaffRequest) -> HttpResponse:
    """What is linked; a POST makes a code and shows it this once."""
    now, language = timezone.now(), get_language() or "en"
    code = linking.new_code(request.staff, now=now) if request.method == "POST" else ""
    context = {
        "frame": frame_of(request, now=now),
        "code": code,
        "minutes": int(linking.GOOD_FOR.total_seconds() // 60),
        "linked": linking.linked(request.staff),
        "accounts": [(one.channel, one.name(language)) for one in messengers()],
        "mail": request.staff.email,
        "mail_is_proved": mail_is_proved(),
    }
    return show(request, "desk/telephones.html", None, context)


@require_POST
@staff_only(Action.ENTER)
def unlink(request: StaffRequest, address_id: int) -> HttpResponse:
    """What comes from there is a resident's again."""
    try:
        linking.unlink(address_id, staff=request.staff, now=timezone.now())
    except LookupError as error:
        raise Http404 from error
    messages.success(request, gettext("Ended."))
    return HttpResponseRedirect(reverse("desk:telephones"))
