"""units.csv: the tree of departments, district offices, companies and affiliated bodies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from vefa.directory.load.fields import email, keys_in
from vefa.directory.load.tree import check_tree
from vefa.directory.load.write import link, paths, plant, synchronise
from vefa.directory.models import Area, Unit
from vefa.kit.loading import LONGEST_KEY, LONGEST_NUMBER, Line, Reading, Section, Tally


@dataclass(frozen=True, slots=True)
class UnitRows:
    """Units, the key of each one's parent, and the keys of the areas that each covers."""

    rows: list[dict[str, Any]]
    parents: dict[str, str]
    areas: dict[str, list[str]]


class UnitsSection(Section):
    """One line per unit, in any order; `areas` holds the keys of the areas that it covers, with | between."""

    file = "units.csv"
    fields: ClassVar = {"": ("key", "parent", "kind", "name_*", "areas", "email", "phone")}

    def read(self, lines: Sequence[Line], reading: Reading) -> UnitRows:
        """Check keys, kinds, names, areas and the tree."""
        rows: dict[str, dict[str, Any]] = {}
        places: dict[str, Line] = {}
        for line in lines:
            key = reading.text(line, "key", required=True, longest=LONGEST_KEY)
            reading.declare("unit", key, line)
            places.setdefault(key, line)
            rows[key] = {
                "key": key,
                "kind": reading.choice(line, "kind", Unit.Level.values),
                "names": reading.texts(line, "name", required=True),
                "email": email(line, "email", reading),
                "phone": reading.text(line, "phone", longest=LONGEST_NUMBER),
            }
        parents = {key: reading.text(line, "parent") for key, line in places.items()}
        areas = {key: keys_in(line, "areas", "area", reading) for key, line in places.items()}
        if check_tree(places, parents, sort="unit", reading=reading):
            for key, path in paths(parents).items():
                rows[key]["path"] = path
        return UnitRows(list(rows.values()), parents, areas)

    def write(self, rows: UnitRows, *, now: datetime) -> Tally:
        """Alter the units, hang each below its parent, and note which areas it covers."""
        outcome = synchronise(Unit.objects, rows.rows, keys=("key",), now=now)
        plant(Unit.objects, outcome, rows.parents)
        area_ids = dict(Area.objects.values_list("key", "id"))
        wanted = {outcome.rows[key,].id: [area_ids[one] for one in keys] for key, keys in rows.areas.items()}
        altered = link(Unit.areas.through.objects, owner="unit_id", target="area_id", wanted=wanted)
        outcome.changed |= {key for key, row in outcome.rows.items() if row.id in altered}
        return outcome.tally()

    def recall(self) -> Iterable[tuple[str, str]]:
        """The units in use."""
        keys = Unit.objects.filter(retired_at=None).order_by("key").values_list("key", flat=True)
        return [("unit", key) for key in keys]
