"""Many rows in one statement: columns travel as arrays, bound on the server, so that bytes stay bytes."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]


def run(statement: str, columns: Sequence[Any]) -> list[Row]:
    """The rows that the statement returns. Raises django.db.Error."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement.encode(), columns, prepare=True)
        return cursor.fetchall() if cursor.description else []
