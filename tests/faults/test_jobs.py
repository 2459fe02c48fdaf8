"""Long jobs that die in the middle: the load of a catalogue, an answer to everybody, the learning of a model.

They use the installation of the other stories and are judged like them. The whole form alone tells them:
tests/wiring/test_up_demo.py and tests/triage/learned kill a load and a lesson in every run of the tests.
"""

import json
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.hand import Hand
from tests.faults.report import REPORT, WHOLE
from tests.faults.town import CITY, Machine, judge
from tests.wiring.machine import VEFA, environment, eventually, vefa

pytestmark = [pytest.mark.faults, pytest.mark.skipif(not WHOLE, reason="takes minutes: see make faults")]
MARK = " *"  # at the end of every English name of the changed city
LOADERS = ["load", "postgres"] * 4
CASES = 120  # behind the incident
FIRST_ID = 10_000  # of updates far below the driver's
SLOW_S = 0.05  # for each case of an order, so that there is a middle
_MARKED = f"""
SELECT count(*) FILTER (WHERE names->>'en' LIKE '%{MARK}'), count(*) FROM directory_service
WHERE retired_at IS NULL
UNION ALL
SELECT count(*) FILTER (WHERE titles->>'en' LIKE '%{MARK}'), count(*) FROM dialogue_phrase
WHERE retired_at IS NULL
"""
_WRITES = """
SELECT count(*) FROM pg_locks JOIN pg_class c ON c.oid = relation
WHERE relname = 'directory_service' AND mode = 'RowExclusiveLock' AND granted
"""
_SLOW = f"""
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep({SLOW_S}); RETURN NEW; END $$;
CREATE TRIGGER slowly BEFORE UPDATE OF done ON cases_incidentorder FOR EACH ROW EXECUTE FUNCTION slowly()
"""
_ORDER = f"""
WITH incident AS (
    INSERT INTO cases_incident
        (state, name, service_ids, since, banner, shown, joins, evidence, started_at, version)
    VALUES ('running', 'Su kesintisi', '{{}}', now(), '{{}}', false, false, '{{}}', now(), 1) RETURNING id
), chosen AS (
    SELECT id FROM cases_case WHERE state <> 'ended' AND master_id IS NULL ORDER BY id DESC LIMIT {CASES}
), gathered AS (
    INSERT INTO cases_incidentcase (incident_id, case_id, by, at, left_by)
    SELECT incident.id, chosen.id, 'system', now(), '' FROM incident, chosen
)
INSERT INTO cases_incidentorder
    (incident_id, staff_id, sort, texts, outcome, case_ids, done, failed, once, at, due_at)
SELECT incident.id, (SELECT min(id) FROM directory_staff), 'answer', %s, '',
    (SELECT array_agg(id ORDER BY id) FROM chosen), 0, '[]', 'faults', now(), now()
FROM incident RETURNING id
"""
_HEARD = """
SELECT (SELECT count(*) FROM journal_event
        WHERE kind = 'case.answered_with_others' AND subject = 'case:' || c),
       (SELECT count(*) FROM dialogue_delivery d JOIN dialogue_reply r ON r.id = reply_id
        WHERE r.case_id = c AND r.cause LIKE 'incident:%%')
FROM cases_incidentorder, unnest(case_ids) c WHERE cases_incidentorder.id = %s
"""
_LEARNS = "SELECT 1 FROM triage_learning WHERE tried_at > ended_at OR ended_at IS NULL"
_SERVES = """
SELECT count(*) FILTER (WHERE standing = 'in_service'), count(*), count(*) FILTER (WHERE length(weights) = 0),
    (SELECT count(*) FROM journal_event WHERE kind IN ('model.adopted', 'model.refused'))
FROM triage_modelversion
"""


