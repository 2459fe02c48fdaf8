"""The city's own announcements: a post in a channel, written once, sent by the outbox, never twice."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vefa.channels.models import Endpoint
from vefa.channels.registry import CHANNELS
from vefa.dialogue.exposure import without_secrets
from vefa.dialogue.models import Delivery, Reply
from vefa.dialogue.phrases import check_resolved
from vefa.directory.access import scope_of
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.journal.record import Happening, record
from vefa.kit.ids import token

LONGEST = 4096  # characters of one post; two posts would be read apart
SHOWN = 20


class EmptyPostError(ValueError):
    """There is nothing to announce, or too much for one post."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """What is announced. `once` names this very sheet of paper: sent again, it is the same post."""

    text: str
    language: str
    once: str


def channels_of(staff: Staff) -> list[Endpoint]:
    """The channels in which this person may announce: all, or those of the own units."""
    posting = [key for key, channel in CHANNELS.items() if channel.announces]
    rows = Endpoint.objects.filter(channel__in=posting, active=True, retired_at=None).order_by("key")
    scope = scope_of(staff)
    if scope.everything:
        return list(rows)
    keys = {unit.key for unit in directory().units.values() if unit.pk in scope.unit_ids} - {""}
    return [row for row in rows if {row.default_unit_key, row.unit_key} & keys]


def check_post(text: str) -> str:
    """The text as it will stand there. Raises EmptyPostError, UnresolvedError."""
    said = without_secrets(text.strip())
    if not said or len(said.encode("utf-16-le")) // 2 > LONGEST:
        raise EmptyPostError(said)
    check_resolved(said)
    return said


@transaction.atomic
def announce(*, endpoint: Endpoint, post: Post, by: Staff, now: datetime) -> bool:
    """Lay down one post; False where this sheet was sent already. Raises EmptyPostError, UnresolvedError."""
    said = check_post(post.text)
    reply, fresh = Reply.objects.get_or_create(
        cause=f"post:{post.once}"[:60],
        defaults={"staff": by, "text": said, "language": post.language, "written_at": now},
    )
    if fresh:
        Delivery.objects.create(reply=reply, endpoint=endpoint, key=token(), due_at=now, queued_at=now)
        data = {"reply_id": reply.pk, "endpoint": endpoint.key}
        actor, subject = f"staff:{by.pk}", f"reply:{reply.pk}"
        record([Happening(kind="post.announced", subject=subject, actor=actor, at=now, data=data)])
    return fresh


def announced(endpoints: list[Endpoint]) -> list[Delivery]:
    """The last posts in these channels, the newest first, with what became of each."""
    rows = Delivery.objects.filter(endpoint__in=endpoints, conversation=None, reply__case=None)
    return list(rows.select_related("reply__staff", "endpoint").order_by("-id")[:SHOWN])
