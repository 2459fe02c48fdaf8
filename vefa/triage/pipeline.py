"""From read contacts to cases: advise, decide, act, and keep the finding.

Contacts of one conversation are taken one after the other, those of different conversations together.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from vefa.cases.elsewhere import continue_in
from vefa.cases.incidents.gathering import Joining, join_own
from vefa.cases.lifecycle import MoveNotAllowedError, double, reopen
from vefa.cases.models import Case
from vefa.cases.opening import follow, open_cases
from vefa.channels.port import Form
from vefa.dialogue.bounced import note_bounced
from vefa.dialogue.confirming import answer_links
from vefa.dialogue.receipts import apply_receipts
from vefa.directory.models import Staff
from vefa.inbox import linking, private
from vefa.inbox.models import Contact
from vefa.inbox.speaking import hear, keep
from vefa.journal.record import Happening, record
from vefa.kit import rows
from vefa.kit.text import first_line
from vefa.triage import twins
from vefa.triage.advice import advise
from vefa.triage.drawing import UNREADABLE, asked_of, expected_language, finding_of, opening_of
from vefa.triage.edits import changed_before, follow_edits, take_alone
from vefa.triage.elsewhere import take_echoes
from vefa.triage.filing import hand_on
from vefa.triage.groups.taking import take as take_groups
from vefa.triage.keywords.taking import take_consent, take_keywords
from vefa.triage.language import is_certain
from vefa.triage.matter import Matter, matter_of, place_before, remember
from vefa.triage.models import Finding
from vefa.triage.raising import raise_urgency
from vefa.triage.signs import take_signs

DEEP_UP_TO = 50  # contacts at once: in a storm words must do, comparing by meaning takes 30 ms for each
_MATTERS = {Form.MESSAGE, UNREADABLE}


def handle(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Do with each contact what it asks for. Call it inside the transaction that marks them handled."""
    twins.hold(contacts)
    contacts = take_groups(contacts, now=now)
    apply_receipts([contact for contact in contacts if contact.details.get("receipts")], now=now)
    note_bounced([contact for contact in contacts if contact.details.get("gone")], now=now)
    _greet(
        [contact for contact in contacts if contact.form == Form.START and not contact.endpoint.personal],
        now=now,
    )
    left = _hear(contacts, now=now)
    while alone := take_alone(contacts):
        _hear(alone, now=now)
    follow_edits(left, now=now)
    take_echoes(left, now=now)
    take_signs(left, now=now)


def _hear(contacts: Sequence[Contact], *, now: datetime) -> list[Contact]:
    """Obey what is an order, keep back what is private, and read the rest for matters; that is given back."""
    contacts = private.hold(take_consent(_link(contacts, now=now), now=now), now=now)
    contacts = take_keywords(contacts, now=now)
    matters = [contact for contact in contacts if contact.form in _MATTERS]
    added = [
        contact for contact in matters if contact.details.get("of")
    ]  # to a report that may be among these
    spoken: dict[int, str] = {}
    for turn in [*_turns([contact for contact in matters if contact not in added]), *_turns(added)]:
        spoken |= _take(turn, now=now)
    keep(spoken)
    return contacts


def _link(contacts: Sequence[Contact], *, now: datetime) -> list[Contact]:
    """Those that were no code of a staff member, or said something beside a wrong one."""
    tried = linking.link([one for one in contacts if linking.asks_to_link(one)], now=now)
    answer_links(tried, now=now)
    done = {one.contact.pk for one in tried if one.is_all}
    return [one for one in contacts if one.pk not in done]


def _turns(contacts: Sequence[Contact]) -> list[list[Contact]]:
    """The first contacts of all conversations, then the second ones, and so on; of one post one at a time."""
    turns: list[list[Contact]] = []
    seen: dict[object, int] = defaultdict(int)
    for contact in contacts:
        lane = contact.conversation_id or (contact.endpoint_id, contact.lane, contact.id)
        post = twins.post_of(contact) or lane
        at = max(seen[lane], seen[post])
        if at == len(turns):
            turns.append([])
        turns[at].append(contact)
        seen[lane] = seen[post] = at + 1
    return turns


