"""From a delivery to the parcel that an adapter sends."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from vefa.cases.models import Case
from vefa.channels.port import Filled, Form, Parcel, Place
from vefa.dialogue.exposure import is_open, without_secrets
from vefa.dialogue.models import Delivery, Reply
from vefa.dialogue.waiting import Message
from vefa.directory.queries import municipality
from vefa.inbox.models import Contact, Conversation
from vefa.kit.masking import masked
from vefa.kit.text import first_line


class Extras(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goes out beside a reply's text, as `Reply.extras` keeps it."""

    template: Filled | None = None  # instead of the text, where the provider's window is over
    buttons: tuple[str, ...] = ()
    place: Place | None = None
    files: int = 0  # how many go along; they are the reply's `enclosures`


def parcel_of(delivery: Delivery, earlier: Sequence[Message], *, now: datetime) -> Parcel:
    """Everything that the provider needs; `earlier` is what the resident wrote before, the last first."""
    reply, conversation = delivery.reply, delivery.conversation
    if conversation is None:
        return _post(delivery, now=now)
    case, way, extras = reply.case, _way(reply, conversation), _extras(reply, conversation)
    answered = _answered(reply, conversation, way)
    return Parcel(
        to=conversation.address.value,
        text=_for_everybody(reply) if is_open(conversation, way) else reply.text,
        language=reply.language,
        thread=conversation.thread,
        in_reply_to=answered or (earlier[0][0] if earlier else ""),
        references=tuple(message_id for message_id, _ in reversed(earlier)),
        subject=_subject(
            earlier[0][1] if earlier else "",
            _title(case, conversation) if case else _opening(reply.text),
            reference=_number(delivery),
        ),
        idempotency_key=str(delivery.key),
        reference=_number(delivery),
        auto=reply.automatic and reply.staff_id is None,  # what a person says to many is theirs
        done=tuple(delivery.parts),
        at=now,
        heard_at=conversation.last_contact_at,
        way=way,
        template=extras.template,
        buttons=extras.buttons,
        place=extras.place,
    )


def _post(delivery: Delivery, *, now: datetime) -> Parcel:
    """What is said to nobody in particular: a post in a channel."""
    place = str(delivery.endpoint.settings.get("chat_id", "")) if delivery.endpoint else ""
    if not place:
        raise ValueError(f"delivery {delivery.id} has nowhere to go")
    reply = delivery.reply
    return Parcel(
        to=place,
        text=reply.text,
        language=reply.language,
        thread=place,
        idempotency_key=str(delivery.key),
        done=tuple(delivery.parts),
        at=now,
    )


def _is_its_own(reply: Reply, conversation: Conversation) -> bool:
    """Whether way and extras were chosen for this conversation: not for others who stand behind the case."""
    return reply.automatic or reply.case is None or reply.case.conversation_id == conversation.pk


def _way(reply: Reply, conversation: Conversation) -> str:
    """The way that was chosen for this conversation; in any other the usual one.

    What goes in private to who spoke in public stays so, wherever the case goes on since: nobody else who
    speaks in public hears it.
    """
    private = conversation.public and not is_open(conversation, reply.way)
    return reply.way if private or _is_its_own(reply, conversation) else ""


def _extras(reply: Reply, conversation: Conversation) -> Extras:
    """What goes out beside the text: buttons and a point only where it was asked whether they may.

    An approved text goes along to all: it is taken only where free words may not go.
    """
    extras = msgspec.convert(reply.extras or {}, Extras)
    if _is_its_own(reply, conversation):
        return extras
    return msgspec.structs.replace(extras, buttons=(), place=None)


def _for_everybody(reply: Reply) -> str:
    """What is said in the open: without secrets; what we say by ourselves, also without personal data."""
    text = without_secrets(reply.text)
    return masked(text, spare=[municipality().phone]) if reply.automatic else text


def _title(case: Case, conversation: Conversation) -> str:
    """The title of a case, which the one who opened it wrote; for another without personal data."""
    return case.title if case.conversation_id == conversation.pk else masked(case.title)


def _answered(reply: Reply, conversation: Conversation, way: str) -> str:
    """Which message it stands under; in private to who spoke in public, because of their last one.

    A provider allows so many private answers to each comment, and the rules were those of the last when it
    was written.
    """
    if conversation.public and not is_open(conversation, way):
        said = Contact.objects.filter(conversation=conversation, said_at__lte=reply.written_at)
        own = said.filter(form=Form.MESSAGE.value, deleted_at=None).exclude(message_id="")
        return own.order_by("-said_at", "-sequence", "-id").values_list("message_id", flat=True).first() or ""
    return reply.answers.message_id if reply.answers else _opened_by(reply.case_id, conversation)


def _opened_by(case_id: int | None, conversation: Conversation) -> str:
    """Where everybody reads, an answer stands under the words that opened the matter, not under the last."""
    if case_id is None or not conversation.public:
        return ""
    opened = Contact.objects.filter(links__case_id=case_id, links__opened=True, conversation=conversation)
    return opened.order_by("id").values_list("message_id", flat=True).first() or ""


def _opening(text: str) -> str:
    return first_line(text.partition("\n")[0])


def _number(delivery: Delivery) -> str:
    return delivery.reply.case.reference if delivery.reply.case else ""


def _subject(theirs: str, ours: str, *, reference: str) -> str:
    """The resident's own subject, answered; else the case's title; always with the number."""
    said = theirs.strip()
    head = (said if said.lower().startswith("re:") else f"Re: {said}") if said else ours
    return head if not reference or reference in head else f"{head} [{reference}]".strip()
