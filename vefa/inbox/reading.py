"""What arrived, understood: raw bytes become sender, words, files and place, a batch at a time.

The contacts are filled in memory; `claiming.finish` writes them together with "handled". What cannot be read
keeps its raw form and goes on as `unreadable`, so that a person sees it.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec
from django.conf import settings
from msgspec import structs

from vefa.channels import templates
from vefa.channels.cleaning import clean
from vefa.channels.manners import Named, Posted
from vefa.channels.models import Endpoint
from vefa.channels.port import Adapter, Form, Reading, UnreadableError
from vefa.channels.remarks import CUT
from vefa.inbox import linking, passing, people
from vefa.inbox.doors import adapters_of
from vefa.inbox.edits import find_edited, find_withdrawn
from vefa.inbox.models import Attachment, AttachmentState, Contact
from vefa.inbox.moments import believed
from vefa.inbox.naming import note_nameless
from vefa.inbox.people import Opened, Person, Talk
from vefa.inbox.posts import note_posts
from vefa.inbox.reach import is_word, note_moves, note_reach
from vefa.kit.saying import Sentence, parts_of

UNREADABLE = "unreadable"
LONGEST = 100_000  # characters of one message that are shown; the original has all of them
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")  # what a link may carry: words are none
# What a desk or a later step may want, beside the columns.
_KEPT = (
    "command", "argument", "event", "signature", "reply_address", "copied_to", "forwarded_from", "group",
    "public", "auto", "verified", "references", "reference", "root",
    "album",
)  # fmt: skip
# What is a shape of its own, by the name under which it is kept.
_PARTS = {"receipts": "receipts", "post": "post", "call": "call", "seat": "seat", "contact": "card"}


@dataclass(frozen=True)
class Read:
    """A contact and what its adapter made of it; None where it could make nothing."""

    contact: Contact
    reading: Reading | None
    person: Person | None


def read(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Fill the contacts, and make the rows around them: people, conversations, files to fetch.

    Call it inside the transaction that marks them handled.
    """
    adapters = _adapters(contacts)
    found = [_read_one(contact, adapters[contact.endpoint_id]) for contact in contacts]
    found = _first_authors(found, adapters)
    heard = [(_space(one, adapters), one.contact, one.reading) for one in found if one.reading]
    moves = note_moves((space, reading) for space, _, reading in heard)
    _place_in_conversations([_moved(one, moves) for one in found] if moves else found, now=now)
    _note_posts(found, adapters, now=now)
    _note_nameless(found, adapters, now=now)
    find_edited(contacts, now=now)
    find_withdrawn(contacts, now=now)
    note_reach([one for one in heard if not passing.is_forward(one[1])], now=now)
    passing.note_strangers(contacts, now=now)
    _note_templates(found)
    Attachment.objects.bulk_create(
        (file for one in found if one.reading for file in _files(one.contact, one.reading, now)),
        ignore_conflicts=True,
    )


def _note_templates(found: Iterable[Read]) -> None:
    """What a provider tells of the texts that it approves."""
    for one in found:
        if one.reading and one.reading.event == "template" and one.reading.command:
            name, _, language = one.reading.argument.rpartition("/")
            templates.note(
                one.contact.endpoint_id,
                name=name,
                language=language,
                status=one.reading.command,
                reason=one.reading.text,
            )


def _adapters(contacts: Iterable[Contact]) -> dict[int, Adapter]:
    endpoints: dict[int, Endpoint] = {contact.endpoint_id: contact.endpoint for contact in contacts}
    return adapters_of(endpoints.values(), no_network)


def _first_authors(found: list[Read], adapters: Mapping[int, Adapter]) -> list[Read]:
    """What staff passed on, as its first authors' words; nobody is looked up where nothing was passed on."""
    passed = {
        one.contact.pk: (one.contact, structs.replace(one.reading, forwarded=said), one.person)
        for one in found
        if one.reading and one.person and (said := passing.passed_on(one.reading, one.person))
    }
    passing.note_unproved(
        [
            (one.contact, one.reading, one.person)
            for one in found
            if one.reading and one.person and passing.is_unproved(one.reading, one.person)
        ]
    )
    if not passed:
        return found
    turned = {
        pk: passing.turned(passed[pk], by, space=adapters[passed[pk][0].endpoint_id].address_space)
        for pk, by in passing.staff_behind(list(passed.values())).items()
    }
    return [Read(one.contact, *turned[one.contact.pk]) if one.contact.pk in turned else one for one in found]