def _take(contacts: list[Contact], *, now: datetime) -> dict[int, str]:
    """Take a turn through; in which language whom was heard who was not known to speak it, by citizen."""
    past = twins.carried_on(remember(contacts, now=now), contacts, now=now)
    deep = len(contacts) <= DEEP_UP_TO
    changed = changed_before(contacts)
    words = {pk: edits[-1].text for pk, edits in changed.items()}
    asked = [
        asked_of(contact, before=place_before(contact, past), words=words.get(contact.pk, ""))
        for contact in contacts
    ]
    advised = [
        (contact, advise(replace(one, deep=deep))) for contact, one in zip(contacts, asked, strict=True)
    ]
    spoken: dict[int, str] = {}
    for contact, advice in advised:
        if is_certain(advice.language, advice.said):
            spoken |= hear(contact, advice.language.value, expected=expected_language(contact))
        contact.language = contact.language or advice.language.value  # written with the mark "handled"
    same = twins.recognise(contacts)
    decided = [
        (contact, advice, same.get(contact.pk) or matter_of(contact, advice, past))
        for contact, advice in advised
    ]
    fresh = [(contact, advice) for contact, advice, matter in decided if matter.name == "new_case"]
    drawn = [opening_of(contact, advice, words=words.get(contact.pk, "")) for contact, advice in fresh]
    case_ids = open_cases(drawn, now=now)
    opened = {contact.id: case_id for (contact, _advice), case_id in zip(fresh, case_ids, strict=True)}
    _stand_behind([(contact, opened[contact.id]) for contact, _advice in fresh], now=now)
    _join([(matter, contact) for contact, _advice, matter in decided], now=now)
    still = {
        edit.pk for contact, _, matter in decided if matter.quiet for edit in changed.get(contact.pk, ())
    }
    follow_edits(chain.from_iterable(changed.values()), now=now, quiet=still)
    raise_urgency([(matter.case_id, one) for _, one, matter in decided if matter.case_id], now=now)
    findings = [finding_of(advice, matter, now) for _contact, advice, matter in decided]
    for facts, (contact, _advice, matter) in zip(findings, decided, strict=True):
        facts |= {"contact_id": contact.id, "case_id": matter.case_id or opened.get(contact.id)}
    rows.insert(Finding, findings, once=True)
    hand_on([(contact, matter.case_id or opened.get(contact.id)) for contact, _, matter in decided], now=now)
    return spoken


def _stand_behind(opened: Sequence[tuple[Contact, int]], *, now: datetime) -> None:
    """A report that joins another one follows it; where it cannot any more, it stands for itself."""
    for contact, case_id in opened:
        master_id = contact.details.get("supports")
        if master_id:
            with suppress(MoveNotAllowedError, Case.DoesNotExist):
                double(case_id=case_id, master_id=int(master_id), by="resident", now=now)
    joining = [(contact.details, pk) for contact, pk in opened if _joins(contact)]
    if joining:
        typed = {details["taken_by"] for details, _ in joining if details.get("taken_by")}
        staff = Staff.objects.in_bulk(typed)  # a report that nobody of us typed asks the database nothing
        join_own([_joining(details, pk, staff) for details, pk in joining], now=now)


def _joining(details: Mapping[str, Any], case_id: int, staff: Mapping[int, Staff]) -> Joining:
    incident_id, typist = int(details["incident"]), staff.get(details.get("taken_by", 0))
    return Joining(incident_id, case_id, by=typist) if typist else Joining(incident_id, case_id)


def _joins(contact: Contact) -> bool:
    """Whether the report says that it is one of many behind an incident."""
    return str(contact.details.get("incident", "")).isdecimal()


def _join(decided: Sequence[tuple[Matter, Contact]], *, now: datetime) -> None:
    """Add contacts to the cases that they belong to; "not solved" opens an ended one again."""
    known = [(matter, contact) for matter, contact in decided if matter.case_id is not None]
    pairs = [(matter.case_id, contact) for matter, contact in known if matter.case_id is not None]
    for matter, contact in known:
        if matter.name == "not_solved" and matter.case_id is not None:
            _reopen(matter.case_id, contact, now)
    continue_in([(pk, contact) for pk, contact in pairs if contact.pk in _gone_private(known)], now=now)
    follow(pairs, now=now, quiet={contact.id for matter, contact in known if matter.quiet})


def _gone_private(known: Sequence[tuple[Matter, Contact]]) -> set[int]:
    """The contacts with which a talk that began in public goes on in private."""
    return {contact.pk for matter, contact in known if matter.in_private}


def _reopen(case_id: int, contact: Contact, now: datetime) -> None:
    reason = str(contact.details.get("means") or first_line(contact.text, limit=400))
    with suppress(MoveNotAllowedError):  # two people may say so at once: the first opened it
        reopen(case_id=case_id, by="resident", reason=reason, now=now)


def _greet(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Somebody pressed "Start": the flow answers with a greeting."""
    record(
        Happening(
            kind="contact.started",
            subject=f"conversation:{contact.conversation_id}",
            actor="resident",
            at=now,
            data={"contact_id": contact.id},
        )
        for contact in contacts
        if contact.conversation_id
    )
