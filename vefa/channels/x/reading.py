"""Read one arrival: a pushed event in either dialect, a row of an archive, or a post that a person copied."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import structs

from vefa.channels import port
from vefa.channels.cleaning import clean, clean_line
from vefa.channels.port import Form, Place, Reading, Receipt, Sender, UnreadableError, because
from vefa.channels.remarks import odd
from vefa.channels.x import posts
from vefa.channels.x.cutting import DELETIONS, DIRECT, POSTS, READ, decoded, text_of
from vefa.channels.x.links import post_in
from vefa.channels.x.posts import Around
from vefa.channels.x.shapes import (
    ArchivedMessage,
    Deletion,
    DirectMessage,
    Gone,
    Includes,
    Pasted,
    Person,
    Post,
    ReadMark,
    Wrapped,
)
from vefa.kit.saying import Sentence

DIRECT_THREAD = "dm"
ENCRYPTED = Sentence("It is encrypted: only X itself can show it. Read it there.")
_LARGEST = 2**63 - 1
_NUMBERS = ("id", "_id_str", "timestamp", "_ms", "Id")

type Json = dict[str, Any]


def read(raw: bytes) -> Reading:
    """What one arrival says. Raises UnreadableError when it is no JSON object."""
    found = decoded(raw)
    if not isinstance(found, dict):
        raise UnreadableError("no JSON object")
    try:
        return _read(found)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        return _odd(found, odd(clean_line(str(error))))


def bare_post(found: Any, number: str) -> port.Post:
    """A post that was asked for by its number. Raises RejectedError where it has another shape."""
    try:
        post = _shape(found, Post)
    except msgspec.ValidationError as error:
        raise port.RejectedError(
            because("X describes the post in a way that we do not know", error)
        ) from None
    return port.Post(
        id=number, text=posts.words(post), url=posts.address("i", number), said_at=posts.moment(post)
    )


def _read(found: Json) -> Reading:
    data = found.get("data")
    if isinstance(data, dict) and "event_type" in data:
        return _newer(data)
    if "archive" in found:
        return _archived(found)
    for kind, reader in _OLDER.items():
        if isinstance(found.get(kind), list) and found[kind]:
            return reader(found[kind][0], found)
    if "text" in found or "link" in found:
        return _pasted(_shape(found, Pasted))
    return _event(_first(name for name in found if name.endswith(("_events", "_event", "_status"))))


def _newer(data: Json) -> Reading:
    """One event of the Activity API."""
    kind, payload = text_of(data, "event_type"), data.get("payload")
    own = text_of(data.get("filter"), "user_id")
    if kind in {"post.create", "post.mention.create"}:
        return _post(_shape(payload, Post), Around(own, _shape(data.get("includes") or {}, Includes)))
    messages, users = _mapping(payload).get(DIRECT), _mapping(_mapping(payload).get("users"))
    if kind in {"dm.received", "dm.sent"} and isinstance(messages, list) and messages:
        people = {number: _shape(one, Wrapped).data for number, one in users.items()}
        return _direct(_shape(messages[0], DirectMessage), own, people)
    if kind == "post.delete":
        return _deletion(_shape(payload, Gone).id)
    if kind == "chat.received":
        return _encrypted(payload)
    return _event(kind)


def _older_post(event: Any, found: Json) -> Reading:
    around = Around(text_of(found, "for_user_id"))
    reading = _post(_shape(event, Post), around)
    if str(found.get("user_has_blocked", "")).lower() == "true":
        return structs.replace(
            reading, warnings=(*reading.warnings, Sentence("Our account there has blocked this person."))
        )
    return reading


def _older_direct(event: Any, found: Json) -> Reading:
    people = {number: _shape(one, Person) for number, one in _mapping(found.get("users")).items()}
    return _direct(_shape(event, DirectMessage), text_of(found, "for_user_id"), people)


def _older_deletion(event: Any, _found: Json) -> Reading:
    return _deletion(_shape(event, Deletion).status.id)


def _read_mark(event: Any, found: Json) -> Reading:
    """Our direct messages up to this one were read; where we read theirs, it is no news."""
    mark = _shape(event, ReadMark)
    if mark.sender_id == text_of(found, "for_user_id"):
        return _event("read")
    at = posts.of_ms(mark.created_timestamp)
    receipt = Receipt(provider_id=mark.last_read_event_id, state="read", until=at)
    return Reading(
        form=Form.RECEIPT,
        sender=posts.person(mark.sender_id, None),
        thread=DIRECT_THREAD,
        receipts=(receipt,),
        said_at=at,
    )


_OLDER: dict[str, Callable[[Any, Json], Reading]] = {
    POSTS: _older_post,
    DIRECT: _older_direct,
    DELETIONS: _older_deletion,
    READ: _read_mark,
}


def _post(post: Post, around: Around) -> Reading:
    """Somebody mentions us, or our own account wrote with another tool."""
    author = posts.author_of(post)
    own = bool(author) and author == around.own
    if posts.is_repeated(post):
        return _event("shared")
    if own and not posts.answered_person(post):
        return _event("posted")  # an announcement: it answers nobody
    if not author or not post.number:
        return _unknown(odd("a post without author or id"))
    return Reading(
        form=Form.ECHO if own else Form.MESSAGE,
        sender=_answered_sender(post, around) if own else posts.sender(post, around),
        thread=posts.thread_of(post),
        text=posts.words(post),
        said_at=posts.moment(post),
        sequence=_sequence(post.number),
        message_id=post.number,
        reply_to=posts.answered(post),
        attachments=posts.files(post, around),
        location=posts.place(post),
        public=True,
        post=posts.under(post, around),
        verified=True,
    )


def _answered_sender(post: Post, around: Around) -> Sender:
    """An echo belongs into the conversation with the person whom it answers."""
    number = posts.answered_person(post)
    return posts.person(number, around.person(number), handle=post.in_reply_to_screen_name)


def _direct(message: DirectMessage, own: str, people: dict[str, Person]) -> Reading:
    """A direct message, from them or from our own account."""
    made = message.message_create
    if made is None or not made.sender_id:
        return _event(clean_line(message.type) or "direct message")
    ours = made.sender_id == own
    other = made.target.recipient_id if ours else made.sender_id
    data = made.message_data
    media = data.attachment.media if data.attachment else None
    links = (*data.entities.media, *((media,) if media else ()))
    return Reading(
        form=Form.ECHO if ours else Form.MESSAGE,
        sender=posts.person(other, people.get(other)),
        thread=DIRECT_THREAD,
        text=posts.readable(data.text, structs.replace(data.entities, media=links)),
        said_at=posts.of_ms(message.created_timestamp) or posts.of_id(message.id),
        sequence=_sequence(message.id),
        message_id=clean_line(message.id, limit=64),
        attachments=posts.attached((media,) if media else ()),
        verified=True,
    )


def _deletion(number: str) -> Reading:
    """X tells only about our own posts; whose deletion it is, the post itself knows."""
    if not number:
        return _unknown(odd("a deletion of nothing"))
    return Reading(
        form=Form.DELETION, edits=number, message_id=f"gone:{number}", sequence=_sequence(number), public=True
    )


def _encrypted(payload: Any) -> Reading:
    """Nobody but X's own programs can open it; somebody must know that it is there."""
    sender = text_of(payload, "sender_id")
    return Reading(
        form=Form.MESSAGE if sender else Form.UNKNOWN,
        sender=posts.person(sender, None) if sender else None,
        thread=DIRECT_THREAD,
        said_at=posts.of_ms(text_of(payload, "created_at_msec")),
        message_id=clean_line(text_of(payload, "id"), limit=64),
        verified=True,
        warnings=(ENCRYPTED,),
    )


