"""Many rows in one statement: columns travel as arrays, bound on the server, so that bytes stay bytes."""

import threading
from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

import psycopg
from django.db import connection

Row = tuple[Any, ...]

_ON_REQUEST = 1_000_000  # uses of a statement before the driver would keep its plan unasked
_ONE_PLAN = "SET plan_cache_mode = force_generic_plan"  # suits any number of rows: all are looked up by index
_here = threading.local()
_planning: WeakSet[psycopg.Connection[Any]] = WeakSet()


def keep_plans() -> None:
    """From now on this thread's connections keep the plans of what runs here: planning an arrival costs more.

    For threads that serve no pages: at a ROLLBACK the driver drops all plans of a connection, those that
    `vefa.kit.prepared` has made for pages too, which therefore makes none beside it.
    """
    _here.keeps = True


def run(statement: str, columns: Sequence[Any]) -> list[Row]:
    """The rows that the statement returns. Raises django.db.Error."""
    connection.ensure_connection()
    raw = connection.connection
    keeps = getattr(_here, "keeps", False)
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        if keeps and raw not in _planning:
            raw.prepare_threshold = _ON_REQUEST
            cursor.execute(_ONE_PLAN)
            _planning.add(raw)
        cursor.execute(statement.encode(), columns, prepare=keeps)
        return cursor.fetchall() if cursor.description else []
