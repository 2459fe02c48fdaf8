"""Click to dial: a member of staff asks, the worker tells the exchange, outside any transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
from django.db import transaction

from vefa.calls import screens
from vefa.calls.models import Dialling, Seat
from vefa.channels.models import Endpoint
from vefa.channels.port import BusyError, RejectedError, UnsureError
from vefa.channels.sealing import UnsealableError
from vefa.channels.telephone import Dialler
from vefa.directory.models import Staff
from vefa.inbox import intake
from vefa.inbox.doors import adapter_of
from vefa.kit.saying import gettext_noop

PATIENCE = timedelta(seconds=30)  # who waits longer has taken the handset
EXCHANGES = ("asterisk", "telephony")
UNTOLD, CANNOT = gettext_noop("nobody told the exchange"), gettext_noop("the exchange does not dial")

type Clock = Callable[[], datetime]


class NoExtensionError(Exception):
    """This person has no extension: they set it in their profile."""


class NoExchangeError(Exception):
    """No exchange of ours can be told to dial."""


def exchange() -> Endpoint | None:
    """The exchange that dials: the first active one by its key that is able to."""
    rows = Endpoint.objects.filter(channel__in=EXCHANGES, active=True, retired_at=None).order_by("key")
    return next((row for row in rows if can_dial(row)), None)


def can_dial(endpoint: Endpoint) -> bool:
    """Whether its settings say how."""
    return endpoint.channel == "asterisk" or bool(endpoint.settings.get("dial_url"))


def ask(*, staff: Staff, number: str, now: datetime) -> Dialling:
    """Have the number dialled from this person's extension. Raises NoExtensionError, NoExchangeError."""
    seat = Seat.objects.filter(staff=staff).first()
    if seat is None or not seat.extension:
        raise NoExtensionError
    endpoint = exchange()
    if endpoint is None:
        raise NoExchangeError
    row = Dialling.objects.create(seat=seat, endpoint=endpoint, number=number[:40], asked_at=now)
    intake.wake()
    return row


def dial_due(*, http: httpx.Client, clock: Clock) -> bool:
    """Dial what waits, one after the other; whether there was anything."""
    row = _taken(now=clock())
    if row is None:
        return False
    state, trouble = _dialled(row, http)
    Dialling.objects.filter(pk=row.pk).update(state=state, trouble=trouble)
    if row.seat.staff_id:
        screens.tell_people([row.seat.staff_id])
    return True


def _taken(*, now: datetime) -> Dialling | None:
    """The one that has waited longest, taken for good: a telephone that rings twice is worse than none."""
    if not Dialling.objects.filter(state="waiting").exists():  # one look-up, ten times a second
        return None
    with transaction.atomic():
        waiting = Dialling.objects.select_for_update(skip_locked=True, of=("self",)).filter(state="waiting")
        waiting.filter(asked_at__lt=now - PATIENCE).update(state="failed", trouble=UNTOLD)
        row = waiting.select_related("seat", "endpoint").order_by("asked_at", "id").first()
        if row is not None:
            row.state, row.taken_at = "uncertain", now
            row.save(update_fields=["state", "taken_at"])
    return row


def _dialled(row: Dialling, http: httpx.Client) -> tuple[str, str]:
    """What became of it, and why."""
    try:
        adapter = adapter_of(row.endpoint, http)
        if not isinstance(adapter, Dialler):
            return "failed", CANNOT
        adapter.dial(extension=row.seat.extension or "", number=row.number)
    except UnsureError as error:
        return "uncertain", error.reason
    except (BusyError, RejectedError) as error:
        return "failed", error.reason
    except UnsealableError as error:
        return "failed", str(error)
    return "dialled", ""