def _archived(found: Json) -> Reading:
    """A post of our own account, or a direct message, out of "Download your data"."""
    own = text_of(found, "own")
    if found["archive"] == "tweet":
        post = _shape(found.get("tweet"), Post)
        return _post(structs.replace(post, author_id=own), Around(own))
    message = _shape(found.get("messageCreate"), ArchivedMessage)
    ours = message.sender_id == own
    other = message.recipient_id if ours else message.sender_id
    if not other:
        return _unknown(odd("a message without sender"))
    lost = (_left(len(message.media_urls)),) if message.media_urls else ()
    return Reading(
        form=Form.ECHO if ours else Form.MESSAGE,
        sender=posts.person(other, None),
        thread=DIRECT_THREAD,
        text=clean(message.text),
        said_at=posts.written_at(message.created_at) or posts.of_id(message.id),
        sequence=_sequence(message.id),
        message_id=clean_line(message.id, limit=64),
        verified=True,
        warnings=lost,
    )


def _left(files: int) -> Sentence:
    return Sentence("Files that stayed in the archive: %(count)s.", count=files)


def _pasted(pasted: Pasted) -> Reading:
    """A post as a person copied it: nobody has proved who wrote it."""
    found = post_in(pasted.link)
    handle = clean_line(pasted.author or (found.handle if found else "")).lstrip("@")
    number = found.number if found else ""
    return Reading(
        form=Form.MESSAGE,
        sender=Sender(
            address=f"@{handle.lower()}" if handle else "",
            name=clean_line(pasted.name) or (f"@{handle}" if handle else ""),
            username=handle,
            language_hint=clean_line(pasted.language).lower(),
        ),
        thread=posts.PUBLIC_THREAD,
        text=posts.addressed(clean(pasted.text)),
        said_at=posts.written_at(pasted.said_at) or posts.of_id(number),
        sequence=_sequence(number),
        message_id=number,
        location=_point(pasted),
        public=True,
        verified=None,
    )


