"""Who said it: addresses, the people behind them and their conversations, a whole batch at a time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from vefa.channels.port import Sender
from vefa.citizens.matching import note_claimed
from vefa.citizens.models import Address, Citizen
from vefa.inbox import bulk
from vefa.inbox.models import Conversation
from vefa.kit.text import fold

PHONE, MAIL = "phone", "email"
_NEW_ADDRESSES = """
INSERT INTO citizens_address (
    space, value, citizen_id, shown_name, last_digits, verified_at, created_at, unreachable_why)
SELECT space, value, citizen_id, shown_name, last_digits, verified_at, %s, ''
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
    AS given (space, value, citizen_id, shown_name, last_digits, verified_at)
ORDER BY space, value
ON CONFLICT (space, value) DO NOTHING
RETURNING id, space, value
"""
# Each with a citizen of their own, made in the same breath.
_NEW_PEOPLE = """
WITH given AS MATERIALIZED (
    SELECT nextval('citizens_citizen_id_seq') AS citizen_id, one.*
    FROM json_to_recordset(%s) AS one (
        space text, value text, shown_name text, last_digits text, verified_at timestamptz,
        name text, folded_name text, language text, created_at timestamptz)
), citizens AS (
    INSERT INTO citizens_citizen (id, name, folded_name, language, note, created_at)
    SELECT citizen_id, name, folded_name, language, '', created_at FROM given
), addresses AS (
    INSERT INTO citizens_address (
        space, value, citizen_id, shown_name, last_digits, verified_at, created_at, unreachable_why)
    SELECT space, value, citizen_id, shown_name, last_digits, verified_at, created_at, ''
    FROM given ORDER BY space, value
    ON CONFLICT (space, value) DO NOTHING
    RETURNING id, citizen_id
)
SELECT addresses.id, citizen_id, space, value FROM given LEFT JOIN addresses USING (citizen_id)
"""
_NEW_CONVERSATIONS = """
INSERT INTO inbox_conversation (
    endpoint_id, address_id, thread, language, created_at, last_contact_at, public)
SELECT endpoint_id, address_id, thread, '', %s, last_contact_at, public
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::boolean[])
    AS given (endpoint_id, address_id, thread, last_contact_at, public)
ORDER BY endpoint_id, address_id, thread
ON CONFLICT (endpoint_id, address_id, thread) DO NOTHING
RETURNING id, endpoint_id, address_id, thread
"""
_FIND_ADDRESSES = """
SELECT address.id FROM unnest(%s::text[], %s::text[]) AS wanted (space, value)
JOIN citizens_address AS address USING (space, value)
"""
_FIND_CONVERSATIONS = """
SELECT found.id
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS wanted (endpoint_id, address_id, thread)
JOIN inbox_conversation AS found USING (endpoint_id, address_id, thread)
"""

Place = tuple[str, str]  # space and value of an address
Talk = tuple[int, int, str]  # endpoint, address, thread


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody as one arrival shows them. `place` is None for who left no address."""

    place: Place | None
    name: str
    phone: str = ""
    language: str = ""
    verified: bool = False
    claimed: bool = False  # that the phone is theirs, nobody else says: see `Sender.claimed`


def person(space: str, sender: Sender, *, verified: bool | None) -> Person:
    """The person that a provider or a form names."""
    value = sender.address.strip()[:320]
    return Person(
        place=(sender.space or space, value) if value else None,
        name=sender.name.strip()[:200],
        phone=sender.phone.strip()[:320] if sender.phone.startswith("+") else "",
        language=sender.language_hint[:2],
        verified=bool(verified),
        claimed=sender.claimed,
    )


def known_addresses(people: Collection[Person], *, now: datetime) -> dict[Place, Address]:
    """The address of everybody who has one, made with a citizen where it is new."""
    wanted = {one.place: one for one in reversed(list(people)) if one.place}
    found, made = _addresses(wanted.keys()), dict[Place, Address]()
    if missing := {place: one for place, one in wanted.items() if place not in found}:
        found |= _add_mails(missing, now=now)
        made = _make_addresses({at: one for at, one in missing.items() if at not in found}, now=now)
        found |= made
        found |= _addresses(missing.keys() - found.keys())
    _know_phones(people, found, new={at: wanted[at] for at in made}, now=now)
    _complete_names(wanted, found)
    return found


def nameless_home(people: Iterable[Person], *, now: datetime) -> list[Citizen]:
    """A citizen for each person who gave a name but no address."""
    return Citizen.objects.bulk_create([Citizen(**_citizen_facts(one, now)) for one in people])


@dataclass
class Opened:
    """What a conversation is made with: the resident's last word there, and whether everybody reads it."""

    last_word_at: datetime | None = None
    public: bool = False


def known_conversations(
    wanted: Mapping[Talk, Opened], addresses: Iterable[Address], *, now: datetime
) -> dict[Talk, Conversation]:
    """The conversation of each endpoint, address and thread, made where it is new; people attached."""
    found = _conversations(wanted.keys())
    if missing := [talk for talk in wanted if talk not in found]:
        known = {address.pk: address for address in addresses}
        columns = _columns((*talk, wanted[talk].last_word_at, wanted[talk].public) for talk in missing)
        for pk, *facts in bulk.run(_NEW_CONVERSATIONS, [now, *columns]):
            endpoint_id, address_id, thread = facts
            talk = (endpoint_id, address_id, thread)
            found[talk] = Conversation(
                pk=pk, endpoint_id=endpoint_id, address=known[address_id], thread=thread,
                created_at=now, last_contact_at=wanted[talk].last_word_at, public=wanted[talk].public,
            )  # fmt: skip
        found |= _conversations([talk for talk in missing if talk not in found])
    return found