def _space(one: Read, adapters: Mapping[int, Adapter]) -> str:
    return adapters[one.contact.endpoint_id].address_space


def _moved(one: Read, moves: Mapping[tuple[str, str], str]) -> Read:
    """The same arrival as if it had come under the chat's new id."""
    place = one.person.place if one.person else None
    if one.reading is None or one.person is None or place is None:
        return one
    space, value = place
    head, slash, topic = one.reading.thread.partition("/")
    thread = f"{moves.get((space, head), head)}{slash}{topic}"
    reading = structs.replace(one.reading, thread=thread)
    return Read(one.contact, reading, replace(one.person, place=(space, moves.get(place, value))))


def _read_one(contact: Contact, adapter: Adapter) -> Read:
    try:
        reading = adapter.read(bytes(contact.raw))
    except UnreadableError as error:
        contact.form, contact.said_at = UNREADABLE, contact.received_at
        contact.warnings = [parts_of(Sentence("Why it cannot be read: %(why)s.", why=error.reason))]
        return Read(contact, None, None)
    _fill(contact, reading)
    if reading.sender is None:
        return Read(contact, reading, None)
    person = people.person(adapter.address_space, reading.sender, verified=reading.verified)
    return Read(contact, reading, person)


def _fill(contact: Contact, reading: Reading) -> None:
    """The columns that hold what was said."""
    contact.form = str(_form(reading))
    contact.message_id = _cut(reading.message_id, 200)
    contact.reply_to_id = _cut(reading.reply_to, 200)
    contact.sequence = reading.sequence
    contact.said_at = believed(reading.said_at, contact.received_at)
    contact.subject = _cut(reading.subject, 400)
    contact.text, contact.quoted, contact.html = (
        reading.text[:LONGEST],
        reading.quoted[:LONGEST],
        reading.html,
    )
    cut = (
        [CUT] if max(len(reading.text), len(reading.quoted)) > LONGEST and CUT not in reading.warnings else []
    )
    contact.warnings = [parts_of(one) for one in (*reading.warnings, *cut)]
    if reading.location:
        contact.lat, contact.lon = reading.location.latitude, reading.location.longitude
        contact.place_text = _cut(reading.location.label, 400)
    contact.place_text = contact.place_text or _cut(str(contact.details.get("place_text", "")), 400)
    contact.details = {**_details(reading), **contact.details}
    # A form may tell the place in words alone; a provider's place always has a point.
    contact.place_text = contact.place_text or _cut(str(contact.details.get("place_text") or ""), 400)


def _form(reading: Reading) -> Form:
    """What it is for us: words behind a command that we do not have are a person's words.

    Who asks for help is greeted like who begins.
    """
    mine = reading.command in {linking.COMMAND, "button"} or reading.group or reading.public
    if mine or reading.form not in {Form.COMMAND, Form.START} or not reading.text:
        return reading.form
    behind = bool(reading.argument or reading.attachments)
    if reading.form is Form.START:
        return Form.MESSAGE if behind and not PAYLOAD.fullmatch(reading.argument) else Form.START
    if behind:
        return Form.MESSAGE
    return Form.START if reading.command == "help" else Form.COMMAND


def _details(reading: Reading) -> dict[str, Any]:
    details = {
        name: value for name in _KEPT if (value := getattr(reading, name)) not in ("", (), None, False)
    }
    details |= {
        name: msgspec.to_builtins(value) for part, name in _PARTS.items() if (value := getattr(reading, part))
    }
    if reading.unreachable and reading.unreachable.about is not None:
        details["gone"] = msgspec.to_builtins(reading.unreachable)
    if reading.verified is False:
        details["verified"] = False  # our own server's word against the sender
    if reading.group and reading.attachments:
        details["files"] = [file.kind for file in reading.attachments]
    if reading.edits:
        details["edits"] = reading.edits
    if reading.form is Form.ECHO and reading.thread:
        details["thread"] = reading.thread  # nobody but the account is named beside it
    return details


