"""A reply is written once and laid down as deliveries; nothing is sent here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction

from vefa.cases.models import Case
from vefa.cases.promises import answered, unanswered
from vefa.channels.models import Endpoint
from vefa.channels.port import Form
from vefa.channels.queries import mailbox
from vefa.dialogue import approved, enclosing, sparing, terms
from vefa.dialogue.audience import Listener, endpoint_for, listeners, placed, wants_silence
from vefa.dialogue.drafts import discard
from vefa.dialogue.exposure import check_others, check_public, is_open
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.parcels import Extras
from vefa.dialogue.phrases import check_resolved
from vefa.dialogue.voices import check_voice, signed
from vefa.directory.models import Staff
from vefa.inbox.files import StoredFile
from vefa.inbox.models import Contact, Conversation
from vefa.journal.record import Happening, record
from vefa.kit import rows
from vefa.kit.ids import token

LIMIT = 20_000  # characters of one reply
_STOPPABLE = frozenset({DeliveryState.QUEUED, DeliveryState.SHOWN})


class EmptyReplyError(ValueError):
    """There is nothing to send."""


class TooLateError(Exception):
    """The reply is on its way already and cannot be taken back."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a reply says. `cause` makes a reaction's reply unique: "event:91:7".

    `voice` is in whose name: "" the institution, "mayor", "unit:roads"; see `voices`. `way` is one of those
    that the channel's terms offer, "" the usual one. `gaps` are a phrase's variables and what fills them;
    `wording` is the approved text's name where that is not the phrase's: "answered_plain" without words.
    `insisted`: the writer has seen that everybody will read something about a person. Files go with what a
    person writes on a case.
    """

    text: str
    language: str
    phrase_key: str = ""
    wording: str = ""
    answers: Contact | None = None
    cause: str | None = None
    voice: str = ""
    way: str = ""
    extras: Extras | None = None
    gaps: Mapping[str, str] = field(default_factory=dict)
    insisted: bool = False
    files: tuple[StoredFile, ...] = ()  # as `enclosing.take` kept them


@dataclass(frozen=True)
class Leaving:
    """When deliveries are laid down and may leave, and the mailbox for those without a channel of ours."""

    now: datetime
    due_at: datetime
    post: Endpoint | None


@transaction.atomic
def write(*, case: Case, words: Words, by: Staff, now: datetime, to_all: bool = True) -> Reply:
    """A person's answer to everybody who hears of the case, or to the one who reported it alone.

    It leaves after the time for taking it back. Raises EmptyReplyError, UnresolvedError, VoiceError;
    NotNowError and EnclosureError where the provider's rules say no; ExposedError where everybody, or the
    others behind the case, would read something about a person.
    """
    check_text(words.text)
    leaves = Leaving(now, now + timedelta(seconds=settings.UNDO_S), mailbox())
    words = _allowed(case, _spoken(case, words, by, now), leaves)
    heard = _heard(case, words) if to_all else placed([Listener(case.conversation, case)])
    reply = _reply(case, words, staff=by, now=now)
    reply.save(force_insert=True)
    enclosing.keep(reply, words.files)
    Delivery.objects.bulk_create([delivery(reply, one, leaves) for one in heard])
    answered(case_id=case.id, by=by, now=now)
    data = {"reply_id": reply.id, "phrase": words.phrase_key, "voice": words.voice, "files": len(words.files)}
    record(
        [
            Happening(
                kind="reply.written", subject=f"case:{case.id}", actor=f"staff:{by.pk}", at=now, data=data
            )
        ]
    )
    discard(case_id=case.id, staff=by, box="reply")
    return reply


def _spoken(case: Case, words: Words, by: Staff, now: datetime) -> Words:
    """The words with the signature of the name that they are spoken in."""
    if not words.voice:
        return words
    check_voice(by, case.conversation.endpoint if case.conversation else None, words.voice, now=now)
    return replace(words, text=signed(words.text, words.voice, language=words.language))


def _allowed(case: Case, words: Words, leaves: Leaving) -> Words:
    """The words by a way that the provider allows now. Raises NotNowError, EnclosureError."""
    rules, freight = terms.manners_now(
        case.conversation, endpoint_for(case.conversation, post=leaves.post), now=leaves.now
    )
    way = terms.way_of(words.way, rules)
    terms.check(words.text, way=way, extras=words.extras, terms=rules)
    terms.check_files(words.files, way=way, freight=freight)
    if is_open(case.conversation, way):
        check_public(words.text, case, insisted=words.insisted)
    return replace(words, way=way)


def _heard(case: Case, words: Words) -> list[Listener]:
    """Who hears it; what was written for one person alone does not stand under somebody else's comment.

    Raises ExposedError where it goes to more than the one who reported and holds something about a person.
    """
    in_public = is_open(case.conversation, words.way)
    heard = [
        one
        for one in listeners(case)
        if in_public or one.conversation == case.conversation or not is_open(one.conversation, "")
    ]
    if len(heard) > 1 and not in_public:  # in public it was looked at already
        check_others(words.text, case, insisted=words.insisted)
    return heard


def write_automatic(
    said: Sequence[tuple[Listener, Words]], *, now: datetime, by: Staff | None = None
) -> None:
    """The system's own replies, all in three statements; a cause that has been answered is passed over.

    `by` is who told it to, where a person speaks to many at once.

    Where the provider may want an approved text when it is sent, the one that says the same goes along. To an
    address that was only named the system speaks so often a day; the rest stands on the tracking page.
    """
    if not said:
        return
    spoken = approved.speaking([(one, words.wording or words.phrase_key, words.gaps) for one, words in said])
    replies = [
        {
            **_said(words, now, Extras(template=filled) if filled else None),
            "case_id": one.case.pk,
            "automatic": True,
            "staff_id": by.pk if by else None,
        }
        for (one, words), filled in zip(said, spoken, strict=True)
    ]
    ids = rows.insert(Reply, replies, key="cause", once=True)
    leaves = Leaving(now, now, mailbox())
    fresh = [(ids[words.cause], one) for one, words in said if words.cause in ids]
    shown = [False] * len(fresh) if by else sparing.only_shown([one for _, one in fresh], now=now)
    rows.insert(
        Delivery,
        [
            {**_way(one.conversation, leaves, automatic=True, shown=quiet), "reply_id": reply_id}
            for (reply_id, one), quiet in zip(fresh, shown, strict=True)
        ],
    )


def greet(said: Sequence[tuple[Conversation, Words]], *, now: datetime, though_stopped: bool = False) -> None:
    """The system's words where there is no case yet; `though_stopped`: that STOP was heard, say once more."""
    known = set(
        Reply.objects.filter(cause__in=[words.cause for _, words in said]).values_list("cause", flat=True)
    )
    leaves = Leaving(now, now, mailbox())
    for conversation, words in said:
        if words.cause not in known:
            reply = _reply(None, words, staff=None, now=now)
            reply.save(force_insert=True)
            way = _way(conversation, leaves, automatic=not though_stopped)
            Delivery(reply=reply, **way).save(force_insert=True)