def _addresses(places: Collection[Place]) -> dict[Place, Address]:
    if not places:
        return {}
    ids = [row[0] for row in bulk.run(_FIND_ADDRESSES, _columns(places))]
    rows = Address.objects.filter(id__in=ids).select_related("citizen__merged_into")
    return {(row.space, row.value): row for row in rows}


def _conversations(talks: Collection[Talk]) -> dict[Talk, Conversation]:
    if not talks:
        return {}
    ids = [row[0] for row in bulk.run(_FIND_CONVERSATIONS, _columns(talks))]
    rows = Conversation.objects.filter(id__in=ids).select_related("address__citizen__merged_into")
    return {(row.endpoint_id, row.address_id, row.thread): row for row in rows}


def _add_mails(missing: Mapping[Place, Person], *, now: datetime) -> dict[Place, Address]:
    """A mail address that staff wrote down beside a number that we know: it is of that number's person."""
    numbers = {
        at: (PHONE, one.phone)
        for at, one in missing.items()
        if at[0] == MAIL and one.phone and not one.claimed
    }
    owners = _addresses(set(numbers.values()))
    rows = [
        (*at, owners[number].citizen_id, missing[at].name, "", None)
        for at, number in numbers.items()
        if number in owners
    ]
    if not rows:
        return {}
    bulk.run(_NEW_ADDRESSES, [now, *_columns(rows)])
    return _addresses(numbers.keys())


def _make_addresses(missing: Mapping[Place, Person], *, now: datetime) -> dict[Place, Address]:
    """With a citizen each; those whose address somebody else made in the meantime are not needed."""
    if not missing:
        return {}
    facts = [
        {
            **_citizen_facts(one, now),
            "space": space,
            "value": value,
            "shown_name": one.name,
            "last_digits": _last_digits(space, value),
            "verified_at": now if one.verified else None,
        }
        for (space, value), one in missing.items()
    ]
    made, needless = {}, []
    for pk, citizen_id, space, value in bulk.run(_NEW_PEOPLE, [msgspec.json.encode(facts).decode()]):
        if pk is None:
            needless.append(citizen_id)
            continue
        one = missing[(space, value)]
        citizen = Citizen(pk=citizen_id, **_citizen_facts(one, now))
        made[(space, value)] = Address(
            pk=pk, space=space, value=value, citizen=citizen, shown_name=one.name, created_at=now
        )
    if needless:
        Citizen.objects.filter(id__in=needless).delete()
    return made


def _know_phones(
    people: Iterable[Person], found: Mapping[Place, Address], *, new: Mapping[Place, Person], now: datetime
) -> None:
    """Numbers that people gave beside the address from which they are known.

    One that a channel proves, or that staff wrote down, is theirs. One that a stranger typed into a form is
    theirs only if the form's other address was as new as the number: nobody can lay a number of their own
    beside the mail address of somebody whom we know, or a mailbox beside a known number.
    """
    shown = [(one, found[one.place]) for one in people if one.phone and one.place and one.place[0] != PHONE]
    claimed = [(one, address) for one, address in shown if one.claimed]
    first = [(one, address) for one, address in claimed if new.get((address.space, address.value)) is one]
    _add_phones([(one, address) for one, address in shown if not one.claimed] + first, now=now)
    if claimed:
        _liken(claimed, now=now)


def _add_phones(shown: list[tuple[Person, Address]], *, now: datetime) -> None:
    """These numbers are theirs too, unless they are known as another's."""
    rows = {
        one.phone: (
            PHONE, one.phone, address.citizen_id, one.name, _last_digits(PHONE, one.phone),
            now if one.verified else None,
        )
        for one, address in shown
    }  # fmt: skip
    if rows:
        bulk.run(_NEW_ADDRESSES, [now, *_columns(rows.values())])


def _liken(claimed: list[tuple[Person, Address]], *, now: datetime) -> None:
    """Whoever stands behind such a number is a person of their own, suggested to staff as the same one."""
    numbers = {(PHONE, one.phone): replace(one, place=(PHONE, one.phone)) for one, _ in claimed}
    owners = _addresses(numbers.keys())
    if new := {at: one for at, one in numbers.items() if at not in owners}:
        owners |= _make_addresses(new, now=now)
        owners |= _addresses(new.keys() - owners.keys())
    pairs = {
        (owners[PHONE, one.phone].citizen.root_id, address.citizen.root_id): one.phone
        for one, address in claimed
    }
    note_claimed(pairs, now=now)


def _complete_names(wanted: Mapping[Place, Person], found: Mapping[Place, Address]) -> None:
    """A person who was nameless so far and now gives a name."""
    changed = []
    for place, one in wanted.items():
        citizen = found[place].citizen
        if one.name and not citizen.name:
            citizen.name, citizen.folded_name = one.name, fold(one.name)[:200]
            changed.append(citizen)
    if changed:
        Citizen.objects.bulk_update(sorted(changed, key=lambda row: row.pk), ["name", "folded_name"])


def _citizen_facts(one: Person, now: datetime) -> dict[str, Any]:
    return {
        "name": one.name,
        "folded_name": fold(one.name)[:200],
        "language": one.language,
        "created_at": now,
    }


def _last_digits(space: str, value: str) -> str:
    return "".join(char for char in value if char.isdecimal())[-4:] if space == PHONE else ""


def _columns(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
