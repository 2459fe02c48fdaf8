"""The only way in: every channel's arrivals become contacts here, durably and once."""

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakSet

import psycopg
from django.db import connection, transaction
from msgspec import Struct

from vefa.inbox import bulk, files
from vefa.inbox.files import StoredFile
from vefa.inbox.models import Attachment, AttachmentState

WAKE = "vefa_work"  # the NOTIFY channel on which workers listen
LONGEST_ID = 200
_UNSAFE = re.compile("[\x00-\x1f\ud800-\udfff]")

# Ids are drawn in the order of arrival, rows are inserted in the order of their keys: two batches that
# hold the same keys then never wait for each other in a ring. Columns travel in binary (%b): as text, each
# byte of each body would be escaped one by one, half of what an arrival costs. The join stands for a foreign
# key, which would look up and lock the endpoint once more for each row: an endpoint that is none becomes NULL
# and is refused.
_INSERT = """
INSERT INTO inbox_contact (
    id, endpoint_id, external_id, lane, received_at, due_at, raw, reference, secret,
    details, form, message_id, reply_to_id, sequence, subject, text, quoted, html, language, place_text,
    warnings, state, tries, trouble)
SELECT numbered.id, endpoint.id, external_id, lane, received_at, due_at, raw, reference, secret,
    details::jsonb, '', '', '', 0, '', '', '', '', '', '', '[]', 'waiting', 0, ''
FROM (
    SELECT nextval('inbox_contact_id_seq') AS id, given.*
    FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::timestamptz[], %b::timestamptz[], %b::bytea[],
        %b::text[], %b::text[], %b::text[])
        AS given (endpoint_id, external_id, lane, received_at, due_at, raw, reference, secret, details)
) AS numbered
LEFT JOIN channels_endpoint AS endpoint ON endpoint.id = numbered.endpoint_id
ORDER BY endpoint_id, external_id, numbered.id
ON CONFLICT (endpoint_id, external_id) DO NOTHING
RETURNING id, endpoint_id, external_id, reference, secret
"""
_KEEP = """
INSERT INTO inbox_contact (
    id, endpoint_id, external_id, lane, received_at, due_at, raw, secret,
    details, form, message_id, reply_to_id, sequence, subject, text, quoted, html, language, place_text,
    warnings, state, tries, trouble)
SELECT numbered.id, endpoint.id, external_id, lane, received_at, received_at, raw,
    '', '{}', '', '', '', 0, '', '', '', '', '', '', '[]', 'waiting', 0, ''
FROM (
    SELECT nextval('inbox_contact_id_seq') AS id, given.*
    FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::timestamptz[], %b::bytea[])
        AS given (endpoint_id, external_id, lane, received_at, raw)
) AS numbered
LEFT JOIN channels_endpoint AS endpoint ON endpoint.id = numbered.endpoint_id
ORDER BY endpoint_id, external_id, numbered.id
ON CONFLICT (endpoint_id, external_id) DO NOTHING
"""
_FIND = """
SELECT contact.id, contact.endpoint_id, contact.external_id, contact.reference, contact.secret
FROM unnest(%s::bigint[], %s::text[]) AS wanted (endpoint_id, external_id)
JOIN inbox_contact AS contact USING (endpoint_id, external_id)
"""
_ASSURE = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
_assured: WeakSet[psycopg.Connection[Any]] = WeakSet()

Key = tuple[int, str]


class Bare(Struct, frozen=True):
    """One thing that a provider hands over: nobody is told its number. The fields are those of `Incoming`."""

    endpoint_id: int
    external_id: str
    lane: str
    raw: bytes
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One thing at the door. `reference` and `secret` are drawn before where the resident is told at once."""

    endpoint_id: int
    external_id: str  # unique per endpoint, as the provider or the form's one-time token says
    lane: str  # contacts of one lane are handled in order; "" stands alone
    raw: bytes
    received_at: datetime
    due_at: datetime | None = None  # when to handle it, where that is not the moment of its arrival
    reference: str | None = None
    secret: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True)
class Accepted:
    """What became of one arrival; `fresh` is False when we had it already: the facts are the first one's."""

    contact_id: int
    fresh: bool
    reference: str | None
    secret: str


def accept(incoming: Sequence[Incoming]) -> list[Accepted]:
    """Keep a batch of arrivals for good: when this returns, they survive a crash. Answers keep the order.

    Must not be called inside a transaction (raises RuntimeError): then nothing would be durable yet. Raises
    django.db.Error when the database cannot take them; then none of them was taken.
    """
    if not incoming:
        return []
    with_files = any(one.files for one in incoming)
    with transaction.atomic(durable=True) if with_files or connection.in_atomic_block else nullcontext():
        _assure()
        new = _insert(incoming)
        old = _find({_key(one) for one in incoming} - new.keys())
        answers = _answers(incoming, new, old)
        _attach(incoming, answers)
    _discard_doubles(incoming, answers)
    return answers