def leaves_at(reply: Reply) -> datetime:
    """When a person's answer leaves, and is shown where nothing leaves."""
    return reply.written_at + timedelta(seconds=settings.UNDO_S)


def is_leaving(reply: Reply, deliveries: Iterable[Delivery], *, now: datetime) -> bool:
    """Whether nobody can have it yet, so that it is offered to take it back; what the system said is out."""
    return (
        not reply.automatic and leaves_at(reply) > now and all(one.state in _STOPPABLE for one in deliveries)
    )


@transaction.atomic
def take_back(*, reply_id: int, case_id: int, by: Staff, now: datetime) -> Reply:
    """Stop one's own reply before it leaves. Raises LookupError, or TooLateError once it has begun to.

    What is only shown may have been read since the moment at which it was.

    Where the city has said nothing else by a person, a first answer is owed again.
    """
    own = Reply.objects.filter(id=reply_id, case_id=case_id, staff=by, automatic=False)
    reply = own.select_for_update().first()
    if reply is None:
        raise LookupError(f"no reply {reply_id} of this person on case {case_id}")
    rows = list(reply.deliveries.select_for_update().order_by("id"))
    states = {row.state for row in rows}
    shown = DeliveryState.SHOWN in states and leaves_at(reply) <= now
    if reply.taken_back_at or states - _STOPPABLE or shown:
        raise TooLateError(f"reply {reply_id} is on its way")
    reply.deliveries.update(state=DeliveryState.TAKEN_BACK, ended_at=now)
    reply.taken_back_at = now
    reply.save(update_fields=["taken_back_at"])
    data = {"reply_id": reply.id}
    subject = f"case:{reply.case_id}"
    record([Happening(kind="reply.taken_back", subject=subject, actor=f"staff:{by.pk}", at=now, data=data)])
    if not _answered_otherwise(case_id):
        unanswered(case_id=case_id, at=reply.written_at, by=by, now=now)
    return reply


def _answered_otherwise(case_id: int) -> bool:
    """Whether another answer of a person stands, written here or with another tool."""
    replies = Reply.objects.filter(case_id=case_id, staff__isnull=False, taken_back_at=None)
    elsewhere = Contact.objects.filter(links__case_id=case_id, form=Form.ECHO.value)
    return replies.exists() or elsewhere.exists()


def check_text(text: str) -> None:
    """Raises EmptyReplyError or UnresolvedError."""
    if not text.strip():
        raise EmptyReplyError("write an answer first")
    check_resolved(text)


def delivery(reply: Reply, one: Listener, leaves: Leaving) -> Delivery:
    """The way of one reply to one listener."""
    return delivery_to(reply, one.conversation, leaves)


def delivery_to(reply: Reply, conversation: Conversation | None, leaves: Leaving) -> Delivery:
    """The way of one reply into one conversation; where no message can go out, it is only shown."""
    return Delivery(reply=reply, **_way(conversation, leaves))


def _way(
    conversation: Conversation | None, leaves: Leaving, *, automatic: bool = False, shown: bool = False
) -> dict[str, Any]:
    """The columns of a delivery, without its reply; `shown`: on the tracking page alone."""
    silent = shown or (automatic and wants_silence(conversation, automatic=True))
    endpoint = None if silent else endpoint_for(conversation, post=leaves.post)
    return {
        "conversation_id": conversation.pk if conversation else None,
        "endpoint_id": endpoint.pk if endpoint else None,
        "key": token(),
        "state": DeliveryState.QUEUED.value if endpoint else DeliveryState.SHOWN.value,
        "due_at": leaves.due_at,
        "queued_at": leaves.now,
        "ended_at": None if endpoint else leaves.now,
    }


def _reply(case: Case | None, words: Words, *, staff: Staff | None, now: datetime) -> Reply:
    extras = (
        msgspec.structs.replace(words.extras or Extras(), files=len(words.files))
        if words.files
        else words.extras
    )
    said = _said(words, now, extras)
    return Reply(case=case, staff=staff, answers=words.answers, automatic=staff is None, **said)


def _said(words: Words, now: datetime, extras: Extras | None) -> dict[str, Any]:
    """The columns of a reply that its words alone decide."""
    return {
        "text": words.text.strip()[:LIMIT],
        "language": words.language,
        "phrase_key": words.phrase_key,
        "cause": words.cause,
        "voice": words.voice,
        "way": words.way,
        "extras": msgspec.to_builtins(extras) if extras else None,
        "written_at": now,
    }
