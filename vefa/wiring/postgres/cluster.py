"""One cluster of PostgreSQL on disk: where it lives, how it is made, how it is reached."""

import hashlib
import os
import secrets
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from vefa.wiring.leash import leashed
from vefa.wiring.postgres.account import Account, account_for
from vefa.wiring.postgres.binaries import major, unpack

USER = DATABASE = "vefa"
PASSWORD_FILE = "postgres.password"  # noqa: S105 - the name of a file
PLACE_FILE = "postgres.place"
SYSTEM_PLACE = Path("/var/lib/vefa")
LONGEST_SOCKET = 107  # bytes of sun_path on Linux, without the closing zero
SOCKET_NAME = ".s.PGSQL.5432"
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


class ClusterError(Exception):
    """The cluster cannot be made or found; the text says what to do."""


@dataclass(frozen=True)
class Cluster:
    """A cluster on disk. `home` is ours, `place` holds what PostgreSQL's own account must reach."""

    home: Path
    place: Path
    programs: Path
    data: Path
    sockets: Path
    account: Account
    password: str = field(repr=False)
    options: Mapping[str, str] = MappingProxyType({})

    def url(self, database: str = DATABASE) -> str:
        """Connection URL over the Unix socket; holds the password, so it is never printed."""
        return f"postgresql://{USER}:{self.password}@/{database}?host={quote(str(self.sockets), safe='/')}"

    @property
    def log(self) -> Path:
        """What PostgreSQL says."""
        return self.home / "postgres.log"


def ready_cluster(home: Path, *, options: Mapping[str, str] = MappingProxyType({})) -> Cluster:
    """The home's cluster, made at first (about a second). Raises ClusterError, NoAccountError."""
    place = _place(home)
    data = place / f"data-{major()}"
    account = account_for(data)
    if not account.may_enter(place):
        who = f"the database's account (uid {account.uid})"
        raise ClusterError(f"{place} is closed to {who}: let it pass through the folders above.")
    password = _password(home, data)
    programs = unpack(place)
    if not data.exists():
        _initialise(programs=programs, data=data, account=account, password=password)
    return Cluster(home, place, programs, data, _sockets(place, account), account, password, options)


def _place(home: Path) -> Path:
    """The home itself, or a folder under /var/lib where root's home is closed to PostgreSQL's account."""
    note = home / PLACE_FILE
    if note.exists():
        return Path(home, note.read_text().strip())
    account = account_for(home / f"data-{major()}")
    place = home if account.may_enter(home) else SYSTEM_PLACE / secrets.token_hex(8)
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    note.write_text("." if place == home else str(place))
    return place


def _password(home: Path, data: Path) -> str:
    path = home / PASSWORD_FILE
    if path.exists():
        return path.read_text().strip()
    if data.exists():
        raise ClusterError(f"{path} is missing although {data} exists: bring it back from your backup.")
    password = secrets.token_urlsafe(24)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password)
    return password


def _initialise(*, programs: Path, data: Path, account: Account, password: str) -> None:
    """Run initdb beside the final name, so that a broken run leaves nothing that looks whole."""
    draft = data.with_name(f"{data.name}.draft-{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700)
    account.own(draft)
    word = data.with_name(f"{draft.name}.word")
    with os.fdopen(os.open(word, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password)
    account.own(word)
    try:
        _run_initdb([str(programs / "initdb"), "-D", str(draft), "--pwfile", str(word)], account)
    finally:
        word.unlink()
    draft.rename(data)


def _run_initdb(command: list[str], account: Account) -> None:
    wishes = [
        f"--username={USER}",
        "--auth-local=scram-sha-256",
        "--auth-host=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    whole = leashed([*command, *wishes], farewell=signal.SIGKILL, account=account.ids())
    done = subprocess.run(whole, env=ENVIRONMENT, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise ClusterError(
            f"PostgreSQL could not make its cluster:\n{done.stderr.strip() or done.stdout.strip()}"
        )


def _sockets(place: Path, account: Account) -> Path:
    """The socket's folder, 0700: inside the place, or under /tmp where that path is too long for a socket."""
    folder = place / "run"
    if len(os.fsencode(folder / SOCKET_NAME)) > LONGEST_SOCKET:
        folder = Path("/tmp") / f"vefa-{hashlib.sha256(os.fsencode(place)).hexdigest()[:16]}"  # noqa: S108 - checked below
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid == os.geteuid():
        account.own(folder)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != account.uid or found.st_mode & 0o077:
        raise ClusterError(f"{folder} belongs to somebody else or is open to others: remove it.")
    return folder
