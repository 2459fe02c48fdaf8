"""The one reader of the environment."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

PAGE = "docs/settings.md"
# A database that falls silent (its machine is gone, a firewall forgot the connection) is given up within half
# a minute, before those who wait give up. A socket of this machine breaks by itself: there these say nothing.
PATIENCE = {
    "connect_timeout": "10",  # seconds
    "tcp_user_timeout": "20000",  # milliseconds
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}


class SettingError(Exception):
    """A setting is missing or cannot be read; the sentence says which and where it is explained."""


class Env:
    """Reads settings from a mapping, and secrets from files named by `NAME_FILE`."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source

    def text(self, name: str, *, default: str | None = None) -> str:
        """The value as it stands. Raises SettingError if it is missing and has no default."""
        value = self._source.get(name, default)
        if value is None:
            raise SettingError(f"{name} is not set: see {PAGE}#{name.lower()}")
        return value

    def secret(self, name: str, *, default: str | None = None) -> str:
        """The value, or the content of the file that `NAME_FILE` names."""
        path = self._source.get(f"{name}_FILE")
        if path is None:
            return self.text(name, default=default)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE: cannot read {path} ({error.strerror}): see {PAGE}") from error

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false; any other word is refused."""
        value = self._source.get(name)
        if value is None:
            return default
        if value not in {"true", "false"}:
            raise SettingError(f"{name} must be true or false, not {value!r}: see {PAGE}#{name.lower()}")
        return value == "true"

    def count(self, name: str, *, default: int) -> int:
        """A whole number, 0 or more."""
        value = self._source.get(name)
        if value is None:
            return default
        if not value.isdecimal():
            raise SettingError(f"{name} must be a whole number, not {value!r}: see {PAGE}#{name.lower()}")
        return int(value)

    def words(self, name: str, *, default: str = "") -> list[str]:
        """A list separated by commas; spaces around a word do not count."""
        return [word.strip() for word in self.text(name, default=default).split(",") if word.strip()]

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Addresses and networks (10.0.0.0/24), separated by commas; a name of a host is refused."""
        try:
            return [ip_network(word) for word in self.words(name)]
        except ValueError as error:
            raise SettingError(f"{name}: {error}; give addresses or networks: see {PAGE}") from error


def database(url: str) -> dict[str, object]:
    """Django's description of `postgresql://user:password@host:port/name?host=/socket/dir`.

    A `host` in the query (a directory for a socket) wins over the one in the address, and what it says of
    `PATIENCE` over that.
    Raises SettingError for any other scheme or a missing database name.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or len(parts.path) < 2:
        raise SettingError(
            f"VEFA_DATABASE_URL must look like postgresql://user:password@host/name: see {PAGE}"
        )
    options = {**PATIENCE, **dict(parse_qsl(parts.query))}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        "OPTIONS": options,
    }
