"""services.toml: what can be asked for, whose duty it is, and how long it may take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from vefa.directory.load.questions import questions_of
from vefa.directory.load.write import Outcome, synchronise
from vefa.directory.models import (
    Agency,
    Area,
    Kind,
    Remit,
    Service,
    ServiceGroup,
    ServiceUnit,
    Unit,
    Urgency,
)
from vefa.kit.loading import Line, Reading, Section, Tally

REFERENCES = ("group", "unit", "agency")


@dataclass(frozen=True, slots=True)
class ServiceRows:
    """Groups and services; references are keys: code -> group, unit, agency, and code -> area -> unit."""

    groups: list[dict[str, Any]]
    services: list[dict[str, Any]]
    references: dict[str, dict[str, str]]
    unit_by_area: dict[str, dict[str, str]]


class ServicesSection(Section):
    """[[group]] are headings; [[service]] stand below them; [[service.question]] are asked in the form."""

    file = "services.toml"
    fields: ClassVar = {
        "group": ("key", "names", "order"),
        "service": (
            "code", "group", "names", "words", "description", "remit", "agency", "unit", "unit_by_area",
            "kind", "urgency", "calendar", "first_answer_hours", "resolution_hours", "legal_days",
            "legal_basis", "public", "photo_required", "question",
        ),
    }  # fmt: skip

    def read(self, lines: Sequence[Line], reading: Reading) -> ServiceRows:
        """Check groups first, then services with all that they refer to."""
        groups = [line for line in lines if line.table == "group"]
        found = ServiceRows(
            [_group(line, place, reading) for place, line in enumerate(groups, 1)], [], {}, {}
        )
        for place, line in enumerate((line for line in lines if line.table == "service"), 1):
            code = reading.text(line, "code", required=True)
            reading.declare("service", code, line)
            found.services.append(_service(line, code, reading) | _clocks(line, reading) | {"order": place})
            found.references[code] = {sort: reading.refer(line, sort, sort) for sort in REFERENCES}
            found.unit_by_area[code] = _unit_by_area(line, reading)
            _check_remit(line, reading)
        return found

    def write(self, rows: ServiceRows, *, now: datetime) -> Tally:
        """Alter groups, services and the units that answer for them in single areas."""
        groups = synchronise(ServiceGroup.objects, rows.groups, keys=("key",), now=now)
        ids = {
            "group": {key[0]: row.id for key, row in groups.rows.items()},
            "unit": dict(Unit.objects.values_list("key", "id")),
            "agency": dict(Agency.objects.values_list("key", "id")),
        }
        services = [row | _ids(rows.references[row["code"]], ids) for row in rows.services]
        outcome = synchronise(Service.objects, services, keys=("code",), now=now)
        _write_units(outcome, rows.unit_by_area, ids["unit"])
        return groups.tally() + outcome.tally()

    def recall(self) -> Iterable[tuple[str, str]]:
        """The services in use."""
        codes = Service.objects.filter(retired_at=None).order_by("code").values_list("code", flat=True)
        return [("service", code) for code in codes]


def _group(line: Line, place: int, reading: Reading) -> dict[str, Any]:
    key = reading.text(line, "key", required=True)
    reading.declare("group", key, line)
    order = int(reading.number(line, "order", default=place) or place)
    return {"key": key, "names": reading.texts(line, "names", required=True), "order": order}


def _service(line: Line, code: str, reading: Reading) -> dict[str, Any]:
    if not reading.text(line, "group"):
        reading.refuse(line, f"The service “{code}” stands in no group.", "Fill in “group”.")
    return {
        "code": code,
        "names": reading.texts(line, "names", required=True),
        "words": reading.lists(line, "words"),
        "description": reading.texts(line, "description"),
        "remit": reading.choice(line, "remit", Remit.values, default="ours"),
        "kind": reading.choice(line, "kind", Kind.values, default="request"),
        "urgency": reading.choice(line, "urgency", Urgency.values, default="normal"),
        "public": reading.flag(line, "public", default=True),
        "photo_required": reading.flag(line, "photo_required", default=False),
        "questions": questions_of(line, reading),
    }


def _clocks(line: Line, reading: Reading) -> dict[str, Any]:
    minutes = {}
    for clock in ("first_answer", "resolution"):
        hours = reading.number(line, f"{clock}_hours")
        if not hours:
            remedy = f"Write {clock}_hours = 8, in hours of the service's calendar."
            reading.refuse(line, f"“{clock}_hours” is missing or 0.", remedy, at=f"{clock}_hours")
        minutes[f"{clock}_min"] = round((hours or 0) * 60)
    days = reading.number(line, "legal_days")
    basis = reading.text(line, "legal_basis")
    if (days is None) == bool(basis):
        remedy = "Write both, for example legal_days = 30 and legal_basis = “3071, art. 7”, or neither."
        reading.refuse(line, "“legal_days” and “legal_basis” belong together.", remedy, at="legal_days")
    calendar = reading.text(line, "calendar") or "office"
    reading.check_known(line, calendar, "calendar", at="calendar")
    legal = {"legal_days": None if days is None else int(days), "legal_basis": basis}
    return minutes | legal | {"calendar": calendar}


def _unit_by_area(line: Line, reading: Reading) -> dict[str, str]:
    table = line.values.get("unit_by_area", {})
    if not isinstance(table, dict) or not all(isinstance(unit, str) for unit in table.values()):
        remedy = 'Write unit_by_area = { area = "unit" }.'
        reading.refuse(line, f"“unit_by_area” is {table!r}.", remedy, at="unit_by_area")
        return {}
    for area, unit in table.items():
        reading.check_known(line, area, "area", at="unit_by_area")
        reading.check_known(line, unit, "unit", at="unit_by_area")
    return dict(table)


def _check_remit(line: Line, reading: Reading) -> None:
    if reading.text(line, "remit") == Remit.AGENCY and not reading.text(line, "agency"):
        reading.refuse(
            line, "The remit is another body's, but none is named.", "Fill in “agency”.", at="remit"
        )


def _ids(references: Mapping[str, str], ids: Mapping[str, Mapping[str, int]]) -> dict[str, int | None]:
    return {f"{name}_id": ids[name].get(key) for name, key in references.items()}


def _write_units(
    outcome: Outcome[Service], wanted: Mapping[str, Mapping[str, str]], unit_ids: Mapping[str, int]
) -> None:
    """Alter the units of single areas; a service for which they differ counts as altered."""
    area_ids = dict(Area.objects.values_list("key", "id"))
    present: dict[int, dict[int, int]] = {}
    for service_id, area_id, unit_id in ServiceUnit.objects.values_list("service_id", "area_id", "unit_id"):
        present.setdefault(service_id, {})[area_id] = unit_id
    fresh = []
    for code, table in wanted.items():
        service = outcome.rows[code,]
        places = {area_ids[area]: unit_ids[unit] for area, unit in table.items()}
        if places != present.get(service.id, {}):
            outcome.changed.add((code,))
            ServiceUnit.objects.filter(service=service).delete()
            fresh += [
                ServiceUnit(service=service, area_id=area, unit_id=unit) for area, unit in places.items()
            ]
    ServiceUnit.objects.bulk_create(fresh)
