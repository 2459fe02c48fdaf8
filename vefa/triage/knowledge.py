"""What triage knows of the municipality: words of services and names of areas, made anew when they change."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from vefa.directory.queries import area_at, area_names, areas, directory, services_by_language, stop_names
from vefa.kit.text import words
from vefa.triage.lexicon import LANGUAGES
from vefa.triage.place import STOP, Gazetteer, Name
from vefa.triage.service import ServiceIndex


@dataclass(frozen=True)
class Knowledge:
    """One state of the directory, ready for reading messages."""

    version: int
    services: ServiceIndex
    gazetteer: Gazetteer


@dataclass(frozen=True)
class Draft:
    """A service's names and words per language as somebody is just editing them."""

    code: str
    names: Mapping[str, str]
    words: Mapping[str, Sequence[str]]


_lock = threading.Lock()
_held: dict[str, Knowledge] = {}
_trial: ContextVar[Knowledge | None] = ContextVar("trial", default=None)


def knowledge() -> Knowledge:
    """The knowledge of the present directory. Raises directory.queries.NotLoadedError."""
    tried = _trial.get()
    if tried is not None:
        return tried
    version = directory().municipality.version
    known = _held.get("now")
    if known is None or known.version != version:
        with _lock:
            known = _held.get("now")
            if known is None or known.version != version:  # another thread was quicker
                known = _held["now"] = _learn(version)
    return known


@contextmanager
def trying(draft: Draft) -> Iterator[None]:
    """Inside, triage knows the draft in place of what is saved; nobody else does."""
    mark = _trial.set(_learn(directory().municipality.version, draft))
    try:
        yield
    finally:
        _trial.reset(mark)


def _learn(version: int, draft: Draft | None = None) -> Knowledge:
    vocabulary = {
        language: {found.service.code: [found.name, *found.words] for found in services_by_language(language)}
        for language in LANGUAGES
    }
    for language, known in vocabulary.items():
        if draft is not None and draft.code in known:
            known[draft.code] = [draft.names.get(language, ""), *draft.words.get(language, ())]
    said = (text for known in vocabulary.values() for texts in known.values() for text in texts)
    single = {folded[0] for text in said if len(folded := words(text)) == 1}
    return Knowledge(
        version=version,
        services=ServiceIndex.of(vocabulary),
        gazetteer=Gazetteer.of(_names(), things=single),
    )


def _names() -> Iterator[Name]:
    """Of areas, and of stops as names of the area in which they stand."""
    way_up = directory().way_up
    above = {area.id: tuple(one.id for one in way_up(area.id))[::-1] for area in areas()}
    for name in area_names():
        yield Name(name.area.id, name.text, above[name.area.id][:-1], alias=name.is_alias)
    for stop in stop_names():
        area = area_at(stop.stop.latitude, stop.stop.longitude)
        if area is not None:
            yield Name(area.id, stop.text, above[area.id][:-1], depth=STOP, alias=stop.is_alias)
