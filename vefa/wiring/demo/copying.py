"""Rows into tables by COPY, with ids drawn beforehand so that rows can point at each other.

A table's columns that nobody names get the default of their model field.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Json

Row = Sequence[Any]
_DRAW = """
WITH drawn AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence)
SELECT nextval(sequence) FROM drawn, generate_series(1, %s)
"""


class NoDefaultError(LookupError):
    """The model has a field that is neither filled here nor has a default: name it among the columns."""


class Table:
    """One table with the columns that its rows fill, in their order; the others are filled with defaults."""

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        described = model._meta  # noqa: SLF001 - Django's documented way to ask a model for its fields
        fields = {str(field.column): field for field in described.local_concrete_fields}
        unknown = set(columns) - set(fields)
        if unknown:
            raise LookupError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
        self.name = described.db_table
        self.key = str(described.pk.column) if described.pk else ""
        rest = {name: _default(field) for name, field in fields.items() if name not in columns}
        self._rest = tuple(value for value in rest.values() if value is not _SKIPPED)
        names = [*columns, *(name for name, value in rest.items() if value is not _SKIPPED)]
        columns_in_order = sql.SQL(", ").join([sql.Identifier(name) for name in names])
        self._statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.name), columns_in_order
        )

    def fill(self, rows: Iterable[Row]) -> None:
        """Write the rows. Raises psycopg.Error if one is refused; then none of this transaction is kept."""
        with connection.cursor() as cursor, cursor.copy(self._statement) as copy:
            rest = self._rest
            for row in rows:
                copy.write_row((*row, *rest))

    def ids(self, count: int) -> Iterator[int]:
        """So many fresh keys, in rising order."""
        with connection.cursor() as cursor:
            cursor.execute(_DRAW, [self.name, self.key, count])
            return iter([number for (number,) in cursor.fetchall()])


_SKIPPED = object()


def _default(field: "models.Field[Any, Any]") -> Any:
    """What stands in a column that nobody fills."""
    if field.primary_key or field.generated:
        return _SKIPPED  # the database makes it
    if field.has_default():
        value = field.get_default()
        return Json(value) if isinstance(value, dict | list) else value
    if field.null:
        return None
    if field.empty_strings_allowed and field.blank:
        return ""
    raise NoDefaultError(f"{field.model.__name__}.{field.name}")
