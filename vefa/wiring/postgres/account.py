"""Under whose name PostgreSQL runs: it refuses root, so root lends it an account without rights."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

CANDIDATES = ("postgres", "nobody")


class NoAccountError(Exception):
    """PostgreSQL cannot run under any account that this machine offers."""


@dataclass(frozen=True)
class Account:
    """The owner of the cluster's files; `switch` tells whether a child has to change to it."""

    uid: int
    gid: int
    switch: bool

    def ids(self) -> tuple[int, int] | None:
        """(uid, gid) that a child must change to, or None."""
        return (self.uid, self.gid) if self.switch else None

    def own(self, path: Path) -> None:
        """Give one file or folder to the account; parents are left as they are."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def may_enter(self, folder: Path) -> bool:
        """Whether the account can reach the folder: every existing folder above lets it pass."""
        if not self.switch:
            return True
        above = [place for place in (folder, *folder.parents) if place.exists()]
        return all(self._passes(place) for place in above)

    def _passes(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        return bool(found.st_mode & (0o010 if found.st_gid == self.gid else 0o001))


def account_for(data: Path) -> Account:
    """The account that owns the cluster, or that a new cluster is given. Raises NoAccountError."""
    me, group = os.geteuid(), os.getegid()
    owner = data.stat() if data.exists() else None
    if me != 0:
        if owner and owner.st_uid != me:
            raise NoAccountError(
                f"{data} belongs to another account (uid {owner.st_uid}): run as that account."
            )
        return Account(uid=me, gid=group, switch=False)
    if owner and owner.st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid, switch=True)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid, switch=True)
    raise NoAccountError("PostgreSQL does not run as root. Start Vefa as an ordinary account.")
