"""Look up the post under which something was said; its words are not pushed."""

from datetime import datetime
from typing import Any

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.graph.api import Graph
from vefa.channels.meta.attached import address
from vefa.channels.port import Post, RejectedError

_PAGE_FIELDS = "message,story,permalink_url,from,created_time"
_MEDIA_FIELDS = "caption,permalink,username,timestamp"
_COMMENT_FIELDS = "text,username,timestamp"


def look_up(graph: Graph, post_id: str, *, account: str, instagram: bool) -> Post:
    """The post's words, address and author. Raises BusyError or RejectedError."""
    kind, slash, rest = post_id.partition("/")
    if slash and kind == "mention":
        return _mention(graph, rest, post_id=post_id, account=account)
    if slash or not post_id.replace("_", "").isalnum() or not post_id.isascii():
        raise RejectedError("this post cannot be looked up")
    fields = _MEDIA_FIELDS if instagram else _PAGE_FIELDS
    return _post(post_id, graph.ask("GET", post_id, {"fields": fields}))


def _mention(graph: Graph, rest: str, *, post_id: str, account: str) -> Post:
    """Where somebody named the account: the comment, or the post itself."""
    media, _, comment = rest.partition("/")
    if not all(one.isalnum() and one.isascii() for one in (media, comment or media)):
        raise RejectedError("this mention cannot be looked up")
    name = "mentioned_comment" if comment else "mentioned_media"
    where = f"comment_id({comment})" if comment else f"media_id({media})"
    fields = _COMMENT_FIELDS if comment else _MEDIA_FIELDS
    found = graph.ask("GET", account, {"fields": f"{name}.{where}{{{fields}}}"}).get(name)
    if not isinstance(found, dict):
        raise RejectedError("the mention is gone")
    return _post(post_id, found)


def _post(post_id: str, found: dict[str, Any]) -> Post:
    texts = (found.get(name) for name in ("message", "caption", "text", "story"))
    author = found.get("from")
    name = author.get("name") if isinstance(author, dict) else found.get("username")
    return Post(
        id=post_id,
        text=next((clean(text) for text in texts if isinstance(text, str) and text), ""),
        url=address(found.get("permalink_url")) or address(found.get("permalink")),
        author=clean_line(name) if isinstance(name, str) else "",
        said_at=_moment(found.get("created_time") or found.get("timestamp")),
    )


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
