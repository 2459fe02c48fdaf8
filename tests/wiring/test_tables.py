"""The tables of a new installation, which are laid out at once instead of migration by migration."""

import os
import subprocess
import sys

import psycopg
import pytest

from vefa.wiring.tables import LAYOUT


def test_what_is_laid_out_is_what_the_migrations_do():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VEFA_")}
    checked = subprocess.run(
        [sys.executable, "-m", "tools.tables", "check"], env=kept, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, f"{checked.stderr}\nWrite it anew: make tables"


@pytest.fixture
def empty(database_url):
    """A database without a single table."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
        yield f"{database_url.partition('?')[0].rpartition('/')[0]}/empty?{database_url.partition('?')[2]}"
        connection.execute("DROP DATABASE empty")


def tables_in(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert found
        return int(found[0])


def test_everything_is_laid_out_in_one_go(empty):
    with psycopg.connect(empty) as connection:
        connection.execute(LAYOUT.read_bytes())
    assert tables_in(empty) > 40


def test_a_layout_that_was_interrupted_leaves_nothing_behind(empty):
    half = LAYOUT.read_bytes() + b"SELECT 1 / 0;"
    with psycopg.connect(empty) as connection, pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute(half)
    assert tables_in(empty) == 0
