"""Which keywords count on which channel: those that come with Vefa, and the municipality's own."""

import threading
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from vefa.directory.queries import directory
from vefa.triage.keywords.rules import Meaning, folded
from vefa.triage.models import Keyword

DEFAULT_CHANNELS = ("sms",)
type ByChannel = Mapping[str, Mapping[str, Meaning]]

_lock = threading.Lock()
_held: dict[str, tuple[int, ByChannel]] = {}


def known_words() -> ByChannel:
    """What each word means, by channel; the municipality's keyword takes the place of ours of that key."""
    version = directory().municipality.version
    known = _held.get("now")
    if known is None or known[0] != version:
        with _lock:
            known = _held["now"] = (version, _by_channel({**_shipped(), **_own()}))
    return known[1]


def _by_channel(rows: Mapping[str, Mapping[str, Any]]) -> ByChannel:
    found: dict[str, dict[str, Meaning]] = {}
    for row in rows.values():
        for channel in row.get("channels") or DEFAULT_CHANNELS:
            found.setdefault(channel, {}).update(_meanings(row))
    return found


def _meanings(row: Mapping[str, Any]) -> Iterator[tuple[str, Meaning]]:
    does, language = row["does"], row.get("language", "")
    for word in folded(row.get("codes", ())):
        yield word, Meaning(does, "", language)
    for spoken, words in row.get("words", {}).items():
        for word in folded(words):
            yield word, Meaning(does, spoken, language)


def _own() -> dict[str, dict[str, Any]]:
    fields = ("key", "does", "codes", "words", "language", "channels")
    return {row["key"]: row for row in Keyword.objects.filter(retired_at=None).values(*fields)}


def _shipped() -> dict[str, dict[str, Any]]:
    source = resources.files("vefa.triage.keywords").joinpath("keywords.toml").read_text(encoding="utf-8")
    return {row["key"]: row for row in tomllib.loads(source)["keyword"]}
