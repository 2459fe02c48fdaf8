"""The parts of the Bot API's objects that Vefa reads (core.telegram.org/bots/api); the rest is ignored."""

from typing import Any

from msgspec import Struct


class User(Struct, frozen=True):
    """Somebody with an account."""

    id: int
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False


class Chat(Struct, frozen=True):
    """Where it was said: private, group, supergroup or channel."""

    id: int
    type: str = "private"
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class File(Struct, frozen=True):
    """What voice, audio, video, document, animation, sticker and one photo size have in common."""

    file_id: str
    file_name: str = ""
    mime_type: str = ""
    file_size: int | None = None
    width: int = 0
    height: int = 0
    title: str = ""
    emoji: str = ""


class Location(Struct, frozen=True):
    """Degrees of WGS 84; accuracy in metres."""

    latitude: float
    longitude: float
    horizontal_accuracy: float | None = None


class Venue(Struct, frozen=True):
    """A named place."""

    location: Location
    title: str = ""
    address: str = ""


class Contact(Struct, frozen=True):
    """A phone book entry; `user_id` is the account behind it."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None


class Entity(Struct, frozen=True):
    """A marked stretch of text; offset and length in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""


class Origin(Struct, frozen=True):
    """Where a forwarded message came from."""

    sender_user: User | None = None
    sender_user_name: str = ""
    sender_chat: Chat | None = None
    chat: Chat | None = None
    date: int = 0  # Unix time, s: when it was said first
    message_id: int = 0  # in the channel


class Answered(Struct, frozen=True):
    """The message that was answered, as far as it is a post of a channel."""

    message_id: int
    chat: Chat | None = None
    sender_chat: Chat | None = None
    is_automatic_forward: bool = False
    forward_origin: Origin | None = None
    date: int = 0  # Unix time, s
    text: str = ""
    caption: str = ""
    entities: list[Entity] = []
    caption_entities: list[Entity] = []


class Message(Struct, frozen=True, rename={"from_user": "from"}):
    """Anything said in a chat."""

    message_id: int
    chat: Chat
    date: int = 0  # Unix time, s
    edit_date: int = 0
    from_user: User | None = None
    sender_chat: Chat | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    is_automatic_forward: bool = False
    media_group_id: str = ""
    text: str = ""
    caption: str = ""
    entities: list[Entity] = []
    caption_entities: list[Entity] = []
    photo: list[File] = []
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    document: File | None = None
    animation: File | None = None
    sticker: File | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: Contact | None = None
    reply_to_message: Answered | None = None
    forward_origin: Origin | None = None
    forward_from: User | None = None
    forward_from_chat: Chat | None = None
    forward_sender_name: str = ""
    forward_date: int = 0  # Unix time, s
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None


class CallbackMessage(Struct, frozen=True):
    """The message whose button was pressed."""

    message_id: int
    chat: Chat


class CallbackQuery(Struct, frozen=True, rename={"from_user": "from"}):
    """A pressed button."""

    id: str
    from_user: User
    message: CallbackMessage | None = None
    data: str = ""


class ReactionType(Struct, frozen=True):
    """One emoji, ours or a custom one."""

    type: str
    emoji: str = ""


class MessageReaction(Struct, frozen=True):
    """The reactions of one person to one message, after the change."""

    chat: Chat
    message_id: int
    date: int = 0
    user: User | None = None
    actor_chat: Chat | None = None
    new_reaction: list[ReactionType] = []


class Member(Struct, frozen=True):
    """What the bot is in the chat: member, administrator, kicked, left, restricted."""

    status: str


class MemberChange(Struct, frozen=True, rename={"from_user": "from"}):
    """The bot was blocked, unblocked, added or removed."""

    chat: Chat
    from_user: User
    new_chat_member: Member
    date: int = 0


class Update(Struct, frozen=True):
    """One step of the bot's world: at most one of the fields is set."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    edited_channel_post: Message | None = None
    callback_query: CallbackQuery | None = None
    message_reaction: MessageReaction | None = None
    my_chat_member: MemberChange | None = None


class Parameters(Struct, frozen=True):
    """What helps to repair a refused call."""

    retry_after: float = 0
    migrate_to_chat_id: int | None = None


class Answer(Struct, frozen=True):
    """What every method answers."""

    ok: bool
    result: Any = None
    description: str = ""
    error_code: int = 0
    parameters: Parameters = Parameters()
