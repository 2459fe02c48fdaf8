"""`vefa demo`: months of invented history, written in bulk. The same seed tells the same stories."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction

from vefa.wiring.demo import tables
from vefa.wiring.demo.beginning import Teller, say
from vefa.wiring.demo.crowding import tell_all
from vefa.wiring.demo.people import Crowd
from vefa.wiring.demo.rhythm import Moment, Rhythm
from vefa.wiring.demo.rows import Sheets
from vefa.wiring.demo.stage import Stage
from vefa.wiring.demo.tables import Numbers
from vefa.wiring.demo.wording import Wording

CHUNK = 2_000  # problems written in one transaction
CHATTER = 0.04  # messages that ask for nothing, for each problem
REPORTS = (1, 2, 3)  # how many report one problem
USUAL, STORMY = (94, 4, 2), (70, 18, 12)
_LAST_WORDS = """
UPDATE inbox_conversation AS conversation SET last_contact_at = said.latest
FROM (SELECT conversation_id, max(said_at) AS latest FROM inbox_contact
      WHERE conversation_id >= %s GROUP BY conversation_id) AS said
WHERE said.conversation_id = conversation.id
"""
# When something last came in and went out by each account.
_HEARD = """
UPDATE channels_endpoint AS endpoint SET last_in_at = said.latest
FROM (SELECT endpoint_id, max(received_at) AS latest FROM inbox_contact GROUP BY endpoint_id) AS said
WHERE said.endpoint_id = endpoint.id AND endpoint.last_in_at IS NULL
"""
_SAID = """
UPDATE channels_endpoint AS endpoint SET last_out_at = said.latest
FROM (SELECT endpoint_id, max(handed_over_at) AS latest FROM dialogue_delivery GROUP BY endpoint_id) AS said
WHERE said.endpoint_id = endpoint.id AND endpoint.last_out_at IS NULL
"""
_STATISTICS = (
    "ANALYZE cases_case, cases_promise, inbox_contact, dialogue_reply, dialogue_delivery, journal_event"
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much history to invent: so many cases over so many months before `now`."""

    cases: int
    months: int
    seed: int
    now: datetime


def invent(plan: Plan, *, told: Callable[[int], None]) -> int:
    """Write the history; `told` hears how many cases each chunk brought. Returns how many there are.

    Each chunk is one transaction: if it is stopped, whole chunks stay. Raises psycopg.Error.
    """
    random = Random(plan.seed)  # noqa: S311 - invents people, guards nothing
    stage = Stage(random)
    teller = Teller(
        random=random,
        stage=stage,
        crowd=Crowd(random),
        numbers=Numbers(stage.zone),
        wording=Wording(stage.known.municipality),
        now=plan.now,
    )
    first_conversation = next(teller.numbers.conversations)
    written = 0
    with _without_collecting():
        for chunk in _chunks(_problems(plan, random, stage)):
            written += _write(teller, chunk)
            told(written)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_WORDS, [first_conversation])
        cursor.execute(_HEARD)
        cursor.execute(_SAID)
        cursor.execute(_STATISTICS)
    return written


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let the collector of rings rest: the stories hold none, and looking for some takes time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


Problem = tuple[Moment, int]  # when it is first reported, and how many report it


def _problems(plan: Plan, random: Random, stage: Stage) -> Iterator[Problem]:
    """Problems in order; together they are reported `plan.cases` times."""
    sizes: list[int] = []
    left = plan.cases
    while left > 0:
        size = min(left, random.choices(REPORTS, USUAL)[0])
        sizes.append(size)
        left -= size
    rhythm = Rhythm(random, months=plan.months, until=plan.now, zone=stage.zone)
    return zip(rhythm.moments(len(sizes)), sizes, strict=True)


def _chunks(problems: Iterator[Problem]) -> Iterator[list[Problem]]:
    chunk: list[Problem] = []
    for problem in problems:
        chunk.append(problem)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _write(teller: Teller, problems: list[Problem]) -> int:
    """Tell and write one chunk; returns how many cases it holds."""
    sheets = Sheets(teller.random, teller.numbers.keys)
    count = 0
    for moment, size in problems:
        for story in tell_all(teller, moment, reports=size):
            sheets.add(story)
            count += 1
        if teller.random.random() < CHATTER:
            _chat(teller, sheets, moment)
    sheets.people(teller.crowd)
    with transaction.atomic():
        for table in tables.ORDER:
            table.fill(sheets.rows[table])
    return count


def _chat(teller: Teller, sheets: Sheets, moment: Moment) -> None:
    """Somebody says hello."""
    random, stage = teller.random, teller.stage
    at = moment.at - timedelta(minutes=random.randrange(1, 600))
    endpoint = stage.endpoint("telegram" if "telegram" in stage.endpoints else "portal", random)
    voice = teller.crowd.voice(endpoint, at, teller.numbers)
    sheets.say(say(teller, voice, at, "chatter", random.choice(stage.spots)))
