"""Whose duty it is: the rules of the service beside what the message says of the owner and the place.

The owner's words are looked for as they were typed; where that finds nothing, and Latin letters were typed,
in the letters of Kazakh, Russian and Persian, and by skeletons.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from vefa.directory.models import Service
from vefa.directory.queries import directory
from vefa.directory.remit import Duty, Known, duty_of
from vefa.kit.expressions import ANY, Expressions, Part
from vefa.kit.text import fold, words
from vefa.triage.script import native, skeletons

_LEAST_STEM = 4  # letters from which on a word may have an ending
_ENDING = 6
_LEAST_SKELETON = 5  # letters of an owner's name that is met by its skeleton
_LATIN = re.compile("[a-z]")


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
    names = _names_of(directory().municipality.version, service.code)
    for rules, typed in _readings(names, said):
        found: dict[int, str] = {}
        for met in rules.found_in(typed):
            found.setdefault(met.value, " ".join(said[met.at : met.at + len(met.said)]))
        if found:
            return found
    return {}


class _Names(NamedTuple):
    """The words by which a message names the owner of each rule: as they are, by language, by skeletons."""

    plain: Expressions[int]
    native: dict[str, Expressions[int]]
    bare: Expressions[int]


def _readings(names: _Names, said: list[str]) -> Iterable[tuple[Expressions[int], list[str]]]:
    """What may be looked for in which form of the words; every form has as many words as were typed."""
    yield names.plain, said
    if _LATIN.search(" ".join(said)):
        for language, rules in names.native.items():
            yield rules, [_spelt(word, language) for word in said]
    yield names.bare, skeletons(said)


@lru_cache(32_768)
def _spelt(word: str, language: str) -> str:
    """A folded word in the letters of a language."""
    return fold(native(word, language)) if _LATIN.search(word) else word


@lru_cache(1000)
def _names_of(_version: int, code: str) -> _Names:
    service = directory().services_in_use[code]
    rows = [
        (language, words(text), place)
        for place, rule in enumerate(service.remit_by)
        for language, texts in rule["words"].items()
        for text in texts
        if words(text)
    ]
    return _Names(
        Expressions.of((_parts(said), place) for _, said, place in rows),
        {
            own: Expressions.of((_parts(said), place) for language, said, place in rows if language == own)
            for own in ("kk", "ru", "fa")
        },
        Expressions.of(
            (_parts(bare), place)
            for _, said, place in rows
            if all(bare := skeletons(said)) and len("".join(bare)) >= _LEAST_SKELETON
        ),
    )


def _parts(said: list[str]) -> list[Part]:
    ending = _ENDING if len(said) > 1 else 0  # of a short word, where another one stands beside it
    return [Part(word, ANY if len(word) >= _LEAST_STEM else ending) for word in said]
