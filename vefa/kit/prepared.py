"""Reads whose SQL Django composes once: composing it anew for every page took a third of the page.

A statement is composed with stand-ins for what is asked; their places are remembered and filled for each
question. What changes the statement itself (a role, a filter) belongs into the closure that makes it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value, prefetch_related_objects
from django.db.models.fetch_modes import FETCH_ONE
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import Literal

_FIRST_NUMBER = 2_147_000_000  # within every integer column, and the id of nothing
_FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)

type _Rows = Sequence[Sequence[Any]]

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
        self._known: tuple[_Statement, str, Callable[[BaseDatabaseWrapper, _Rows], list[R]]] | None = None

    def __call__(self, *asked: object) -> list[R]:
        """The rows for these values; as many statements as the queryset costs."""
        if (answers := _answered.get()) and (told := answers.pop(self, None)) and told[0] == asked:
            return told[1]
        statement, using, read = self._known or self._composed()
        connection = connections[using]
        if self._run:
            return read(connection, self._run(*statement.fixed(connection, asked)))
        with connection.cursor() as cursor:
            cursor.execute(*(self.call(connection, asked) or statement.plain(asked)))
            rows = cursor.fetchall()
        return read(connection, rows)

    def call(
        self, connection: BaseDatabaseWrapper, asked: Sequence[object]
    ) -> tuple[str, tuple[Any, ...] | None] | None:
        """The call of the plan that this connection keeps; None where it keeps none."""
        statement, _, _ = self._known or self._composed()
        if not self._planned or _driver_plans(connection):
            return None
        return statement.planned(connection, asked)

    @property
    def using(self) -> str:
        """The alias of the database that is asked."""
        return (self._known or self._composed())[1]

    def read(self, connection: BaseDatabaseWrapper, rows: _Rows) -> list[R]:
        """What the rows of an answer mean."""
        return (self._known or self._composed())[2](connection, rows)

    def _composed(self) -> tuple["_Statement", str, Callable[[BaseDatabaseWrapper, _Rows], list[R]]]:
        standing = stand_ins(self._kinds)
        rows = self._make(*standing)
        compiler = rows.query.get_compiler(rows.db)
        sql, values = compiler.as_sql()
        self._known = _Statement(sql, blanks(values, standing)), rows.db, _Reader(rows, compiler).read
        return self._known


class Act:
    """A statement that writes, `%s` for each value; every connection keeps its plan."""

    def __init__(self, sql: str, *, using: str = DEFAULT_DB_ALIAS) -> None:
        self._statement = _Statement(sql, Blanks([(place, None) for place in range(sql.count("%s"))]))
        self.using = using

    def __call__(self, *values: object) -> None:
        """Write it now."""
        connection = connections[self.using]
        with connection.cursor() as cursor:
            cursor.execute(*(self.call(connection, values) or self._statement.plain(values)))

    def call(
        self, connection: BaseDatabaseWrapper, values: Sequence[object]
    ) -> tuple[str, tuple[Any, ...] | None] | None:
        """The call of the plan that this connection keeps; None where it keeps none."""
        return None if _driver_plans(connection) else self._statement.planned(connection, values)


type Question = tuple[Prepared[Any, Any] | Act, tuple[object, ...]]
type _Answers = dict[Prepared[Any, Any], tuple[tuple[object, ...], list[Any]]]

_answered: ContextVar[_Answers | None] = ContextVar("answered", default=None)


@contextmanager
def together(questions: Sequence[Question]) -> Iterator[None]:
    """Ask all of these at once: a read that is made inside finds its answer there, the first time it is made.

    For reads with plans that do not wait for one another: what a round trip to the database costs both sides
    is more than what such a read costs. Where a connection keeps no plans each read goes its own way. What
    stands among them as an act is done in the same transaction, before what follows it is read; inside,
    nothing else is written.
    """
    before = _answered.set(_ask(questions))
    try:
        yield
    finally:
        _answered.reset(before)


def _ask(questions: Sequence[Question]) -> _Answers:
    if len({one.using for one, _ in questions}) != 1:
        return _ask_in_turn(questions)
    connection = connections[questions[0][0].using]
    calls = [call for one, asked in questions if (call := one.call(connection, asked))]
    if len(calls) < len(questions):
        return _ask_in_turn(questions)
    answers: _Answers = {}
    values = [value for _, given in calls for value in given or ()]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, _ in calls), values or None)
        for one, asked in questions:
            if isinstance(one, Prepared):
                answers[one] = asked, one.read(connection, cursor.fetchall())
            cursor.nextset()
    return answers


def _ask_in_turn(questions: Sequence[Question]) -> _Answers:
    """Without plans: acts are done, reads are left to who makes them."""
    for one, asked in questions:
        if isinstance(one, Act):
            one(*asked)
    return {}


class _Reader[M: Model, R]:
    """What Django makes of the rows of one statement; what is the same for every answer is found once."""

    def __init__(self, rows: QuerySet[M, R], compiler: SQLCompiler) -> None:
        self._compiler, self._using, self._wide = compiler, rows.db, compiler.col_count
        columns = [column for column, *_ in compiler.select]
        self._converters = compiler.get_converters(columns)
        if compiler.has_composite_fields(columns):
            raise NotComposedError("keys of several columns are not read here")
        self.read = self._reading(rows, columns)

    def _reading(self, rows: QuerySet[M, R], columns: Sequence[Any]) -> Callable[[Any, _Rows], list[Any]]:
        kind = rows._iterable_class  # noqa: SLF001 - says whether models or values are asked for
        if kind is ModelIterable and (info := self._compiler.klass_info):
            self._model, self._later = info["model"], vars(rows)["_prefetch_related_lookups"]
            chosen = info["select_fields"]
            self._own = slice(chosen[0], chosen[-1] + 1)
            self._names = [column.target.attname for column in columns[self._own]]
            self._beside = get_related_populators(info, self._compiler.select, rows.db, FETCH_ONE)
            self._more = list((self._compiler.annotation_col_map or {}).items())
            return self._models
        if kind is FlatValuesListIterable:
            return lambda connection, found: [row[0] for row in self._rows(connection, found)]
        if kind is ValuesListIterable:
            return lambda connection, found: [
                tuple(row[: self._wide]) for row in self._rows(connection, found)
            ]
        raise NotComposedError(f"{kind.__name__} is not read here: only models and lists of values")

    def _models(self, connection: BaseDatabaseWrapper, found: _Rows) -> list[M]:
        """As Django's ModelIterable."""
        made = []
        for row in self._rows(connection, found):
            one = self._model.from_db(self._using, self._names, row[self._own], fetch_mode=FETCH_ONE)
            for beside in self._beside:
                beside.populate(row, one)
            for name, place in self._more:
                setattr(one, name, row[place])
            made.append(one)
        if self._later:
            prefetch_related_objects(made, *self._later)
        return made

    def _rows(self, connection: BaseDatabaseWrapper, found: _Rows) -> Iterable[Sequence[Any]]:
        """As SQLCompiler.apply_converters, with the connection that was asked."""
        if not self._converters:
            return found
        changed = [list(row) for row in found]
        for place, (converters, expression) in self._converters.items():
            for row in changed:
                for convert in converters:
                    row[place] = convert(row[place], expression, connection)
        return changed


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
    ) -> tuple[str, tuple[Any, ...] | None]:
        """The same as a call of the plan, which is made first where this connection has none yet."""
        connection.ensure_connection()
        names = _planned_by.setdefault(connection.connection, set())
        if self._name not in names:
            with connection.cursor() as cursor:
                cursor.execute(*self._preparation())
            names.add(self._name)
        if all(type(one) is int for one in asked):  # spares the driver its reading of the statement
            return f"EXECUTE {self._name} ({', '.join(map(str, asked))})", None
        return f"EXECUTE {self._name} ({', '.join(['%s'] * len(asked))})", tuple(asked)

    def _preparation(self) -> tuple[str, list[Any]]:
        """PREPARE with what is asked as $1, $2 and so on; the planner sees every other value."""
        text = self._marked(["%s" if place is None else f"${place + 1}" for place, _ in self._places.values])
        return f"PREPARE {self._name} AS {text}", [one for place, one in self._places.values if place is None]

    def _marked(self, marks: Sequence[str]) -> str:
        """The SQL with a mark at each place of a value."""
        first, *rest = self._sql.split("%s")
        return first + "".join(mark + piece for mark, piece in zip(marks, rest, strict=True))
