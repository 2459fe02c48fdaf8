"""What triage knows of the municipality: words of services and names of areas, made anew when they change."""

import threading
from dataclasses import dataclass

from vefa.directory.queries import area_names, directory, services_by_language
from vefa.triage.lexicon import LANGUAGES
from vefa.triage.place import Gazetteer
from vefa.triage.service import ServiceIndex


@dataclass(frozen=True)
class Knowledge:
    """One state of the directory, ready for reading messages."""

    version: int
    services: ServiceIndex
    gazetteer: Gazetteer


_lock = threading.Lock()
_held: dict[str, Knowledge] = {}


def knowledge() -> Knowledge:
    """The knowledge of the present directory. Raises directory.queries.NotLoadedError."""
    version = directory().municipality.version
    known = _held.get("now")
    if known is None or known.version != version:
        with _lock:
            known = _held.get("now")
            if known is None or known.version != version:  # another thread was quicker
                known = _held["now"] = _learn(version)
    return known


def _learn(version: int) -> Knowledge:
    vocabulary = {
        language: {found.service.code: [found.name, *found.words] for found in services_by_language(language)}
        for language in LANGUAGES
    }
    names = [(name.area.id, name.area.path.count("/"), name.text) for name in area_names()]
    return Knowledge(
        version=version,
        services=ServiceIndex.of(vocabulary),
        gazetteer=Gazetteer.of(names),
    )
