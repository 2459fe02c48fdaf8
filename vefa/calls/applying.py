"""What exchanges told becomes the register of calls, in the transaction that marks it handled.

News of one call may come in any order, late and twice: the register is the same. Screens are told of what
rings in the same transaction, so they hear of nothing that was not kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from msgspec import structs

from vefa.calls import call_backs, screens, seats, writing
from vefa.calls.models import Call
from vefa.calls.rules import Facts, state_of, told
from vefa.channels.telephone import CallNews, SeatNews, Step
from vefa.channels.telephony.numbers import international
from vefa.citizens.queries import owners_of
from vefa.directory.queries import municipality
from vefa.inbox.models import Contact

ABOUT = frozenset({"call", "seat", "telephone", "on_the_spot"})
OLD = timedelta(days=2)  # a call that was told so late rings nobody and is called back by nobody

Key = tuple[int, str]  # endpoint, the exchange's own id


@dataclass(frozen=True)
class News:
    """One step with the arrival that tells it."""

    contact: Contact
    step: CallNews
    at: datetime


@dataclass(frozen=True)
class Turn:
    """What this batch has to do with."""

    now: datetime
    owners: Mapping[str, int]  # citizens by number
    seats: seats.Seats


def apply(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Keep what these arrivals tell about calls and seats. Call it in the transaction that handles them."""
    about = [one for one in contacts if one.details.keys() & ABOUT]
    if not about:
        return
    known = seats.everybody()
    steps = [_news(one) for one in about if "call" in one.details]
    touched = _apply_calls(steps, known, now=now) if steps else []
    moved = seats.keep([_seat_news(one) for one in about if "seat" in one.details], known, now=now)
    touched += writing.note(
        [one for one in about if one.details.keys() & {"telephone", "on_the_spot"}], now=now
    )
    screens.tell(touched, moved, known, now=now)


def _news(contact: Contact) -> News:
    step = msgspec.convert(contact.details["call"], CallNews, strict=False)
    region = str(contact.endpoint.settings.get("region") or "").strip().upper() or municipality().country
    plain = structs.replace(
        step,
        caller=international(step.caller, region=region),
        called=international(step.called, region=region),
    )
    return News(contact, plain, step.at or contact.received_at)


def _seat_news(contact: Contact) -> tuple[SeatNews, datetime]:
    news = msgspec.convert(contact.details["seat"], SeatNews, strict=False)
    return news, news.at or contact.received_at


def _apply_calls(steps: Sequence[News], known: seats.Seats, *, now: datetime) -> list[Call]:
    rows = _locked({_key(one): one for one in reversed(steps)})
    numbers = {number for one in steps for number in (one.step.caller, one.step.called) if number[:1] == "+"}
    turn = Turn(now, owners_of(numbers), known)
    before = {key: row.state for key, row in rows.items()}
    for one in steps:
        _take(rows[_key(one)], one, turn)
    for key, row in rows.items():
        _settle(row, before[key], turn)
        row.save()
    return list(rows.values())


def _key(one: News) -> Key:
    return one.contact.endpoint_id, one.step.call


def _locked(first: Mapping[Key, News]) -> dict[Key, Call]:
    """The row of each call, ours until the transaction ends; made where it is new."""
    fresh = [
        Call(
            endpoint_id=endpoint_id,
            call=call,
            began_at=one.at,
            direction="",
            state="",
            source="log" if one.step.step == Step.LOGGED else "exchange",
        )
        for (endpoint_id, call), one in sorted(first.items(), key=lambda pair: pair[0])
    ]
    Call.objects.bulk_create(fresh, ignore_conflicts=True)
    rows = Call.objects.select_for_update(of=("self",)).filter(
        endpoint_id__in={endpoint_id for endpoint_id, _ in first}, call__in={call for _, call in first}
    )
    found = {(row.endpoint_id, row.call): row for row in rows.select_related("call_back").order_by("id")}
    return {key: found[key] for key in first}


def _take(row: Call, one: News, turn: Turn) -> None:
    """Put one more step into the row."""
    for name, value in _named(told(_facts(row), one.step, at=one.at)).items():
        setattr(row, name, value)
    if one.step.step == Step.RECORDED:
        row.recording = one.contact
    elif one.step.step == Step.VOICEMAIL:
        row.voicemail = row.contact = one.contact
    row.citizen_id = turn.owners.get(other_end(row), row.citizen_id)
    seat = turn.seats.of([row.answered_by] if row.direction != "out" else [row.caller, *one.step.who])
    if seat and seat.staff_id:
        row.staff_id = seat.staff_id


def other_end(row: Call) -> str:
    """The resident's number."""
    return row.called if row.direction == "out" else row.caller


def _facts(row: Call) -> Facts:
    return Facts(**{name: _plain(getattr(row, name)) for name in Facts.__dataclass_fields__})


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _named(facts: Facts) -> dict[str, Any]:
    values = {name: getattr(facts, name) for name in Facts.__dataclass_fields__}
    return values | {"rung": list(facts.rung)}


def _settle(row: Call, before: str, turn: Turn) -> None:
    """What follows from what is known now: the state, whom to call back, who writes it down."""
    row.direction = row.direction or "in"
    row.state = state_of(_facts(row))
    fresh = turn.now - row.began_at < OLD
    if row.state != before and fresh:
        _move_seat(row, turn)
    if row.state != before or row.voicemail_id:
        call_backs.follow(row, fresh=fresh, now=turn.now)


def _move_seat(row: Call, turn: Turn) -> None:
    """Who answers is on the call; when it is over they write it down for a while."""
    seat = turn.seats.of([row.answered_by]) or turn.seats.of_staff(row.staff_id)
    if seat is None or row.source != "exchange":
        return
    if row.state == "talking":
        seats.put(seat, "on_call", at=turn.now)
    elif row.state == "answered" and seat.state == "on_call":
        seats.put(seat, "wrap_up", at=turn.now, until=turn.now + timedelta(seconds=settings.CALL_WRAP_UP_S))
