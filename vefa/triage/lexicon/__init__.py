"""Words of each language, read once from the TOML files beside this one."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from vefa.kit.expressions import ANY, Expressions, Part
from vefa.kit.text import words

LANGUAGES = ("tr", "ru", "kk", "fa", "en")


@dataclass(frozen=True)
class Phrases:
    """Lists of expressions, each list with a name, found together in one walk through folded words."""

    table: Expressions[str]

    @classmethod
    def of(cls, lists: Mapping[str, Iterable[str]]) -> "Phrases":
        """Fold expressions such as "gaz kokusu" or "şikayet*"."""
        known = [
            ([_part(word) for word in expression.split()], name)
            for name, expressions in lists.items()
            for expression in expressions
        ]
        known.sort(key=lambda row: row[0][0].ending)  # a word as it is goes before a stem
        return cls(Expressions.of(known))

    def found(self, said: list[str]) -> dict[str, list[str]]:
        """By the name of a list, every expression of it that stands in the words, as it stands there."""
        hits: dict[str, list[str]] = {}
        for met in self.table.found_in(said):
            hits.setdefault(met.value, []).append(" ".join(met.said))
        return hits


def _part(word: str) -> Part:
    return Part("".join(words(word)), ANY if word.endswith("*") else 0)


@dataclass(frozen=True)
class Everyday:
    """Single words that show in which language somebody writes."""

    whole: frozenset[str]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, known: Iterable[str]) -> "Everyday":
        """Fold words such as "ve" or "sokak*"."""
        parts = [_part(word) for word in known]
        stems = tuple(part.stem for part in parts if part.ending)
        return cls(frozenset(part.stem for part in parts if not part.ending), stems)

    def among(self, said: list[str]) -> list[str]:
        """Those of the words that are everyday ones."""
        whole, stems = self.whole, self.stems
        return [word for word in said if word in whole or word.startswith(stems)]


@dataclass(frozen=True)
class Scene:
    """Lists of words that are a danger together: in any order, within so many words of each other."""

    level: str  # emergency or urgent
    of: tuple[str, ...]
    within: int
    unless: str = ""  # a list of which nothing stands as near


@dataclass(frozen=True)
class Lexicon:
    """The words of one language: of everyday life, of tone (kinds, urgencies, calm, scenes), of a verdict."""

    common: Everyday
    tone: Phrases
    verdict: Phrases
    further: Phrases  # behind which another matter often begins
    street: tuple[str, ...]  # how words begin that follow the name of a street or quarter


@cache
def lexicon(language: str) -> Lexicon:
    """The words of one of the five languages. Raises KeyError for another."""
    if language not in LANGUAGES:
        raise KeyError(language)
    source = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    read = tomllib.loads(source)
    return Lexicon(
        common=Everyday.of(read["common"]),
        tone=Phrases.of(read["kind"] | read["urgency"] | read["calm"] | read["scene"]),
        verdict=Phrases.of(read["verdict"]),
        further=Phrases.of(read["further"]),
        street=tuple(_part(word).stem for word in read["street"]),
    )


@cache
def scenes() -> tuple[Scene, ...]:
    """What is a danger in every language."""
    source = resources.files(__name__).joinpath("scenes.toml").read_text(encoding="utf-8")
    return tuple(
        Scene(one["level"], tuple(one["of"]), one["within"], one.get("unless", ""))
        for one in tomllib.loads(source)["scene"]
    )
