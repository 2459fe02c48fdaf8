"""Who is at the telephone: extensions claimed by members of staff, and what each is doing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from vefa.calls.models import Seat, SeatState
from vefa.channels.telephone import SeatNews
from vefa.directory.models import Staff
from vefa.directory.self_care import prefer
from vefa.kit.text import fold

REASONS = ("break", "lunch", "prayer", "training", "meeting", "paperwork")
LONGEST = 80


class TakenError(Exception):
    """The extension is somebody else's; `name` says whose."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the extension is {name}'s")
        self.name = name


@dataclass
class Seats:
    """All seats of the house, found by whatever an exchange calls those who answer."""

    rows: list[Seat]
    _by_name: dict[str, Seat] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            for name in _names(row):
                self._by_name.setdefault(name, row)

    def of(self, names: Iterable[str]) -> Seat | None:
        """The first seat that goes by one of these names."""
        return next(iter(self.all_of(names)), None)

    def all_of(self, names: Iterable[str]) -> list[Seat]:
        """Every seat that goes by one of these names, once."""
        found = (self._by_name.get(fold(name)) for name in names if name)
        return list({row.pk: row for row in found if row is not None}.values())

    def of_staff(self, staff_id: int | None) -> Seat | None:
        """The seat of a member of staff."""
        return next((row for row in self.rows if staff_id and row.staff_id == staff_id), None)

    def serving(self, queue: str) -> list[Seat]:
        """Who serves a queue; where nobody is told to, everybody who has not gone away."""
        own = [row for row in self.rows if row.staff_id and queue and queue in row.queues]
        return own or [row for row in self.rows if row.staff_id and row.state != SeatState.AWAY]

    def add(self, row: Seat) -> None:
        """One more."""
        self.rows.append(row)
        for name in _names(row):
            self._by_name.setdefault(name, row)


def _names(row: Seat) -> list[str]:
    staff = row.staff
    own = [row.extension or ""]
    if staff is not None:
        own += [staff.username, staff.email, staff.name]
    return [fold(name) for name in own if name]


def everybody() -> Seats:
    """The seats of this moment, in one statement."""
    return Seats(list(Seat.objects.select_related("staff").order_by("id")))


def seat_of(staff: Staff) -> Seat | None:
    """This person's seat, None for who has never sat down at a telephone."""
    return Seat.objects.filter(staff=staff).first()


@transaction.atomic
def claim(*, staff: Staff, extension: str, queues: Sequence[str], now: datetime) -> None:
    """This person answers at that extension ("" for none) and serves these queues. Raises TakenError."""
    name = extension.strip()[:LONGEST] or None
    rows = Seat.objects.select_for_update().filter(
        Q(staff=staff) | Q(extension=name, extension__isnull=False)
    )
    found = list(rows.order_by("id"))
    there = next((row for row in found if name and row.extension == name), None)
    if there and there.staff_id not in {None, staff.pk}:
        raise TakenError(there.staff.name if there.staff else "")
    own = next((row for row in found if row.staff_id == staff.pk), None)
    if own and there and own.pk != there.pk:
        left = {"staff": None, "state": SeatState.AWAY, "reason": "", "until": None, "since": now}
        Seat.objects.filter(pk=own.pk).update(**left)  # nobody sits there any more
        own = there
    seat = own or there or Seat(since=now)
    seat.staff, seat.extension = staff, name
    seat.queues = sorted({one.strip()[:LONGEST] for one in queues if one.strip()})
    if seat.state == SeatState.AWAY:
        seat.state, seat.since = SeatState.AVAILABLE, now
    seat.save()
    prefer(staff=staff, language=staff.language, preferences={"extension": name or "", "telephone": True})


def set_state(*, staff: Staff, state: str, reason: str = "", now: datetime) -> None:
    """This person says what they are doing; who had no seat gets one."""
    seat, _made = Seat.objects.get_or_create(staff=staff, defaults={"since": now})
    put(seat, state, at=now, reason=reason)
    if not staff.preferences.get("telephone"):
        prefer(staff=staff, language=staff.language, preferences={"telephone": True})


def put(seat: Seat, state: str, *, at: datetime, until: datetime | None = None, reason: str = "") -> None:
    """Set what somebody is doing; the same again leaves the moment since when they do it."""
    changes: dict[str, Any] = {"until": until, "reason": reason}
    if (seat.state, seat.reason) != (state, reason):
        changes |= {"state": state, "since": at}
    for name, value in changes.items():
        setattr(seat, name, value)
    seat.save(update_fields=list(changes))


def keep(news: Sequence[tuple[SeatNews, datetime]], known: Seats, *, now: datetime) -> list[Seat]:
    """What an exchange tells of those who answer; an extension that nobody claimed yet is noted as well.

    What a person said of themselves at the desk (a break with its reason) is not undone by "free".
    """
    moved = []
    for one, at in sorted(news, key=lambda pair: pair[1]):
        seat = known.of([one.who])
        if seat is None:
            seat, _made = Seat.objects.get_or_create(extension=one.who, defaults={"since": at})
            known.add(seat)
        _serve(seat, one)
        if _moves(seat, one, now=now):
            put(seat, one.state, at=at, reason=one.reason)
            moved.append(seat)
    return moved


def _serve(seat: Seat, news: SeatNews) -> None:
    if not news.queue or (news.queue in seat.queues) is not news.leaves:
        return
    kept = set(seat.queues) - {news.queue} if news.leaves else {*seat.queues, news.queue}
    seat.queues = sorted(kept)
    seat.save(update_fields=["queues"])


def _moves(seat: Seat, news: SeatNews, *, now: datetime) -> bool:
    if news.state == "available":
        wrapping = seat.state == SeatState.WRAP_UP and (seat.until is None or seat.until > now)
        own_break = seat.state == SeatState.BREAK and seat.reason in REASONS
        return not wrapping and not own_break
    return not (news.leaves and seat.queues)
