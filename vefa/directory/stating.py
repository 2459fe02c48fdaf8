"""Services read as states, and states written into the tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vefa.directory.models import (
    Agency,
    Area,
    Service,
    ServiceExample,
    ServiceGroup,
    ServiceUnit,
    Source,
    Unit,
)
from vefa.directory.states import State, complete
from vefa.kit import rows

_COLUMNS = (
    "names", "description", "explanation", "words", "remit", "remit_by", "unit_kind", "kind", "urgency",
    "calendar", "first_answer_min", "resolution_min", "legal_days", "legal_basis", "public",
    "photo_required", "questions", "order",
)  # fmt: skip
_REFERENCES = ("group", "agency", "unit")


@dataclass
class Written:
    """The codes of services that were made, altered, retired."""

    created: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    retired: set[str] = field(default_factory=set)


def states(codes: Iterable[str] | None = None, *, examples: bool = True) -> dict[str, dict[str, Any]]:
    """The present state of services by code: of these, or of all."""
    table = Service.objects.select_related("group", "agency", "unit").order_by("code")
    found = table if codes is None else table.filter(code__in=list(codes))
    units: dict[int, dict[str, str]] = defaultdict(dict)
    for service_id, area, unit in ServiceUnit.objects.order_by("area__key").values_list(
        "service_id", "area__key", "unit__key"
    ):
        units[service_id][area] = unit
    services = list(found)
    said = _examples([one.pk for one in services]) if examples else {}
    return {one.code: _state(one, units.get(one.pk, {}), said.get(one.pk, {})) for one in services}


def _state(
    service: Service, units: Mapping[str, str], examples: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    return {
        **{name: getattr(service, name) for name in _COLUMNS},
        "group": service.group.key,
        "agency": service.agency.key if service.agency else "",
        "unit": service.unit.key if service.unit else "",
        "unit_by_area": dict(units),
        "examples": dict(examples),
        "retired": service.retired_at is not None,
    }


def _examples(ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows_ = ServiceExample.objects.filter(service_id__in=ids, retired_at=None).order_by("language", "id")
    for service_id, language, text in rows_.values_list("service_id", "language", "text"):
        found[service_id][language].append(text)
    return {service_id: dict(by_language) for service_id, by_language in found.items()}


def write_states(wanted: Mapping[str, State], *, source: Source, now: datetime) -> Written:
    """Bring services in line with their states; new ones come from `source`. Examples are written apart."""
    done = Written()
    ids = _ids()
    known = {row.code: row for row in Service.objects.filter(code__in=list(wanted))}
    fresh, altered = [], []
    for code, given in wanted.items():
        state = complete(given)
        values = {name: state[name] for name in _COLUMNS}
        values |= {f"{name}_id": ids[name].get(state[name]) for name in _REFERENCES}
        row = known.get(code)
        if row is None:
            row = known[code] = Service(code=code, source=source, **values)
            row.retired_at = now if state["retired"] else None
            done.created.add(code)
            fresh.append(row)
        elif _put(row, state, values, now, done):
            altered.append(row)
    Service.objects.bulk_create(fresh)
    if altered:
        Service.objects.bulk_update(
            altered, [*_COLUMNS, *(f"{name}_id" for name in _REFERENCES), "retired_at"]
        )
    done.changed |= _write_units({known[code].pk: complete(state) for code, state in wanted.items()}, known)
    return done


def _put(row: Service, state: State, values: Mapping[str, Any], now: datetime, done: Written) -> bool:
    before, retired = {name: getattr(row, name) for name in values}, bool(state["retired"])
    for name, value in values.items():
        setattr(row, name, value)
    moved = retired != (row.retired_at is not None)
    if moved:
        row.retired_at = now if retired else None
    if not moved and before == values:
        return False
    (done.retired if moved and retired else done.changed).add(row.code)
    return True


def _ids() -> dict[str, dict[str, int]]:
    return {
        "group": dict(ServiceGroup.objects.values_list("key", "id")),
        "agency": dict(Agency.objects.values_list("key", "id")),
        "unit": dict(Unit.objects.values_list("key", "id")),
    }


def _write_units(wanted: Mapping[int, State], known: Mapping[str, Service]) -> set[str]:
    """Alter the units of single areas; the codes of services for which they differed."""
    area_ids = dict(Area.objects.values_list("key", "id"))
    unit_ids = dict(Unit.objects.values_list("key", "id"))
    present: dict[int, dict[int, int]] = defaultdict(dict)
    for service_id, area_id, unit_id in ServiceUnit.objects.values_list("service_id", "area_id", "unit_id"):
        present[service_id][area_id] = unit_id
    codes = {row.pk: code for code, row in known.items()}
    altered, fresh = set(), []
    for service_id, state in wanted.items():
        places = {area_ids[area]: unit_ids[unit] for area, unit in state["unit_by_area"].items()}
        if places != present.get(service_id, {}):
            altered.add(service_id)
            fresh += [
                ServiceUnit(service_id=service_id, area_id=area, unit_id=unit)
                for area, unit in places.items()
            ]
    ServiceUnit.objects.filter(service_id__in=altered).delete()
    ServiceUnit.objects.bulk_create(fresh)
    return {codes[service_id] for service_id in altered}


def write_examples(service_id: int, examples: Mapping[str, Sequence[str]], *, now: datetime) -> None:
    """Make a service's example messages those that somebody wrote at the desk; taken out ones stay out."""
    table = ServiceExample.objects.filter(service_id=service_id)
    known = {(row.language, row.text): row for row in table}
    wanted = {(language, text) for language, texts in examples.items() for text in texts}
    moved = []
    for key, row in known.items():
        if (key in wanted) == (row.retired_at is None):
            continue
        row.retired_at, row.source = (None if key in wanted else now), Source.DESK
        moved.append(row)
    ServiceExample.objects.bulk_update(moved, ["retired_at", "source"])
    fresh = [
        {"service_id": service_id, "language": language, "text": text, "source": Source.DESK.value}
        for language, texts in examples.items()
        for text in texts
        if (language, text) not in known
    ]
    rows.insert(ServiceExample, fresh)
