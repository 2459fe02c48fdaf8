"""What a public post says, from either dialect of X."""

import html
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from msgspec import Struct

from vefa.channels import port
from vefa.channels.cleaning import clean, clean_line
from vefa.channels.port import AttachmentRef, Place, Sender
from vefa.channels.x.shapes import Address, Entities, Includes, Media, Person, Point, Post

PUBLIC_THREAD = "posts"  # where X does not name the conversation: all that one person says in public
_TO = re.compile(r"\A(?:\s*@\w{1,15}\b)+[\s,:]*")
_EPOCH_MS = 1288834974657  # X's ids count milliseconds from here in their upper bits


class Around(Struct, frozen=True):
    """What came along with a post: for which of our accounts, and the people and posts it names."""

    own: str
    includes: Includes = Includes()

    def person(self, number: str) -> Person | None:
        """The account of that id, where X told about it."""
        return next((one for one in self.includes.users if one.number == number), None)

    def post(self, number: str) -> Post | None:
        """The post of that id, where X told about it."""
        return next((one for one in self.includes.tweets if one.number == number), None)


def author_of(post: Post) -> str:
    """The id of who wrote it."""
    return post.author_id or (post.user.number if post.user else "")


def answered(post: Post) -> str:
    """The id of the post that it answers."""
    return post.in_reply_to_status_id_str or post.referring("replied_to")


def answered_person(post: Post) -> str:
    """The id of whom it answers."""
    return post.in_reply_to_user_id_str or post.in_reply_to_user_id


def is_repeated(post: Post) -> bool:
    """Whether it only shows somebody else's post again."""
    return post.retweeted_status is not None or bool(post.referring("retweeted"))


def thread_of(post: Post) -> str:
    """The conversation, where X names it."""
    return post.conversation_id or post.conversation_id_str or PUBLIC_THREAD


def words(post: Post) -> str:
    """The whole text with its links as they were meant, also of a post beyond 280 characters.

    The handles at its beginning say whom it answers, as an address on a letter does; X shows them apart.
    """
    long = post.extended_tweet or post.note_tweet
    text = (long.full_text or long.text) if long else ""
    entities = long.entities if long and text else post.entities
    return addressed(readable(text or post.full_text or post.text, entities))


def addressed(text: str) -> str:
    """The text without the handles to which it is addressed; all of it where there is nothing else."""
    return _TO.sub("", text) or text


def readable(text: str, entities: Entities) -> str:
    """X escapes three signs and shortens every link; a picture's own link says nothing to a reader."""
    for link in (*entities.urls, *_bare(entities.media)):
        if link.url:
            text = text.replace(link.url, link.expanded_url)
    return clean(html.unescape(text)).strip()


def _bare(media: Iterable[Media]) -> Iterator[Address]:
    return (Address(url=one.url) for one in media if one.url.startswith("https://t.co/"))


def files(post: Post, around: Around) -> tuple[AttachmentRef, ...]:
    """Pictures and films; of a film X gives us the still."""
    keys = set(post.attachments.media_keys)
    found = [one for one in around.includes.media if one.media_key in keys]
    return attached((*(post.extended_entities.media or post.entities.media), *found))


def attached(media: Iterable[Media]) -> tuple[AttachmentRef, ...]:
    """Files that X keeps."""
    refs = ((one.type, one.media_url_https or one.preview_image_url or one.url) for one in media)
    return tuple(
        AttachmentRef(kind="photo", provider_ref=ref, name="" if kind == "photo" else f"{kind}.jpg")
        for kind, ref in refs
        if ref.startswith(("https://", "http://")) and not ref.startswith("https://t.co/")
    )


def sender(post: Post, around: Around) -> Sender:
    """Who wrote it: the number is the address, since a handle changes hands."""
    number = author_of(post)
    return person(number, post.user or around.person(number), language=post.lang)


def person(number: str, known: Person | None, *, language: str = "", handle: str = "") -> Sender:
    """Somebody with an account at X."""
    return Sender(
        address=clean_line(number, limit=64),
        name=clean_line(known.name) if known else "",
        username=clean_line((known.handle if known else "") or handle),
        language_hint=clean_line(language).lower() if language != "und" else "",
    )


def under(post: Post, around: Around) -> port.Post | None:
    """What it was said under: the post that it quotes, or answers."""
    quoted = post.quoted_status or around.post(post.referring("quoted"))
    above = quoted or around.post(answered(post))
    if above is None:
        number = answered(post)
        return port.Post(id=number, url=address("i", number)) if number else None
    writer = above.user or around.person(author_of(above))
    handle = writer.handle if writer else ""
    return port.Post(
        id=above.number,
        text=words(above),
        url=address(handle or "i", above.number),
        author=clean_line(handle),
        said_at=moment(above),
    )


def address(handle: str, number: str) -> str:
    """Where everybody reads a post."""
    return f"https://x.com/{clean_line(handle, limit=50)}/status/{clean_line(number, limit=30)}"


def place(post: Post) -> Place | None:
    """Where it was written, when the writer let X say so."""
    point = post.coordinates or (post.geo.coordinates if post.geo else None)
    if not isinstance(point, Point) or len(point.coordinates) != 2:
        return None
    longitude, latitude = point.coordinates
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Place(latitude=latitude, longitude=longitude)


def moment(post: Post) -> datetime | None:
    """When it was written, UTC; its id knows it too."""
    return written_at(post.created_at) or of_id(post.number)


def written_at(text: str) -> datetime | None:
    """A moment in either dialect's spelling, UTC."""
    if not text:
        return None
    for read in (datetime.fromisoformat, _older_moment):
        try:
            found = read(text)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


def of_id(number: str) -> datetime | None:
    """The moment that stands in every id that X has given since November 2010, UTC."""
    if not (number.isascii() and number.isdecimal()) or len(number) > 19 or int(number) < 1 << 22:
        return None
    return of_ms(str((int(number) >> 22) + _EPOCH_MS))


def of_ms(text: str) -> datetime | None:
    """Milliseconds since 1970, UTC."""
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdecimal() else None
    except (OverflowError, ValueError, OSError):
        return None


def _older_moment(text: str) -> datetime:
    return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")
