"""From the talk of groups to cases: what has come is read in order, and whatever is a matter acted upon.

Everything is written for a whole batch at once: a district talks all day, and most of it is no matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from vefa.cases.lifecycle import MoveNotAllowedError, reopen
from vefa.cases.opening import Opening, follow, open_cases
from vefa.cases.support import Behind, support_all
from vefa.channels.port import Form
from vefa.channels.registry import channel_of
from vefa.inbox import linking
from vefa.inbox.models import Contact
from vefa.inbox.reading import PAYLOAD
from vefa.kit import rows
from vefa.kit.text import first_line
from vefa.triage.advice import Advice, advise
from vefa.triage.drawing import asked_of, finding_of, opening_of
from vefa.triage.groups import leaving, membership
from vefa.triage.groups.hearing import ABOUT, VERDICT, Heard, Past, heard, key_of, past_of, posts_under
from vefa.triage.groups.signs import is_thumb
from vefa.triage.groups.stream import Verdict
from vefa.triage.matter import Matter
from vefa.triage.models import Finding, GroupMessage, Made
from vefa.triage.raising import raise_urgency

_SPOKEN = {Form.MESSAGE, Form.EDIT}


@dataclass(frozen=True)
class Judged:
    """A message and what was made of it."""

    heard: Heard
    verdict: Verdict


def take(contacts: Sequence[Contact], *, now: datetime) -> list[Contact]:
    """Handle what was said in groups and channels; the others are given back.

    Call it inside the transaction that marks them handled.
    """
    ours = [one for one in contacts if is_crowd(one)]
    rest = [one for one in contacts if not is_crowd(one)]
    membership.note_strange(one for one in rest if one.form == Form.EVENT)
    if not ours:
        return rest
    read = leaving.obey(ours, now=now)
    membership.note(read, now=now)
    _hear_commands(read)
    spoken = [heard(one) for one in read if one.form in _SPOKEN]
    thumbs = [one for one in read if one.form == Form.REACTION and is_thumb(one.text)]
    past = past_of(spoken, thumbs)
    posts_under(spoken, past)
    judged = [Judged(one, past.stream(one.place).hear(one.said)) for one in spoken]
    _open([one for one in judged if one.verdict.made == Made.MATTER], now=now)
    halves = _halves(judged)
    _join(judged, halves, now=now)
    behind = [*_behind(judged), *_thumbed(thumbs, past)]
    support_all(behind, now=now)
    raise_urgency(_further(judged), now=now)
    _write(ours, judged, halves)
    leaving.forget_talk(ours, now=now)
    return rest


def is_crowd(contact: Contact) -> bool:
    """Whether it was said where many talk."""
    return channel_of(contact.endpoint.channel).crowd


def _hear_commands(contacts: Iterable[Contact]) -> None:
    """Words or files behind a command are a person's words, as they are in private."""
    for contact in contacts:
        argument = str(contact.details.get("argument", ""))
        if contact.form == Form.COMMAND:
            own = contact.details.get("command") in {linking.COMMAND, "button"}
            speaks = not own and bool(argument or contact.details.get("files"))
        else:
            speaks = contact.form == Form.START and not PAYLOAD.fullmatch(argument)
        if speaks:
            contact.form = Form.MESSAGE


def _open(judged: Sequence[Judged], *, now: datetime) -> None:
    """A case for every matter; what the same person said just before is part of its words."""
    if not judged:
        return
    drawn = [_drawn(one) for one in judged]
    case_ids = open_cases([opening for opening, _ in drawn], now=now)
    findings = []
    for one, (_, advice), case_id in zip(judged, drawn, case_ids, strict=True):
        assert one.verdict.matter is not None
        one.verdict.matter.case_id = case_id
        facts = finding_of(advice, Matter("new_case", None, one.verdict.because), now)
        facts["evidence"] = [*_evidence(facts), *_signs(one.heard)]
        findings.append(facts | {"contact_id": one.heard.contact.pk, "case_id": case_id})
    rows.insert(Finding, findings, once=True)


def _drawn(one: Judged) -> tuple[Opening, Advice]:
    contact, advice = one.heard.contact, one.heard.advice
    before = [half.text for half in one.verdict.halves if half.text]
    if not before:
        return opening_of(contact, advice), advice
    whole = "\n".join([*before, contact.text])
    advice = advise(replace(asked_of(contact), text=whole))
    return replace(opening_of(contact, advice), text=whole), advice


def _evidence(facts: dict[str, object]) -> list[object]:
    found = facts["evidence"]
    return list(found) if isinstance(found, list) else []


