"""What a staff member passes on from their own telephone or mailbox counts as said by its first author.

Only accounts that are known to be a staff member's are believed (`linking.staff_at`): anybody else's forward
is their own message. Where the author stays hidden, only the name is known, and somebody must tell them.
WhatsApp and SMS never tell the author: there the message may begin with their name and number.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from vefa.channels.port import Form, Forwarded, Reading, Sender
from vefa.citizens import numbers
from vefa.citizens.models import Address
from vefa.directory.queries import municipality
from vefa.inbox import people
from vefa.inbox.linking import staff_at
from vefa.inbox.models import Contact, Conversation
from vefa.inbox.moments import believed
from vefa.inbox.people import Person

PASSED_ON = "passed_on"  # in `Contact.details`; also why an address that never wrote to us takes nothing
UNPROVED = "unproved"  # in `Contact.details`: a staff member's address, for which no server of ours vouches
_ALWAYS_REACHED = frozenset({people.MAIL, people.PHONE})  # people there can be written to first
_BY_NUMBER = frozenset({people.PHONE, "whatsapp"})  # where an address is a telephone number
_NAMED = re.compile(
    r"\s*+(?P<name>[^\d+:\n]{0,60}?)[\s,(]*(?P<number>\+?\(?\d[\d ()./-]{7,18}\d)\)?"
    r"[^\S\n]*[:\n]\s*+(?P<said>.+)",
    re.DOTALL,
)

Passed = tuple[Contact, Reading, Person]


@dataclass(frozen=True)
class Forwarder:
    """The staff member who passed it on."""

    staff_id: int
    name: str


def passed_on(one: Reading, person: Person) -> Forwarded | None:
    """What somebody with an account of their own passed on in private; None where that is nothing.

    Anybody can write any sender into a mail: one counts only where our own mail server vouches for it.
    """
    if one.form != Form.MESSAGE or one.group or one.public or person.place is None:
        return None
    space = person.place[0]
    proved = one.verified is True if space == people.MAIL else one.verified is not False
    return (dictated(one.text, space=space) or one.forwarded) if proved else None


def is_unproved(one: Reading, person: Person) -> bool:
    """Whether it is a mail with somebody's words in it for whose sender our mail server does not vouch."""
    mail = person.place is not None and person.place[0] == people.MAIL
    return mail and one.form == Form.MESSAGE and one.forwarded is not None and one.verified is not True


def note_unproved(mails: Sequence[Passed]) -> None:
    """Where it bears the address of staff, whoever reads it is told why it was not believed."""
    staff = staff_at({person.place for _, _, person in mails if person.place}) if mails else {}
    for contact, _, person in mails:
        if person.place in staff:
            contact.details = {**contact.details, UNPROVED: staff[person.place].name}


def dictated(text: str, *, space: str) -> Forwarded | None:
    """Words under the number of who said them: "Ali Demir 0532 555 01 42: the lamp is dark"."""
    found = _NAMED.fullmatch(text) if space in _BY_NUMBER else None
    if found is None:
        return None
    try:
        number = numbers.normal(found["number"], country=municipality().country)
    except numbers.NoNumberError:
        return None
    address = number if space == people.PHONE else number.removeprefix("+")
    name = " ".join(found["name"].split()).strip(" -–—,;.(")
    return Forwarded(name=name, address=address, text=found["said"].strip())


def staff_behind(passed: Sequence[Passed]) -> Mapping[int, Forwarder]:
    """Who passed it on, by contact, as far as it was staff; what was found at first stays true."""
    known = {
        contact.pk: Forwarder(contact.details[PASSED_ON]["staff_id"], contact.details[PASSED_ON]["name"])
        for contact, _, _ in passed
        if PASSED_ON in contact.details
    }
    asked = {contact.pk: person.place for contact, _, person in passed if contact.pk not in known}
    staff = staff_at({place for place in asked.values() if place}) if asked else {}
    found = {pk: staff[place] for pk, place in asked.items() if place in staff}
    return known | {pk: Forwarder(one.pk, one.name) for pk, one in found.items()}


def turned(one: Passed, by: Forwarder, *, space: str) -> tuple[Reading, Person]:
    """The same arrival as its first author's; the contact remembers who passed it on, and from where."""
    contact, reading, forwarder = one
    said = reading.forwarded or Forwarded()
    contact.details = {
        **contact.details,
        PASSED_ON: {
            "staff_id": by.staff_id,
            "name": by.name,
            "at": (contact.said_at or contact.received_at).isoformat(),
            "from": list(forwarder.place or ()),
            "note": said.note,
            "hidden": not said.address,
        },
    }
    contact.said_at = believed(said.said_at, contact.said_at or contact.received_at)
    contact.text, contact.quoted = said.text or contact.text, ""
    contact.subject = (said.subject or contact.subject)[:400]
    contact.message_id, contact.reply_to_id = "", ""  # those are of the forwarder's own conversation
    sender = Sender(address=said.address, name=said.name)
    thread = _thread(contact, said, space)
    return structs.replace(reading, sender=sender, thread=thread), people.person(space, sender, verified=None)


def _thread(contact: Contact, said: Forwarded, space: str) -> str:
    """The conversation that the author has, or would have, with the account."""
    if space == people.MAIL:
        return f"passed:{contact.external_id}"
    return "" if space in _BY_NUMBER else said.address


def is_forward(contact: Contact) -> bool:
    """Whether a staff member's own account passed it on, and its author did not write to us."""
    return bool(contact.details.get(PASSED_ON, {}).get("from"))


def note_strangers(contacts: Iterable[Contact], *, now: datetime) -> None:
    """Who never wrote to us on a messenger cannot be written to there: say so before anybody tries."""
    talks = [one.conversation for one in contacts if is_forward(one) and one.conversation]
    silent = {one.address_id for one in talks if one.address.space not in _ALWAYS_REACHED}
    if not silent:
        return
    heard = Conversation.objects.filter(address__in=silent, last_contact_at__isnull=False)
    strangers = silent - set(heard.values_list("address_id", flat=True))
    rows = Address.objects.filter(pk__in=strangers, unreachable_at=None)
    rows.update(unreachable_at=now, unreachable_why=PASSED_ON)
