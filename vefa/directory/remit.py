"""Whose duty a matter is: the service's usual remit, unless a rule of it speaks of this place or this owner.

A rule names an area, an owner or both: a lamp on the ring road belongs to the highways directorate, a manhole
to the telephone company. The rule that names more of what is known decides; of equals the first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vefa.directory.models import Remit, Service
from vefa.kit.saying import Sentence

OWN = "ours"  # the owner that a person names where the thing is the municipality's own


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of one matter.

    areas    keys of the area and of those above it      place   the area's name, for the evidence
    owner    key of the body that a person named as owner, or OWN
    told     place of a rule in the service's list -> the words of the message that name its owner
    """

    areas: Collection[str] = ()
    place: str = ""
    owner: str = ""
    told: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Duty:
    """Whose it is: `agency` is a key, "" for the municipality itself; `unit` of a rule passes it on."""

    remit: str
    agency: str
    because: str
    owner: str = ""
    unit: str = ""
    by_rule: bool = False


def duty_of(service: Service, known: Known) -> Duty:
    """Whose duty this matter is, and why."""
    usual_agency = service.agency.key if service.agency else ""
    if known.owner == OWN:
        return Duty(Remit.OURS, "", Sentence("chosen by a person"), OWN, by_rule=True)
    fitting = [
        (_weight(rule, place, known), -place, rule)
        for place, rule in enumerate(service.remit_by)
        if _fits(rule, place, known)
    ]
    if not fitting:
        usual = Sentence("usual for this service")
        return Duty(service.remit, usual_agency, usual, known.owner)
    _, negative, rule = max(fitting, key=lambda one: one[:2])
    return Duty(
        rule["remit"],
        rule["agency"],
        _reason(rule, -negative, known),
        known.owner or rule["owner"],
        rule["unit"],
        by_rule=True,
    )


def _fits(rule: Mapping[str, Any], place: int, known: Known) -> bool:
    if rule["area"] and rule["area"] not in known.areas:
        return False
    if not rule["owner"]:
        return not known.owner or known.owner == rule["agency"]
    return known.owner == rule["owner"] if known.owner else place in known.told


def _weight(rule: Mapping[str, Any], place: int, known: Known) -> int:
    """Area and owner together weigh most; then the owner; the area alone least."""
    by_owner = bool(rule["owner"]) and (known.owner == rule["owner"] or place in known.told)
    return 2 * by_owner + bool(rule["area"])


def _reason(rule: Mapping[str, Any], place: int, known: Known) -> str:
    if rule["owner"] and known.owner:
        return Sentence("chosen by a person")
    if rule["owner"]:
        return Sentence("says %(words)s", words=known.told[place])
    return Sentence("the place lies in %(area)s", area=known.place)


def owners_of(service: Service) -> Sequence[str]:
    """The owners that the service's rules speak of, each once, in their order."""
    return list(dict.fromkeys(rule["owner"] for rule in service.remit_by if rule["owner"]))
