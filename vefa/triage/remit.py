"""Whose duty it is: the rules of the service beside what the message says of the owner and the place."""

from functools import lru_cache

from vefa.directory.models import Service
from vefa.directory.queries import directory
from vefa.directory.remit import Duty, Known, duty_of
from vefa.kit.expressions import ANY, Expressions, Part
from vefa.kit.text import words

_LEAST_STEM = 4  # letters from which on a word may have an ending


def duty_said(service: Service, said: list[str], *, area_id: int | None, owner: str = "") -> Duty:
    """Whose duty the matter is, by the words of the message (folded) and the area; an owner may be chosen."""
    if not service.remit_by:
        return duty_of(service, Known(owner=owner))
    known = directory()
    way = list(known.way_up(area_id))
    return duty_of(
        service,
        Known(
            areas=[area.key for area in way],
            place=way[0].name(known.municipality.default_language) if way else "",
            owner=owner,
            told=_told(service, said),
        ),
    )


def _told(service: Service, said: list[str]) -> dict[int, str]:
    """The rules whose owner the message names, with the words that do."""
    found: dict[int, str] = {}
    for met in _names_of(directory().municipality.version, service.code).found_in(said):
        found.setdefault(met.value, " ".join(met.said))
    return found


@lru_cache(1000)
def _names_of(_version: int, code: str) -> Expressions[int]:
    """The words by which a message names the owner of each rule."""
    service = directory().services_in_use[code]
    return Expressions.of(
        ([Part(word, ANY if len(word) >= _LEAST_STEM else 0) for word in words(text)], place)
        for place, rule in enumerate(service.remit_by)
        for texts in rule["words"].values()
        for text in texts
        if words(text)
    )
