"""The parts of an event that we read; everything may be missing. Ids come as texts and as numbers."""

from typing import Any

from msgspec import Struct

type Id = str | int
type Number = int | float


class Party(Struct, frozen=True):
    """Somebody by the account's own number for them."""

    id: Id = ""
    name: str = ""
    username: str = ""


class Attachment(Struct):
    """A file, a place, a shared post."""

    type: str = ""
    payload: Any = None
    title: str = ""
    url: str = ""


class Story(Struct):
    """A story that was answered."""

    id: Id = ""
    url: str = ""


class ReplyTo(Struct):
    """What a message answers."""

    mid: str = ""
    story: Story | None = None


class Pressed(Struct):
    """A short answer that was pressed."""

    payload: str = ""


class Message(Struct):
    """A message, ours (`is_echo`) or theirs."""

    mid: str = ""
    text: str = ""
    is_echo: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    app_id: Id = ""
    metadata: str = ""
    attachments: list[Attachment] = []
    quick_reply: Pressed | None = None
    reply_to: ReplyTo | None = None
    referral: Any = None


class Edit(Struct):
    """New words for an old message."""

    mid: str = ""
    text: str = ""
    num_edit: Id = 0


class Postback(Struct):
    """A pressed button; `referral` when a link led to it."""

    mid: str = ""
    title: str = ""
    payload: str = ""
    referral: Any = None


class Reaction(Struct):
    """A thumb on one of our messages."""

    mid: str = ""
    action: str = ""
    emoji: str = ""
    reaction: str = ""


class Mark(Struct):
    """Delivered or read: by ids, or everything up to a moment in milliseconds."""

    mid: str = ""
    mids: list[str] = []
    watermark: Number = 0


class Talk(Struct):
    """One event between a person and the account."""

    sender: Party = Party()
    recipient: Party = Party()
    timestamp: Number = 0
    message: Message | None = None
    message_edit: Edit | None = None
    postback: Postback | None = None
    reaction: Reaction | None = None
    delivery: Mark | None = None
    read: Mark | None = None
    referral: Any = None


class Under(Struct):
    """The post under which a comment stands, as Facebook names it."""

    id: Id = ""
    permalink_url: str = ""
    message: str = ""


class Media(Struct):
    """The post under which a comment stands, as Instagram names it."""

    id: Id = ""
    media_product_type: str = ""
    ad_title: str = ""


class Value(Struct, frozen=True, rename={"from_": "from"}):
    """What changed: a comment, a visitor's post, a mention."""

    item: str = ""
    verb: str = ""
    from_: Party = Party()
    sender_id: Id = ""
    sender_name: str = ""
    comment_id: Id = ""
    post_id: Id = ""
    parent_id: Id = ""
    message: str = ""
    created_time: Number = 0
    photo: str = ""
    video: str = ""
    link: str = ""
    photos: list[str] = []
    post: Under | None = None
    id: Id = ""
    text: str = ""
    media: Media | None = None
    media_id: Id = ""


class Change(Struct):
    """One change; `field` says of what."""

    field: str = ""
    value: Value = Value()
