"""Answers to private messages: no case, but written, delivered and kept like every other answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from vefa.channels.queries import mailbox
from vefa.dialogue import terms
from vefa.dialogue.audience import endpoint_for
from vefa.dialogue.exposure import check_public, is_open
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.queries import ChannelTruth
from vefa.dialogue.voices import check_voice, signed
from vefa.dialogue.writing import LIMIT, Leaving, TooLateError, Words, check_text, delivery_to
from vefa.directory.models import Staff
from vefa.inbox import private
from vefa.inbox.private import Found
from vefa.journal.record import Happening, record


@dataclass(frozen=True)
class Answered:
    """One answer to a private message and its way."""

    reply: Reply
    delivery: Delivery


def truth_of(one: Found, *, now: datetime) -> ChannelTruth:
    """Where an answer goes, whether it can, and by which rules; else it is told by voice or on paper."""
    talk = one.contact.conversation
    account = endpoint_for(talk, post=mailbox() if talk else None)
    rules, freight = terms.manners_now(talk, account, now=now)
    shown = account or one.contact.endpoint
    return ChannelTruth(
        channel=shown.channel,
        endpoint_key=shown.key,
        address="",
        reachable=account is not None,
        terms=rules,
        language=language_of(one),
        paused=bool(account and account.outbound_paused),
        keyless=bool(account and not account.active),
        endpoint_id=account.pk if account else 0,
        freight=freight,
    )


def is_public(one: Found) -> bool:
    """Whether it was said where everybody reads, a comment for instance."""
    return one.contact.conversation is not None and one.contact.conversation.public


def language_of(one: Found) -> str:
    """The language in which the sender is answered."""
    talk = one.contact.conversation
    return one.contact.language or (talk.language if talk else "") or one.contact.endpoint.language


@transaction.atomic
def answer(one: Found, words: Words, *, by: Staff, now: datetime) -> Reply:
    """Answer without a case, by the same rules as on one; it leaves after the time for taking it back.

    Raises EmptyReplyError, UnresolvedError, VoiceError, private.NotAllowedError, private.SettledError;
    NotNowError where the provider's rules say no, ExposedError where everybody would read something about
    a person.
    """
    check_text(words.text)
    check_voice(by, one.contact.endpoint, words.voice, now=now)
    private.answered(one, by=by, now=now)
    text = signed(words.text, words.voice, language=words.language)
    reply = Reply(
        staff=by, text=text[:LIMIT], language=words.language, answers=one.contact, voice=words.voice,
        way=_allowed(one, text, words, now), written_at=now,
    )  # fmt: skip
    reply.save(force_insert=True)
    leaves = Leaving(now, now + timedelta(seconds=settings.UNDO_S), mailbox())
    delivery_to(reply, one.contact.conversation, leaves).save(force_insert=True)
    _tell("reply.written", one, reply, by, now)
    return reply


def _allowed(one: Found, text: str, words: Words, now: datetime) -> str:
    """The way by which the provider lets these words go now. Raises NotNowError, ExposedError."""
    rules = truth_of(one, now=now).terms
    way = terms.way_of(words.way, rules)
    terms.check(text, way=way, extras=None, terms=rules)
    if is_open(one.contact.conversation, way):
        check_public(text, one.contact, insisted=words.insisted)
    return way


@transaction.atomic
def take_back(one: Found, *, reply_id: int, by: Staff, now: datetime) -> str:
    """Stop one's own answer before it leaves; its words. Raises LookupError, TooLateError, SettledError."""
    mine = Reply.objects.select_for_update().filter(
        id=reply_id, staff=by, answers=one.contact, case=None, taken_back_at=None
    )
    reply = mine.first()
    if reply is None:
        raise LookupError(f"no answer {reply_id} of this person")
    ways = list(reply.deliveries.select_for_update())
    if any(way.state not in {DeliveryState.QUEUED, DeliveryState.SHOWN} for way in ways):
        raise TooLateError(f"reply {reply_id} is on its way")
    reply.deliveries.update(state=DeliveryState.TAKEN_BACK, ended_at=now)
    reply.taken_back_at = now
    reply.save(update_fields=["taken_back_at"])
    private.again(one, by=by, now=now)
    _tell("reply.taken_back", one, reply, by, now)
    return reply.text


def unarrived(said: Sequence[Answered]) -> Delivery | None:
    """The way of the last of these answers, where it did not arrive or nobody knows."""
    last = said[-1].delivery if said else None
    return last if last and last.state in {DeliveryState.FAILED, DeliveryState.UNCERTAIN} else None


def answers_to(one: Found) -> list[Answered]:
    """What was answered to this message so far, the first first."""
    rows = Delivery.objects.filter(reply__answers=one.contact, reply__case=None)
    related = rows.select_related("reply__staff", "endpoint").order_by("id")
    return [Answered(row.reply, row) for row in related if row.reply.taken_back_at is None]


def _tell(kind: str, one: Found, reply: Reply, by: Staff, now: datetime) -> None:
    data = {
        "reply_id": reply.pk, "phrase": "", "contact_id": one.contact.pk, "voice": reply.voice,
        "as": one.part.acts_as,
    }  # fmt: skip
    subject = f"endpoint:{one.message.endpoint_id}"
    record([Happening(kind=kind, subject=subject, actor=f"staff:{by.pk}", at=now, data=data)])
