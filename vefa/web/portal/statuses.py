"""What a resident can be told about where their matter stands: seven things, and two ends without a work.

Only what was done is called done: a question is answered, and what was taken back is not worked on.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import get_language, gettext

from vefa.cases.models import Case, Outcome, State
from vefa.cases.public import PublicCase
from vefa.directory.models import Agency
from vefa.kit.calendars import dated
from vefa.web.ui import words


@dataclass(frozen=True)
class Status:
    """`name` is one of the nine; `words` is the sentence with it; `tone` is calm, soon, kept or late."""

    key: str
    name: str
    words: str
    tone: str = "calm"
    icon: str = "clock"


def received() -> Status:
    """It is safely here and nobody has looked at it yet."""
    return Status(
        "received",
        gettext("Received"),
        gettext("Your message is safely with us. Somebody will look at it and decide who deals with it."),
        icon="sent",
    )


@dataclass(frozen=True)
class Standing:
    """What decides about the words: of a resident's own case, or of a public one."""

    state: str
    outcome: str
    planned_date: date | None
    agency: Agency | None = None


def of(case: Case) -> Status:
    """Where the case stands, in words for its resident."""
    return _told(Standing(case.state, case.outcome, case.planned_date, case.agency))


def of_public(case: PublicCase) -> Status:
    """Where a public case stands; the public is not told to whom exactly it was sent."""
    return _told(Standing(case.state, case.outcome, case.planned_date))


def _told(one: Standing) -> Status:
    if one.state == State.ENDED:
        return _ended(one)
    if one.state == State.PLANNED:
        return _planned(one.planned_date)
    if one.state == State.REFERRED:
        return _sent(one.agency)
    return {State.NEW: received, State.WORKING: _looked_at, State.WAITING: _needed}[State(one.state)]()


def _looked_at() -> Status:
    return Status(
        "looked", gettext("Being looked at"), gettext("Somebody has taken it and works on it."), icon="read"
    )


def _planned(planned: date | None) -> Status:
    name = gettext("Planned")
    if planned is None:
        return Status("planned", name, gettext("The work is planned."), icon="clock")
    shown = day_words(planned)
    return Status(
        "planned",
        gettext("Planned for %(day)s") % {"day": shown},
        gettext("The work is planned for %(day)s.") % {"day": shown},
    )


def _sent(agency: Agency | None) -> Status:
    if agency is None:
        return Status(
            "sent",
            gettext("Sent to another body"),
            gettext("Another body has it now. We keep an eye on it."),
            icon="pass",
        )
    name = agency.name(get_language() or "en")
    words = gettext("This is the duty of %(agency)s. We have sent it there and we keep an eye on it.")
    return Status(
        "sent", gettext("Sent to %(agency)s") % {"agency": name}, words % {"agency": name}, icon="pass"
    )


def _needed() -> Status:
    return Status(
        "needed",
        gettext("We need something from you"),
        gettext("We cannot go on without your answer. The question stands below."),
        tone="soon",
        icon="waiting",
    )


def _ended(one: Standing) -> Status:
    if one.outcome == Outcome.PASSED_ON:
        return _sent(one.agency)
    if one.outcome == Outcome.NOT_POSSIBLE:
        reason = gettext("We are sorry: we cannot do this. The reason, and how to object, stand below.")
        return Status("not-possible", gettext("Not possible"), reason, tone="soon", icon="info")
    if one.outcome == Outcome.ANSWERED:
        said = gettext("We have answered you. The answer stands below.")
        return Status("answered", gettext("Answered"), said, icon="answer")
    if one.outcome == Outcome.WITHDRAWN:
        said = gettext("You have taken it back, so we stopped working on it.")
        return Status("taken-back", gettext("Taken back"), said, icon="undo")
    return Status("done", gettext("Done"), gettext("We have done it."), tone="kept", icon="kept")


def day_words(day: date) -> str:
    """A day with its weekday, in the reader's calendar and digits."""
    reading = words.reader()
    noon = datetime.combine(day, time(12), tzinfo=reading.zone)
    said = dated(words.weekday(noon, reading), words.on_day(noon, reading), language=reading.language)
    return words.digits(said, reading.language)
