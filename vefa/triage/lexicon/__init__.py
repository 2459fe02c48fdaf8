"""Words of each language, read once from the TOML files beside this one."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from vefa.kit.text import Stems, words

LANGUAGES = ("tr", "ru", "kk", "fa", "en")


@dataclass(frozen=True)
class Phrases:
    """Expressions to be found in a row of folded words; a star after a word takes any ending."""

    by_first: Mapping[str, tuple[tuple[str, ...], ...]]
    stems: Stems  # of those with a star

    @classmethod
    def of(cls, expressions: Iterable[str]) -> "Phrases":
        """Fold expressions such as "gaz kokusu" or "şikayet*"."""
        table: dict[str, list[tuple[str, ...]]] = {}
        for expression in expressions:
            parts = tuple(_folded(word) for word in expression.split())
            table.setdefault(parts[0], []).append(parts)
        stems = Stems.of(first[:-1] for first in table if first.endswith("*"))
        return cls({first: tuple(rows) for first, rows in table.items()}, stems)

    def found(self, said: list[str]) -> list[str]:
        """Every expression that stands in the words, as it stands there."""
        hits = []
        for at, word in enumerate(said):
            for key in (word, *(f"{beginning}*" for beginning in self.stems.in_word(word))):
                rows = self.by_first.get(key, ())
                hits += [" ".join(said[at : at + len(parts)]) for parts in rows if _fits(parts, said, at)]
        return hits


def _folded(word: str) -> str:
    return "".join(words(word)) + ("*" if word.endswith("*") else "")


def _fits(parts: tuple[str, ...], said: list[str], at: int) -> bool:
    if at + len(parts) > len(said):
        return False
    return all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for part, word in zip(parts, said[at : at + len(parts)], strict=True)
    )


@dataclass(frozen=True)
class Lexicon:
    """The words of one language."""

    common: Phrases
    kind: Mapping[str, Phrases]
    urgency: Mapping[str, Phrases]
    verdict: Mapping[str, Phrases]


@cache
def lexicon(language: str) -> Lexicon:
    """The words of one of the five languages. Raises KeyError for another."""
    if language not in LANGUAGES:
        raise KeyError(language)
    source = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    read = tomllib.loads(source)
    return Lexicon(
        common=Phrases.of(read["common"]),
        **{
            part: {name: Phrases.of(row) for name, row in read[part].items()}
            for part in ("kind", "urgency", "verdict")
        },
    )
