"""A clerk asks for a suggestion; the worker asks the model, outside any transaction; the clerk reads it.

Nothing is ever sent, ended or changed by a suggestion: its words lie in their own row until a person takes
them into an answer of their own, and that is journalled too.
"""

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import transaction

from vefa.cases.models import Case
from vefa.cases.moves import actor_of
from vefa.dialogue.exposure import without_secrets
from vefa.dialogue.queries import Entry, conversation_of
from vefa.directory.models import Staff
from vefa.inbox import intake
from vefa.journal.record import Happening, record
from vefa.triage.models import Suggested
from vefa.triage.suggesting.calling import Model, ModelError, ask
from vefa.triage.suggesting.prompts import Line, Told, What, messages_for

KEEPS = timedelta(days=7)  # a suggestion that nobody took
_PATIENCE = timedelta(minutes=2)  # of somebody who waits at a screen
_MOST_WAITING = 3  # of one person at a time

_BESIDE = ("case__service", "case__area", "case__citizen", "case__conversation__address", "staff")

type Clock = Callable[[], datetime]


class TooManyError(Exception):
    """This person waits for so many suggestions already that a further one helps nobody."""


def available() -> bool:
    """Whether the city has named a model."""
    return bool(settings.SUGGEST_URL and settings.SUGGEST_MODEL)


def wish(*, case: Case, what: What, into: str, by: Staff, now: datetime) -> Suggested:
    """Put a question; the worker takes it within a second. Raises TooManyError."""
    waiting = Suggested.objects.filter(
        staff=by, state__in=("waiting", "asking"), asked_at__gt=now - _PATIENCE
    )
    if waiting.count() >= _MOST_WAITING:
        raise TooManyError
    row = Suggested.objects.create(case=case, staff=by, what=what, into=into, asked_at=now)
    intake.wake()
    return row


def latest(case: Case, by: Staff) -> Suggested | None:
    """What this person asked for last on this case."""
    return Suggested.objects.filter(case=case, staff=by).order_by("-id").first()


@transaction.atomic
def taken(*, suggestion: Suggested, now: datetime) -> None:
    """Who asked for it took the words into an answer of their own."""
    suggestion.taken_at = now
    suggestion.save(update_fields=["taken_at"])
    _tell(suggestion, "case.suggestion_taken", now)


def suggest_due(*, http: httpx.Client, clock: Clock) -> bool:
    """Ask the model one of the questions that wait; whether there was one."""
    row = _claimed(now=clock()) if available() else None
    if row is None:
        return False
    text, trouble = _asked(row, http)
    now = clock()
    with transaction.atomic():
        row.text, row.trouble, row.state, row.answered_at = (
            text,
            trouble,
            "failed" if trouble else "ready",
            now,
        )
        row.save(update_fields=["text", "trouble", "state", "answered_at"])
        if text:
            _tell(row, "case.suggested", now)
    return True


def forget(*, now: datetime) -> None:
    """Erase what is old, and give up what a worker died over."""
    Suggested.objects.filter(asked_at__lt=now - KEEPS).exclude(text="").update(text="")
    lost = timedelta(seconds=settings.SUGGEST_TIMEOUT_S) + _PATIENCE
    Suggested.objects.filter(state="asking", asked_at__lt=now - lost).update(state="failed", trouble="slow")


def _claimed(*, now: datetime) -> Suggested | None:
    if not Suggested.objects.filter(state="waiting").exists():
        return None
    with transaction.atomic():
        waiting = Suggested.objects.select_for_update(skip_locked=True, of=("self",)).filter(state="waiting")
        waiting.filter(asked_at__lt=now - _PATIENCE).update(state="failed", trouble="slow")
        row = (
            waiting.select_related("case__service", "case__area", "case__citizen", "staff")
            .order_by("id")
            .first()
        )
        if row is not None:
            row.state, row.model = "asking", settings.SUGGEST_MODEL[:80]
            row.save(update_fields=["state", "model"])
    return row


def _asked(row: Suggested, http: httpx.Client) -> tuple[str, str]:
    """The words, or why there are none."""
    messages = messages_for(What(row.what), _told(row))
    model = Model(
        settings.SUGGEST_URL, settings.SUGGEST_MODEL, settings.SUGGEST_KEY, float(settings.SUGGEST_TIMEOUT_S)
    )
    try:
        return ask(http, model, messages, timer=time.monotonic), ""
    except ModelError as error:
        return "", error.why


def _told(row: Suggested) -> Told:
    """Only what this clerk sees on the page: no notes, no names, no other case, no link of the resident's."""
    case = row.case
    entries = conversation_of(case, with_notes=False)
    address = case.conversation.address if case.conversation else None
    names = [case.citizen.name if case.citizen else "", address.shown_name if address else ""]
    lines = [line for line in map(_line, entries) if line.text.strip()]
    return Told(
        service=case.service.name("en") if case.service else "",
        area=case.area.name("en") if case.area else "",
        lines=lines or [Line(ours=False, text=without_secrets(case.text))],
        names=[name for name in names if name],
        into=row.into,
        mark=f"said-{secrets.token_hex(8)}",
    )


def _line(entry: Entry) -> Line:
    if entry.reply is not None:
        return Line(ours=True, text=without_secrets(entry.reply.text))
    contact = entry.contact
    shown = contact is not None and contact.deleted_at is None  # what was taken back is told to nobody
    return Line(ours=entry.elsewhere, text=without_secrets(contact.text) if contact and shown else "")


def _tell(row: Suggested, kind: str, now: datetime) -> None:
    data = {"suggestion_id": row.pk, "what": row.what, "model": row.model}
    record(
        [Happening(kind=kind, subject=f"case:{row.case_id}", actor=actor_of(row.staff), at=now, data=data)]
    )
