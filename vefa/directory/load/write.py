"""Bringing tables in line with what was read: make, alter, retire, revive; never delete a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Manager, Model

from vefa.directory.models import Area, Kept, Source, Unit
from vefa.kit.loading import Tally

Key = tuple[Any, ...]
BATCH = 200  # rows that one statement alters: what it costs grows with their square


@dataclass
class Outcome[T: Kept]:
    """The rows of a table by key, and which of them were made, altered, retired."""

    rows: dict[Key, T]
    created: set[Key] = field(default_factory=set)
    changed: set[Key] = field(default_factory=set)
    retired: set[Key] = field(default_factory=set)
    wanted: set[Key] = field(default_factory=set)

    def tally(self) -> Tally:
        """The numbers; a row that was made counts as made only."""
        changed = self.changed - self.created
        unchanged = self.wanted - self.created - changed
        return Tally(len(self.created), len(changed), len(self.retired), len(unchanged))


def synchronise[T: Kept](
    table: Manager[T], rows: Sequence[Mapping[str, Any]], *, keys: Sequence[str], now: datetime
) -> Outcome[T]:
    """Make, alter and revive the rows; retire those that came from a folder and are no longer in it."""
    outcome = put(table, rows, keys=keys, source=Source.FOLDER)
    gone = {
        key: row
        for key, row in outcome.rows.items()
        if key not in outcome.wanted and row.source == Source.FOLDER and row.retired_at is None
    }
    for row in gone.values():
        row.retired_at = now
    table.bulk_update(gone.values(), ["retired_at"], batch_size=BATCH)
    outcome.retired = set(gone)
    return outcome


def put[T: Kept](
    table: Manager[T], rows: Sequence[Mapping[str, Any]], *, keys: Sequence[str], source: Source
) -> Outcome[T]:
    """Make, alter and revive the rows; leave every other row of the table alone."""
    outcome = Outcome({tuple(getattr(row, key) for key in keys): row for row in table.all()})
    names: set[str] = {"source", "retired_at"}
    fresh: list[T] = []
    altered: list[T] = []
    for values in rows:
        key = tuple(values[name] for name in keys)
        wanted = {**values, "source": source, "retired_at": None}
        names |= values.keys()
        outcome.wanted.add(key)
        row = outcome.rows.get(key)
        if row is None:
            outcome.rows[key] = made = table.model(**wanted)
            outcome.created.add(key)
            fresh.append(made)
        elif _set(row, wanted):
            altered.append(row)
            outcome.changed.add(key)
    table.bulk_create(fresh)
    table.bulk_update(altered, sorted(names), batch_size=BATCH)
    return outcome


def plant[T: (Area, Unit)](table: Manager[T], outcome: Outcome[T], parents: Mapping[str, str]) -> None:
    """Hang every row of a tree below its parent (key -> key of the parent, or "")."""
    moved: list[T] = []
    for key, parent_key in parents.items():
        row = outcome.rows[key,]
        parent = outcome.rows[parent_key,] if parent_key else None
        if row.parent_id != (parent.id if parent else None):
            row.parent = parent
            moved.append(row)
            outcome.changed.add((key,))
    table.bulk_update(moved, ["parent"], batch_size=BATCH)


def link(table: Manager[Any], *, owner: str, target: str, wanted: Mapping[int, Iterable[int]]) -> set[int]:
    """Make a table of pairs hold exactly these targets for these owners; the owners that were altered."""
    present: dict[int, set[int]] = {owner_id: set() for owner_id in wanted}
    for owner_id, target_id in table.filter(**{f"{owner}__in": list(wanted)}).values_list(owner, target):
        present[owner_id].add(target_id)
    altered = {owner_id for owner_id, targets in wanted.items() if set(targets) != present[owner_id]}
    table.filter(**{f"{owner}__in": altered}).delete()
    pairs: list[Model] = [
        table.model(**{owner: owner_id, target: target_id})
        for owner_id in sorted(altered)
        for target_id in sorted(set(wanted[owner_id]))
    ]
    table.bulk_create(pairs)
    return altered


def paths(parents: Mapping[str, str], *, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """The path of every key from the root down, such as city/d1/n3; `known` are paths of other rows.

    The tree must have no ring.
    """
    found = dict(known)

    def path(key: str) -> str:
        if key not in found:
            found[key] = f"{path(parents[key])}/{key}" if parents.get(key) else key
        return found[key]

    return {key: path(key) for key in parents}


def straighten() -> set[Key]:
    """Bring the path of every area into step with its parents; the keys of those that were stale.

    Areas that a map brought stay below one of a folder that moves, and the other way round.
    """
    rows = list(Area.objects.order_by("id").only("key", "path", "parent"))
    keys = {row.id: row.key for row in rows}
    found = paths({row.key: keys.get(row.parent_id or 0, "") for row in rows})
    stale = [row for row in rows if row.path != found[row.key]]
    for row in stale:
        row.path = found[row.key]
    Area.objects.bulk_update(stale, ["path"], batch_size=BATCH)
    return {(row.key,) for row in stale}


def _set(row: Kept, wanted: Mapping[str, Any]) -> bool:
    before = {name: getattr(row, name) for name in wanted}
    for name, value in wanted.items():
        setattr(row, name, value)
    return any(before[name] != value for name, value in wanted.items())
