"""[[service.remit_by]]: whose duty a service is in one area, or where a thing belongs to somebody else."""

from collections.abc import Mapping
from typing import Any

from vefa.directory.models import Remit
from vefa.kit.loading import Line, Reading

FIELDS = ("area", "owner", "words", "remit", "agency", "unit")


def remits_of(line: Line, reading: Reading) -> list[dict[str, Any]]:
    """The rules of a service: area, owner, words, remit, agency, unit; "" where a field is not given."""
    written = line.values.get("remit_by", [])
    if not isinstance(written, list) or not all(isinstance(one, Mapping) for one in written):
        reading.refuse(line, "The remits cannot be read.", "Write each below [[service.remit_by]].")
        return []
    return [_rule(_part(line, one), reading) for one in written]


def _rule(line: Line, reading: Reading) -> dict[str, Any]:
    for name in sorted(set(line.values) - set(FIELDS)):
        reading.refuse(line, f"A remit knows no field “{name}”.", f"Use some of: {', '.join(FIELDS)}.")
    owner = reading.text(line, "owner")
    _check_owner(line, owner, reading)
    area = reading.refer(line, "area", "area")
    if not owner and not area:
        reading.refuse(line, "The remit names neither an area nor an owner.", "Fill in one of the two.")
    agency = reading.refer(line, "agency", "agency") or (owner if owner in reading.keys("agency") else "")
    remit = reading.choice(line, "remit", Remit.values, default="agency" if agency else "ours")
    if remit == Remit.AGENCY and not agency:
        reading.refuse(line, "The remit is another body's, but none is named.", "Fill in “agency”.")
    return {
        "area": area,
        "owner": owner,
        "words": reading.lists(line, "words") if "words" in line.values else {},
        "remit": remit,
        "agency": "" if remit == Remit.OURS else agency,
        "unit": reading.refer(line, "unit", "unit"),
    }


def _check_owner(line: Line, owner: str, reading: Reading) -> None:
    if owner and owner not in reading.keys("unit"):
        reading.check_known(line, owner, "agency", at="owner")


def _part(line: Line, values: Mapping[str, Any]) -> Line:
    """A table inside a line; its problems are shown where the first remit stands."""
    return Line(line.file, line.numbers.get("remit_by", line.number), values, table="remit_by")
