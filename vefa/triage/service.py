"""What the message is about: services found by the words that residents use for them.

Each service carries words and short expressions per language. A word counts more when few services share
it and when an expression of several words is met whole. Endings vary, so a word of four letters or more is
met by its beginning.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log

from vefa.kit.expressions import ANY, Expressions, Met, Part
from vefa.kit.saying import Sentence
from vefa.kit.text import words
from vefa.triage.guess import Guess
from vefa.triage.lexicon import LANGUAGES

_LEAST_STEM = 4
_LEAST_STEM_BESIDE = 2  # inside an expression its other words make sure: "su kes" meets "su kesildi"
_OTHER_LANGUAGE = 0.5  # words of another language count half: people mix them


@dataclass(frozen=True, eq=False)
class Term:
    """A word or expression of one service in one language."""

    language: str
    code: str
    weight: float


@dataclass(frozen=True)
class ServiceIndex:
    """All words of all services in every language, ready for look-up."""

    terms: Expressions[Term]

    @classmethod
    def of(cls, vocabulary: Mapping[str, Mapping[str, Iterable[str]]]) -> "ServiceIndex":
        """`vocabulary` maps a language and then a service's code to words and expressions."""
        terms = [term for language, known in vocabulary.items() for term in _terms(language, known)]
        return cls(Expressions.of(terms))

    def met(self, said: list[str]) -> list[Met[Term]]:
        """Every term that stands in the words."""
        return self.terms.found_in(said)


def _terms(language: str, vocabulary: Mapping[str, Iterable[str]]) -> Iterator[tuple[list[Part], Term]]:
    """The terms of one language, each weighed by how few services share its words."""
    shared: dict[str, set[str]] = defaultdict(set)
    rows: set[tuple[str, tuple[str, ...]]] = set()
    for code, expressions in vocabulary.items():
        for expression in expressions:
            parts = tuple(words(expression))
            if parts:
                rows.add((code, parts))
                for part in parts:
                    shared[part].add(code)
    total = len(vocabulary) or 1
    for code, parts in sorted(rows):
        rare = sum(log(1 + total / len(shared[part])) for part in parts)
        yield _parts(parts), Term(language, code, rare * (1 + 0.5 * (len(parts) - 1)))


def _parts(words: tuple[str, ...]) -> list[Part]:
    """An expression whose words may have endings, if they are long enough."""
    least = [_LEAST_STEM, *[_LEAST_STEM_BESIDE] * (len(words) - 1)]
    return [Part(word, ANY if len(word) >= enough else 0) for word, enough in zip(words, least, strict=True)]


@dataclass(frozen=True)
class Totals:
    """What the words of the catalogue say: a weight for each service that is named, and in which words."""

    weights: Mapping[str, float]
    words: Mapping[str, list[str]]

    def ranked(self) -> list[str]:
        """The codes, the likeliest first."""
        return sorted(self.weights, key=lambda code: (-self.weights[code], code))


def totals_of(met: Iterable[Met[Term]], *, language: str) -> Totals:
    """The weights of all services whose words were met; another language's words count half."""
    total: dict[str, float] = defaultdict(float)
    because: dict[str, dict[str, None]] = defaultdict(dict)  # as a set that keeps its order
    hits: dict[str, dict[Term, str]] = defaultdict(dict)
    for one in met:
        hits[one.value.language][one.value] = " ".join(one.said)
    for tongue in LANGUAGES:
        share = 1.0 if tongue == language else _OTHER_LANGUAGE
        scores: dict[str, float] = defaultdict(float)
        for term, text in hits[tongue].items():
            scores[term.code] += term.weight
            because[term.code][text] = None
        for code, score in scores.items():
            total[code] = max(total[code], score * share)
    return Totals(total, {code: list(texts) for code, texts in because.items()})


def services_of(totals: Totals, *, limit: int = 3) -> list[Guess[str]]:
    """Up to `limit` services by the catalogue's words alone, the likeliest first, each with its words."""
    total, ranked = totals.weights, totals.ranked()[:limit]
    whole = sum(total[code] for code in ranked)
    return [
        Guess(
            code,
            round(min(total[code] / whole, total[code] / (total[code] + 1.2)), 3),
            Sentence("says %(words)s", words=", ".join(totals.words[code][:4])),
        )
        for code in ranked
    ]
