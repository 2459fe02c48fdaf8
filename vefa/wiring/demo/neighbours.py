"""The talk of the demo city's groups: matters that became cases, between neighbours' chatter."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from django.db import transaction

from vefa.cases.models import CaseContact
from vefa.channels.models import Endpoint
from vefa.citizens.models import Address
from vefa.inbox.models import Contact, ContactState
from vefa.triage.groups.hearing import VERDICT
from vefa.triage.models import GroupMessage, Made
from vefa.wiring.demo.networks import chat_of
from vefa.wiring.demo.sayings import sayings

CHANNEL = "telegram_group"
LATEST = 120  # matters of a group whose talk is told; what was said before them is erased by now
BETWEEN = (2, 5)  # messages of chatter after each matter
_MATTER = (("here", "", 0.8), ("since", "", 0.7))
_TALK = (("smalltalk", "", -1.4), ("nothing", "", -1.2))


@dataclass(frozen=True)
class Line:
    """One message of the stream."""

    contact: Contact
    case_id: int | None
    made: Made
    confidence: float


@transaction.atomic
def tell_groups(*, seed: int) -> int:
    """Write the streams of the city's groups; how many messages, none where they are there already."""
    random = Random(seed)  # noqa: S311 - invents talk, guards nothing
    groups = Endpoint.objects.filter(channel=CHANNEL, retired_at=None).order_by("id")
    return sum(_tell(group, random) for group in groups)


def _tell(group: Endpoint, random: Random) -> int:
    if GroupMessage.objects.filter(endpoint=group).exists():
        return 0
    said = CaseContact.objects.filter(contact__endpoint=group).select_related(
        "contact__conversation__address"
    )
    links = list(said.order_by("-contact__said_at", "-contact_id")[:LATEST])[::-1]
    lines = sorted(_lines(group, links, random), key=lambda line: (line.contact.said_at, line.contact.pk))
    GroupMessage.objects.bulk_create(_row(group, line) for line in lines)
    return len(lines)


def _lines(group: Endpoint, links: Sequence[CaseContact], random: Random) -> Iterator[Line]:
    """Every matter, and after each what the neighbours say among themselves."""
    seen: set[int] = set()
    for link in links:
        first = link.opened and link.case_id not in seen
        seen.add(link.case_id)
        made = Made.MATTER if first else Made.FOLLOW_UP
        yield Line(link.contact, link.case_id, made, round(random.uniform(0.7, 0.98), 2))
    moments = [link.contact.said_at for link in links if link.contact.said_at]
    people = [link.contact.conversation for link in links if link.contact.conversation]
    for at, until in pairwise(moments):
        for _ in range(random.randint(*BETWEEN)):
            later = at + timedelta(seconds=random.randrange(30, 5_400))
            talk = random.choice(people)
            if later < until:
                words = sayings().other("neighbours", talk.language or "tr", random)
                contact = _chatter(group, talk.address, words, later, talk.pk)
                yield Line(contact, None, Made.CHATTER, round(random.uniform(0.02, 0.25), 2))


def _chatter(group: Endpoint, who: Address, words: str, at: datetime, talk_id: int) -> Contact:
    contact = Contact(
        endpoint=group, lane=chat_of(group), received_at=at, due_at=at, handled_at=at, said_at=at, text=words,
        form="message", state=ContactState.HANDLED, conversation_id=talk_id, citizen_id=who.citizen_id,
        external_id=f"demo-talk-{group.pk}-{who.pk}-{at:%y%m%d%H%M%S}", details={"group": True}, raw=b"",
    )  # fmt: skip
    contact.save()
    contact.message_id = str(contact.pk)
    contact.raw = _raw(contact, who)
    contact.save(update_fields=["message_id", "raw"])
    return contact


def _raw(contact: Contact, who: Address) -> bytes:
    """The update as Telegram would have pushed it."""
    person = {"id": int(who.value), "is_bot": False, "first_name": who.shown_name or "—"}
    chat = {"id": int(contact.lane), "type": "supergroup", "title": "Gölkıyı"}
    at = contact.received_at.timestamp()
    message = {
        "message_id": contact.pk, "from": person, "chat": chat, "date": int(at), "text": contact.text,
    }  # fmt: skip
    return json.dumps({"update_id": contact.pk, "message": message}, ensure_ascii=False).encode()


def _row(group: Endpoint, line: Line) -> GroupMessage:
    contact, talk = line.contact, line.made is Made.CHATTER
    return GroupMessage(
        endpoint=group,
        contact=contact,
        author=contact.conversation.address if contact.conversation else None,
        message_id=contact.message_id,
        said_at=contact.said_at or contact.received_at,
        made=line.made,
        case_id=line.case_id,
        language=contact.language or (contact.conversation.language if contact.conversation else ""),
        confidence=line.confidence,
        signs=[*(_TALK if talk else _MATTER), (VERDICT, "talk" if talk else "a matter", 0)],
    )
