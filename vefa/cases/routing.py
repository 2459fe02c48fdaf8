"""Which unit answers for a matter."""

from collections.abc import Mapping
from typing import Any

from vefa.channels.models import Endpoint
from vefa.directory.models import Service, Unit
from vefa.directory.queries import directory

CONTACT_CENTRE = "contact"  # key of the unit that decides where nobody else does


def unit_for(*, service: Service | None, area_id: int | None, endpoint: Endpoint | None) -> Unit | None:
    """The unit of the service in this area, else the endpoint's own, else the contact centre.

    None only in a municipality without any unit.
    """
    known = directory()
    unit = known.unit_for(service, area_id) if service else None
    if unit is not None and unit.retired_at is None:
        return unit
    keys = [endpoint.default_unit_key, endpoint.unit_key] if endpoint else []
    return _first_of([*keys, *_centre_keys()]) or _any_unit()


def passing_unit(facts: Mapping[str, Any] | None, endpoint: Endpoint | None) -> Unit | None:
    """The unit that hands a matter to the body whose duty it is: the one of the rule, else who decides."""
    return _first_of([str((facts or {}).get("unit", ""))]) or deciding_unit(endpoint)


def deciding_unit(endpoint: Endpoint | None) -> Unit | None:
    """The unit whose people decide what a matter is when triage is not sure."""
    return unit_for(service=None, area_id=None, endpoint=endpoint)


def _centre_keys() -> list[str]:
    return [str(directory().municipality.settings.get("contact_unit", "")), CONTACT_CENTRE]


def _first_of(keys: list[str]) -> Unit | None:
    units = {unit.key: unit for unit in directory().units.values() if unit.retired_at is None}
    return next((units[key] for key in keys if key in units), None)


def _any_unit() -> Unit | None:
    return next((unit for unit in directory().units.values() if unit.retired_at is None), None)