def _point(pasted: Pasted) -> Place | None:
    if pasted.lat is None or pasted.lon is None:
        return None
    if not (-90 <= pasted.lat <= 90 and -180 <= pasted.lon <= 180):
        return None
    return Place(latitude=pasted.lat, longitude=pasted.lon, label=clean_line(pasted.place_text))


def _event(name: str) -> Reading:
    """Likes, followers, announcements: kept, and no matter for anybody."""
    return Reading(form=Form.EVENT, event=clean_line(name, limit=60), public=True)


def _unknown(why: str) -> Reading:
    return Reading(form=Form.UNKNOWN, warnings=(why,))


def _odd(found: Json, why: str) -> Reading:
    """What a person said in a shape that we do not know is a message all the same: somebody must see it."""
    event, own, public = _spoken(found)
    author = text_of(event, "author_id") or text_of(event.get("user"), "id_str", "id")
    author = author or text_of(event.get("message_create"), "sender_id")
    if not author or author == own:
        return _unknown(why)
    return Reading(
        form=Form.MESSAGE,
        sender=posts.person(author, None),
        thread=posts.PUBLIC_THREAD if public else DIRECT_THREAD,
        text=clean(text_of(event, "full_text", "text")),
        message_id=clean_line(text_of(event, "id_str", "id"), limit=64),
        public=public,
        verified=True,
        warnings=(why,),
    )


def _spoken(found: Json) -> tuple[Json, str, bool]:
    """What somebody said in either dialect, for which account, and whether everybody reads it."""
    data = _mapping(found.get("data"))
    payload = _mapping(data.get("payload"))
    if text_of(data, "event_type").startswith("post."):
        return payload, text_of(data.get("filter"), "user_id"), True
    own = text_of(found, "for_user_id") or text_of(data.get("filter"), "user_id")
    for holder, kind in ((found, POSTS), (found, DIRECT), (payload, DIRECT)):
        events = holder.get(kind)
        if isinstance(events, list) and events:
            return _mapping(events[0]), own, kind == POSTS
    return {}, own, False


def _sequence(number: str) -> int:
    """Ids grow with time; what is none does not count."""
    if not (number.isascii() and number.isdecimal()) or len(number) > 19:
        return 0
    return min(int(number), _LARGEST)


def _shape[Shape](value: Any, kind: type[Shape]) -> Shape:
    """The value in its shape; what is null counts as left out, and an id is a text."""
    return msgspec.convert(_plain(value), kind, strict=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _named(key, inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_plain(inner) for inner in value if inner is not None]
    return value


def _named(key: str, value: Any) -> Any:
    """One dialect writes ids and moments as numbers too."""
    if isinstance(value, int) and not isinstance(value, bool) and key.endswith(_NUMBERS):
        return str(value)
    return _plain(value)


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _first(names: Any) -> str:
    return next(iter(names), "unknown")
