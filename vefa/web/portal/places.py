"""Places by their names: neighbourhoods and streets as residents call them, in any of the languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from vefa.directory import queries
from vefa.directory.models import Area
from vefa.kit.text import words

LIMIT = 8


@dataclass(frozen=True)
class Found:
    """One place that was meant, maybe; `within` tells two of the same name apart."""

    key: str
    name: str
    within: str


@lru_cache(maxsize=1)
def _gazetteer(_version: int) -> list[tuple[int, tuple[str, ...]]]:
    return [(one.area.id, tuple(words(one.text))) for one in queries.area_names()]


def search(text: str, language: str, *, limit: int = LIMIT) -> list[Found]:
    """The places that the text names, the best first; "" finds nothing."""
    said = words(text)
    if not said:
        return []
    best: dict[int, int] = {}
    for area_id, name in _gazetteer(queries.municipality().version):
        worth = _likeness(said, name)
        if worth > best.get(area_id, 0):
            best[area_id] = worth
    areas = queries.directory().areas
    ranked = sorted(best, key=lambda area_id: (-best[area_id], areas[area_id].path))
    return [described(areas[area_id], language) for area_id in ranked[:limit]]


def _likeness(said: Sequence[str], name: Sequence[str]) -> int:
    """0 for nothing; whole names count most, then names inside a longer text, then beginnings."""
    if not name:
        return 0
    if list(said) == list(name):
        return 100
    if _inside(name, said):
        return 50 + len(name)
    if all(any(part.startswith(word) for part in name) for word in said):
        return 10 + len(said)
    return 0


def _inside(name: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the name stands in the text as a row of words; the last may carry an ending."""
    for at in range(len(said) - len(name) + 1):
        piece = said[at : at + len(name)]
        stem = name[-1]
        if piece[:-1] == list(name[:-1]) and (
            piece[-1] == stem or (len(stem) >= 4 and piece[-1].startswith(stem))
        ):
            return True
    return False


def described(area: Area, language: str) -> Found:
    """The area in the reader's language, with what it lies in."""
    return Found(area.key, area.name(language), area.parent.name(language) if area.parent else "")


def by_key(key: str) -> Area | None:
    """The area with this key, if it is in use."""
    return next((area for area in queries.areas() if area.key == key), None) if key else None


def choices(language: str) -> list[tuple[Found, list[Found]]]:
    """Districts with their neighbourhoods, for a list to choose from."""
    levels: dict[int, list[Found]] = {}
    known = queries.areas()
    for area in known:
        if area.kind == Area.Level.NEIGHBOURHOOD and area.parent_id:
            levels.setdefault(area.parent_id, []).append(described(area, language))
    districts = [area for area in known if area.kind == Area.Level.DISTRICT]
    return [(described(area, language), levels.get(area.id, [])) for area in districts]
