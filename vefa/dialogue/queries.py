"""What others read of the dialogue: a case's conversation, what the composer must know, what is in doubt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from vefa.cases.models import Case, Note
from vefa.channels.manners import Freight, Standing, Terms
from vefa.channels.models import Endpoint
from vefa.channels.port import Form, Post
from vefa.channels.queries import mailbox
from vefa.citizens.models import Address
from vefa.dialogue.audience import BY_HAND, endpoint_for
from vefa.dialogue.enclosing import house, of_replies
from vefa.dialogue.models import Delivery, DeliveryState, Draft, Enclosure, Reply
from vefa.dialogue.terms import manners_of, standing_of
from vefa.directory.models import Staff
from vefa.inbox.models import Attachment, Contact, Conversation
from vefa.inbox.posts import posts_of
from vefa.kit.prepared import Prepared, Question, among

MOST_QUOTED = 4000  # characters of what a mail quotes that come along; the original has all of it
SIGNS = frozenset({Form.REACTION.value, Form.DELETION.value})  # said about a message, not messages themselves


@dataclass(frozen=True)
class Entry:
    """One line of a conversation: exactly one of contact, reply and note is set.

    `post` is what the contact was said under, in public, `quoted` what a mail repeats below its own words,
    cut after MOST_QUOTED characters.
    """

    at: datetime
    contact: Contact | None = None
    reply: Reply | None = None
    note: Note | None = None
    attachments: tuple[Attachment, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    post: Post | None = None
    quoted: str = ""
    enclosures: tuple[Enclosure, ...] = ()  # that went along with the reply

    @property
    def elsewhere(self) -> bool:
        """Whether the city said it, with another tool than this one."""
        return self.contact is not None and self.contact.form == Form.ECHO


@dataclass(frozen=True)
class ChannelTruth:
    """What the composer says before anything is sent."""

    channel: str
    endpoint_key: str
    address: str
    reachable: bool
    why_not: str = ""
    terms: Terms | None = None  # the provider's rules of this moment, where it has any
    language: str = ""
    others: int = 0  # further people who will hear this answer
    paused: bool = False  # by a person: what is written waits
    keyless: bool = False  # the account waits for its keys, and what is written with it
    endpoint_id: int = 0
    freight: Freight | None = None  # what files may go along at this moment


_SPOKEN_OF = frozenset({"phone", "email", "whatsapp"})  # other spaces number their people


@dataclass(frozen=True)
class Troubles:
    """Deliveries that a person must look at."""

    uncertain: list[Delivery] = field(default_factory=list)
    failed: list[Delivery] = field(default_factory=list)


def conversation_of(case: Case, *, with_notes: bool) -> list[Entry]:
    """Everything that was said on a case, in order, in four statements at the most.

    One more where something was said under a post, one where files went out.

    Contacts stand at the moment at which their sender said them.
    """
    contacts = _CONTACTS(case.pk)
    attached, under = _attachments_of(contacts), posts_of(contacts)
    rows = [
        Entry(
            one.said_at or one.received_at,
            contact=one,
            attachments=tuple(attached.get(one.pk, ())),
            post=under.get(one.pk),
            quoted=vars(one)["quoted_begins"],
        )
        for one in contacts
    ]
    rows += _replies(case)
    if with_notes:
        rows += [Entry(note.at, note=note) for note in _NOTES(case.pk)]
    return sorted(rows, key=_order)


def conversation_asked(case_id: int, *, with_notes: bool) -> list[Question]:
    """What `conversation_of` will ask, for `together`."""
    read: list[Prepared[Any, Any]] = [_CONTACTS, _DELIVERIES, *([_NOTES] if with_notes else [])]
    return [(one, (case_id,)) for one in read]


_CONTACTS = Prepared(
    lambda case_id: (
        Contact.objects.filter(links__case_id=case_id)
        .select_related("endpoint", "conversation__address")
        .annotate(
            has_files=Exists(Attachment.objects.filter(contact_id=OuterRef("pk"))),
            quoted_begins=Left("quoted", MOST_QUOTED),
        )
        .defer("raw", "html", "quoted")
    ),
    int,
    planned=True,
)
_ATTACHMENTS = Prepared(lambda ids: Attachment.objects.filter(among("contact_id", ids)), list, planned=True)
_NOTES = Prepared(
    lambda case_id: Note.objects.filter(case_id=case_id).select_related("staff"), int, planned=True
)
_DELIVERIES = Prepared(
    lambda case_id: (
        Delivery.objects.filter(reply__case_id=case_id)
        .select_related("reply__staff", "endpoint", "conversation__address")
        .order_by("id")
    ),
    int,
    planned=True,
)


def _attachments_of(contacts: Iterable[Contact]) -> Mapping[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    if ids := [one.pk for one in contacts if vars(one)["has_files"]]:
        for attachment in _ATTACHMENTS(ids):
            found.setdefault(attachment.contact_id, []).append(attachment)
    return found


def _replies(case: Case) -> list[Entry]:
    """Every reply with its deliveries, in one statement: a reply has always one at least; and its files."""
    found: dict[int, list[Delivery]] = {}
    for row in _DELIVERIES(case.pk):
        found.setdefault(row.reply_id, []).append(row)
    enclosed = of_replies([rows[0].reply for rows in found.values()])
    return [
        Entry(
            rows[0].reply.written_at,
            reply=rows[0].reply,
            deliveries=tuple(rows),
            enclosures=tuple(enclosed.get(reply_id, ())),
        )
        for reply_id, rows in found.items()
    ]


def _order(entry: Entry) -> tuple[datetime, int, int]:
    one = entry.contact or entry.reply or entry.note
    assert one is not None
    return entry.at, entry.contact.sequence if entry.contact else 0, one.pk


def channel_truth(case: Case, *, now: datetime | None = None, entries: Iterable[Entry] = ()) -> ChannelTruth:
    """Where an answer on this case goes, and whether it can; at a moment also by which rules.

    entries  what was said, as `conversation_of` gives it: nothing more is read for the rules
    """
    conversation = case.conversation
    if conversation is None:
        return ChannelTruth(
            case.channel, "", "", reachable=False, why_not="nowhere", language=case.language,
            others=case.supporters, freight=house(),
        )  # fmt: skip
    account = conversation.endpoint
    elsewhere = account.channel in BY_HAND or account.retired_at is not None
    by_mail = conversation.address.space == "email"  # nobody else is answered through the mailbox
    endpoint: Endpoint | None = endpoint_for(conversation, post=mailbox() if elsewhere and by_mail else None)
    rules, freight = manners_of(endpoint, _standing(conversation, entries, now)) if now else (None, None)
    return ChannelTruth(
        channel=endpoint.channel if endpoint else conversation.endpoint.channel,
        endpoint_key=endpoint.key if endpoint else conversation.endpoint.key,
        address=_called(conversation.address),
        reachable=endpoint is not None,
        why_not="" if endpoint else _why_not(conversation),
        terms=rules,
        language=conversation.language or case.language,
        others=case.supporters,
        paused=bool(endpoint and endpoint.outbound_paused),
        keyless=bool(endpoint and not endpoint.active),
        endpoint_id=endpoint.pk if endpoint else 0,
        freight=freight,
    )


def _called(address: Address) -> str:
    """Whom people read in an address: the number or mailbox itself, elsewhere the name behind an account."""
    known = address.space in _SPOKEN_OF or not address.shown_name
    return address.value if known else address.shown_name


def _standing(conversation: Conversation, entries: Iterable[Entry], now: datetime) -> Standing:
    known = list(entries)
    contacts = [entry.contact for entry in known if entry.contact]
    ours = [one for entry in known for one in entry.deliveries]
    return standing_of(conversation, contacts, ours, now=now)


def troubles(visible: QuerySet[Case], *, everything: bool, limit: int = 100) -> Troubles:
    """Uncertain deliveries and the latest failures that the reader may see, oldest first; see `_seen`."""
    rows = (
        Delivery.objects.filter(_seen(visible, everything=everything))
        .select_related("reply__case", "reply__staff", "endpoint", "conversation__address")
        .order_by("queued_at", "id")
    )
    latest = rows.filter(state=DeliveryState.FAILED).reverse()[:limit]
    return Troubles(
        uncertain=list(rows.filter(state=DeliveryState.UNCERTAIN)[:limit]),
        failed=list(latest)[::-1],
    )


def in_trouble(state: DeliveryState) -> QuerySet[Delivery]:
    """What is in this state and stands in the list of `troubles` for whoever sees everything."""
    return Delivery.objects.filter(~_PRIVATE_ANSWER, state=state)


def doubtful() -> int:
    """How many deliveries are uncertain, counted up to 100."""
    return in_trouble(DeliveryState.UNCERTAIN).order_by()[:100].count()


def troubled_delivery(delivery_id: int, *, visible: QuerySet[Case], everything: bool) -> Delivery | None:
    """One delivery that the reader may see."""
    return Delivery.objects.filter(_seen(visible, everything=everything), id=delivery_id).first()


_PRIVATE_ANSWER = Q(reply__case=None, reply__answers__isnull=False, reply__automatic=False)  # see receipts


def _seen(visible: QuerySet[Case], *, everything: bool) -> Q:
    """Deliveries on these cases; what has no case, a greeting for instance, is for who sees everything.

    What somebody answered to a private message stands there alone.
    """
    of_cases = Q(reply__case__in=visible)
    return of_cases | (Q(reply__case=None) & ~_PRIVATE_ANSWER) if everything else of_cases


def drafts_of(staff: Staff, *, visible: QuerySet[Case], limit: int = 100) -> list[Draft]:
    """What this person left unfinished, the latest first, on cases that they may still see."""
    rows = Draft.objects.filter(staff=staff, case__in=visible).select_related("case")
    return list(rows.order_by("-saved_at", "-id")[:limit])


def last_reply(case: Case, *, since: datetime, other_than: Staff) -> Reply | None:
    """The latest answer that a colleague wrote after a moment and did not take back."""
    found = Reply.objects.filter(case=case, written_at__gte=since, automatic=False, taken_back_at=None)
    return found.exclude(staff=other_than).select_related("staff").order_by("-written_at", "-id").first()


def heard_back(entries: Iterable[Entry]) -> bool:
    """Whether a person (not the system) has answered yet."""
    return any(
        entry.elsewhere or (entry.reply is not None and not entry.reply.automatic) for entry in entries
    )


def _why_not(conversation: Conversation) -> str:
    retired = conversation.endpoint.retired_at is not None
    return conversation.address.unreachable_why or ("retired" if retired else "by_hand")
