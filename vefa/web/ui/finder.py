"""Static files lie beside the view and the template they belong to."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

ROOM = Path(__file__).resolve().parent.parent
SHOWN = frozenset({".css", ".js", ".svg", ".png", ".ico"})


class RoomFinder(BaseFinder):
    """Serves what a browser may see of `vefa/web`; no template and no source is reachable."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.storage = FileSystemStorage(location=ROOM)

    def check(self, **_: Any) -> list[CheckMessage]:
        """Nothing can be configured, so nothing can be wrong."""
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002 - as Django's
        """The file behind `/static/<path>`, or an empty list, as Django wants it."""
        place = (ROOM / path).resolve()
        seen = place.suffix in SHOWN and place.is_relative_to(ROOM) and place.is_file()
        if not seen:
            return []
        return [str(place)] if find_all else str(place)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every file that may be shown, for `collectstatic`."""
        ignored = list(ignore_patterns or ())
        for place in sorted(ROOM.rglob("*")):
            name = place.relative_to(ROOM).as_posix()
            if place.suffix in SHOWN and not any(fnmatch(name, pattern) for pattern in ignored):
                yield name, self.storage
