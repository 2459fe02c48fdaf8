"""One invented case while it is told: what was said, done, promised and seen, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from vefa.cases.models import Promise, State
from vefa.directory.models import Service, Staff, Unit
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
    promises: list[Promise]
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