def _signs(one: Heard) -> list[dict[str, object]]:
    """Why the words were taken for a matter."""
    weighed = one.said.weighed
    because = ", ".join(f"{name} {words}".strip() for name, words, weight in weighed.signs if weight > 0)
    return [{"step": "group", "says": "matter", "confidence": weighed.confidence, "because": because}]


def _join(judged: Sequence[Judged], halves: Mapping[int, int], *, now: datetime) -> None:
    """Further words join their case; who stands behind one is counted once."""
    pairs: list[tuple[int, Contact]] = []
    for one in judged:
        matter, contact = one.verdict.matter, one.heard.contact
        if matter is None or matter.case_id is None:
            continue
        if one.verdict.reopens:
            _reopen(matter.case_id, contact, now)
        if one.verdict.made == Made.FOLLOW_UP:
            pairs.append((matter.case_id, contact))
    known = Contact.objects.in_bulk(halves)
    pairs += [(case_id, known[pk]) for pk, case_id in halves.items() if pk in known]
    follow(pairs, now=now)


def _halves(judged: Sequence[Judged]) -> dict[int, int]:
    """The cases of contacts that were said just before a matter, and are part of it."""
    return {
        half.contact_id: one.verdict.matter.case_id
        for one in judged
        if one.verdict.matter is not None and one.verdict.matter.case_id is not None
        for half in one.verdict.halves
    }


def _reopen(case_id: int, contact: Contact, now: datetime) -> None:
    with suppress(MoveNotAllowedError):  # two people may say so at once: the first opened it
        reopen(case_id=case_id, by="resident", reason=first_line(contact.text, limit=400), now=now)


def _further(judged: Sequence[Judged]) -> Iterator[tuple[int, Advice]]:
    """What is said of a case that is known, by whomever: it may tell of danger."""
    for one in judged:
        matter = one.verdict.matter
        if matter and matter.case_id and one.verdict.made in {Made.FOLLOW_UP, Made.ME_TOO}:
            yield matter.case_id, one.heard.advice


def _behind(judged: Sequence[Judged]) -> Iterator[Behind]:
    for one in judged:
        matter, contact = one.verdict.matter, one.heard.contact
        if one.verdict.made == Made.ME_TOO and matter and matter.case_id and contact.citizen_id:
            yield Behind(matter.case_id, contact.citizen_id, contact)


def _thumbed(thumbs: Iterable[Contact], past: Past) -> Iterator[Behind]:
    """A thumb under somebody's matter stands behind it; one that is taken back changes nothing."""
    for contact in thumbs:
        matter, talk = past.by_message.get(key_of(contact, contact.reply_to_id)), contact.conversation
        if matter is None or matter.case_id is None or matter.ended or talk is None:
            continue
        if talk.address_id not in matter.authors and contact.citizen_id is not None:
            yield Behind(matter.case_id, contact.citizen_id)


def _write(ours: Sequence[Contact], judged: Sequence[Judged], halves: Mapping[int, int]) -> None:
    """One row for each message, so that the stream can be read and corrected."""
    known = {one.heard.contact.pk: one for one in judged}
    facts = [_facts(contact, known.get(contact.pk)) for contact in ours]
    for row in facts:
        if case_id := halves.get(row["contact_id"]):
            row |= {"made": Made.FOLLOW_UP.value, "case_id": case_id}
    rows.insert(GroupMessage, facts, once=True)
    here = {row["contact_id"] for row in facts}
    for contact_id, case_id in halves.items():
        if contact_id not in here:
            earlier = GroupMessage.objects.filter(contact_id=contact_id)
            earlier.update(made=Made.FOLLOW_UP, case_id=case_id)


def _facts(contact: Contact, judged: Judged | None) -> dict[str, Any]:
    """The columns of one row."""
    talk = contact.conversation
    own = contact.form in {Form.MESSAGE, Form.ECHO} and contact.message_id
    facts: dict[str, Any] = {
        "endpoint_id": contact.endpoint_id,
        "contact_id": contact.pk,
        "author_id": talk.address_id if talk else None,
        "message_id": key_of(contact, contact.message_id) if own else f"{contact.form}:{contact.external_id}",
        "thread": talk.thread.partition("/")[2] if talk else "",
        "said_at": contact.said_at or contact.received_at,
        "made": (Made.POST if contact.form == Form.ECHO else Made.CHATTER).value,
    }
    if judged is None:
        return facts
    said, verdict = judged.heard.said, judged.verdict
    signs = [(sign, str(words), weight) for sign, words, weight in said.weighed.signs]
    why = [*signs, (ABOUT, said.service, 0), (VERDICT, str(verdict.because), 0)]
    return facts | {
        "made": verdict.made,
        "case_id": verdict.matter.case_id if verdict.matter else None,
        "language": judged.heard.advice.language.value,
        "confidence": said.weighed.confidence,
        "signs": why,
    }
