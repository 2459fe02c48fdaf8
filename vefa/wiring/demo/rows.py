"""From invented stories to rows of tables, as the rooms themselves would have written them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

import msgspec

from vefa.cases.models import PromiseKind
from vefa.cases.rules import nearest
from vefa.cases.showing import is_public
from vefa.cases.wordlist import vector
from vefa.dialogue.models import DeliveryState
from vefa.directory.models import Service
from vefa.kit.text import first_line, fold
from vefa.triage.advice import VERSION
from vefa.wiring.demo import tables
from vefa.wiring.demo.beginning import urgency_of
from vefa.wiring.demo.copying import Row, Table
from vefa.wiring.demo.networks import SENDS, chat_of
from vefa.wiring.demo.people import Crowd, Resident
from vefa.wiring.demo.raw import around, raw_of
from vefa.wiring.demo.story import Said, Story, Written

Rows = Mapping[Table, list[Row]]
FAILED = 0.008
THINKS = timedelta(seconds=2)  # from the door to the case


class Sheets:
    """The rows of a chunk of stories, by table."""

    def __init__(self, random: Random, keys: Iterator[str]) -> None:
        self._random, self._keys = random, keys
        self.rows: Rows = {table: [] for table in tables.ORDER}

    def add(self, story: Story) -> None:
        """Put down a settled story."""
        rows = self.rows
        for said in story.said:
            self.say(said)
            rows[tables.LINKS].append((story.id, said.id, said is story.first, said.at))
        for said, at in story.joined:
            self.say(said)
            rows[tables.LINKS].append((story.id, said.id, False, at))
            voice = said.voice
            supporter = (story.id, voice.citizen_id, said.id, voice.conversation_id, at)
            rows[tables.SUPPORTERS].append(supporter)
        rows[tables.CASES].append(_case(story))
        rows[tables.PROMISES] += _promises(story)
        rows[tables.PAUSES] += [(story.id, *pause) for pause in story.pauses]
        rows[tables.NOTES] += [(key, story.id, staff, text, at) for key, staff, text, at in story.notes]
        rows[tables.SIGHTS] += [
            (story.id, staff.id, staff.role, first, last) for staff, first, last in story.sights.values()
        ]
        rows[tables.EVENTS] += _events(story)
        for reply in story.written:
            self._write(reply, story)

    def say(self, said: Said) -> None:
        """Put down a contact and what triage found."""
        self.rows[tables.CONTACTS].append(_contact(said))
        self.rows[tables.FINDINGS].append(_finding(said, self._random))

    def people(self, crowd: Crowd) -> None:
        """Put down who is new."""
        rows = self.rows
        rows[tables.CITIZENS] += [
            (one.id, one.name, fold(one.name), one.language, one.since, one.since) for one in crowd.citizens
        ]
        rows[tables.ADDRESSES] += [_address(*address) for address in crowd.addresses]
        rows[tables.CONVERSATIONS] += crowd.conversations
        crowd.clear()

    def _write(self, reply: Written, story: Story) -> None:
        staff_id = reply.staff.id if reply.staff else None
        row = (
            reply.id, story.id, staff_id, reply.text, reply.to.language, reply.phrase, reply.answers,
            reply.staff is None, reply.at,
        )  # fmt: skip
        self.rows[tables.REPLIES].append(row)
        self.rows[tables.DELIVERIES].append(self._delivery(reply))

    def _delivery(self, reply: Written) -> Row:
        voice, at = reply.to, reply.at
        channel = voice.endpoint.channel
        if channel not in SENDS or voice.conversation_id is None:
            shown = DeliveryState.SHOWN
            return (
                reply.id,
                voice.conversation_id,
                None,
                next(self._keys),
                shown,
                at,
                "",
                "",
                at,
                None,
                None,
                at,
            )
        handed_at = at + timedelta(seconds=12 if reply.staff else 1)
        failed = self._random.random() < FAILED
        state = DeliveryState.FAILED if failed else DeliveryState.DELIVERED
        ended_at = handed_at + timedelta(seconds=2)
        return (
            reply.id, voice.conversation_id, voice.endpoint.id, next(self._keys), state, at,
            "" if failed else f"demo-{reply.id}", SENDS[channel] if failed else "", at,
            None if failed else handed_at, None if failed else ended_at, ended_at,
        )  # fmt: skip


def _case(story: Story) -> Row:
    service, first = story.service, story.first
    owed = [one for one in story.promises if one.kept_at is None and one.dropped_at is None]
    answer = (one.due_at for one in owed if one.kind == PromiseKind.FIRST_ANSWER)
    title = first_line(first.subject or first.text, limit=120)
    called = story.voice.resident.name if story.voice.resident else ""
    public = is_public(
        service=None if story.unsure else service,
        kind=service.kind,
        private=story.private,
        unsure=story.unsure,
    )
    moments = [story.opened_at, *(event[0] for event in story.events)]
    lat, lon = first.point or (None, None)
    return (
        story.id, story.reference, story.secret, title, first.text, story.language, service.kind,
        urgency_of(service), None if story.unsure else service.id, story.spot.area.id, story.place, lat,
        lon, story.voice.citizen_id, story.voice.conversation_id, story.voice.endpoint.channel,
        story.private, public, story.state, story.outcome, story.unit.id if story.unit else None,
        story.staff.id if story.staff else None, story.agency_id, story.master_id, story.unsure,
        story.opened_at, max(moments), story.said_at, story.first_answered_at, story.ended_at,
        nearest(one.due_at for one in owed), nearest(answer), story.planned_date, story.reopened,
        story.supporters, story.unread, len(story.events),
        vector([first.subject, story.place, first.text], name=called),
    )  # fmt: skip


def _promises(story: Story) -> Iterator[Row]:
    for one in story.promises:
        yield (
            one.id, story.id, one.kind, one.by, one.legal_basis, one.minutes, one.started_at,
            one.running_since, one.worked_min, one.due_at, one.held_due_at, one.kept_at, one.broken_at,
            one.broken_why, one.dropped_at,
        )  # fmt: skip


def _events(story: Story) -> Iterable[Row]:
    subject = f"case:{story.id}"
    return ((at, kind, subject, by, _json(data), at, at) for at, kind, by, data in story.events)


def _contact(said: Said) -> Row:
    voice = said.voice
    lat, lon = said.point or (None, None)
    channel = voice.endpoint.channel
    chosen = channel == "portal" and said.sure and said.service is not None
    details = {"service": said.service.code} if chosen and said.service else around(said)
    place = said.spot.name(voice.language) if said.spot else ""
    return (
        said.id, voice.endpoint.id, f"demo-{said.id}", _lane(said), said.at, raw_of(said), said.reference,
        said.secret, "message", voice.conversation_id, voice.citizen_id,
        str(said.id) if channel in SENDS else "", said.at, said.subject, said.text, voice.language, lat,
        lon, place if channel not in SENDS else "", _json(details), "handled", said.at, said.at + THINKS,
    )  # fmt: skip


def _lane(said: Said) -> str:
    voice = said.voice
    if voice.endpoint.channel == "telegram_group":
        return chat_of(voice.endpoint)
    return voice.resident.value(voice.space) if voice.resident and voice.space else f"demo-{said.id}"


def _finding(said: Said, random: Random) -> Row:
    service, language = said.service, said.voice.language
    confidence = round(random.uniform(0.62, 0.97) if said.sure else random.uniform(0.2, 0.45), 2)
    area_id = said.spot.area.id if said.spot else None
    evidence, suggestions = _evidence(service, language, confidence, said.matter)
    return (
        said.id, said.case_id, VERSION, language, service.kind if service else "question",
        service.id if service else None, area_id, urgency_of(service) if service else 0,
        confidence if service else 0.0, said.sure, said.matter, evidence, suggestions, said.at + THINKS,
    )  # fmt: skip


@lru_cache(maxsize=20_000)
def _evidence(service: Service | None, language: str, confidence: float, matter: str) -> tuple[str, str]:
    """What a finding says for itself, and what it suggests."""
    steps: list[dict[str, Any]] = [{"step": "language", "says": language, "confidence": 0.9, "because": ""}]
    suggestions = []
    if service is not None:
        guess = {"says": service.code, "confidence": confidence, "because": service.words[language][0]}
        steps.append({"step": "service", **guess})
        suggestions.append({"code": service.code, "confidence": confidence, "because": guess["because"]})
    steps.append({"step": "matter", "says": matter, "because": ""})
    return _json(steps), _json(suggestions)


def _address(key: int, space: str, resident: Resident, at: datetime) -> Row:
    value = resident.value(space)
    digits = value[-4:] if space == "phone" else ""
    return (
        key,
        space,
        value,
        resident.id,
        resident.name,
        digits,
        None if space in {"phone", "email"} else at,
        at,
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
