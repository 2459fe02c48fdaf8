"""Reads whose SQL Django composes once: composing it anew for every page took a third of the page.

A statement is composed with stand-ins for what is asked; their places are remembered and filled for each
question. What changes the statement itself (a role, a filter) belongs into the closure that makes it.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import Literal

_FIRST_NUMBER = 2_147_000_000  # within every integer column, and the id of nothing
_FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)

STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda place: _FIRST_NUMBER + place,
    str: lambda place: f"stand-in {place} of a prepared statement",
    datetime: lambda place: _FIRST_MOMENT + timedelta(days=place),
    list: lambda place: [_FIRST_NUMBER + place],
}


def among(column: str, values: list[int]) -> Func:
    """Whether a column is one of a list that is handed over as one value, however long it is."""
    any_of = Func(Value(values), function="ANY")
    return Func(F(column), any_of, template="%(expressions)s", arg_joiner=" = ", output_field=BooleanField())


type Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]  # a statement, and what fills its places


class NotComposedError(Exception):
    """What is asked stands nowhere in the statement: every question would get the same answer."""


@dataclass(frozen=True)
class Blanks:
    """The values of a statement, with numbers of questions where the stand-ins were."""

    values: Sequence[tuple[int | None, Any]]

    def filled(self, asked: Sequence[object]) -> tuple[Any, ...]:
        """The values for one question."""
        return tuple(value if place is None else asked[place] for place, value in self.values)


def stand_ins(kinds: Sequence[type]) -> list[Any]:
    """One value for each kind (int, str, datetime or list of int) that occurs nowhere else."""
    return [STAND_INS[kind](place) for place, kind in enumerate(kinds)]


def blanks(values: Sequence[Any], standing: Sequence[Any]) -> Blanks:
    """Where the stand-ins are among a statement's values. Raises NotComposedError if one is missing."""
    if any(one not in values for one in standing):
        raise NotComposedError(f"not every one of {standing} is among the values of the statement")
    return Blanks([(standing.index(one) if one in standing else None, one) for one in values])


class Prepared[M: Model, R]:
    """What `make` makes from values of the given kinds; its SQL is composed at the first question.

    `planned` lets each connection to the database keep the plan too, for as long as it is open: planning a
    join of six tables costs more than running it. For the few statements that everybody asks. `run` asks the
    database instead of Django's cursor, for connections whose driver keeps the plans.
    """

    def __init__(
        self, make: Callable[..., QuerySet[M, R]], *kinds: type, planned: bool = False, run: Run | None = None
    ) -> None:
        self._make, self._kinds, self._planned, self._run = make, kinds, planned, run
        self._known: tuple[QuerySet[M, R], SQLCompiler, _Statement] | None = None
        self._converters: Any = None
        self._composite = False

    def __call__(self, *asked: object) -> list[R]:
        """The rows for these values; as many statements as the queryset costs."""
        known = self._known
        if known is None:
            known = self._known = self._composed()
        rows, compiler, statement = known
        answer = rows.all()
        mine = copy(compiler)
        mine.connection = connection = connections[answer.db]
        if self._run:
            chunks = [self._run(*statement.fixed(connection, asked))]
            vars(mine)["execute_sql"] = lambda *_args, **_more: chunks
        else:
            planned = self._planned and not _driver_plans(connection)
            ready = statement.planned(connection, asked) if planned else statement.plain(asked)
            vars(mine)["as_sql"] = lambda *_args, **_more: ready
        vars(mine)["get_converters"] = lambda columns: self._converted(compiler, columns)
        vars(mine)["has_composite_fields"] = lambda _columns: self._composite
        vars(answer.query)["get_compiler"] = lambda *_args, **_more: mine
        return list(answer)

    def _converted(self, compiler: SQLCompiler, columns: Any) -> Any:
        """How each column becomes a Python value: found once, for the columns are always the same."""
        if self._converters is None:
            self._converters = compiler.get_converters(columns)
        return self._converters

    def _composed(self) -> tuple[QuerySet[M, R], SQLCompiler, "_Statement"]:
        standing = stand_ins(self._kinds)
        rows = self._make(*standing)
        compiler = rows.query.get_compiler(rows.db)
        sql, values = compiler.as_sql()
        self._composite = compiler.has_composite_fields([column for column, *_ in compiler.select])
        return rows, compiler, _Statement(sql, blanks(values, standing))


def _driver_plans(connection: BaseDatabaseWrapper) -> bool:
    """Whether the driver keeps plans on this connection: it drops ours with its own at every ROLLBACK."""
    connection.ensure_connection()
    return connection.connection.prepare_threshold is not None


_names = count(1)
_planned_by: WeakKeyDictionary[object, set[str]] = WeakKeyDictionary()  # by connection to the database


class _Statement:
    """SQL with blanks, and the name under which a connection keeps its plan."""

    def __init__(self, sql: str, places: Blanks) -> None:
        self._sql, self._places = sql, places
        self._name = f"vefa_{next(_names)}"
        self._fixed = ""

    def fixed(self, connection: BaseDatabaseWrapper, asked: Sequence[object]) -> tuple[str, Sequence[object]]:
        """The statement with every value in it but what is asked: partial indexes need them."""
        if not self._fixed:
            connection.ensure_connection()
            marks = [
                Literal(one).as_string(connection.connection).replace("%", "%%") if place is None else "%s"
                for place, one in self._places.values
            ]
            self._fixed = self._marked(marks)
        return self._fixed, [asked[place] for place, _ in self._places.values if place is not None]

    def plain(self, asked: Sequence[object]) -> tuple[str, tuple[Any, ...]]:
        """The statement and its values."""
        return self._sql, self._places.filled(asked)

    def planned(
        self, connection: BaseDatabaseWrapper, asked: Sequence[object]
    ) -> tuple[str, tuple[Any, ...]]:
        """The same as a call of the plan, which is made first where this connection has none yet."""
        connection.ensure_connection()
        names = _planned_by.setdefault(connection.connection, set())
        if self._name not in names:
            with connection.cursor() as cursor:
                cursor.execute(*self._preparation())
            names.add(self._name)
        return f"EXECUTE {self._name} ({', '.join(['%s'] * len(asked))})", tuple(asked)

    def _preparation(self) -> tuple[str, list[Any]]:
        """PREPARE with what is asked as $1, $2 and so on; the planner sees every other value."""
        text = self._marked(["%s" if place is None else f"${place + 1}" for place, _ in self._places.values])
        return f"PREPARE {self._name} AS {text}", [one for place, one in self._places.values if place is None]

    def _marked(self, marks: Sequence[str]) -> str:
        """The SQL with a mark at each place of a value."""
        first, *rest = self._sql.split("%s")
        return first + "".join(mark + piece for mark, piece in zip(marks, rest, strict=True))
