"""Read what was said in public: comments under posts, visitors' posts, mentions.

`thread` says where an answer goes: "comment/<root>", "live/<root>", "post/<post>",
"mention/<media>/<comment>". The root is the comment at the top: answers stand under it, one level deep.
"""

from typing import Any

from msgspec import structs

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.meta.attached import address
from vefa.channels.meta.envelope import Envelope
from vefa.channels.meta.moments import moment, order
from vefa.channels.meta.shapes import Change, Party, Value
from vefa.channels.port import AttachmentRef, Form, Post, Reading, Sender
from vefa.kit.saying import Sentence

_POSTS = frozenset({"post", "status", "photo", "video", "link", "share", "album"})
_VERBS = {"add": Form.MESSAGE, "edit": Form.EDIT, "edited": Form.EDIT, "remove": Form.DELETION}
_SHOWN = {"hide": "comment_hidden", "unhide": "comment_shown"}


def read(change: Change, event: dict[str, Any], *, envelope: Envelope) -> Reading:
    """One change."""
    value = change.value
    if change.field in {"comments", "live_comments"}:
        return _on_instagram(value, live=change.field == "live_comments", envelope=envelope)
    if change.field in {"mentions", "mention"}:
        return _mention(value, envelope=envelope)
    if change.field == "feed" and value.item == "comment":
        return _on_facebook(value, envelope=envelope)
    if change.field == "feed" and value.item in _POSTS:
        return _post(value, envelope=envelope)
    what = value.item or next((key for key in event if key not in {"field", "value"}), "")
    name = "_".join(part for part in (change.field, clean_line(what), value.verb) if part)
    return structs.replace(_base(value, envelope), form=Form.EVENT, event=clean_line(name, limit=60))


def _base(value: Value, envelope: Envelope) -> Reading:
    return Reading(
        form=Form.UNKNOWN,
        sender=_sender(value),
        said_at=moment(value.created_time) or moment(envelope.time),
        sequence=order(value.created_time or envelope.time),
        verified=True,
        public=True,
    )


def _sender(value: Value) -> Sender | None:
    who = value.from_ if value.from_.id else Party(id=value.sender_id, name=value.sender_name)
    if not who.id:
        return None
    username = clean_line(who.username)
    return Sender(
        address=clean_line(str(who.id), limit=64), name=clean_line(who.name) or username, username=username
    )


def _on_facebook(value: Value, *, envelope: Envelope) -> Reading:
    """A comment under a post of the page, at the top or under another comment."""
    own, parent, post = (clean_line(str(one)) for one in (value.comment_id, value.parent_id, value.post_id))
    root = parent if parent and parent != post else own
    under = value.post
    reading = structs.replace(
        _base(value, envelope),
        message_id=own,
        thread=f"comment/{root}",
        reply_to=root if root != own else "",
        text=clean(value.message),
        attachments=_pictures(value),
        post=Post(
            id=post,
            url=address(under.permalink_url) if under else "",
            text=clean(under.message) if under else "",
        ),
    )
    return _by_verb(reading, value, envelope=envelope)


def _on_instagram(value: Value, *, live: bool, envelope: Envelope) -> Reading:
    """A comment under a post, a reel, or during a broadcast."""
    own, parent = clean_line(str(value.id)), clean_line(str(value.parent_id))
    media = value.media
    reading = structs.replace(
        _base(value, envelope),
        message_id=own,
        thread=f"{'live' if live else 'comment'}/{parent or own}",
        reply_to=parent,
        text=clean(value.text),
        post=Post(id=clean_line(str(media.id)), text=clean(media.ad_title)) if media and media.id else None,
    )
    return _by_verb(reading, value, envelope=envelope)


def _by_verb(reading: Reading, value: Value, *, envelope: Envelope) -> Reading:
    """New, changed, taken away, hidden; and the account's own comments, which are answers given elsewhere."""
    verb = value.verb or "add"
    own = reading.sender is not None and reading.sender.address == envelope.account
    if verb in _SHOWN or verb not in _VERBS:
        name = _SHOWN.get(verb, f"comment_{clean_line(verb, limit=40)}")
        return structs.replace(
            reading, form=Form.EVENT, event=name, message_id=f"{name}:{reading.message_id}"
        )
    if own:
        form = Form.ECHO if verb == "add" else Form.EVENT
        return structs.replace(reading, form=form, sender=None, event="" if verb == "add" else "own_comment")
    form = _VERBS[verb]
    if form is Form.MESSAGE:
        return _with_words(reading)
    edits = reading.message_id
    if form is Form.DELETION:
        return structs.replace(
            reading, form=form, edits=edits, message_id=f"{edits}:deleted", text="", attachments=()
        )
    return structs.replace(reading, form=form, edits=edits)


def _with_words(reading: Reading) -> Reading:
    if reading.text or reading.attachments:
        return structs.replace(reading, form=Form.MESSAGE)
    return structs.replace(
        reading, form=Form.UNKNOWN, warnings=(*reading.warnings, Sentence("It is a comment without words."))
    )


def _post(value: Value, *, envelope: Envelope) -> Reading:
    """Something on the page's wall: a visitor's post is a matter, the page's own one is kept as context."""
    post = clean_line(str(value.post_id))
    base = _base(value, envelope)
    own = base.sender is None or base.sender.address == envelope.account
    text = clean(value.message)
    if own:
        context = Post(id=post, text=text, said_at=base.said_at) if post and text else None
        name = clean_line(f"own_{value.item}_{value.verb}", limit=60)
        return structs.replace(base, form=Form.EVENT, event=name, sender=None, post=context)
    reading = structs.replace(
        base,
        message_id=post,
        thread=f"post/{post}",
        text=text or address(value.link),
        attachments=_pictures(value),
    )
    return _by_verb(reading, value, envelope=envelope)


def _mention(value: Value, *, envelope: Envelope) -> Reading:
    """The account was named elsewhere. Instagram tells only where; what was said there is looked up later."""
    if value.media_id:
        at = "/".join(clean_line(str(one)) for one in (value.media_id, value.comment_id) if one)
        base = _base(value, envelope)
        return structs.replace(
            base,
            form=Form.MESSAGE,
            sender=Sender(address=f"mention/{at}"[:64]),
            message_id=f"mention/{at}",
            thread=f"mention/{at}",
            post=Post(id=f"mention/{at}"),
            verified=None,
        )
    where = clean_line(str(value.comment_id or value.post_id))
    thread = f"comment/{where}" if value.comment_id else f"post/{where}"
    reading = structs.replace(
        _base(value, envelope),
        message_id=where,
        thread=thread,
        text=clean(value.message),
        post=Post(id=clean_line(str(value.post_id))) if value.post_id else None,
    )
    return _by_verb(reading, value, envelope=envelope)


def _pictures(value: Value) -> tuple[AttachmentRef, ...]:
    """Pictures by their address; each once."""
    photos = dict.fromkeys(found for one in (value.photo, *value.photos) if (found := address(one)))
    files = [AttachmentRef(kind="photo", provider_ref=url) for url in photos]
    if video := address(value.video):
        files.append(AttachmentRef(kind="video", provider_ref=video))
    if value.item in {"photo", "video"} and not files and (link := address(value.link)):
        files.append(AttachmentRef(kind=value.item, provider_ref=link))
    return tuple(files)
