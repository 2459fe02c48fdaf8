"""What X pushes, in both of its dialects: the older one of accounts ("v1.1") and the newer one ("v2")."""

from msgspec import Struct, field


class Address(Struct, frozen=True):
    """A shortened link and what it stands for."""

    url: str = ""
    expanded_url: str = ""


class Media(Struct, frozen=True):
    """A picture or a film; `type` is photo, video or animated_gif."""

    type: str = "photo"
    url: str = ""  # v1.1: the link in the text; v2: the picture itself
    media_url_https: str = ""
    media_key: str = ""
    preview_image_url: str = ""


class Entities(Struct, frozen=True):
    """What X found in a text."""

    urls: tuple[Address, ...] = ()
    media: tuple[Media, ...] = ()


class Person(Struct, frozen=True):
    """An account; v1.1 says `screen_name`, v2 `username`."""

    id: str = ""
    id_str: str = ""
    name: str = ""
    screen_name: str = ""
    username: str = ""

    @property
    def number(self) -> str:
        """The id that never changes."""
        return self.id_str or self.id

    @property
    def handle(self) -> str:
        """The name after the @; its owner may change it."""
        return self.screen_name or self.username


class Wrapped(Struct, frozen=True):
    """An account as v2 sometimes wraps it."""

    data: Person = field(default_factory=Person)


class LongText(Struct, frozen=True):
    """A post beyond 280 characters; v1.1 says `full_text`, v2 `text`."""

    full_text: str = ""
    text: str = ""
    entities: Entities = field(default_factory=Entities)


class Point(Struct, frozen=True):
    """GeoJSON: longitude first."""

    coordinates: tuple[float, ...] = ()


class Geo(Struct, frozen=True):
    """Where a post says it was written; v1.1 puts two bare numbers here, latitude first: not read."""

    coordinates: Point | tuple[float, ...] | None = None


class Referenced(Struct, frozen=True):
    """A v2 post that another one answers, quotes or repeats."""

    type: str = ""  # replied_to, quoted, retweeted
    id: str = ""


class Attached(Struct, frozen=True):
    """Keys of a v2 post's pictures in `includes`."""

    media_keys: tuple[str, ...] = ()


class Post(Struct, frozen=True):
    """One public post in either dialect."""

    id: str = ""
    id_str: str = ""
    text: str = ""
    full_text: str = ""
    created_at: str = ""
    lang: str = ""
    author_id: str = ""
    conversation_id: str = ""
    conversation_id_str: str = ""
    in_reply_to_status_id_str: str = ""
    in_reply_to_user_id_str: str = ""
    in_reply_to_user_id: str = ""
    in_reply_to_screen_name: str = ""
    user: Person | None = None
    entities: Entities = field(default_factory=Entities)
    extended_entities: Entities = field(default_factory=Entities)
    extended_tweet: LongText | None = None
    note_tweet: LongText | None = None
    referenced_tweets: tuple[Referenced, ...] = ()
    attachments: Attached = field(default_factory=Attached)
    quoted_status: "Post | None" = None
    retweeted_status: "Post | None" = None
    coordinates: Point | None = None
    geo: Geo | None = None

    @property
    def number(self) -> str:
        """The id as text: as a number it would lose its last digits elsewhere."""
        return self.id_str or self.id

    def referring(self, kind: str) -> str:
        """The id of the post that it answers, quotes or repeats; "" where there is none."""
        return next((one.id for one in self.referenced_tweets if one.type == kind), "")


class MessageTarget(Struct, frozen=True):
    """For whom."""

    recipient_id: str = ""


class MessageMedia(Struct, frozen=True):
    """The one attachment of a direct message."""

    media: Media | None = None


class MessageData(Struct, frozen=True):
    """What a direct message says."""

    text: str = ""
    entities: Entities = field(default_factory=Entities)
    attachment: MessageMedia | None = None


class MessageCreate(Struct, frozen=True):
    """Who wrote what to whom."""

    target: MessageTarget = field(default_factory=MessageTarget)
    sender_id: str = ""
    message_data: MessageData = field(default_factory=MessageData)


class DirectMessage(Struct, frozen=True):
    """One direct message; both dialects share its shape."""

    id: str = ""
    type: str = ""
    created_timestamp: str = ""  # milliseconds
    message_create: MessageCreate | None = None


class Includes(Struct, frozen=True):
    """What v2 sends along with a post."""

    users: tuple[Person, ...] = ()
    tweets: tuple[Post, ...] = ()
    media: tuple[Media, ...] = ()


class ReadMark(Struct, frozen=True):
    """Somebody has read our direct messages up to this one."""

    sender_id: str = ""
    created_timestamp: str = ""
    last_read_event_id: str = ""


class Gone(Struct, frozen=True):
    """Which post was deleted."""

    id: str = ""
    user_id: str = ""
    author_id: str = ""


class Deletion(Struct, frozen=True):
    """A deleted post as v1.1 tells it."""

    status: Gone = field(default_factory=Gone)
    timestamp_ms: str = ""


class Pasted(Struct, frozen=True):
    """A post that a person copied, or a row of a table: our own form."""

    text: str = ""
    link: str = ""
    author: str = ""
    name: str = ""
    language: str = ""
    said_at: str = ""
    lat: float | None = None
    lon: float | None = None
    place_text: str = ""


class ArchivedMessage(Struct, frozen=True, rename="camel"):
    """A direct message as "Download your data" writes it."""

    id: str = ""
    sender_id: str = ""
    recipient_id: str = ""
    text: str = ""
    created_at: str = ""
    media_urls: tuple[str, ...] = ()