def keep(arrivals: Sequence[Bare]) -> None:
    """Keep what a provider handed over, as durably and as much once as `accept` does, at half its cost.

    Says nothing of what became of each: a provider is not told. Raises what `accept` raises.
    """
    if not arrivals:
        return
    ids = [_short(one.external_id) for one in arrivals]
    with transaction.atomic(durable=True) if connection.in_atomic_block else nullcontext():
        _assure()
        columns: list[list[Any]] = [
            [one.endpoint_id for one in arrivals],
            ids,
            [_short(one.lane) or external_id for one, external_id in zip(arrivals, ids, strict=True)],
            [one.received_at for one in arrivals],
            [one.raw for one in arrivals],
        ]
        bulk.run(_KEEP, columns)


def wake() -> None:
    """Tell the workers that something came: a hint, may be lost. Never in a transaction: it slows commits.

    It need not reach the disk, and would otherwise ask the disk as each arrival does; whatever it is told
    together with by mistake must.
    """
    connection.ensure_connection()
    lazily = "" if connection.in_atomic_block else "SET LOCAL synchronous_commit = off; "
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(f"{lazily}NOTIFY {WAKE}".encode(), prepare=False)


def _insert(incoming: Sequence[Incoming]) -> dict[Key, bulk.Row]:
    keys = [_key(one) for one in incoming]
    columns: list[list[Any]] = [
        [endpoint_id for endpoint_id, _ in keys],
        [external_id for _, external_id in keys],
        [_short(one.lane) or external_id for one, (_, external_id) in zip(incoming, keys, strict=True)],
        [one.received_at for one in incoming],
        [one.due_at or one.received_at for one in incoming],
        [one.raw for one in incoming],
        [one.reference for one in incoming],
        [one.secret for one in incoming],
        [json.dumps(one.details, ensure_ascii=False) if one.details else "{}" for one in incoming],
    ]
    return {(fact[1], fact[2]): fact for fact in bulk.run(_INSERT, columns)}


def _find(keys: set[Key]) -> dict[Key, bulk.Row]:
    if not keys:
        return {}
    ordered = sorted(keys)
    columns: list[list[Any]] = [[key[0] for key in ordered], [key[1] for key in ordered]]
    return {(fact[1], fact[2]): fact for fact in bulk.run(_FIND, columns)}


def _assure() -> None:
    """A server that would not wait for the disk is told to, once per connection."""
    connection.ensure_connection()
    raw = connection.connection
    if raw not in _assured:
        bulk.run(_ASSURE, ())
        _assured.add(raw)


def _answers(
    incoming: Sequence[Incoming], new: dict[Key, bulk.Row], old: dict[Key, bulk.Row]
) -> list[Accepted]:
    answers, told = [], set()
    for one in incoming:
        key = _key(one)
        contact_id, _, _, reference, secret = new.get(key) or old[key]
        answers.append(Accepted(contact_id, key in new and key not in told, reference, secret))
        told.add(key)
    return answers


def _attach(incoming: Sequence[Incoming], answers: Sequence[Accepted]) -> None:
    """The files that came along, for those that are new."""
    rows = [
        Attachment(
            contact_id=answer.contact_id,
            key=file.key,
            kind=file.kind,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
            path=file.path,
            state=AttachmentState.STORED,
            due_at=one.received_at,
        )
        for one, answer in zip(incoming, answers, strict=True)
        if answer.fresh
        for file in one.files
    ]
    if rows:
        Attachment.objects.bulk_create(rows)


def _discard_doubles(incoming: Sequence[Incoming], answers: Sequence[Accepted]) -> None:
    """The files of a repeated form: the first one's are kept, also where both name the very same file."""
    doubled = [
        file for one, answer in zip(incoming, answers, strict=True) if not answer.fresh for file in one.files
    ]
    if not doubled:
        return
    used = Attachment.objects.filter(key__in=[file.key for file in doubled]).values_list("key", flat=True)
    kept = set(used)
    for file in doubled:
        if file.key not in kept:
            files.discard(file)


def _key(one: Incoming) -> Key:
    return one.endpoint_id, _short(one.external_id)


def _short(text: str) -> str:
    """The text where a column can hold it, else a name made from all of it."""
    if len(text) <= LONGEST_ID and not _UNSAFE.search(text):
        return text
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