def test_a_load_that_is_killed_changes_all_or_nothing(machine: Machine, tmp_path: Path):
    began, results = time.monotonic(), Counter[str]()
    changed = _another_city(tmp_path / "city")
    for victim in LOADERS:
        before = _marked(machine)
        folder = CITY if before else changed
        with _command("load", str(folder), home=machine.home) as load:
            eventually(lambda: load.poll() is not None or _ask(machine, _WRITES) != [(0,)])
            time.sleep(random.uniform(0, 0.5))
            load.kill() if victim == "load" else machine.kill(victim)
        results["all" if _marked(machine) != before else "nothing"] += 1
    folder = CITY if _marked(machine) else changed
    assert vefa("load", str(folder), home=machine.home).returncode == 0
    assert _marked(machine) == (folder == changed)
    REPORT.add("a load that is killed", seconds=time.monotonic() - began, **results)


def test_an_answer_to_all_whose_worker_dies_reaches_everybody_once(machine: Machine):
    began = time.monotonic()
    words = {code: f"Arıza giderildi ({code})" for code in ("tr", "ru", "kk", "fa", "en")}
    with Hand.of(machine, FIRST_ID) as hand:
        assert {hand.push() for _ in range(CASES)} <= {200, 503}  # the story before killed the database
        eventually(hand.all_taken)
    machine.rest()
    machine.execute(_SLOW)
    ((order,),) = _ask(machine, _ORDER, json.dumps(words))

    for victim, share in (("work", 0.1), ("postgres", 0.5), ("work", 0.8)):
        while _done(machine, order) < share * CASES:
            time.sleep(0.1)
        machine.kill(victim)
    eventually(lambda: _ask(machine, "SELECT 1 FROM cases_incidentorder WHERE finished_at IS NOT NULL"))
    machine.execute("DROP FUNCTION slowly CASCADE")

    ((done, failed),) = _ask(machine, "SELECT done, failed FROM cases_incidentorder WHERE id = %s", order)
    heard = _ask(machine, _HEARD, order)
    assert (done, failed) == (len(heard), [])
    assert {(events, min(replies, 1)) for events, replies in heard} <= {(1, 1), (1, 0)}
    assert len(heard) == CASES
    assert sum(replies for _, replies in heard) > 0
    judge(machine)
    REPORT.add("an answer to all", seconds=time.monotonic() - began, cases=len(heard))


def test_a_lesson_that_is_killed_leaves_the_model_that_serves(machine: Machine):
    began = time.monotonic()
    for victim in ("lesson", "postgres"):
        before = _ask(machine, _SERVES)
        with _command("triage", "learn", home=machine.home) as lesson:
            eventually(lambda: lesson.poll() is not None or _ask(machine, _LEARNS))
            time.sleep(random.uniform(0.5, 8))
            lesson.kill() if victim == "lesson" else machine.kill(victim)
        if lesson.returncode != 0:
            assert _ask(machine, _SERVES) == before

    done = subprocess.run(
        [*VEFA, "triage", "learn", "--home", str(machine.home)], env=environment(), check=False, timeout=900
    )
    assert done.returncode == 0
    ((serving, versions, hollow, told),) = _ask(machine, _SERVES)
    assert (serving, hollow, told) == (1, 0, versions)
    judge(machine)
    REPORT.add("a lesson that is killed", seconds=time.monotonic() - began, versions=versions)


@contextmanager
def _command(*words: str, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command at work; when the block ends it has ended."""
    command = [*VEFA, *words, "--home", str(home)]
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
        process.wait(600)
    finally:
        process.kill()
        process.wait()


def _another_city(folder: Path) -> Path:
    """The demo city, where every service and phrase has another English name."""
    shutil.copytree(CITY, folder)
    for name in ("services.toml", "phrases.toml"):
        text = (folder / name).read_text(encoding="utf-8")
        lines = (
            line.removesuffix('" }') + f'{MARK}" }}' if line.startswith(("names = ", "title = ")) else line
            for line in text.split("\n")
        )
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def _marked(machine: Machine) -> bool:
    """Whether the changed city is loaded; it is one of both, whole."""
    services, phrases = _ask(machine, _MARKED)
    assert {services[0], phrases[0]} == {0} or (services[0], phrases[0]) == (services[1], phrases[1])
    return bool(services[0])


def _done(machine: Machine, order: int) -> int:
    ((done,),) = _ask(machine, "SELECT done FROM cases_incidentorder WHERE id = %s", order)
    return int(done)


def _ask(machine: Machine, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(machine.database, autocommit=True) as connection:
        return connection.execute(query, values or None).fetchall()
