"""A public meeting, written down while people speak: one line per speaker, each kept at once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from vefa.channels.queries import door_of
from vefa.directory.access import scope_of
from vefa.directory.models import Staff
from vefa.inbox import intake
from vefa.inbox.lines import Entry, Line, enter
from vefa.inbox.models import Contact, ContactState, Meeting, MeetingLine


class TooLateError(Exception):
    """The line is a case already: it is ended there, not taken back here."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A meeting as it is announced."""

    name: str
    place: str
    day: date
    area_id: int | None = None


def begin(occasion: Occasion, *, by: Staff, now: datetime) -> Meeting:
    """Open the list of a meeting. Raises NoDoorError."""
    return Meeting.objects.create(
        endpoint_id=door_of("meeting"), name=occasion.name, place=occasion.place, day=occasion.day,
        area_id=occasion.area_id, by=by, opened_at=now,
    )  # fmt: skip


def visible_to(staff: Staff) -> QuerySet[Meeting]:
    """The meetings that this person opened, those in their areas, and all for who sees everything."""
    scope, rows = scope_of(staff), Meeting.objects.select_related("area", "by")
    return rows if scope.everything else rows.filter(Q(by=staff) | Q(area_id__in=scope.area_ids))


def latest(staff: Staff, *, limit: int = 50) -> list[Meeting]:
    """The meetings that this person sees, the latest first."""
    return list(visible_to(staff).order_by("-day", "-id")[:limit])


def may_strike(line: MeetingLine, staff: Staff) -> bool:
    """Whether the line is this person's own, or they see everything."""
    return line.by_id == staff.pk or scope_of(staff).everything


def lines_of(meeting: Meeting) -> list[MeetingLine]:
    """What was said so far, the latest first."""
    rows = MeetingLine.objects.filter(meeting=meeting).select_related("contact", "area", "by")
    return list(rows.order_by("-id"))


def say(meeting: Meeting, line: Line, *, token: UUID, by: Staff, now: datetime) -> MeetingLine:
    """Keep what one speaker said; the same token keeps it once. It is handled after the time for undoing."""
    accepted = enter(
        Entry(
            line=line,
            endpoint_id=meeting.endpoint_id,
            external_id=f"meeting:{meeting.pk}:{token}",
            said_at=now,
            now=now,
            due_at=now + timedelta(seconds=settings.UNDO_S),
            details={"meeting": meeting.pk, "taken_by": by.pk},
        )
    )
    kept, fresh = MeetingLine.objects.get_or_create(
        contact_id=accepted.contact_id,
        defaults={
            "meeting": meeting, "reference": accepted.reference or "", "text": line.text, "name": line.name,
            "phone": line.phone, "area_id": line.area_id, "by": by, "at": now,
        },
    )  # fmt: skip
    if fresh:
        intake.wake()
    return kept


@transaction.atomic
def take_back(meeting: Meeting, line_id: int, *, by: Staff, now: datetime) -> MeetingLine:
    """Undo one line of one's own before it is handled. Raises LookupError, TooLateError once it is a case."""
    rows = MeetingLine.objects.select_for_update().filter(pk=line_id, meeting=meeting, taken_back_at=None)
    line = rows.first()
    if line is None or not may_strike(line, by):
        raise LookupError(f"no line {line_id} of meeting {meeting.pk}")
    contact = Contact.objects.select_for_update().get(pk=line.contact_id)
    leased = contact.leased_until is not None and contact.leased_until > now
    if contact.state != ContactState.WAITING or leased:
        raise TooLateError(f"line {line_id} is {line.reference} already")
    contact.state, contact.handled_at = ContactState.HANDLED, now
    contact.details = {**contact.details, "withdrawn_by": by.pk}
    contact.save(update_fields=["state", "handled_at", "details"])
    return marked(line, now=now)


def marked(line: MeetingLine, *, now: datetime) -> MeetingLine:
    """The line is struck out; what it became is undone by whoever calls."""
    line.taken_back_at = now
    line.save(update_fields=["taken_back_at"])
    return line
