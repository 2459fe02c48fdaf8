"""How contacts become cases, and how further contacts join them: many at once, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects

from vefa.cases import owing, routing
from vefa.cases.clocks import promised_facts
from vefa.cases.duty import elsewhere
from vefa.cases.models import Case, CaseContact, Promise, State
from vefa.cases.moves import Move, move
from vefa.cases.rules import nearest
from vefa.cases.showing import is_public
from vefa.cases.wordlist import joined, vector
from vefa.citizens.models import Citizen
from vefa.directory.models import Service
from vefa.inbox import numbers
from vefa.inbox.models import Contact, Conversation
from vefa.journal.record import Happening, record
from vefa.kit import rows
from vefa.kit.ids import secret
from vefa.kit.text import first_line

FOLLOWED = [*owing.REOPENED, *owing.DUE, "unread", "said_at", "changed_at", "version", "search"]


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One matter that a contact brings. `unit_id` None: routing decides; `actor` is "triage" or "staff:3"."""

    contact: Contact
    title: str
    text: str
    language: str
    kind: str
    urgency: int
    service: Service | None
    area_id: int | None
    unsure: bool
    actor: str
    private: bool = False
    parent_id: int | None = None
    unit_id: int | None = None
    facts: Mapping[str, Any] | None = None  # see Case.facts


@transaction.atomic
def open_cases(openings: Sequence[Opening], *, now: datetime) -> list[int]:
    """Open a case for every matter: number, unit, promises and event, in a handful of statements. Their ids.

    Citizen, conversation, channel, place, reference and secret come from the contact; a contact with several
    matters gives its reference to the first. A case's clocks run from the moment its contact was received.
    """
    if not openings:
        return []
    people = _people([opening.contact for opening in openings])
    references = _references(openings, now=now)
    drawn = [
        _drawn_up(opening, reference, people.get(opening.contact.pk), now)
        for opening, reference in zip(openings, references, strict=True)
    ]
    by_reference = rows.insert(Case, [facts for facts, _ in drawn], key="reference")
    ids = [by_reference[reference] for reference in references]
    rows.insert(CaseContact, list(map(_link, ids, openings)))
    rows.insert(
        Promise,
        [{**one, "case_id": pk} for pk, (_, owed) in zip(ids, drawn, strict=True) for one in owed],
    )
    record(
        _opened(pk, facts, opening, now) for pk, (facts, _), opening in zip(ids, drawn, openings, strict=True)
    )
    return ids


@transaction.atomic
def follow(
    pairs: Sequence[tuple[int, Contact]], *, now: datetime, quiet: Collection[int] = frozenset()
) -> None:
    """Add further messages to their cases: each becomes unread, and what waited for the resident goes on.

    A message to a case that had ended reopens it, so that somebody reads it; one to a duplicate is a message
    to its master.
    """
    if not pairs:
        return
    masters = dict(
        Case.objects.filter(id__in={case_id for case_id, _ in pairs}, master__isnull=False)
        .order_by("id")
        .values_list("id", "master_id")
    )
    meant = [(masters.get(case_id) or case_id, contact) for case_id, contact in pairs]
    ids = {case_id for case_id, _ in meant}
    cases = {case.pk: case for case in Case.objects.select_for_update().filter(id__in=ids).order_by("id")}
    CaseContact.objects.bulk_create(
        [CaseContact(case_id=case_id, contact=contact, at=now) for case_id, contact in {*pairs, *meant}],
        ignore_conflicts=True,
    )
    stories = [
        story
        for case_id, contact in meant
        for story in _followed(cases[case_id], contact, now, quiet=contact.pk in quiet)
    ]
    rows.update(Case, cases.values(), FOLLOWED)
    record(stories)


def _people(contacts: Sequence[Contact]) -> dict[int, Citizen]:
    """Who stands behind each contact: the row of the address itself, so that a merge can be undone.

    What reading has just attached to the contacts is not read again.
    """
    talks = Prefetch("conversation", Conversation.objects.select_related("address__citizen"))
    prefetch_related_objects(contacts, "endpoint", talks, "conversation__address__citizen")
    named = [contact for contact in contacts if contact.conversation is None]
    prefetch_related_objects(named, "citizen")
    found = {}
    for contact in contacts:
        talk = contact.conversation
        citizen = talk.address.citizen if talk else contact.citizen
        if citizen is not None:
            found[contact.pk] = citizen
    return found


