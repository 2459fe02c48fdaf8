"""What is said where many talk: groups, topics of a forum, discussions under a channel's posts.

In a group the address is the person, by whose number a bot may also write in private; the chat is the thread.
"""

from typing import Any

from msgspec import structs

from vefa.channels.cleaning import clean_line
from vefa.channels.port import Form, Post, Reading, Sender
from vefa.channels.telegram.contents import full_text, moment
from vefa.channels.telegram.shapes import Answered, Chat, MemberChange, Message, MessageReaction, User

_SERVICE = {
    "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created", "pinned_message",
    "message_auto_delete_timer_changed", "forum_topic_created", "forum_topic_edited", "forum_topic_closed",
    "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden",
    "video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited",
    "boost_added", "chat_background_set", "chat_owner_changed", "chat_owner_left", "giveaway_created",
    "giveaway", "giveaway_winners", "giveaway_completed", "proximity_alert_triggered",
}  # fmt: skip
_EVENTS = {"kicked": "removed", "left": "removed", "member": "joined", "administrator": "joined"}


def of_many(reading: Reading, message: Message, found: dict[str, Any]) -> Reading:
    """The reading of a message in a group or a channel."""
    posted = message.chat.type == "channel" or message.is_automatic_forward
    said = structs.replace(
        reading,
        sender=author(message.from_user, message.sender_chat or (message.chat if posted else None)),
        thread=thread(message),
        reply_to=_reply_to(message),
        root=str(message.message_thread_id or ""),
        album=clean_line(message.media_group_id),
        post=_post(message),
        public=True,
        auto=_machine(message),
    )
    if any(name in part for part in found.values() if isinstance(part, dict) for name in _SERVICE):
        return structs.replace(said, form=Form.EVENT, event="service", text="", attachments=())
    if posted and said.form is Form.MESSAGE:
        return structs.replace(said, form=Form.ECHO)
    return said


def reacted(reading: Reading, reaction: MessageReaction) -> Reading:
    """The reading of a thumb in a group."""
    return structs.replace(
        reading, sender=author(reaction.user, reaction.actor_chat or reaction.chat), public=True
    )


def joined(reading: Reading, change: MemberChange) -> Reading:
    """The bot came to a group or a channel, or had to leave; `argument` is what it is there now."""
    status = clean_line(change.new_chat_member.status)
    return structs.replace(
        reading,
        event=_EVENTS.get(status, status),
        argument=status,
        sender=author(change.from_user, None),
        subject=clean_line(change.chat.title),
        unreachable=None,
    )


def author(user: User | None, chat: Chat | None) -> Sender | None:
    """The person; an administrator who hides is the group, a channel speaks for itself."""
    if chat is not None and (user is None or chat.type != "private"):
        name = chat.title or f"{chat.first_name} {chat.last_name}"
        return Sender(address=str(chat.id), name=clean_line(name), username=clean_line(chat.username))
    if user is None:
        return None
    return Sender(
        address=str(user.id),
        name=clean_line(f"{user.first_name} {user.last_name}"),
        language_hint=clean_line(user.language_code).lower(),
        username=clean_line(user.username),
    )


def thread(message: Message) -> str:
    """The chat, and inside a forum its topic, as `chat/topic`. Answers have a thread too, which is none."""
    if message.is_topic_message and message.message_thread_id is not None:
        return f"{message.chat.id}/{message.message_thread_id}"
    return str(message.chat.id)


def _reply_to(message: Message) -> str:
    """What was answered; everything in a topic counts as an answer to the message that began the topic."""
    answered = message.reply_to_message
    if answered is None or (message.is_topic_message and answered.message_id == message.message_thread_id):
        return ""
    return str(answered.message_id)


def _post(message: Message) -> Post | None:
    """The post of a channel: this very message, its copy in the discussion, or what was commented on."""
    if message.chat.type == "channel" or message.is_automatic_forward:
        return _posted(message)
    answered = message.reply_to_message
    return _posted(answered) if answered is not None and answered.is_automatic_forward else None


def _posted(message: Message | Answered) -> Post:
    origin = message.forward_origin
    channel = (origin.chat if origin else None) or message.sender_chat or message.chat
    number = origin.message_id if origin and origin.message_id else message.message_id
    return Post(
        id=str(message.message_id),
        text=full_text(message),
        url=f"https://t.me/{channel.username}/{number}" if channel and channel.username else "",
        author=clean_line(channel.title) if channel else "",
        said_at=moment((origin.date if origin else 0) or message.date),
    )


def _machine(message: Message) -> str:
    """Another bot speaks; what comes for a hidden administrator or a channel bears a bot's name too."""
    user = message.from_user
    return "written by a bot" if user and user.is_bot and message.sender_chat is None else ""
