"""Invented calls of the last days: log, wallboard and the list of those to call back are not empty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from vefa.calls import seats
from vefa.calls.models import Call, CallBack, Seat
from vefa.channels.accounts import set_secrets
from vefa.channels.models import Endpoint
from vefa.citizens.models import Address
from vefa.directory.models import Kind, Role, Service, Staff
from vefa.kit.ids import secret

KEY = "exchange"
QUEUE = "137"
HOURS = timedelta(hours=30)  # who called in vain since then is owed a call
CALLED = "+902325550137"
DAYS, A_DAY, LAST_HOUR = 7, 60, 14
MISSED, SHORT, SPOT = 0.1, 0.03, 0.4
FIRST_EXTENSION = 201
STATES = ("available", "on_call", "break", "available", "wrap_up", "on_call")


@dataclass(frozen=True)
class Voices:
    """Who calls, who answers, what is answered on the spot."""

    callers: Sequence[Address]
    operators: Sequence[Staff]
    subjects: Sequence[Service]


def tell_calls(*, seed: int, now: datetime) -> int:
    """Seat the operators and invent a week of calls on the city's exchange; how many there are.

    Nothing where the city has no exchange or calls are there already.
    """
    line = Endpoint.objects.filter(key=KEY, retired_at=None).first()
    if line is None or Call.objects.filter(endpoint=line).exists():
        return 0
    if not line.sealed:
        set_secrets(KEY, {"secret": secret()})
    random = Random(seed)  # noqa: S311 - invents calls, guards nothing
    voices = _voices()
    _sit_down(voices.operators, now)
    calls = [_call(line, number, at, voices, random) for number, at in enumerate(_moments(random, now))]
    Call.objects.bulk_create(calls)
    _owe(line, calls, now)
    return len(calls)


def _voices() -> Voices:
    callers = Address.objects.filter(space="phone", value__startswith="+").select_related("citizen")
    operators = Staff.objects.filter(role=Role.OPERATOR, is_active=True, retired_at=None)
    subjects = Service.objects.filter(kind=Kind.QUESTION, retired_at=None)
    return Voices(
        list(callers.order_by("-id")[:400]), list(operators.order_by("id")), list(subjects.order_by("id"))
    )


def _sit_down(operators: Sequence[Staff], now: datetime) -> None:
    for number, staff in enumerate(operators):
        seats.claim(staff=staff, extension=str(FIRST_EXTENSION + number), queues=[QUEUE], now=now)
        state = STATES[number % len(STATES)]
        Seat.objects.filter(staff=staff).update(
            state=state,
            reason="lunch" if state == "break" else "",
            since=now - timedelta(minutes=3 + 2 * number),
            until=now + timedelta(minutes=2) if state == "wrap_up" else None,
        )


def _moments(random: Random, now: datetime) -> Iterator[datetime]:
    """When they call: in daytime on the days before, and all through the last hour."""
    for day in range(1, DAYS):
        morning = (now - timedelta(days=day)).replace(hour=5, minute=30, second=0, microsecond=0)
        yield from (morning + timedelta(seconds=random.randrange(12 * 3600)) for _ in range(A_DAY))
    yield from (now - timedelta(seconds=random.randrange(300, 3600)) for _ in range(LAST_HOUR))


def _call(line: Endpoint, number: int, at: datetime, voices: Voices, random: Random) -> Call:
    """One call from ring to end."""
    caller = random.choice(voices.callers) if voices.callers and random.random() < 0.6 else None
    luck = random.random()
    waited = timedelta(seconds=2 if luck < SHORT else round(min(random.expovariate(1 / 14), 90)) + 3)
    answered = luck >= SHORT + MISSED and bool(voices.operators)
    talked = timedelta(seconds=round(random.lognormvariate(4.6, 0.6))) if answered else timedelta()
    staff = random.choice(voices.operators) if answered else None
    spot = answered and bool(voices.subjects) and random.random() < SPOT
    return Call(
        endpoint=line,
        call=f"demo:{number}",
        caller=caller.value if caller else f"+90532555{random.randrange(10_000):04}",
        citizen=caller.citizen if caller else None,
        called=CALLED,
        queue=QUEUE,
        staff=staff,
        began_at=at,
        queued_at=at + timedelta(seconds=1),
        answered_at=at + waited if answered else None,
        ended_at=at + waited + talked,
        cause="normal" if answered else "cancelled",
        state="answered" if answered else "missed",
        on_the_spot=spot,
        service=random.choice(voices.subjects) if spot else None,
    )


def _owe(line: Endpoint, calls: Sequence[Call], now: datetime) -> None:
    """Who called in vain in the last hours is owed a call."""
    missed = {call.caller: call for call in calls if call.state == "missed" and now - call.began_at < HOURS}
    for number, call in sorted(missed.items()):
        task = CallBack.objects.create(
            number=number,
            citizen=call.citizen,
            endpoint=line,
            missed=1,
            first_at=call.began_at,
            last_at=call.began_at,
        )
        Call.objects.filter(pk=call.pk).update(call_back=task)
