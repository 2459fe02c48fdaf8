"""Many rows in one statement: columns travel as arrays, bound on the server, so that bytes stay bytes."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

import psycopg
from django.db import connection

Row = tuple[Any, ...]

# Django's connections keep no plans. Ours do, for what asks for it: planning costs an arrival more than
# keeping it. One plan suits any number of rows, since all of them are looked up by index.
_ON_REQUEST = 1_000_000
_ONE_PLAN = "SET plan_cache_mode = force_generic_plan"
_planning: WeakSet[psycopg.Connection[Any]] = WeakSet()


def run(statement: str, columns: Sequence[Any]) -> list[Row]:
    """The rows that the statement returns. Raises django.db.Error."""
    connection.ensure_connection()
    raw = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        if raw not in _planning:
            raw.prepare_threshold = _ON_REQUEST
            cursor.execute(_ONE_PLAN)
            _planning.add(raw)
        cursor.execute(statement.encode(), columns, prepare=True)
        return cursor.fetchall() if cursor.description else []
