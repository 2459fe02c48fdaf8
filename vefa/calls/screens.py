"""Tell the screens of those whom a call concerns; what they may see of it they ask for themselves."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from vefa.calls.models import Call, Seat
from vefa.calls.seats import Seats

CHANNEL = "vefa_live"
FRESH = timedelta(hours=2)
MOST = 500  # members of staff in one notification, which may not be longer than 8,000 bytes


def tell(calls: Sequence[Call], moved: Iterable[Seat], known: Seats, *, now: datetime) -> None:
    """Have these people's screens look again. Call it in the transaction of the change."""
    people = {seat.staff_id for seat in moved if seat.staff_id}
    for call in calls:
        if now - call.began_at < FRESH:
            people |= concerned(call, known)
    tell_people(people)


def tell_people(people: Collection[int]) -> None:
    """Have the screens of these members of staff look at the calls again."""
    if not people:
        return
    some = sorted(people)[:MOST]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"calls": some})])


def concerned(call: Call, known: Seats) -> set[int]:
    """Whose screen shows a call: where it rings; where nobody is named, who serves its queue."""
    if call.direction == "out":
        return {call.staff_id} if call.staff_id else set()
    rung = [seat.staff_id for seat in known.all_of([*call.rung, call.answered_by]) if seat.staff_id]
    people = set(rung) or {seat.staff_id for seat in known.serving(call.queue) if seat.staff_id}
    return people | ({call.staff_id} if call.staff_id else set())
