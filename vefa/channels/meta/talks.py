"""Read what a person and the account say to each other in private."""

from typing import Any

from msgspec import structs

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.meta.attached import attached
from vefa.channels.meta.envelope import Envelope
from vefa.channels.meta.moments import moment, order
from vefa.channels.meta.shapes import Edit, Mark, Message, Postback, Reaction, Talk
from vefa.channels.port import AttachmentRef, Form, Post, Reading, Receipt, Sender
from vefa.channels.remarks import contains
from vefa.kit.saying import Sentence

OWN = "vefa:"  # how the metadata of what we send begins: its echo then names the delivery
GET_STARTED = "GET_STARTED"
_PLAIN = {"sender", "recipient", "timestamp"}


def read(talk: Talk, event: dict[str, Any], *, envelope: Envelope) -> Reading:
    """One event of a conversation."""
    reading = _read(talk, event, base=_base(talk, envelope))
    if envelope.part == "standby":
        note = Sentence("Another program of the city holds this conversation: answer there.")
        reading = structs.replace(reading, warnings=(*reading.warnings, note))
    return reading


def _read(talk: Talk, event: dict[str, Any], *, base: Reading) -> Reading:
    """Send each kind to its reader."""
    if talk.message:
        return _message(talk.message, base)
    if talk.message_edit:
        return _edit(talk.message_edit, base)
    if talk.postback:
        return _postback(talk.postback, base)
    if talk.reaction:
        return _reaction(talk.reaction, base)
    for state, mark in (("delivered", talk.delivery), ("read", talk.read)):
        if mark:
            return _marked(mark, state, base)
    return _event(event, base)


def _base(talk: Talk, envelope: Envelope) -> Reading:
    """Who, when: the person is whoever is not the account."""
    person, other = talk.sender, talk.recipient
    if str(person.id) == envelope.account or not person.id:
        person, other = other, person
    address = clean_line(str(person.id), limit=64)
    username = clean_line(person.username)
    sender = Sender(address=address, name=clean_line(person.name) or username, username=username)
    return Reading(
        form=Form.UNKNOWN,
        sender=sender if address else None,
        said_at=moment(talk.timestamp) or moment(envelope.time),
        sequence=order(talk.timestamp),
        verified=True,
    )


def _message(message: Message, base: Reading) -> Reading:
    """Theirs, or ours given elsewhere; taken back; with what hangs on it."""
    mid = clean_line(message.mid)
    if message.is_deleted:
        form = Form.EVENT if message.is_echo else Form.DELETION
        event = "answer_withdrawn" if message.is_echo else ""
        return structs.replace(base, form=form, event=event, message_id=f"{mid}:deleted", edits=mid)
    found = attached(message.attachments)
    reading = structs.replace(
        base,
        form=Form.MESSAGE,
        message_id=mid,
        text="\n".join(part for part in (clean(message.text), *found.links) if part),
        attachments=(*found.files, *_story_file(message)),
        location=found.place,
        argument=clean_line(message.quick_reply.payload if message.quick_reply else _ref(message.referral)),
        reply_to=clean_line(message.reply_to.mid) if message.reply_to else "",
        post=_story(message),
        warnings=(*base.warnings, *found.warnings),
    )
    if message.is_echo:
        return _echo(message, reading)
    if reading.text or reading.attachments or reading.location:
        return reading
    if message.is_unsupported:  # they said something that somebody must ask for
        why = Sentence("The provider does not hand over what is in it.")
        return structs.replace(reading, warnings=(*reading.warnings, why))
    return structs.replace(reading, form=Form.UNKNOWN, warnings=(*reading.warnings, contains("")))


def _echo(message: Message, reading: Reading) -> Reading:
    """Said by the account. What we sent ourselves comes back with the key of its delivery."""
    if message.metadata.startswith(OWN):
        key = clean_line(message.metadata.removeprefix(OWN), limit=64)
        sent = Receipt(provider_id=reading.message_id, state="sent", key=key)
        return structs.replace(
            reading, form=Form.RECEIPT, receipts=(sent,), text="", attachments=(), location=None
        )
    return structs.replace(reading, form=Form.ECHO, argument="")


def _edit(edit: Edit, base: Reading) -> Reading:
    mid = clean_line(edit.mid)
    return structs.replace(base, form=Form.EDIT, message_id=mid, edits=mid, text=clean(edit.text))


def _postback(postback: Postback, base: Reading) -> Reading:
    """The first button only opens the conversation; every other one is pressed instead of being typed."""
    mid = clean_line(postback.mid) or f"postback:{base.sequence}"
    payload, title = clean(postback.payload), clean(postback.title)
    if payload == GET_STARTED or not title:
        said = _ref(postback.referral) or ("" if payload == GET_STARTED else payload)
        return structs.replace(base, form=Form.START, message_id=mid, command="start", argument=said)
    return structs.replace(base, form=Form.MESSAGE, message_id=mid, text=title, argument=payload)


def _reaction(reaction: Reaction, base: Reading) -> Reading:
    """An emoji; an empty text means that it was taken back."""
    said = reaction.emoji or reaction.reaction
    return structs.replace(
        base,
        form=Form.REACTION,
        message_id=f"reaction:{clean_line(reaction.mid)}:{base.sequence}",
        reply_to=clean_line(reaction.mid),
        text="" if reaction.action == "unreact" else clean_line(said),
    )


def _marked(mark: Mark, state: str, base: Reading) -> Reading:
    """Delivered or read, by ids and by the moment up to which everything is."""
    to = base.sender.address if base.sender else ""
    ids = [clean_line(mid) for mid in (*mark.mids, mark.mid) if mid]
    receipts = [Receipt(provider_id=mid, state=state, recipient=to) for mid in ids]
    if until := moment(mark.watermark):
        receipts.append(Receipt(provider_id="", state=state, recipient=to, until=until))
    return structs.replace(base, form=Form.RECEIPT, receipts=tuple(receipts))


def _event(event: dict[str, Any], base: Reading) -> Reading:
    """Handovers, links that were followed, consents: kept under the provider's name for them."""
    name = clean_line(next((key for key in event if key not in _PLAIN), "nothing"), limit=60)
    inner = event.get(name)
    ref = _ref(inner) if isinstance(inner, dict) else ""
    return structs.replace(base, form=Form.EVENT, event=name, argument=ref)


def _ref(referral: Any) -> str:
    """What a link said from which the person came."""
    said = referral.get("ref") if isinstance(referral, dict) else ""
    return clean_line(said) if isinstance(said, str) else ""


def _story(message: Message) -> Post | None:
    """The story that is answered; its address works for a day only."""
    story = message.reply_to.story if message.reply_to else None
    return Post(id=f"story/{clean_line(str(story.id))}", url=_web(story.url)) if story else None


def _story_file(message: Message) -> tuple[AttachmentRef, ...]:
    story = message.reply_to.story if message.reply_to else None
    url = _web(story.url) if story else ""
    return (AttachmentRef(kind="photo", provider_ref=url, name="story"),) if url else ()


def _web(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""
