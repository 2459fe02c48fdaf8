"""The city's accounts: all of them by owner, and the choice of a channel for a new one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from vefa.channels.models import Endpoint
from vefa.channels.queries import accounts
from vefa.channels.registry import CHANNELS
from vefa.directory.access import Action
from vefa.kit.sorting import in_order
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.endpoint_words import Standing, owner_of, standing
from vefa.web.desk.framing import frame_of
from vefa.web.ui import channels
from vefa.web.ui.show import show


@dataclass(frozen=True)
class Row:
    """One account in the list."""

    endpoint: Endpoint
    name: str
    standing: Standing


@require_safe
@staff_only(Action.ADMINISTER)
def page(request: StaffRequest) -> HttpResponse:
    """Every account, by whose it is; retired ones at the end."""
    rows = accounts()
    context = {
        "frame": frame_of(request, now=timezone.now(), current="endpoints"),
        "groups": _groups(row for row in rows if row.retired_at is None),
        "retired": [_row(row) for row in rows if row.retired_at is not None],
    }
    return show(request, "desk/endpoints.html", None, context)


@require_safe
@staff_only(Action.ADMINISTER)
def choose(request: StaffRequest) -> HttpResponse:
    """Which channel the new account is of."""
    language = get_language() or "en"
    named = [(key, str(channels.CHANNELS.get(key, channels.UNKNOWN)[1])) for key in CHANNELS]
    ordered = in_order(named, lambda one: one[1], language=language)
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "provided": [key for key, _ in ordered if not CHANNELS[key].by_hand],
        "by_hand": [key for key, _ in ordered if CHANNELS[key].by_hand],
    }
    return show(request, "desk/endpoint_choice.html", None, context)


def _groups(endpoints: Iterable[Endpoint]) -> dict[str, list[Row]]:
    """By owner's name: the institution, the mayor, the units."""
    groups: dict[str, list[Row]] = {}
    for endpoint in endpoints:
        groups.setdefault(owner_of(endpoint), []).append(_row(endpoint))
    return groups


def _row(endpoint: Endpoint) -> Row:
    return Row(endpoint, endpoint.name(get_language() or "en"), standing(endpoint))
