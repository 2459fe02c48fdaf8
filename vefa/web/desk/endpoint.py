"""One account: how it stands, what its provider must know, what happened to it, and what can be done."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from vefa.channels import administering
from vefa.channels.accounts import AccountError, hook_url
from vefa.channels.administering import Act, RepeatedError
from vefa.channels.looking import pushes, subscribes
from vefa.channels.manners import Channel
from vefa.channels.models import Endpoint
from vefa.channels.queries import account
from vefa.channels.registry import CHANNELS
from vefa.channels.sealing import UnsealableError
from vefa.dialogue.hours import has_hours, open_now, opens_at
from vefa.directory.access import Action
from vefa.kit.saying import gettext_noop
from vefa.kit.speaking import spoken
from vefa.web.desk import endpoint_week
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.endpoint_words import (
    history,
    ills,
    kept_days,
    last_erased,
    owner_of,
    standing,
    texts,
    unit_name,
)
from vefa.web.desk.framing import forget, frame_of
from vefa.web.ui.show import show

SETTLING = timedelta(seconds=20)  # after a look, what follows from it is written


@require_safe
@staff_only(Action.ADMINISTER)
def page(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Everything about one account; htmx asks only for how it stands."""
    endpoint = found(endpoint_id)
    return show(request, "desk/endpoint.html", "standing", context_of(request, endpoint))


@require_POST
@staff_only(Action.ADMINISTER)
def act(request: StaffRequest, endpoint_id: int, name: str) -> HttpResponse:
    """Pause, resume, retire, restore, subscribe, look again, end the old secret."""
    endpoint = found(endpoint_id)
    if name == "rotate":
        return _rotate(request, endpoint)
    if name not in _ACTS:
        raise Http404
    do, done = _ACTS[name]
    try:
        do(endpoint.pk, act_of(request))
    except RepeatedError:
        messages.info(request, gettext("That was done already."))
    except (AccountError, UnsealableError):
        messages.error(request, gettext("This account cannot do that."))
    else:
        messages.success(request, gettext(done))
    forget()
    return back_to(endpoint)


@sensitive_variables("secret")
def _rotate(request: StaffRequest, endpoint: Endpoint) -> HttpResponse:
    """Make a new secret and show it this once."""
    try:
        secret = administering.rotate(endpoint.pk, seal_of=request.POST.get("seal", ""), act=act_of(request))
    except RepeatedError:
        messages.info(request, gettext("A new secret was made already; end the old one first."))
        return back_to(endpoint)
    except (AccountError, UnsealableError):
        messages.error(request, gettext("The provider gives the secrets of this account; enter them anew."))
        return back_to(endpoint)
    return show_once(request, found(endpoint.pk), {"secret": secret})


def show_once(request: StaffRequest, endpoint: Endpoint, secrets: Mapping[str, str]) -> HttpResponse:
    """The page on which a secret stands that nobody will ever see again."""
    fields = CHANNELS[endpoint.channel].fields if endpoint.channel in CHANNELS else ()
    labels = {line.name: gettext(line.label) for line in fields}
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "endpoint": endpoint,
        "name": endpoint.name(get_language() or "en"),
        "secrets": [(labels.get(name, name), value) for name, value in secrets.items()],
        "told_by_us": subscribes(endpoint),
    }
    return show(request, "desk/endpoint_secret.html", None, context)


def found(endpoint_id: int) -> Endpoint:
    """The account of an address."""
    endpoint = account(endpoint_id)
    if endpoint is None:
        raise Http404
    return endpoint


def back_to(endpoint: Endpoint) -> HttpResponse:
    """To the account's page."""
    return HttpResponseRedirect(reverse("desk:endpoint", args=[endpoint.pk]))


def act_of(request: StaffRequest) -> Act:
    """Who does it, now."""
    return Act(f"staff:{request.staff.pk}", timezone.now())


