"""Try an account: write to it and see the message arrive; have it write to somebody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from vefa.channels.models import Endpoint
from vefa.channels.registry import CHANNELS
from vefa.channels.sealing import UnsealableError
from vefa.dialogue.models import DeliveryState
from vefa.dialogue.trying import AddressError, send_trial, trial_of
from vefa.directory.access import Action
from vefa.inbox.heard import heard_after, latest_contact
from vefa.inbox.models import ContactState
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.endpoint import found
from vefa.web.desk.endpoint_words import ills
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show

PATIENT = timedelta(seconds=60)
WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.LEASED})


@dataclass(frozen=True)
class Arrival:
    """What came to the account since somebody began to wait."""

    at: datetime
    text: str = ""
    who: str = ""
    address: str = ""
    unread: bool = False  # a worker has not read it yet


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ADMINISTER)
def trial(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Both trials; htmx asks every two seconds how they stand."""
    endpoint = found(endpoint_id)
    if endpoint.retired_at is not None or _by_hand(endpoint):
        raise Http404
    wrong = ""
    if request.method == "POST":
        try:
            sent = send_trial(endpoint, to=request.POST.get("to", ""), by=request.staff, now=timezone.now())
        except AddressError as error:
            wrong = str(error)
        except UnsealableError:
            messages.error(request, gettext("The keys of this account cannot be opened."))
        else:
            return HttpResponseRedirect(_address(endpoint, {"sent": sent.pk}) + "#out")
    context = _context(request, endpoint, wrong)
    return show(request, "desk/endpoint_try.html", "news", context, status=422 if wrong else 200)


def _context(request: StaffRequest, endpoint: Endpoint, wrong: str) -> dict[str, object]:
    now = timezone.now()
    after, sent = _number(request, "after"), _number(request, "sent")
    arrival = _arrival(endpoint, after) if after is not None else None
    delivery = trial_of(endpoint, sent) if sent else None
    return {
        "frame": frame_of(request, now=now),
        "endpoint": endpoint,
        "name": endpoint.name(get_language() or "en"),
        "whereto": endpoint.health.get("look", {}).get("whereto", ""),
        "begin": _address(endpoint, {"after": latest_contact(), "since": int(now.timestamp())}),
        "waits": after is not None and arrival is None,
        "arrival": arrival,
        "reading": arrival is not None and arrival.unread,
        "late": _is_late(request, now),
        "ills": ills(endpoint),
        "delivery": delivery,
        "leaving": delivery is not None and delivery.state in WAITING,
        "state": _state(delivery.state) if delivery else "",
        "to": request.POST.get("to", "") or (arrival.address if arrival else ""),
        "wrong": wrong,
    }


def _arrival(endpoint: Endpoint, after: int) -> Arrival | None:
    """Of a personal account only that something came: what it says is its owner's."""
    contact = heard_after(endpoint.pk, contact_id=after)
    if contact is None:
        return None
    if endpoint.personal or contact.conversation is None:
        waits = not endpoint.personal and contact.state == ContactState.WAITING
        return Arrival(contact.received_at, unread=waits)
    address = contact.conversation.address
    return Arrival(contact.received_at, contact.text, address.shown_name or address.value, address.value)


def _is_late(request: StaffRequest, now: datetime) -> bool:
    since = _number(request, "since")
    return since is not None and now.timestamp() - since > PATIENT.total_seconds()


def _number(request: StaffRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _address(endpoint: Endpoint, query: dict[str, int]) -> str:
    return f"{reverse('desk:endpoint-try', args=[endpoint.pk])}?{urlencode(query)}"


def _by_hand(endpoint: Endpoint) -> bool:
    return endpoint.channel not in CHANNELS or CHANNELS[endpoint.channel].by_hand


def _state(state: str) -> str:
    """As the screens call it."""
    return "handed" if state == DeliveryState.HANDED_OVER else state
