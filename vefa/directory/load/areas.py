"""areas.csv: the tree of districts, neighbourhoods and streets."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from vefa.directory.load.tree import check_tree
from vefa.directory.load.write import paths, plant, straighten, synchronise
from vefa.directory.models import Area, Source
from vefa.kit.loading import LONGEST_KEY, Line, Reading, Section, Tally


@dataclass(frozen=True, slots=True)
class TreeRows:
    """Rows of a tree and the key of each one's parent."""

    rows: list[dict[str, Any]]
    parents: dict[str, str]


class AreasSection(Section):
    """One line per area, in any order; `aliases_*` hold what people also call it, with | between."""

    file = "areas.csv"
    fields: ClassVar = {"": ("key", "parent", "kind", "name_*", "aliases_*")}

    def read(self, lines: Sequence[Line], reading: Reading) -> TreeRows:
        """Check keys, kinds, names and the tree."""
        rows: dict[str, dict[str, Any]] = {}
        places: dict[str, Line] = {}
        for line in lines:
            key = reading.text(line, "key", required=True, longest=LONGEST_KEY)
            reading.declare("area", key, line)
            places.setdefault(key, line)
            rows[key] = {
                "key": key,
                "kind": reading.choice(line, "kind", Area.Level.values),
                "names": reading.texts(line, "name", required=True),
                "aliases": reading.lists(line, "aliases"),
            }
        parents = {key: reading.text(line, "parent") for key, line in places.items()}
        others = _others(rows)
        for key in others:
            reading.declare("area", key)
        known = {key: path for key, (path, _) in others.items()}
        above = {key: parent for key, (_, parent) in others.items()}
        if check_tree(places, parents, sort="area", reading=reading, above=above):
            for key, path in paths(parents, known=known).items():
                rows[key]["path"] = path
        return TreeRows(list(rows.values()), parents)

    def write(self, rows: TreeRows, *, now: datetime) -> Tally:
        """Alter the areas and hang each below its parent; polygons are another file's."""
        outcome = synchronise(Area.objects, rows.rows, keys=("key",), now=now)
        plant(Area.objects, outcome, rows.parents)
        outcome.changed |= straighten()
        return outcome.tally()

    def recall(self) -> Iterable[tuple[str, str]]:
        """The areas in use."""
        keys = Area.objects.filter(retired_at=None).order_by("key").values_list("key", flat=True)
        return [("area", key) for key in keys]


def _others(rows: Collection[str]) -> dict[str, tuple[str, str]]:
    """The path and the parent's key of the areas in use that came from elsewhere, such as a map."""
    elsewhere = Area.objects.filter(retired_at=None).exclude(source=Source.FOLDER).order_by("key")
    known = elsewhere.values_list("key", "path", "parent__key")
    return {key: (path, parent or "") for key, path, parent in known if key not in rows}
