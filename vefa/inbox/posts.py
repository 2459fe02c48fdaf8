"""Posts under which residents speak: noted while reading, looked up later, outside any transaction."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
from django.db import transaction

from vefa.channels import port
from vefa.channels.manners import Posted
from vefa.channels.port import BusyError, RejectedError
from vefa.inbox.doors import adapter_of
from vefa.inbox.models import Contact, Post, PostState
from vefa.kit.claim import wait_after

MAX_TRIES = 8
HOLD = timedelta(minutes=2)  # nobody else looks up the same post meanwhile
Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


def note_posts(spoken: Iterable[tuple[int, port.Post]], *, now: datetime) -> None:
    """Remember posts by endpoint, each once; those whose words came along need no look-up. One statement."""
    rows = {
        (endpoint_id, post.id): Post(
            endpoint_id=endpoint_id,
            post_id=post.id[:200],
            text=post.text,
            url=post.url,
            author=post.author[:200],
            said_at=post.said_at,
            state=PostState.FOUND if post.text else PostState.WAITING,
            due_at=now,
        )
        for endpoint_id, post in spoken
        if post.id
    }
    Post.objects.bulk_create([rows[key] for key in sorted(rows)], ignore_conflicts=True)


def look_up_due(*, http: httpx.Client, clock: Clock, limit: int = 20) -> int:
    """Look up posts that are due, one after the other; how many were tried."""
    for count in range(limit):
        post = _take(now=clock())
        if post is None:
            return count
        _look_up(post, http=http, clock=clock)
    return limit


def posts_of(contacts: Sequence[Contact]) -> Mapping[int, port.Post]:
    """What each contact was said under, by its id; one statement, and none where nothing is missing."""
    told = {one.pk: _told(one.details["post"]) for one in contacts if one.details.get("post")}
    bare = {one.pk: (one.endpoint_id, told[one.pk].id) for one in contacts if one.pk in told}
    wanted = [key for pk, key in bare.items() if not told[pk].text]
    if not wanted:
        return told
    rows = Post.objects.filter(
        endpoint_id__in={endpoint_id for endpoint_id, _ in wanted}, post_id__in={name for _, name in wanted}
    )
    known = {(row.endpoint_id, row.post_id): row for row in rows}
    return {pk: _completed(post, known.get(bare[pk])) for pk, post in told.items()}


def _told(given: Mapping[str, Any]) -> port.Post:
    return msgspec.convert(given, port.Post)


def _completed(post: port.Post, row: Post | None) -> port.Post:
    if row is None or post.text:
        return post
    return port.Post(
        id=post.id,
        text=row.text,
        url=post.url or row.url,
        author=post.author or row.author,
        said_at=row.said_at,
    )


def _take(*, now: datetime) -> Post | None:
    """The post that is due first; it counts as tried before anything is done, and is held for a while."""
    with transaction.atomic():
        waiting = Post.objects.select_for_update(skip_locked=True, of=("self",))
        row = (
            waiting.filter(state=PostState.WAITING, due_at__lte=now)
            .select_related("endpoint")
            .order_by("due_at", "id")
            .first()
        )
        if row:
            row.tries, row.due_at = row.tries + 1, now + HOLD
            row.save(update_fields=["tries", "due_at"])
    return row


def _look_up(row: Post, *, http: httpx.Client, clock: Clock) -> None:
    adapter = adapter_of(row.endpoint, http)
    if not isinstance(adapter, Posted):
        _end(row, PostState.GONE, "this channel looks up no posts")
        return
    try:
        found = adapter.post(row.post_id)
    except RejectedError as error:
        _end(row, PostState.GONE, error.reason)
    except BusyError as error:
        _later(row, error, now=clock())
    else:
        row.text, row.author, row.said_at = found.text, found.author[:200], found.said_at
        row.url = found.url or row.url
        _end(row, PostState.FOUND, "")


def _end(row: Post, state: PostState, trouble: str) -> None:
    row.state, row.trouble = state, trouble[:2000]
    row.save(update_fields=["text", "author", "said_at", "url", "state", "trouble"])


def _later(row: Post, error: BusyError, *, now: datetime) -> None:
    if row.tries >= MAX_TRIES:
        _end(row, PostState.GONE, error.reason)
        return
    row.due_at = now + max(wait_after(row.tries), timedelta(seconds=error.retry_after_s))
    row.trouble = error.reason[:2000]
    row.save(update_fields=["due_at", "trouble"])
