"""The folder of one installation: its secret, its lock, its files, its database."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEFAULT = ".vefa"
SECRET_FILE = "secret.key"  # noqa: S105 - the name of a file
URL_FILE = "database.url"
LOCK_FILE = "lock"


class HomeError(Exception):
    """The folder cannot be used; the text says what to do."""


@dataclass
class HomeTakenError(Exception):
    """Another process holds the home: its number and what it is doing."""

    home: Path
    pid: int
    doing: str

    def __str__(self) -> str:
        """One sentence for the terminal."""
        return f"{self.home} is already in use by '{self.doing}' (process {self.pid})."


def open_home(home: Path) -> None:
    """Make the folder and its secret unless they are there. Raises HomeError."""
    try:
        if not home.exists():
            home.mkdir(parents=True)
            # Root lends the database to an account that must pass through; the secrets inside are 0600.
            home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        _keep_secret(home / SECRET_FILE)
    except OSError as error:
        raise HomeError(
            f"Cannot write to {home} ({error.strerror}): choose another folder with --home."
        ) from error


def _keep_secret(path: Path) -> None:
    """One random secret per installation, from which others derive: it also locks the endpoints' tokens."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    write_secret(draft, secrets.token_urlsafe(48))
    try:
        os.link(draft, path)  # of two processes that start at once, one wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def held(home: Path, *, doing: str) -> Iterator[None]:
    """Hold the home alone. The kernel lets go when we die, however we die. Raises HomeTakenError."""
    number = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(number, "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, other = file.read().partition(" ")
            raise HomeTakenError(home, int(pid or 0), other.strip() or "a start") from None
        file.truncate()
        file.write(f"{os.getpid()} {doing}\n")
        file.flush()
        yield
        file.seek(0)
        file.truncate()
