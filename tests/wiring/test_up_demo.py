"""`vefa up --demo` on a fresh folder, killed in the middle, then begun again. One story, told in order."""

from pathlib import Path

import httpx
import psycopg
import pytest

from tests.wiring.machine import Running, eventually, free_port, kill, port_of, up
from vefa.wiring.cli.demo import AT_START

pytestmark = [pytest.mark.faults]
PUTTING = "Putting the demo town in place"


def cases_in(home: Path) -> int:
    with psycopg.connect((home / "database.url").read_text()) as connection:
        found = connection.execute("SELECT count(*) FROM cases_case").fetchone()
        assert found
        return int(found[0])


def has_a_city(home: Path) -> bool:
    try:
        with psycopg.connect((home / "database.url").read_text()) as connection:
            found = connection.execute("SELECT EXISTS (SELECT FROM directory_municipality)").fetchone()
            return found == (True,)
    except (OSError, psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return False


def test_a_start_that_was_killed_over_the_town_is_made_whole_by_the_next(home):
    begun = Running("up", "--port", str(free_port()), "--demo", home=home)
    begun.wait_for_line(PUTTING)
    eventually(lambda: has_a_city(home), why=begun.text)
    kill(begun.family())
    begun.process.wait()

    with up(home, "--demo") as running:
        assert PUTTING in running.lines
        running.wait_for_line("as derya")
        assert cases_in(home) == AT_START["cases"]


def test_a_town_that_stands_whole_is_left_alone_and_says_how_to_get_in(home):
    with up(home, "--demo") as running:
        assert PUTTING not in running.lines
        told = running.wait_for_line("Staff: ")
        assert told.endswith(f"with the password {(home / 'demo-password').read_text()}")
        assert cases_in(home) == AT_START["cases"]


def test_only_pages_that_take_files_take_large_forms(home):
    """One page reads all of it and finds that it is no photo, the other nothing."""
    text, photo = {"text": "Çukur"}, {"photos": ("a.jpg", b"no photo" * 600_000, "image/jpeg")}
    asked = {"accept": "application/json"}
    with up(home, "--demo") as running:
        address = f"http://127.0.0.1:{port_of(running)}"
        sent = httpx.post(f"{address}/report/send", headers=asked, timeout=30, data=text, files=photo)
        assert (sent.status_code, list(sent.json()["problems"])) == (422, ["photos"])
        try:
            refused = httpx.post(f"{address}/desk/sign-in", timeout=30, data=text, files=photo).status_code
        except httpx.TransportError:  # it hung up while the rest was still coming
            refused = 413
        assert refused == 413
