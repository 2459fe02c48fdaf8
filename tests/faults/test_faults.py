"""Whatever dies, and however badly a provider behaves: nothing accepted is lost, nothing happens twice.

`make faults` runs the whole length; `make check` a short form of the same.
"""

import json
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.faults.driver import HOOK, SECRET, telegram_update
from tests.faults.history import Tables
from tests.faults.town import WHOLE, Machine, judge, residents, say
from tests.providers.telegram_bot_api import TelegramBotApi
from tests.wiring.machine import eventually

pytestmark = pytest.mark.faults
HANDMADE = 100  # update ids far below the driver's
LONG = {"web": 20, "work": 20, "postgres": 5, "all": 3}
KILLS = LONG if WHOLE else dict.fromkeys(LONG, 1)
AGAIN = "state = 'waiting', tries = 0, due_at = now(), handled_at = NULL"  # as the desk's button does
BREATH_S = (1.0, 4.0) if WHOLE else (0.5, 1.5)


def test_nothing_is_lost_or_doubled_while_processes_are_killed(machine: Machine):
    victims = [name for name, times in KILLS.items() for _ in range(times)]
    random.shuffle(victims)

    with residents(machine):
        for name in victims:
            time.sleep(random.uniform(*BREATH_S))
            machine.kill(name)
        time.sleep(1)

    tables = judge(f"kill -9: {KILLS}", machine)
    again = sum(row["resent"] for row in tables.deliveries)
    doubled = _doubled_on_screens(machine, tables)
    say(f"  sent again after doubt {again}, seen twice by a resident {doubled}")
    assert doubled <= len(victims)


def test_a_provider_in_a_bad_mood_loses_nothing(machine: Machine):
    machine.provider.sent.clear()
    with residents(machine, "--chats", "6", "--forms", "0", "--pause", "1"):
        for mood in ("429", "500", "garbage", "drop"):
            machine.provider.misbehave(mood, times=3)
            time.sleep(2)
        machine.provider.behave()

    judge("a provider that answers 429, 500, garbage, nothing", machine)


def test_poison_is_parked_and_holds_up_nobody_else(machine: Machine):
    machine.execute(
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.text LIKE '%/3' THEN RAISE EXCEPTION 'poison' USING ERRCODE = 'check_violation';"
        " END IF; RETURN NEW; END $$"
    )
    machine.execute(
        "CREATE TRIGGER poison BEFORE INSERT ON cases_case FOR EACH ROW EXECUTE FUNCTION poison()"
    )
    before = _third_words(machine)
    try:
        with residents(machine, "--chats", "3", "--forms", "0", "--pause", "0.2"):
            eventually(lambda: _third_words(machine) > before)
            time.sleep(2)
        eventually(lambda: _all_handled_or_parked(machine))
    finally:
        machine.execute("DROP FUNCTION poison CASCADE")
    with psycopg.connect(machine.database) as connection:
        parked = connection.execute(
            "SELECT count(*), max(tries), bool_and(trouble LIKE '%poison%') FROM inbox_contact"
            " WHERE state = 'parked'"
        ).fetchone()
        parked_ids = connection.execute("SELECT id FROM inbox_contact WHERE state = 'parked'").fetchall()
    say(f"\npoison: {parked} (parked, tries, with its reason)")
    assert parked is not None
    assert (parked[0] > 0, parked[1], parked[2]) == (True, 5, True)
    for (contact_id,) in parked_ids:
        machine.execute(f"UPDATE inbox_contact SET {AGAIN} WHERE id = {contact_id}")
    judge("poison, parked and tried again without it", machine)


def test_a_database_that_hangs_gets_no_false_receipt(machine: Machine):
    assert machine.running
    server = machine.running.part("postgres")
    frozen = [server, *server.children(recursive=True)]
    with httpx.Client(base_url=machine.url, timeout=20) as client:
        assert push(client, 1).status_code == 200
        for process in frozen:
            process.suspend()
        try:
            began = time.monotonic()
            answers = [push(client, number) for number in (2, 3)]
            took_s = time.monotonic() - began
        finally:
            for process in reversed(frozen):
                process.resume()
        assert [answer.status_code for answer in answers] == [503, 503]
        assert all(answer.headers["retry-after"] for answer in answers)
        assert took_s < 15
        eventually(lambda: push(client, 2).status_code == 200 and push(client, 3).status_code == 200)
    say(f"\ndatabase frozen: two hooks refused with 503 in {took_s:.1f} s, taken afterwards")


def test_a_full_disk_gets_no_false_receipt():
    if not WHOLE or os.geteuid() != 0:
        pytest.skip("fills a disk of its own, which only root can mount; part of the whole form")
    disk = Path(tempfile.mkdtemp(prefix="vefa-disk-"))  # PostgreSQL's own account passes through
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m,mode=711", "tmpfs", str(disk)], check=True)
    try:
        with TelegramBotApi.running() as provider:
            _fill_and_free(Machine(disk / "home", provider), disk / "ballast")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()


def _fill_and_free(machine: Machine, ballast: Path) -> None:
    machine.home.mkdir(mode=0o711)
    machine.start()
    machine.furnish()
    taken: set[int] = set()
    statuses: Counter[int] = Counter()
    try:
        with httpx.Client(base_url=machine.url, timeout=20) as client:
            with ballast.open("wb") as file, suppress(OSError):
                while True:
                    file.write(b"x" * 65_536)
                    file.flush()
            for number in range(2000):
                status = push(client, number, words="x" * 100_000).status_code
                statuses[status] += 1
                taken |= {number} if status == 200 else set()
                if statuses[503] >= 5:
                    break
            ballast.unlink()
            eventually(lambda: push(client, 5000).status_code == 200)
        with psycopg.connect(machine.database) as connection:
            rows = connection.execute("SELECT external_id FROM inbox_contact").fetchall()
        say(f"\nfull disk: {dict(statuses)}; stored {len(rows)}")
        assert statuses[503] >= 5
        assert set(statuses) <= {200, 503}
        assert {str(HANDMADE + number) for number in taken} <= {row[0] for row in rows}
    finally:
        machine.stop()


def push(client: httpx.Client, number: int, *, words: str = "Çukur var") -> httpx.Response:
    """One message of a resident who is not in the driver's ledger."""
    update = telegram_update(HANDMADE + number, 9000 + number, words)
    return client.post(HOOK, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})


def _third_words(machine: Machine) -> int:
    """How often a resident has come to the message that the poison is meant for, by their ledger."""
    lines = machine.ledger.read_text(encoding="utf-8").splitlines() if machine.ledger.exists() else []
    return sum(line["op"] == "sent" and line.get("turn") == 3 for line in map(json.loads, lines))


def _all_handled_or_parked(machine: Machine) -> bool:
    """Let the waits of what failed pass quicker than they would."""
    machine.execute("UPDATE inbox_contact SET due_at = now() WHERE state = 'waiting' AND tries > 0")
    time.sleep(0.3)
    return all(contact["state"] != "waiting" for contact in Tables.read(machine.database).contacts)


def _doubled_on_screens(machine: Machine, tables: Tables) -> int:
    """How many answers a resident received more than once."""
    texts = [received.text for received in machine.provider.sent]
    return len(texts) - len(set(texts))