def context_of(request: StaffRequest, endpoint: Endpoint) -> dict[str, Any]:
    """What the page shows."""
    now = timezone.now()
    channel = CHANNELS.get(endpoint.channel)
    return {
        "frame": frame_of(request, now=now, current="endpoints"),
        "endpoint": endpoint,
        "name": endpoint.name(get_language() or "en"),
        "owner": owner_of(endpoint),
        "default_unit": unit_name(endpoint.default_unit_key) if endpoint.default_unit_key else "",
        "standing": standing(endpoint),
        "ills": ills(endpoint),
        "look": _look(endpoint),
        "measured": endpoint.health.get("measured", {}),
        "looking": _is_looked_at(endpoint) and endpoint.active and not _by_hand(channel),
        "settling": endpoint.looked_at is not None and now - endpoint.looked_at < SETTLING,
        "provided": channel is not None and not channel.by_hand,
        "hook_url": hook_url(endpoint) if channel and pushes(endpoint) else "",
        "steps": [gettext(step) for step in channel.steps] if channel else [],
        "subscribes": subscribes(endpoint),
        "templated": channel is not None and channel.templated,
        "texts": texts(endpoint) if channel and channel.templated else [],
        "history": history(endpoint),
        "kept_days": kept_days(endpoint),
        "erased": last_erased(endpoint),
        **_secrets(endpoint),
        **_hours(endpoint, now),
    }


def _by_hand(channel: Channel | None) -> bool:
    return channel is None or channel.by_hand


def _is_looked_at(endpoint: Endpoint) -> bool:
    """Whether a look is asked for or under way."""
    at = endpoint.health.get("look", {}).get("at", "")
    return endpoint.looked_at is None or not at or datetime.fromisoformat(at) < endpoint.looked_at


def _look(endpoint: Endpoint) -> dict[str, Any]:
    """What the last look found, moments read."""
    look = dict(endpoint.health.get("look", {}))
    for name in ("at", "expires_at", "repaired_at"):
        look[name] = datetime.fromisoformat(look[name]) if look.get(name) else None
    look["findings"] = [
        {**one, "spoken": spoken(one.get("said") or one["text"])} for one in look.get("findings", ())
    ]
    return look


def _secrets(endpoint: Endpoint) -> dict[str, Any]:
    """What may be done with its secrets; never the secrets."""
    try:
        old = administering.has_old_secret(endpoint)
    except UnsealableError:
        return {"seal": "", "old_secret": False, "makes_secret": False, "takes_secret": False}
    known = endpoint.channel in CHANNELS and bool(endpoint.sealed)
    return {
        "seal": administering.fingerprint(endpoint),
        "old_secret": old,
        "makes_secret": known and administering.makes_secret(endpoint),
        "takes_secret": known and administering.takes_secret(endpoint),
    }


def _hours(endpoint: Endpoint, now: datetime) -> dict[str, Any]:
    if not has_hours(endpoint):
        return {"week": []}
    week = endpoint_week.hours_of(endpoint.opening_hours)
    return {
        "week": [(name, week[f"day_{day}"]) for day, name in endpoint_week.weekdays()],
        "open_now": open_now(endpoint, now),
        "opens_at": opens_at(endpoint, now),
    }


_ACTS: Mapping[str, tuple[Callable[[int, Act], None], str]] = {
    "pause": (
        administering.pause,
        gettext_noop("Nothing is sent until you let it go on; what comes is taken."),
    ),
    "resume": (administering.resume, gettext_noop("Sending goes on.")),
    "retire": (administering.retire, gettext_noop("It is retired; what was said on it stays.")),
    "restore": (administering.restore, gettext_noop("It is in use again.")),
    "subscribe": (administering.subscribe, gettext_noop("We tell the provider now; look in some seconds.")),
    "look": (administering.look_again, gettext_noop("We look at it now; that takes some seconds.")),
    "end-old": (administering.end_old_secret, gettext_noop("Only the new secret is good from now on.")),
}
