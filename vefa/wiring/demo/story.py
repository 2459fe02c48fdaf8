"""One invented case while it is told: what was said, done, promised and seen, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from vefa.cases.models import State
from vefa.cases.rules import Clock, Standstill, replayed
from vefa.directory.models import Service, Staff, Unit
from vefa.directory.rules import WorkingCalendar
from vefa.wiring.demo.people import Voice
from vefa.wiring.demo.stage import Spot

EventRow = tuple[datetime, str, str, Mapping[str, Any]]  # at, kind, actor, data


@dataclass(slots=True, kw_only=True)
class Said:
    """One contact. `matter` is what triage makes of it; `sure` and `service` are its finding's."""

    id: int
    voice: Voice
    at: datetime
    text: str
    matter: str
    subject: str = ""
    spot: Spot | None = None
    point: tuple[float, float] | None = None
    reference: str | None = None
    secret: str = ""
    service: Service | None = None
    sure: bool = True
    case_id: int | None = None


@dataclass(slots=True, kw_only=True)
class Written:
    """One reply and the voice that hears it. `staff` None: the system wrote it."""

    id: int
    case_id: int
    to: Voice
    at: datetime
    text: str
    phrase: str
    staff: Staff | None = None
    answers: int | None = None


@dataclass(slots=True, kw_only=True)
class Owed:
    """A promise with the columns of `cases.models.Promise`, without the weight of a model."""

    id: int
    kind: str
    by: str
    started_at: datetime
    minutes: float | None
    running_since: datetime | None
    due_at: datetime | None
    legal_basis: str = ""
    worked_min: float = 0
    held_due_at: datetime | None = None
    kept_at: datetime | None = None
    broken_at: datetime | None = None
    broken_why: str = ""
    dropped_at: datetime | None = None

    def pause(self, still: Standstill, calendar: WorkingCalendar) -> None:
        """Let its clock stand still for that span."""
        before = Clock(
            minutes=self.minutes,
            worked_min=self.worked_min,
            running_since=self.running_since,
            due_at=self.due_at,
            held_due_at=self.held_due_at,
        )
        after = replayed(before, [still], calendar=calendar)
        self.worked_min, self.running_since = after.worked_min, after.running_since
        self.due_at, self.held_due_at = after.due_at, after.held_due_at


@dataclass(slots=True, kw_only=True)
class Story:
    """A case from its first message to now."""

    id: int
    reference: str
    secret: str
    voice: Voice
    first: Said
    spot: Spot
    service: Service
    unit: Unit | None
    unsure: bool
    private: bool
    opened_at: datetime
    promises: list[Owed]
    state: str = State.NEW
    outcome: str = ""
    staff: Staff | None = None
    agency_id: int | None = None
    master_id: int | None = None
    said_at: datetime
    first_answered_at: datetime | None = None
    ended_at: datetime | None = None
    planned_date: date | None = None
    reopened: int = 0
    supporters: int = 0
    unread: bool = True
    events: list[EventRow] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    notes: list[tuple[int, int, str, datetime]] = field(default_factory=list)  # id, staff, text, at
    pauses: list[tuple[str, str, datetime, datetime | None]] = field(default_factory=list)
    sights: dict[int, tuple[Staff, datetime, datetime]] = field(default_factory=dict)
    joined: list[tuple[Said, datetime]] = field(default_factory=list)  # supporters

    @property
    def language(self) -> str:
        """The resident's."""
        return self.voice.language

    @property
    def place(self) -> str:
        """Where it is, as the resident calls it."""
        return self.spot.name(self.language)

    def tell(self, at: datetime, what: str, by: str, /, **data: Any) -> None:
        """Note an event."""
        self.events.append((at, what, by, data))

    def see(self, staff: Staff, at: datetime) -> None:
        """Note that somebody has looked at it."""
        first = self.sights[staff.id][1] if staff.id in self.sights else at
        self.sights[staff.id] = (staff, min(first, at), at)
        self.unread = False


def actor(staff: Staff) -> str:
    """How the journal names a member of staff."""
    return f"staff:{staff.id}"
