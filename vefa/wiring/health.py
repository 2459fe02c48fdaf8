"""`GET /healthz`: the few numbers that tell whether the city is being answered."""

import asyncio
import time
from datetime import datetime
from typing import Any, cast

import msgspec
import psycopg
from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Now
from psycopg.sql import SQL, Composed

from vefa.channels.queries import ailing_endpoints
from vefa.dialogue.models import DeliveryState
from vefa.dialogue.queries import in_trouble
from vefa.inbox.models import Attachment, AttachmentState, Contact, ContactState
from vefa.journal.models import Event, Heartbeat
from vefa.triage import semantic
from vefa.triage.models import Learning, ModelVersion, Standing
from vefa.wiring.asgi import Receive, Scope, Send, answer_json
from vefa.wiring.tables import connection_words

PATIENCE_S = 2.0  # for the database
FRESH_S = 1.0  # one measurement serves everybody who asks within this time
SILENCE_S = 60.0  # a worker that was not heard for so long is gone
MOST = 100_000  # counting stops here
COUNT = "(SELECT count(*) FROM ({}) AS found)"

LISTED = "(SELECT coalesce(json_agg(found), '[]') FROM ({}) AS found)"

# Since when a contact waits: a failure moves `due_at` on, and imported history was received long ago.
_ARRIVED = Case(When(Q(trouble="") | Q(details__imported=True), then=F("due_at")), default=F("received_at"))

Row = tuple[
    datetime,
    datetime | None,
    int,
    datetime | None,
    int,
    int,
    int,
    int,
    int,
    list[dict[str, Any]],
    int | None,
    str | None,
    datetime | None,
]


class Ailing(msgspec.Struct, frozen=True):
    """An account that somebody should see to; `troubles` are codes, see docs/accounts.md."""

    key: str
    channel: str
    troubles: list[str]


class Health(msgspec.Struct, frozen=True):
    """What is answered. Ages in seconds; counts stop at 100,000."""

    status: str
    database: str
    worker_heartbeat_s: float | None = None
    backlog: int | None = None
    oldest_unhandled_s: float | None = None
    oldest_event_s: float | None = None  # since when what follows a step is due: the word to a resident
    parked_contacts: int | None = None
    parked_events: int | None = None
    uncertain_deliveries: int | None = None
    failed_deliveries: int | None = None  # given up for good, or reported as lost
    failed_files: int | None = None  # given up
    endpoints: list[Ailing] = []
    semantic: str = ""  # whether messages are compared by meaning: on, off, missing
    model: int = 0  # the version that suggests services; 0: the words of the catalogue alone
    learning: str = ""  # on, off, or why the last attempt failed

    @property
    def well(self) -> bool:
        """Whether a load balancer and a supervisor may be content."""
        return self.status == "ok"


class Physician:
    """Measures over a connection of its own: busy threads and hanging pages do not delay the answer."""

    def __init__(self) -> None:
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._asking = asyncio.Lock()
        self._found: Health | None = None
        self._found_at = 0.0

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer 200 or 503 with the same JSON."""
        health = await self._current()
        await answer_json(send, status=200 if health.well else 503, body=health)

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _current(self) -> Health:
        async with self._asking:
            if self._found is None or time.monotonic() - self._found_at > FRESH_S:
                self._found = await self._examine()
                self._found_at = time.monotonic()
            return self._found

    async def _examine(self) -> Health:
        """Ask the database; one that stays silent is left without waiting for its goodbye."""
        task = asyncio.create_task(self._ask())
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
        if not done:
            task.cancel()
            self._forget()
            return Health(status="ailing", database=f"no answer within {PATIENCE_S:.0f} s")
        try:
            return appraise(task.result())
        except psycopg.Error as error:
            self._forget()
            return Health(status="ailing", database=str(error).strip().split("\n")[0])

    def _forget(self) -> None:
        lost, self._connection = self._connection, None
        if lost is not None:
            lost.pgconn.finish()

    async def _ask(self) -> Row:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(connection_words(), autocommit=True)
        statement, values = question()
        cursor = await self._connection.execute(statement, values)
        return cast("Row", await cursor.fetchone())


def question() -> tuple[Composed, list[object]]:
    """One statement for all measures, each read from an index."""
    waiting = Contact.objects.filter(state=ContactState.WAITING, handled_at=None)  # as `contact_waiting` says
    parts: list[tuple[str, QuerySet[Any, Any]]] = [
        ("({})", Heartbeat.objects.order_by("-at").values_list("at")[:1]),
        (COUNT, waiting.values_list("id")[:MOST]),
        ("({})", waiting.order_by("id").values_list(_ARRIVED)[:1]),
        (COUNT, Contact.objects.filter(state=ContactState.PARKED).values_list("id")[:MOST]),
        (COUNT, Event.objects.filter(parked_at__isnull=False).values_list("id")[:MOST]),
        (COUNT, in_trouble(DeliveryState.UNCERTAIN).values_list("id")[:MOST]),
        (COUNT, in_trouble(DeliveryState.FAILED).values_list("id")[:MOST]),
        (COUNT, Attachment.objects.filter(state=AttachmentState.FAILED).order_by().values_list("id")[:MOST]),
        (LISTED, ailing_endpoints().values("key", "channel", troubles=F("health__troubles"))),
        ("({})", ModelVersion.objects.filter(standing=Standing.IN_SERVICE).values_list("number")[:1]),
        ("({})", Learning.objects.filter(id=1).values_list("trouble")[:1]),
        ("({})", _due_events().order_by("id").values_list("due_at")[:1]),
    ]
    pieces: list[SQL] = []
    values: list[object] = []
    for frame, rows in parts:
        statement, held = rows.query.sql_with_params()
        pieces.append(SQL(frame.replace("{}", statement)))
        values.extend(held)
    return SQL("SELECT now(), {}").format(SQL(", ").join(pieces)), values


def _due_events() -> QuerySet[Event]:
    """What is due, also behind an older one of its subject that is tried again later."""
    return Event.objects.filter(handled_at=None, parked_at=None, due_at__lte=Now())


def appraise(row: Row) -> Health:
    """Judge the measures: without a living worker nobody is answered."""
    (
        moment, beat_at, backlog, oldest_at, contacts, events, uncertain, failed, files,
        ailing, model, trouble, event_at,
    ) = row  # fmt: skip
    beat_s = (moment - beat_at).total_seconds() if beat_at else None
    alive = beat_s is not None and beat_s <= SILENCE_S
    return Health(
        status="ok" if alive else "ailing",
        database="ok",
        worker_heartbeat_s=beat_s,
        backlog=backlog,
        oldest_unhandled_s=max(0.0, (moment - oldest_at).total_seconds()) if oldest_at else None,
        oldest_event_s=max(0.0, (moment - event_at).total_seconds()) if event_at else None,
        parked_contacts=contacts,
        parked_events=events,
        uncertain_deliveries=uncertain,
        failed_deliveries=failed,
        failed_files=files,
        endpoints=[Ailing(one["key"], one["channel"], list(one["troubles"] or ())) for one in ailing],
        semantic=semantic.state(),
        model=model or 0,
        learning=trouble or ("on" if settings.LEARNING else "off"),
    )