def _references(openings: Sequence[Opening], *, now: datetime) -> list[str]:
    """The reference of every opening: the contact's own for its first matter, else a new one."""
    given: set[int] = set()
    found: list[str | None] = []
    for opening in openings:
        fresh = opening.contact.pk not in given and opening.parent_id is None
        found.append(opening.contact.reference if fresh else None)
        given.add(opening.contact.pk)
    drawn = iter(numbers.draw(found.count(None), at=now))
    return [reference or next(drawn) for reference in found]


def _drawn_up(
    opening: Opening, reference: str, citizen: Citizen | None, now: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The columns of a case and of its promises."""
    contact, service = opening.contact, opening.service
    owed = promised_facts(service, since=contact.received_at, now=now)
    title = first_line(opening.title, limit=200)
    return {
        "reference": reference,
        "secret": contact.secret if reference == contact.reference and contact.secret else secret(),
        "title": title,
        "text": opening.text,
        "language": opening.language,
        "kind": str(opening.kind),
        "urgency": int(opening.urgency),
        "service_id": service.pk if service else None,
        "area_id": opening.area_id,
        "place_text": contact.place_text,
        "lat": contact.lat,
        "lon": contact.lon,
        "citizen_id": citizen.pk if citizen else None,
        "conversation_id": contact.conversation_id,
        "channel": contact.endpoint.channel,
        "private": opening.private,
        "public": is_public(
            service=service, kind=opening.kind, private=opening.private, unsure=opening.unsure
        ),
        "unit_id": opening.unit_id or _unit_id(opening),
        "parent_id": opening.parent_id,
        "unsure": opening.unsure,
        "facts": dict(opening.facts) if opening.facts else None,
        "opened_at": contact.received_at,
        "changed_at": now,
        "said_at": contact.said_at or contact.received_at,
        "due_at": nearest(one["due_at"] for one in owed),
        "answer_due_at": owed[0]["due_at"] if owed else None,
        "search": vector([title, contact.place_text, opening.text], name=citizen.name if citizen else ""),
    }, owed


def _unit_id(opening: Opening) -> int | None:
    service = None if opening.unsure else opening.service
    endpoint = opening.contact.endpoint
    if not opening.unsure and elsewhere(opening.facts):
        unit = routing.passing_unit(opening.facts, endpoint)
    else:
        unit = routing.unit_for(service=service, area_id=opening.area_id, endpoint=endpoint)
    return unit.pk if unit else None


def _link(case_id: int, opening: Opening) -> dict[str, Any]:
    contact = opening.contact
    return {"case_id": case_id, "contact_id": contact.pk, "opened": True, "at": contact.received_at}


def _opened(case_id: int, facts: Mapping[str, Any], opening: Opening, now: datetime) -> Happening:
    data: dict[str, Any] = {
        "contact_id": opening.contact.pk,
        "channel": facts["channel"],
        "unit_id": facts["unit_id"],
        "service": opening.service.code if opening.service else None,
        "kind": facts["kind"],
        "urgency": facts["urgency"],
        "unsure": facts["unsure"],
        "parent_id": facts["parent_id"],
        "due": facts["due_at"].isoformat() if facts["due_at"] else None,
    }
    data |= _ways(opening.contact)
    if opening.contact.details.get("imported") or opening.contact.details.get("unclear"):
        data["told"] = True  # said elsewhere long ago, or answered as a keyword: not acknowledged again
    return Happening(kind="case.opened", subject=f"case:{case_id}", actor=opening.actor, at=now, data=data)


def _ways(contact: Contact) -> dict[str, Any]:
    """Who passed it on or filed it, where somebody did."""
    return {name: contact.details[name] for name in ("passed_on", "filed") if contact.details.get(name)}


def _followed(case: Case, contact: Contact, now: datetime, *, quiet: bool) -> list[Happening]:
    before, resumed = case.state, None
    if not quiet:
        move(case, Move.FOLLOW)
    if case.state != State.WAITING and before == State.WAITING:
        resumed = owing.stop_waiting(case, at=now)
    reopened = before == State.ENDED and case.state != State.ENDED
    if reopened:
        owing.reopen(case, at=now)
    case.unread = True
    case.said_at = max(case.said_at, contact.said_at or contact.received_at)
    case.changed_at = now
    case.version += 1
    if contact.deleted_at is None:
        case.search = joined(case.search, [contact.text])
    data = {"contact_id": contact.pk, "reopened": reopened, "resumed": not quiet and before == State.WAITING}
    data |= _ways(contact)
    told = [("clock.resumed", {}), ("case.followed", data)] if resumed else [("case.followed", data)]
    return [
        Happening(kind=kind, subject=f"case:{case.pk}", actor="resident", at=now, data=facts)
        for kind, facts in told
    ]
