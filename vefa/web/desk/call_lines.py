"""Calls as the desk shows them: who calls, what they have open, what can be done about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vefa.calls import queries
from vefa.calls.models import Call, CallBack
from vefa.cases.search import past_cases
from vefa.directory.models import Service, Staff
from vefa.directory.queries import directory
from vefa.web.desk.rows import state_of

STATES: dict[str, tuple[str, Promise]] = {
    "ringing": ("phone", _("rings")),
    "talking": ("phone", _("on the line")),
    "answered": ("kept", _("answered")),
    "missed": ("late", _("missed")),
}
DIRECTIONS: dict[str, Promise] = {
    "in": _("incoming"),
    "out": _("outgoing"),
    "internal": _("within the house"),
}
SEATS: dict[str, Promise] = {
    "available": _("free"),
    "on_call": _("on a call"),
    "wrap_up": _("writing down"),
    "break": _("on a break"),
    "away": _("away"),
}
REASONS: dict[str, Promise] = {
    "break": _("a short break"),
    "lunch": _("a meal"),
    "prayer": _("prayer"),
    "training": _("training"),
    "meeting": _("a meeting"),
    "paperwork": _("paperwork"),
}
HOWS: dict[str, Promise] = {
    "reached": _("reached"),
    "came_back": _("called again and was answered"),
    "message": _("left a message on the machine"),
    "given_up": _("given up"),
    "answered": _("was answered after all"),
}
MOST_CASES = 3
KEYS = ("p", "q", "w")  # what the keys of the first, second and third call begin with
MOST_SUBJECTS = 9


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A case that somebody may be calling about; `key` is the digit that chooses it."""

    case_id: int
    reference: str
    title: str
    language: str
    state: str
    href: str
    key: int


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A service that is often asked about; `key` is the digit that counts the call as answered."""

    service_id: int
    name: str
    key: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One call of a list. `number` is the resident's, "" when withheld; `keys` begins its own keys."""

    call: Call
    number: str
    name: str
    icon: str
    state: str
    direction: str
    subject: str = ""
    talked: str = ""
    take_href: str = ""
    recording: bool = False
    voicemail: bool = False
    matters: Sequence[Matter] = ()
    keys: str = ""


def line_of(
    call: Call, *, heard: Collection[int] = (), matters: Sequence[Matter] = (), keys: str = ""
) -> Line:
    """One call; `heard` names the arrivals whose recorded file is here."""
    icon, state = STATES.get(call.state, STATES["ringing"])
    language = get_language() or "en"
    return Line(
        call=call,
        number=call.called if call.direction == "out" else call.caller,
        name=call.citizen.root.name if call.citizen and call.citizen.root.name else call.caller_name,
        icon=icon,
        state=str(state),
        direction=str(DIRECTIONS.get(call.direction, "")),
        subject=call.service.name(language) if call.service else "",
        talked=clocked(_talked_s(call)),
        take_href="" if call.contact_id else f"{reverse('desk:enter')}?{urlencode({'call': call.pk})}",
        recording=call.recording_id in heard,
        voicemail=call.voicemail_id in heard,
        matters=matters,
        keys=keys,
    )


def lines_of(calls: Sequence[Call]) -> list[Line]:
    """Calls of the log; one statement tells which recordings are here."""
    heard = queries.with_files(calls)
    return [line_of(call, heard=heard) for call in calls]


def ringing_lines(staff: Staff, *, now: datetime) -> list[Line]:
    """What concerns this person now, each with what its caller has open."""
    return [
        line_of(call, matters=matters_of(staff, call.citizen_id), keys=keys)
        for call, keys in zip(queries.at_hand(staff, now=now), chain(KEYS, repeat("")), strict=False)
    ]


def matters_of(staff: Staff, citizen_id: int | None) -> list[Matter]:
    """The latest cases of a person, those without an outcome first."""
    if citizen_id is None:
        return []
    cases = sorted(past_cases(staff, citizen_id, limit=10), key=lambda case: case.ended_at is not None)
    return [
        Matter(
            case_id=case.pk,
            reference=case.reference,
            title=case.title,
            language=case.language,
            state=state_of(case),
            href=reverse("desk:case", args=[case.pk]),
            key=key,
        )
        for key, case in enumerate(cases[:MOST_CASES], start=1)
    ]


def subjects(since: datetime) -> list[Subject]:
    """What is answered on the spot most often; where nothing was yet, questions come first."""
    language, known = get_language() or "en", directory().services_in_use
    by_id = {one.pk: one for one in known.values()}
    often = [by_id[pk] for pk, _count in queries.subjects_since(since) if pk in by_id]
    others = sorted(known.values(), key=_rank)
    chosen = list(dict.fromkeys([*often, *others]))[:MOST_SUBJECTS]
    return [Subject(service_id=one.pk, name=one.name(language), key=key) for key, one in enumerate(chosen, 1)]


def _rank(service: Service) -> tuple[bool, int, int]:
    return service.kind != "question", service.order, service.pk


def task_name(task: CallBack) -> str:
    """Whom to call back, by name where it is known."""
    return task.citizen.root.name if task.citizen else ""


def clocked(seconds: int | None) -> str:
    """A length of time as 4:07, or 1:02:03; "" for none."""
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _talked_s(call: Call) -> int | None:
    if call.answered_at is None or call.ended_at is None:
        return None
    return max(0, int((call.ended_at - call.answered_at).total_seconds()))