def _place_in_conversations(found: Sequence[Read], *, now: datetime) -> None:
    """Know the people, then join each contact to its conversation; without an address there is none."""
    addresses = people.known_addresses([one.person for one in found if one.person], now=now)
    named = [
        one
        for one in found
        if one.person and not one.person.place and one.person.name and one.contact.citizen_id is None
    ]
    citizens = people.nameless_home([one.person for one in named if one.person], now=now)
    for one, citizen in zip(named, citizens, strict=True):
        one.contact.citizen = citizen
    talks = {
        one.contact.pk: (
            one.contact.endpoint_id,
            addresses[one.person.place].pk,
            _cut(one.reading.thread, 200),
        )
        for one in found
        if one.reading and one.person and one.person.place
    }
    conversations = people.known_conversations(_openings(found, talks), addresses.values(), now=now)
    for one in found:
        if talk := talks.get(one.contact.pk):
            one.contact.conversation = conversations[talk]
            one.contact.citizen_id = conversations[talk].address.citizen_id


def _note_posts(found: Iterable[Read], adapters: Mapping[int, Adapter], *, now: datetime) -> None:
    """Posts whose channel gives their words only when it is asked."""
    spoken = [
        (one.contact.endpoint_id, one.reading.post)
        for one in found
        if one.reading and one.reading.post and isinstance(adapters[one.contact.endpoint_id], Posted)
    ]
    if spoken:
        note_posts(spoken, now=now)


def _note_nameless(found: Iterable[Read], adapters: Mapping[int, Adapter], *, now: datetime) -> None:
    """People of whom the channel pushed a number alone. No statement where everybody has a name."""
    talks = [
        (one.contact.endpoint_id, one.contact.conversation.address)
        for one in found
        if one.person and one.contact.conversation and isinstance(adapters[one.contact.endpoint_id], Named)
    ]
    if unnamed := [(endpoint_id, address.pk) for endpoint_id, address in talks if not address.shown_name]:
        note_nameless(unnamed, now=now)


def _openings(found: Iterable[Read], talks: Mapping[int, Talk]) -> dict[Talk, Opened]:
    """Every conversation, with the last word that the resident says in it here, and who reads along."""
    openings: dict[Talk, Opened] = {}
    for one in found:
        talk = talks.get(one.contact.pk)
        if talk is None or one.reading is None:
            continue
        opened = openings.setdefault(talk, Opened())
        opened.public = opened.public or one.reading.public or one.reading.group
        if not passing.is_forward(one.contact) and is_word(one.reading):
            said_at = one.contact.said_at or one.contact.received_at
            opened.last_word_at = max(said_at, opened.last_word_at or said_at)
    return openings


def _files(contact: Contact, reading: Reading, now: datetime) -> Iterable[Attachment]:
    """Files to fetch; their bytes are never waited for here."""
    for position, file in enumerate(reading.attachments):
        yield Attachment(
            contact=contact,
            position=position,
            key=_file_key(contact.pk, position),
            kind=_cut(file.kind, 12),
            provider_ref=clean(file.provider_ref),  # whole: signed addresses have 500 signs and more
            content_id=_cut(file.content_id, 200),
            name=_cut(file.name, 255),
            content_type=_cut(file.content_type, 100),
            size=file.size or 0,
            state=AttachmentState.WAITING,
            due_at=now,
        )


def _file_key(contact_id: int, position: int) -> UUID:
    """The same for every try, and nobody outside can guess it."""
    name = f"file {contact_id}/{position}".encode()
    return UUID(bytes=hmac.digest(settings.SECRET_KEY.encode(), name, hashlib.sha256)[:16], version=4)


def _cut(text: str, limit: int) -> str:
    """The text where the column holds it; an id that is longer must stay unique, so its end is a digest."""
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{text[: limit - 17]}~{digest}"


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("reading never calls anybody", request=request)


no_network = httpx.Client(transport=httpx.MockTransport(_refuse))
