"""The tables of the database: attached to Django, and brought up to date by one process at a time."""

import time
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from psycopg.conninfo import make_conninfo

from vefa.wiring.env import database

LOCK = 1_448_429_153  # any number that nothing else locks
TURN_S = 0.2  # after which a process asks again whether it may bring the tables up to date
# What the migrations do to an empty database, by `python -m tools.tables`: walking through them would take
# seconds, since each step draws all models anew.
LAYOUT = Path(__file__).with_name("tables.sql")


def attach(url: str, *, upgrade: bool) -> None:
    """Point Django at the database, before anything has used it."""
    connections["default"].close()
    connections.settings["default"].update(
        {name: value for name, value in database(url).items() if name != "ENGINE"}
    )
    if upgrade:
        bring_up_to_date()


def connection_words() -> str:
    """What psycopg needs to connect to Django's database by itself; holds the password."""
    found = connections.settings["default"]
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    facts = {theirs: str(found[ours]) for ours, theirs in names.items() if found.get(ours)}
    return make_conninfo(**facts, **{name: str(value) for name, value in found.get("OPTIONS", {}).items()})


def give_up_after(seconds: int) -> None:
    """End statements that take longer (0: never), on connections that this process opens from now on."""
    options = connections.settings["default"].setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()


def missing_steps() -> int:
    """How many migrations the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date() -> None:
    """Run the missing migrations; several processes may ask at once, one works and the others wait.

    They wait between statements, not within one: the building of an index waits for all statements that
    began before it.
    """
    if not missing_steps():
        return
    with connection.cursor() as cursor:
        while not _our_turn(cursor):
            time.sleep(TURN_S)
        try:
            if not MigrationRecorder(connection).has_table():
                _lay_out()
            if missing_steps():
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _our_turn(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])


def _lay_out() -> None:
    """Make all tables of an empty database in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LAYOUT.read_text(encoding="utf-8"))
