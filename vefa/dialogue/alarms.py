"""Reactions that tell colleagues by mail what is wrong with an account, once, and when it is over."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext, override

from vefa.channels.models import Endpoint
from vefa.dialogue.alarm_words import advice, short, words_of
from vefa.dialogue.notes import Note, leave
from vefa.dialogue.values import when
from vefa.directory.queries import municipality
from vefa.journal.models import Event

log = logging.getLogger(__name__)


def troubled(events: Sequence[Event], now: datetime) -> None:
    """Something is wrong with an account."""
    _tell(events, _alarm, now=now)


def recovered(events: Sequence[Event], now: datetime) -> None:
    """It is over."""
    _tell(events, _all_clear, now=now)


def _tell(events: Sequence[Event], words: Callable[[Endpoint, Event], str], *, now: datetime) -> None:
    if not settings.ALARM_MAIL:
        return
    rows = Endpoint.objects.in_bulk([_endpoint_id(event) for event in events])
    language = municipality().default_language
    for event in events:
        post = _post(_endpoint_id(event))
        if post is None:
            log.warning("There is no mailbox through which alarms could leave: add an account of e-mail")
            return
        with override(language):
            text = words(rows[_endpoint_id(event)], event)
        for number, address in enumerate(settings.ALARM_MAIL):
            cause = f"event:{event.pk}:{number}"
            note = Note(
                endpoint=post, space="email", to=address.lower(), text=text, language=language, cause=cause
            )
            leave(note, now=now)


def _post(ailing_id: int) -> Endpoint | None:
    """A mailbox that alarms leave through: another one than that which is ill, if there is any."""
    mailboxes = Endpoint.objects.filter(channel="email", active=True, retired_at=None)
    return mailboxes.exclude(pk=ailing_id).order_by("owner", "id").first() or mailboxes.first()


def _alarm(endpoint: Endpoint, event: Event) -> str:
    """The first line becomes the subject."""
    code = event.data["trouble"]
    lines = (
        _head(endpoint, short(code)),
        words_of(code, event.data["about"]),
        advice(code),
        f"{settings.PUBLIC_URL}/desk/endpoints/{endpoint.pk}",
    )
    return "\n\n".join(line for line in lines if line)


def _all_clear(endpoint: Endpoint, event: Event) -> str:
    since = when(datetime.fromisoformat(event.data["since"]), municipality().default_language)
    lines = (
        _head(endpoint, gettext("works again")),
        gettext("This is over: %(trouble)s, since %(since)s.")
        % {"trouble": short(event.data["trouble"]), "since": since},
        f"{settings.PUBLIC_URL}/desk/endpoints/{endpoint.pk}",
    )
    return "\n\n".join(lines)


def _head(endpoint: Endpoint, words: str) -> str:
    return f"{endpoint.name(municipality().default_language)}: {words}"


def _endpoint_id(event: Event) -> int:
    return int(event.subject.removeprefix("endpoint:"))
