"""Phrases: sentences with variables in every language, and what keeps a half-filled one from going out.

A variable is a name in braces, `{reference}`. No template language runs over what people typed: a phrase is
filled by plain replacement, and what is put in is never read again for variables.
"""

import re
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from vefa.dialogue.models import Phrase
from vefa.directory.queries import directory

VARIABLES = (
    "reference", "service", "place", "unit", "due", "name", "link", "agency", "agency_phone", "reason",
    "objection", "question", "outcome", "city", "phone", "date", "emergency", "signer",
    "opens", "explanation",
)  # fmt: skip
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_PHOTO, _PLAIN = "_photo", "_plain"

type Values = Callable[[str, Sequence[str]], Mapping[str, str]]


class UnresolvedError(ValueError):
    """A sentence still holds variables: nobody is sent a sentence with braces in it."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"not filled in: {', '.join(names)}")
        self.names = tuple(names)


class MissingPhraseError(LookupError):
    """There is no phrase of this key: add it to phrases.toml and load it."""


@dataclass(frozen=True)
class Sentence:
    """One phrase in all its languages."""

    key: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    unit_id: int | None
    service_codes: tuple[str, ...]
    automatic: bool

    def text(self, language: str) -> tuple[str, str]:
        """The text and the language it is in: the one asked for, else English, else the first there is."""
        for code in (language, "en", *self.texts):
            if self.texts.get(code):
                return self.texts[code], code
        raise MissingPhraseError(f"phrase {self.key} has no text: see phrases.toml")


@dataclass(frozen=True)
class Resolved:
    """A phrase whose variables are filled in, `gaps` by name and in their order.

    `key` says which wording it is; with a photo or without, it has the same variables and so the same key.
    """

    key: str
    text: str
    language: str
    gaps: Mapping[str, str]


@dataclass(frozen=True)
class _Books:
    """The municipality's own phrases, and all that are in use, as of one version of the directory."""

    version: int
    own: Mapping[str, Sentence]
    used: dict[str, Sentence]


_lock = threading.Lock()
_held: dict[str, _Books] = {}


def sentences() -> dict[str, Sentence]:
    """Every phrase in use, the municipality's own before those that come with Vefa."""
    return _books().used


def sentence(key: str) -> Sentence:
    """One phrase. Raises MissingPhraseError."""
    found = sentences().get(key)
    if found is None:
        raise MissingPhraseError(f"there is no phrase {key}: add it to phrases.toml and load it")
    return found


def variables(text: str) -> list[str]:
    """The names in braces, each once, in order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables replaced. Raises UnresolvedError if one has no value."""
    missing = [name for name in variables(text) if not values.get(name, "").strip()]
    if missing:
        raise UnresolvedError(missing)
    return _VARIABLE.sub(lambda found: values[found[1]], text)


def resolved(key: str, language: str, values: Values, *, photo: bool = False) -> Resolved:
    """What is said under a key where somebody waits to hear it: the first wording that nothing is missing in.

    `KEY_plain` does without what may have no value (words about what was done, a telephone number),
    `KEY_photo` tells of a photo where there is one. The municipality's own wordings go before those that come
    with Vefa. `values` gives what fills the named variables in a language.

    Raises MissingPhraseError, and UnresolvedError where every wording lacks something.
    """
    missing: UnresolvedError | None = None
    for wording, one in _wordings(key, photo=photo):
        text, spoken = one.text(language)
        names = variables(text)
        known = values(spoken, names)
        try:
            said = fill(text, known)
        except UnresolvedError as error:
            missing = missing or error
        else:
            return Resolved(wording, said, spoken, {name: known[name] for name in names})
    raise missing or MissingPhraseError(f"there is no phrase {key}: add it to phrases.toml and load it")


def check_resolved(text: str) -> None:
    """Raises UnresolvedError if a known variable still stands in the text."""
    left = [name for name in variables(text) if name in VARIABLES]
    if left:
        raise UnresolvedError(left)


def offered(*, unit_id: int | None, service_code: str) -> list[Sentence]:
    """The phrases that staff may choose from, those of the service first, then by key."""
    usable = [one for one in sentences().values() if not one.automatic and one.unit_id in {None, unit_id}]
    return sorted(usable, key=lambda one: (service_code not in one.service_codes, one.key))


def _wordings(key: str, *, photo: bool) -> list[tuple[str, Sentence]]:
    endings = (_PHOTO, "", _PHOTO + _PLAIN, _PLAIN) if photo else ("", _PLAIN)
    books = (_books().own, _shipped())
    return [
        (key + ending.removeprefix(_PHOTO), book[key + ending])
        for book in books
        for ending in endings
        if key + ending in book
    ]


def _books() -> _Books:
    version = directory().municipality.version
    known = _held.get("now")
    if known is None or known.version != version:
        with _lock:
            own = _own()
            known = _held["now"] = _Books(version, own, {**_shipped(), **own})
    return known


def _own() -> dict[str, Sentence]:
    rows = Phrase.objects.filter(retired_at=None).order_by("key")
    return {
        row.key: Sentence(
            row.key, row.titles, row.texts, row.unit_id, tuple(row.service_codes), row.automatic
        )
        for row in rows
    }


@cache
def _shipped() -> Mapping[str, Sentence]:
    source = resources.files("vefa.dialogue").joinpath("phrases.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(source)["phrase"]
    return {
        row["key"]: Sentence(
            row["key"], row["title"], row["texts"], None, (), bool(row.get("automatic", False))
        )
        for row in rows
    }
