"""What a message carries: its words, its files, its place, the card of a person."""

from collections.abc import Sequence

from vefa.channels.cleaning import clean, clean_file_name, clean_line
from vefa.channels.port import AttachmentRef, ContactCard, Place
from vefa.channels.remarks import no_place
from vefa.channels.whatsapp.shapes import Card, Error, Message

_MEDIA = ("image", "video", "audio", "document", "sticker")
_KINDS = {"image": "photo"}


def words(message: Message) -> str:
    """What the person wrote, chose or pressed; cards as lines."""
    if message.text:
        return clean(message.text.body)
    if message.button:
        return clean(message.button.text or message.button.payload)
    if message.interactive:
        return _chosen(message)
    if message.contacts:
        return "\n".join(_line(card) for card in message.contacts)
    captions = (getattr(message, kind).caption for kind in _MEDIA if getattr(message, kind))
    return clean(next((caption for caption in captions if caption), ""))


def _chosen(message: Message) -> str:
    found = message.interactive
    assert found is not None
    if found.nfm_reply:
        return clean(
            "\n".join(part for part in (found.nfm_reply.body, found.nfm_reply.response_json) if part)
        )
    choice = found.button_reply or found.list_reply
    return clean("\n".join(part for part in (choice.title, choice.description) if part)) if choice else ""


def attachments(message: Message) -> tuple[AttachmentRef, ...]:
    """The file of a message; a sound that was spoken into the telephone is a voice."""
    found = []
    for kind in _MEDIA:
        media = getattr(message, kind)
        if media is not None and media.id:
            ref = AttachmentRef(
                kind="voice" if media.voice else _KINDS.get(kind, kind),
                provider_ref=clean_line(media.id),
                name=clean_file_name(media.filename),
                content_type=clean_line(media.mime_type).split(";", maxsplit=1)[0].strip(),
            )
            found.append(ref)
    return tuple(found)


def place(message: Message) -> tuple[Place | None, tuple[str, ...]]:
    """The point, and a warning instead of one that lies on no globe."""
    where = message.location
    if where is None:
        return None, ()
    if not (-90 <= where.latitude <= 90 and -180 <= where.longitude <= 180):
        return None, (no_place(where.latitude, where.longitude),)
    label = clean_line(f"{where.name} {where.address}")
    return Place(latitude=where.latitude, longitude=where.longitude, label=label), ()


def card(message: Message, sender: str) -> ContactCard | None:
    """The first card; it is the sender's own when it names the number that it came from."""
    if not message.contacts:
        return None
    first = message.contacts[0]
    phone = first.phones[0] if first.phones else None
    own = bool(sender) and any(one.wa_id == sender for one in first.phones)
    number = f"+{sender}" if own else clean_line(phone.phone if phone else "")
    return ContactCard(name=_name(first), phone=number, is_sender=own)


def without_words(errors: Sequence[Error]) -> str:
    """Why the provider could not pass something on."""
    told = (error.error_data.details or error.message or error.title for error in errors)
    return clean_line("; ".join(dict.fromkeys(part for part in told if part)))


def _line(one: Card) -> str:
    numbers = ", ".join(clean_line(phone.phone or phone.wa_id) for phone in one.phones)
    return f"{_name(one)}: {numbers}" if numbers else _name(one)


def _name(one: Card) -> str:
    return clean_line(one.name.formatted_name or f"{one.name.first_name} {one.name.last_name}")
