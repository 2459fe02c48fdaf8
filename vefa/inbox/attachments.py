"""Files come after the words: the worker fetches them, outside any transaction, as often as it takes."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import transaction

from vefa.channels.port import (
    Adapter,
    AttachmentRef,
    BusyError,
    RejectedError,
    TooLargeError,
    UnreadableError,
)
from vefa.channels.registry import UnknownChannelError
from vefa.channels.sealing import UnsealableError
from vefa.inbox import files
from vefa.inbox.doors import adapter_of
from vefa.inbox.files import NoRoomError, RefusedFileError, StoredFile
from vefa.inbox.models import Attachment, AttachmentState, Contact
from vefa.journal.record import Happening, record
from vefa.kit.claim import wait_after
from vefa.kit.saying import gettext_noop

MAX_TRIES = 8
HOLD = timedelta(minutes=5)  # nobody else fetches the same file meanwhile
Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


class GoneError(Exception):
    """The file is no longer where the contact says."""


@dataclass
class Opened:
    """The message that was read last: files of one mail follow each other, and it is read once for all."""

    contact_id: int = 0
    files: tuple[AttachmentRef, ...] = ()

    def files_of(self, contact: Contact, adapter: Adapter) -> tuple[AttachmentRef, ...]:
        """Its files. Raises UnreadableError."""
        if contact.pk != self.contact_id:
            self.contact_id, self.files = 0, ()  # let go of the one before
            self.files = adapter.read(bytes(contact.raw)).attachments
            self.contact_id = contact.pk
        return self.files


def fetch_due(*, http: httpx.Client, clock: Clock, limit: int = 20) -> int:
    """Fetch files that are due, one after the other; how many were tried."""
    opened = Opened()
    for count in range(limit):
        attachment = _take(now=clock())
        if attachment is None:
            return count
        _fetch(attachment, opened, http=http, clock=clock)
    return limit


@transaction.atomic
def retry(attachment_ids: Collection[int], *, by: str, now: datetime) -> int:
    """Fetch files again that failed; `by` is "staff:3". How many of these had failed."""
    rows = Attachment.objects.filter(id__in=attachment_ids, state=AttachmentState.FAILED).order_by("id")
    again = list(rows.select_for_update())
    waiting = {"state": AttachmentState.WAITING, "tries": 0, "due_at": now}
    Attachment.objects.filter(id__in=[one.pk for one in again]).update(**waiting)
    record(
        Happening(
            kind="contact.file_retried",
            subject=f"contact:{one.contact_id}",
            actor=by,
            at=now,
            data={"attachment_id": one.pk},
        )
        for one in again
    )
    return len(again)


def _take(*, now: datetime) -> Attachment | None:
    """The file that is due first; it counts as tried before anything is done, and is held for a while."""
    with transaction.atomic():
        waiting = Attachment.objects.select_for_update(skip_locked=True, of=("self",))
        row = (
            waiting.filter(state=AttachmentState.WAITING, due_at__lte=now)
            .select_related("contact__endpoint")
            .defer("contact__raw")  # a mail may be 25 MB
            .order_by("due_at", "id")
            .first()
        )
        if row:
            row.tries, row.due_at = row.tries + 1, now + HOLD
            row.save(update_fields=["tries", "due_at"])
    return row


def _fetch(attachment: Attachment, opened: Opened, *, http: httpx.Client, clock: Clock) -> None:
    try:
        stored = _bring(attachment, adapter_of(attachment.contact.endpoint, http), opened)
    except (RefusedFileError, TooLargeError) as error:
        _end(attachment, AttachmentState.REFUSED, error.reason)
    except (RejectedError, UnreadableError, GoneError) as error:
        _end(attachment, AttachmentState.FAILED, str(error))
    except (BusyError, NoRoomError, UnknownChannelError, UnsealableError) as error:
        _later(attachment, str(error), getattr(error, "retry_after_s", 0), now=clock())
    else:
        _keep(attachment, stored)


def _bring(attachment: Attachment, adapter: Adapter, opened: Opened) -> StoredFile:
    """The file on disk; its bytes come from the provider or out of the arrival itself."""
    limit = settings.UPLOAD_LIMIT_MB * 1_000_000
    name, key = attachment.name, attachment.key
    if attachment.provider_ref:
        with adapter.fetch(attachment.provider_ref, max_bytes=limit) as chunks:
            return files.store(chunks, name=name, limit_bytes=limit, key=key)
    content = _enclosed(opened.files_of(attachment.contact, adapter), attachment.position)
    return files.store([content], name=name, limit_bytes=limit, key=key)


def _enclosed(found: tuple[AttachmentRef, ...], position: int) -> bytes:
    content = found[position].content if position < len(found) else None
    if content is None:
        raise GoneError(gettext_noop("the message does not hold this file"))
    return content


def _keep(attachment: Attachment, stored: StoredFile) -> None:
    attachment.name = attachment.name or stored.name
    attachment.content_type, attachment.size = stored.content_type, stored.size
    attachment.sha256, attachment.path = stored.sha256, stored.path
    attachment.state, attachment.trouble = AttachmentState.STORED, ""
    attachment.save(update_fields=["name", "content_type", "size", "sha256", "path", "state", "trouble"])


def _end(attachment: Attachment, state: AttachmentState, trouble: str) -> None:
    attachment.state, attachment.trouble = state, trouble[:2000]
    attachment.save(update_fields=["state", "trouble"])


def _later(attachment: Attachment, trouble: str, after_s: float, *, now: datetime) -> None:
    if attachment.tries >= MAX_TRIES:
        _end(attachment, AttachmentState.FAILED, trouble)
        return
    attachment.due_at = now + max(wait_after(attachment.tries), timedelta(seconds=after_s))
    attachment.trouble = trouble[:2000]
    attachment.save(update_fields=["due_at", "trouble"])
