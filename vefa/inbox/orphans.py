"""Files that no contact names: photos of reports that were never sent, and what a crash left half-done.

A photo of a report in the making is touched whenever the report is (`files.stay`), and such a report is
forgotten after half a day: a file that nobody touched for a day and that no row names belongs to nobody.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from vefa.inbox.models import Attachment, Contact

GRACE = timedelta(days=1)
FOLDERS = 256
PACE_S = 15  # one folder after the other: the whole store is seen about once an hour
Keys = set[UUID]
Named = Callable[[Iterable[UUID]], Keys]  # which of these keys a table names
_OURS = re.compile(r"([0-9a-f]{32})(\.bare|\.[0-9a-z-]+\.part)?")


def sweep(*, now: datetime, elsewhere: Named) -> int:
    """Remove what belongs to nobody from the folder whose turn it is; how many files.

    `elsewhere` knows the files that rooms above this one keep.
    Nothing is touched while the database tells of no contact older than a day: then it is new, or another
    city's, and every file would seem to be an orphan.
    """
    if not Contact.objects.filter(received_at__lt=now - GRACE).order_by("id")[:1].exists():
        return 0
    return sweep_folder(int(now.timestamp() / PACE_S) % FOLDERS, now=now, elsewhere=elsewhere)


def sweep_folder(number: int, *, now: datetime, elsewhere: Named) -> int:
    """Remove what belongs to nobody from one folder (0 to 255); how many files."""
    folder = Path(settings.MEDIA_ROOT, f"{number:02x}")
    old = dict(_untouched(folder, since=(now - GRACE).timestamp()))
    keys = {key for key, _ in old.values()}
    named = _named(keys) | elsewhere(keys)
    doomed = [path for path, (key, unfinished) in old.items() if unfinished or key not in named]
    for path in doomed:
        with suppress(FileNotFoundError):
            path.unlink()
    return len(doomed)


def _untouched(folder: Path, *, since: float) -> Iterator[tuple[Path, tuple[UUID, bool]]]:
    """Files with names of ours that nobody wrote or touched since then: key, and whether it is a draft."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        found = _OURS.fullmatch(entry.name)
        with suppress(FileNotFoundError):  # it was just finished and has another name
            if found and entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < since:
                yield Path(entry.path), (UUID(found[1]), entry.name.endswith(".part"))


def _named(keys: Iterable[UUID]) -> Keys:
    return set(Attachment.objects.filter(key__in=keys).values_list("key", flat=True))
