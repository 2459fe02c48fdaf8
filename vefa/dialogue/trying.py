"""Try an account: a message from us to an address of somebody's choice, through the outbox like any other."""

from datetime import datetime

import httpx
from django.db import transaction
from django.utils.translation import gettext, override

from vefa.channels.models import Endpoint
from vefa.dialogue.models import Delivery
from vefa.dialogue.notes import Note, leave
from vefa.directory.models import Staff
from vefa.directory.queries import municipality
from vefa.inbox.doors import adapter_of
from vefa.inbox.people import MAIL, PHONE
from vefa.journal.record import Happening, record


class AddressError(ValueError):
    """The address cannot be one of this channel; the text says why, for the person who typed it."""


@transaction.atomic
def send_trial(endpoint: Endpoint, *, to: str, by: Staff, now: datetime) -> Delivery:
    """Lay down a trial message. Raises AddressError, UnsealableError."""
    space = address_space(endpoint)
    address = _checked(space, to.strip())
    with override(endpoint.language):
        text = gettext("This is a trial message of %(city)s. You need not answer it.") % {
            "city": municipality().name(endpoint.language)
        }
    note = Note(endpoint=endpoint, space=space, to=address, text=text, language=endpoint.language)
    found = leave(note, now=now, by=by)
    assert found is not None
    subject, data = f"endpoint:{endpoint.pk}", {"delivery_id": found.pk}
    record([Happening(kind="endpoint.tried", subject=subject, actor=f"staff:{by.pk}", at=now, data=data)])
    return found


def trial_of(endpoint: Endpoint, delivery_id: int) -> Delivery | None:
    """A trial message of this account."""
    rows = Delivery.objects.filter(pk=delivery_id, endpoint=endpoint, reply__case=None)
    return rows.select_related("reply", "conversation__address").first()


def address_space(endpoint: Endpoint) -> str:
    """Inside which world the addresses of this account lie. Raises UnsealableError."""
    return adapter_of(endpoint, _no_network).address_space


def _checked(space: str, typed: str) -> str:
    if not typed or len(typed) > 320 or any(not sign.isprintable() for sign in typed):
        raise AddressError(gettext("Write the address to which the message shall go."))
    if space == MAIL:
        name, at, host = typed.lower().partition("@")
        if not (name and at and "." in host) or " " in typed:
            raise AddressError(
                gettext("An e-mail address has an @ and a name after it, such as ayse@example.com.")
            )
        return typed.lower()
    if space == PHONE:
        digits = "".join(str(int(sign)) for sign in typed if sign.isdecimal())
        if not typed.startswith("+") or not 7 <= len(digits) <= 15:
            raise AddressError(gettext("Write the number with its country: +90 532 555 01 37."))
        return f"+{digits}"
    return typed


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("only the worker asks a provider", request=request)


_no_network = httpx.Client(transport=httpx.MockTransport(_refuse))
