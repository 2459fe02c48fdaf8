"""Who called in vain is owed a call: one open task per number, closed when they are reached or come back.

Who called a personal line in vain and one of the house is owed both: who sees the one need not see the other.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from vefa.calls.models import Call, CallBack
from vefa.directory.models import Staff

LEAST_DIGITS = 7  # shorter numbers are our own extensions
HOWS = ("reached", "given_up")


class GoneError(Exception):
    """The task is done already, or somebody else has it."""


def follow(call: Call, *, fresh: bool, now: datetime) -> None:
    """Make, count or close the task that a call gives cause for. `fresh`: it was told in time."""
    number = call.called if call.direction == "out" else call.caller
    if call.direction == "internal" or len(number) < LEAST_DIGITS:
        return
    if call.state == "missed" and call.direction == "in" and fresh and call.voicemail_id is None:
        _owe(call, number)
    elif call.state in {"talking", "answered"}:
        _reached(call, number, now=now)
    elif call.voicemail_id is not None:
        _settled(number, "message", now=now, before=call.began_at)


def _owe(call: Call, number: str) -> None:
    """One more call in vain; the same call counts once, and not where they were spoken to since."""
    if call.call_back_id is not None or _spoken_since(call, number):
        return
    task, made = _task(call, number)
    call.call_back = task
    if not made:
        task.missed += 1
        task.first_at, task.last_at = min(task.first_at, call.began_at), max(task.last_at, call.began_at)
        task.citizen_id = task.citizen_id or call.citizen_id
        task.save(update_fields=["missed", "first_at", "last_at", "citizen"])


def _task(call: Call, number: str) -> tuple[CallBack, bool]:
    """The open task for the number on lines such as this one, and whether it is new."""
    rows = CallBack.objects.select_for_update(of=("self",)).filter(number=number, done_at=None)
    own = Q(endpoint_id=call.endpoint_id) if call.endpoint.personal else Q(endpoint__personal=False)
    known = rows.filter(own).order_by("id").first()
    if known is not None:
        return known, False
    return CallBack.objects.select_for_update().get_or_create(
        number=number,
        endpoint_id=call.endpoint_id,
        done_at=None,
        defaults={
            "citizen_id": call.citizen_id,
            "missed": 1,
            "first_at": call.began_at,
            "last_at": call.began_at,
        },
    )


def _spoken_since(call: Call, number: str) -> bool:
    later = Call.objects.filter(began_at__gt=call.began_at, answered_at__isnull=False)
    return later.filter(caller=number).exists() or later.filter(called=number, direction="out").exists()


def _reached(call: Call, number: str, *, now: datetime) -> None:
    """They were spoken to: what was owed is done. A call that seemed lost was none."""
    task = call.call_back
    if task is not None:
        call.call_back = None
        task.missed = max(0, task.missed - 1)
        if not task.missed and task.done_at is None:
            task.done_at, task.done_how = now, "answered"
        task.save(update_fields=["missed", "done_at", "done_how"])
    how = "reached" if call.direction == "out" else "came_back"
    _settled(number, how, now=now, before=call.answered_at or now, by=call.staff_id)


def _settled(number: str, how: str, *, now: datetime, before: datetime, by: int | None = None) -> None:
    owed = CallBack.objects.filter(number=number, done_at=None, last_at__lte=before)
    owed.update(done_at=now, done_how=how, done_by_id=by)


@transaction.atomic
def take(*, task_id: int, by: Staff) -> CallBack:
    """This person calls; taking again what one has changes nothing. Raises GoneError, DoesNotExist."""
    task = _open(task_id)
    if task.taken_by_id not in {None, by.pk}:
        raise GoneError("somebody else calls them")
    return _changed(task, taken_by=by)


@transaction.atomic
def give_back(*, task_id: int, by: Staff) -> CallBack:
    """Somebody else may call. Raises GoneError, DoesNotExist."""
    task = _open(task_id)
    if task.taken_by_id != by.pk:
        raise GoneError("it is not theirs")
    return _changed(task, taken_by=None)


@transaction.atomic
def tried(*, task_id: int, by: Staff, now: datetime) -> CallBack:
    """Called, and nobody answered. Raises GoneError, DoesNotExist."""
    task = _open(task_id)
    return _changed(task, taken_by=by, tries=F("tries") + 1, tried_at=now)


@transaction.atomic
def done(*, task_id: int, how: str, by: Staff, now: datetime) -> CallBack:
    """Reached, or given up. Raises GoneError, ValueError, DoesNotExist."""
    if how not in HOWS:
        raise ValueError(how)
    return _changed(_open(task_id), done_at=now, done_how=how, done_by=by)


def _open(task_id: int) -> CallBack:
    task = CallBack.objects.select_for_update().get(id=task_id)
    if task.done_at is not None:
        raise GoneError("it is done")
    return task


def _changed(task: CallBack, **changes: Any) -> CallBack:
    for name, value in changes.items():
        setattr(task, name, value)
    task.save(update_fields=list(changes))
    return task
