"""What the message is about: services found by the words that residents use for them.

Each service carries words and short expressions per language. A word counts more when few services share
it and when an expression of several words is met whole. Endings vary, so a word of four letters or more is
met by its beginning.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

from vefa.kit.text import Stems, words
from vefa.triage.guess import Guess

SURE = 0.6  # from this confidence on, triage acts without asking
_LEAST_STEM = 4
_LEAST_STEM_BESIDE = 2  # inside an expression its other words make sure: "su kes" meets "su kesildi"
_OTHER_LANGUAGE = 0.5  # words of another language count half: people mix them


@dataclass(frozen=True)
class Term:
    """A word or expression of one service."""

    code: str
    parts: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class ServiceIndex:
    """All words of all services of one language, ready for look-up."""

    by_first: Mapping[str, tuple[Term, ...]]
    stems: Stems

    @classmethod
    def of(cls, vocabulary: Mapping[str, Iterable[str]]) -> "ServiceIndex":
        """`vocabulary` maps a service's code to its words and expressions."""
        shared: dict[str, set[str]] = defaultdict(set)
        rows: set[tuple[str, tuple[str, ...]]] = set()
        for code, expressions in vocabulary.items():
            for expression in expressions:
                parts = tuple(words(expression))
                if parts:
                    rows.add((code, parts))
                    for part in parts:
                        shared[part].add(code)
        table: dict[str, list[Term]] = defaultdict(list)
        total = len(vocabulary) or 1
        for code, parts in sorted(rows):
            rare = sum(log(1 + total / len(shared[part])) for part in parts)
            table[parts[0]].append(Term(code, parts, rare * (1 + 0.5 * (len(parts) - 1))))
        return cls({first: tuple(terms) for first, terms in table.items()}, Stems.of(table))

    def hits(self, said: list[str]) -> dict[str, tuple[float, list[str]]]:
        """For each service met: its score, and the words that met it."""
        best: dict[tuple[str, tuple[str, ...]], tuple[float, str]] = {}
        for at, word in enumerate(said):
            for beginning in self.stems.in_word(word, least=min(_LEAST_STEM, len(word))):
                for term in self.by_first.get(beginning, ()):
                    met = _met(term, said, at)
                    if met:
                        best[(term.code, term.parts)] = (term.weight, met)
        scores: dict[str, tuple[float, list[str]]] = {}
        for (code, _), (weight, met) in best.items():
            score, seen = scores.get(code, (0.0, []))
            scores[code] = (score + weight, [*seen, met])
        return scores


def _met(term: Term, said: list[str], at: int) -> str:
    """The words at `at` if they are the term, each perhaps with an ending; else ""."""
    piece = said[at : at + len(term.parts)]
    if len(piece) < len(term.parts):
        return ""
    least = _LEAST_STEM if len(term.parts) == 1 else _LEAST_STEM_BESIDE
    fits = all(
        word == part or (len(part) >= least and word.startswith(part))
        for part, word in zip(term.parts, piece, strict=True)
    )
    return " ".join(piece) if fits else ""


def services_of(
    said: list[str], *, language: str, indexes: Mapping[str, ServiceIndex], limit: int = 3
) -> list[Guess[str]]:
    """Up to `limit` services, the likeliest first, each with the words that speak for it."""
    total: dict[str, float] = defaultdict(float)
    because: dict[str, list[str]] = defaultdict(list)
    for code, index in indexes.items():
        share = 1.0 if code == language else _OTHER_LANGUAGE
        for service, (score, met) in index.hits(said).items():
            total[service] = max(total[service], score * share)
            because[service] += [word for word in met if word not in because[service]]
    ranked = sorted(total, key=lambda service: (-total[service], service))[:limit]
    whole = sum(total[service] for service in ranked)
    return [
        Guess(
            service,
            round(min(total[service] / whole, total[service] / (total[service] + 1.2)), 3),
            f"says {', '.join(because[service][:4])}",
        )
        for service in ranked
    ]
