"""Add an account, and change what it is, what its channel needs and when it is read."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from vefa.channels import administering
from vefa.channels.accounts import AccountError, NewEndpoint, secrets_of
from vefa.channels.looking import subscribes
from vefa.channels.manners import Channel
from vefa.channels.models import Endpoint
from vefa.channels.registry import CHANNELS
from vefa.channels.sealing import UnsealableError
from vefa.directory.access import Action
from vefa.directory.queries import municipality
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.endpoint import act_of, back_to, found, show_once
from vefa.web.desk.endpoint_forms import ChannelForm, KeyForm, ParticularsForm, particulars_of
from vefa.web.desk.endpoint_week import HoursForm, hours_of
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show

WAYS = ["GET", "HEAD", "POST"]


@sensitive_post_parameters()
@require_http_methods(WAYS)
@staff_only(Action.ADMINISTER)
def add(request: StaffRequest, channel: str) -> HttpResponse:
    """The form of a new account of one channel."""
    if channel not in CHANNELS:
        raise Http404
    given = request.POST if request.method == "POST" else None
    first = {"language": municipality().default_language}
    key, particulars = KeyForm(given), ParticularsForm(given, crowd=CHANNELS[channel].crowd, initial=first)
    own = ChannelForm(given, channel=CHANNELS[channel])
    valid = [form.is_valid() for form in (key, particulars, own)]
    if given is not None and all(valid):
        answer = _added(request, key, particulars, own)
        if answer is not None:
            return answer
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "channel": CHANNELS[channel],
        "steps": [gettext(step) for step in CHANNELS[channel].steps],
        "key": key,
        "particulars": particulars,
        "own": own,
        "wrong": given is not None,
    }
    return show(request, "desk/endpoint_add.html", None, context, status=200 if given is None else 422)


def _added(
    request: StaffRequest, key: KeyForm, particulars: ParticularsForm, own: ChannelForm
) -> HttpResponse | None:
    """Store it; None where somebody was faster with the same short name."""
    secrets = own.secrets()
    new = NewEndpoint(
        key=key.cleaned_data["key"],
        channel=own.channel.key,
        language=particulars.cleaned_data["language"],
        settings={name: value for name, value in own.settings().items() if value},
        secrets=secrets,
    )
    try:
        endpoint = administering.create(new, particulars.particulars(), act_of(request))
    except AccountError:
        key.add_error("key", gettext("There is an account of this short name already."))
        return None
    shown = {line.name: secrets[line.name] for line in own.made_up()}
    if shown and not subscribes(endpoint):
        return show_once(request, endpoint, shown)
    messages.success(request, gettext("Added. Now try it: write a message to it."))
    return back_to(endpoint)


@require_http_methods(WAYS)
@staff_only(Action.ADMINISTER)
def particulars(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Names, owner, default unit, language, personal, how long talk is kept."""
    endpoint = found(endpoint_id)
    given = request.POST if request.method == "POST" else None
    crowd = endpoint.channel in CHANNELS and CHANNELS[endpoint.channel].crowd
    form = ParticularsForm(given, crowd=crowd, initial=particulars_of(endpoint))
    if given is not None and form.is_valid():
        administering.describe(endpoint.pk, form.particulars(), act_of(request))
        return _kept(request, endpoint)
    return _form(request, endpoint, form, gettext("Names, owner and units"))


@sensitive_post_parameters()
@require_http_methods(WAYS)
@staff_only(Action.ADMINISTER)
def settings(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """What the channel needs; secrets only go in."""
    endpoint = found(endpoint_id)
    channel = _channel(endpoint)
    given = request.POST if request.method == "POST" else None
    form = ChannelForm(given, channel=channel, known=endpoint, held=_held(endpoint))
    if given is not None and form.is_valid():
        administering.configure(
            endpoint.pk, settings=form.settings(), secrets=form.secrets(), act=act_of(request)
        )
        return _kept(request, endpoint)
    return _form(request, endpoint, form, gettext("Keys and settings"))


@require_http_methods(WAYS)
@staff_only(Action.ADMINISTER)
def hours(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """The week in which somebody reads what comes."""
    endpoint = found(endpoint_id)
    given = request.POST if request.method == "POST" else None
    form = HoursForm(given, initial=hours_of(endpoint.opening_hours))
    if given is not None and form.is_valid():
        administering.set_hours(endpoint.pk, form.opening_hours(), act_of(request))
        return _kept(request, endpoint)
    explanation = gettext(
        "Hours such as 08:30-12:30, 13:30-17:30. Outside them the acknowledgement says when somebody reads"
        " it; holidays of the municipality count. A week without hours: somebody always reads."
    )
    return _form(request, endpoint, form, gettext("Opening hours"), explanation=explanation)


def _kept(request: StaffRequest, endpoint: Endpoint) -> HttpResponse:
    messages.success(request, gettext("Kept."))
    return back_to(endpoint)


def _form(
    request: StaffRequest, endpoint: Endpoint, form: Any, title: str, *, explanation: str = ""
) -> HttpResponse:
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "endpoint": endpoint,
        "name": endpoint.name(get_language() or "en"),
        "form": form,
        "title": title,
        "explanation": explanation,
        "back": reverse("desk:endpoint", args=[endpoint.pk]),
    }
    return show(request, "desk/endpoint_form.html", None, context, status=422 if form.is_bound else 200)


def _channel(endpoint: Endpoint) -> Channel:
    if endpoint.channel not in CHANNELS:
        raise Http404
    return CHANNELS[endpoint.channel]


def _held(endpoint: Endpoint) -> frozenset[str]:
    """The names of the secrets that it has; none where they cannot be opened any more."""
    try:
        return frozenset(secrets_of(endpoint))
    except UnsealableError:
        return frozenset()
