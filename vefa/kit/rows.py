"""Many rows in one statement, without a model instance for each: one JSON text, read by the database.

Several times quicker than `bulk_create`, for what is written hundreds of times a second.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from django.db import connection
from django.db.models import GeneratedField, Model

_INSERT = (
    "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
    " RETURNING id, {key}"
)


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]], *, key: str = "id") -> dict[Any, int]:
    """Write rows given by column ("case_id", not "case"); the model's defaults fill what is missing.

    Returns the new ids by the value of the column `key`. Nothing is validated but by the database. Raises
    django.db.Error.
    """
    if not rows:
        return {}
    table, defaults = _shape(model)
    columns = ", ".join(f'"{column}"' for column in defaults)
    statement = _INSERT.format(table=table, columns=columns, key=key)
    text = msgspec.json.encode([{**defaults, **row} for row in rows]).decode()
    with connection.cursor() as cursor:
        cursor.execute(statement, [text])
        return {value: new_id for new_id, value in cursor.fetchall()}


@cache
def _shape(model: type[Model]) -> tuple[str, dict[str, Any]]:
    """The table, and the default of every column that a row may give."""
    meta = model._meta  # noqa: SLF001  # documented by Django for everybody
    fields = (field for field in meta.concrete_fields if not isinstance(field, GeneratedField))
    return meta.db_table, {
        str(field.column): field.get_default() for field in fields if not field.primary_key
    }
