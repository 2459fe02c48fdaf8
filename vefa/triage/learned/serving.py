"""The model in service, held by each process and read anew when the directory's stamp moves."""

import threading
from dataclasses import dataclass

from vefa.directory.queries import directory
from vefa.triage.learned.versions import InService, current


@dataclass
class _Held:
    stamp: int | None = None
    service: InService | None = None


_held = _Held()
_lock = threading.Lock()


def in_service() -> InService:
    """What decides about services; asks nothing of the database while nothing has changed.

    Raises directory.queries.NotLoadedError.
    """
    stamp = directory().municipality.version
    service = _held.service
    if service is None or _held.stamp != stamp:
        with _lock:
            if _held.service is None or _held.stamp != stamp:  # another thread was quicker
                _held.service, _held.stamp = current(_held.service), stamp
            service = _held.service
    return service
