"""What a message carries: its text with the links made visible, its files, whence it was forwarded."""

from datetime import UTC, datetime
from typing import Any

from vefa.channels.cleaning import clean, clean_file_name, clean_line
from vefa.channels.port import AttachmentRef, Forwarded
from vefa.channels.telegram.shapes import Answered, Entity, File, Message

_SINGLE_FILES = ("voice", "audio", "video", "video_note", "animation", "document", "sticker")
_KINDS = {"video_note": "video"}
_TYPES = {"voice": "audio/ogg", "sticker": "image/webp", "video_note": "video/mp4", "animation": "video/mp4"}
_PLAIN = {
    "message_id", "chat", "date", "edit_date", "from", "sender_chat", "message_thread_id", "reply_to_message",
    "author_signature", "is_topic_message", "via_bot", "has_protected_content", "media_group_id",
}  # fmt: skip
# What the provider itself says in a chat, where nobody has written anything.
_NOTICES = {
    "pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed",
    "connected_website", "forum_topic_created", "forum_topic_edited", "forum_topic_closed",
    "forum_topic_reopened", "video_chat_scheduled", "video_chat_started", "video_chat_ended",
    "video_chat_participants_invited", "proximity_alert_triggered", "boost_added", "users_shared",
    "chat_shared", "paid_message_price_changed", "direct_message_price_changed", "checklist_tasks_done",
    "checklist_tasks_added",
}  # fmt: skip
_TITLES = (("poll", "question"), ("checklist", "title"))


def full_text(message: Message | Answered) -> str:
    """Text or caption; an address that hides behind a word stands after it in brackets."""
    text = message.text or message.caption
    marks = message.entities if message.text else message.caption_entities
    return clean(_with_links(text, [mark for mark in marks if mark.type == "text_link" and mark.url]))


def _with_links(text: str, links: list[Entity]) -> str:
    """Offsets count UTF-16 units, hence the detour over bytes."""
    if not links:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    for link in sorted(links, key=lambda mark: mark.offset, reverse=True):
        end = 2 * (link.offset + link.length)
        if 0 <= end <= len(units) and link.url not in text:
            units = units[:end] + f" ({link.url})".encode("utf-16-le", "surrogatepass") + units[end:]
    return units.decode("utf-16-le", "replace")


def attachments(message: Message) -> tuple[AttachmentRef, ...]:
    """Every file of a message; of a photo only its largest size."""
    found = []
    if message.photo:
        best = max(message.photo, key=lambda size: (size.width * size.height, size.file_size or 0))
        found.append(_ref("photo", best, content_type="image/jpeg"))
    for name in _SINGLE_FILES:
        file: File | None = getattr(message, name)
        # An animation comes a second time as a document, for old programs.
        if file is not None and not (name == "document" and message.animation):
            found.append(_ref(_KINDS.get(name, name), file, content_type=_TYPES.get(name, "")))
    return tuple(found)


def _ref(kind: str, file: File, *, content_type: str) -> AttachmentRef:
    return AttachmentRef(
        kind=kind,
        provider_ref=file.file_id,
        name=clean_file_name(file.file_name or file.title or file.emoji),
        content_type=clean_line(file.mime_type or content_type),
        size=file.file_size,
    )


def forwarded_from(message: Message) -> str:
    """The first author's name, as new and old versions of the API tell it; "" when not forwarded."""
    origin = message.forward_origin
    user = message.forward_from or (origin.sender_user if origin else None)
    if user:
        return clean_line(f"{user.first_name} {user.last_name}") or str(user.id)
    chat = message.forward_from_chat or (origin and (origin.sender_chat or origin.chat))
    if chat:
        return clean_line(chat.title or chat.first_name) or str(chat.id)
    return clean_line(message.forward_sender_name or (origin.sender_user_name if origin else ""))


def forwarded(message: Message) -> Forwarded | None:
    """What was passed on: its author (with the account where it is not hidden) and its moment."""
    name = forwarded_from(message)
    if not name:
        return None
    origin = message.forward_origin
    user = message.forward_from or (origin.sender_user if origin else None)
    said_s = message.forward_date or (origin.date if origin else 0)
    return Forwarded(name=name, address=str(user.id) if user else "", said_at=moment(said_s))


def moment(unix_s: int) -> datetime | None:
    """A moment in UTC; None for 0 and for a year that no calendar holds."""
    try:
        return datetime.fromtimestamp(unix_s, UTC) if unix_s > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def unread_parts(update: dict[str, Any]) -> str:
    """The names of what a message holds and Vefa cannot show: "game", "poll", "invoice"; or ""."""
    return clean_line(", ".join(sorted(_unread(update))))


def is_notice(update: dict[str, Any]) -> bool:
    """Whether a message without words is the provider's own: something was pinned, a timer was set."""
    names = _unread(update)
    return bool(names) and names <= _NOTICES


def title_of(update: dict[str, Any]) -> str:
    """The words of what Vefa cannot show: what a poll asks, what a list is called."""
    for part in update.values():
        for kind, name in _TITLES:
            thing = part.get(kind) if isinstance(part, dict) else None
            title = thing.get(name) if isinstance(thing, dict) else None
            if isinstance(title, str) and title:
                return clean(title)
    return ""


def _unread(update: dict[str, Any]) -> set[str]:
    parts = [part for part in update.values() if isinstance(part, dict)]
    # Bale names what is not there, too; an empty object says something: a topic was closed.
    return {key for part in parts for key, value in part.items() if value not in (None, "", [])} - _PLAIN
