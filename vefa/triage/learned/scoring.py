"""What a model says of a message: a share for each service, and the words because of which."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from vefa.triage import semantic
from vefa.triage.learned.features import heard_in, of_pair, of_word
from vefa.triage.learned.nearness import Nearness
from vefa.triage.learned.weights import Mixture, Model

REMEMBERED = 6_000  # words, half a kilobyte each
_SILENCE = 0.05  # what a service is given of which no word of the lexicon was met
_LEAST_SHARE = 0.2  # of what the strongest word says: weaker ones are not told

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one word says: for each service, before the sum is divided by its length."""

    scores: Scores
    square: float


@dataclass(frozen=True, slots=True)
class Meant:
    """What a vector says by itself, and what its nearest examples say; None of a model without any."""

    plain: Scores
    near: Scores | None


@dataclass(eq=False)
class Scorer:
    """A model in use, with what it remembers of words; threads may share it."""

    model: Model
    _words: OrderedDict[str, Spoken] = field(default_factory=OrderedDict)

    def heard(self, said: Sequence[str]) -> "Heard":
        """What the words of a message say, each by itself, and all its pairs together."""
        told, pairs = heard_in(said)
        return Heard(told, [self._spoken(word) for word in told], self._paired(pairs))

    def words(self, heard: "Heard") -> Scores:
        """What all the words say together."""
        total = self.model.bias.copy()
        spoken = [*heard.spoken, heard.paired]
        length = sqrt(sum(one.square for one in spoken)) or 1.0
        total += np.add.reduce([one.scores for one in spoken], dtype=np.float32) / length
        return total

    def lexicon(self, totals: Mapping[str, float]) -> Scores:
        """What the words of the catalogue say, as logarithms of shares."""
        found = np.array([totals.get(code, 0.0) for code in self.model.codes], np.float32) + _SILENCE
        logs: Scores = np.log(found / found.sum())
        return logs

    def meaning(self, text: str, language: str) -> Meant | None:
        """What a text's vector says; None where there are no vectors, or others than it was learned from."""
        known = self.model.meaning
        if known is None or known.model != semantic.MODEL_ID or not semantic.available():
            return None
        try:
            (vector,) = semantic.vectors([text])
        except semantic.SemanticMissingError:  # its engine has just turned out to be broken
            return None
        return self.meant(vector, language)

    def meant(self, vector: NDArray[np.float16], language: str) -> Meant | None:
        """The same of a vector that is known already."""
        known = self.model.meaning
        if known is None:
            return None
        row = semantic.centred(vector[None], [language], known.middles)[0]
        nearness = self._nearness
        plain: Scores = row @ known.weights.astype(np.float32) + known.bias
        return Meant(plain, nearness.said(row) if nearness else None)

    @cached_property
    def _nearness(self) -> Nearness | None:
        """Made at the first message that is compared by meaning: most processes never do."""
        known = self.model.meaning.neighbours if self.model.meaning else None
        return Nearness(known, len(self.model.codes)) if known else None

    def _spoken(self, word: str) -> Spoken:
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = self._read(word)
            while len(self._words) > REMEMBERED:
                self._words.popitem(last=False)
        return known

    def _read(self, word: str) -> Spoken:
        features = of_word(word)
        return self._sum([one.name for one in features], [one.share for one in features])

    def _paired(self, pairs: Sequence[str]) -> Spoken:
        """Pairs are seldom met twice and seldom known: not remembered, but looked up all at once."""
        return self._sum([of_pair(pair) for pair in pairs], [1.0] * len(pairs))

    def _sum(self, features: Sequence[int], shares: Sequence[float]) -> Spoken:
        model = self.model
        names = np.array(features, np.uint32)
        places = np.minimum(np.searchsorted(model.names, names), len(model.names) - 1)
        known = model.names[places] == names
        rows = places[known]
        worth = np.array(shares, np.float32)[known] * model.rarity[rows]
        scores = (worth @ model.weights[rows].astype(np.float32)) * model.scale
        return Spoken(scores.astype(np.float16), float(worth @ worth))


@dataclass(frozen=True, slots=True)
class Heard:
    """The distinct words of a message, what each says, and what its pairs say."""

    told: list[str]
    spoken: list[Spoken]
    paired: Spoken

    def strongest(self, column: int, limit: int = 3) -> list[str]:
        """The words that speak most for one service (weights are against the mean of all services)."""
        said = zip(self.told, self.spoken, strict=True)
        weighed = [(float(one.scores[column]), word) for word, one in said if len(word) > 1]
        best = sorted((row for row in weighed if row[0] > 0), key=lambda row: -row[0])[:limit]
        return [word for weight, word in best if weight >= _LEAST_SHARE * best[0][0]]


def mixed(mixture: Mixture, words: Scores, lexicon: Scores, meant: Meant | None = None) -> Scores:
    """The shares of all services, together 1."""
    total = mixture.words * words + mixture.lexicon * lexicon
    if meant is not None:
        total = total + mixture.meaning * meant.plain
        if meant.near is not None:
            total = total + mixture.nearness * meant.near
    return shares((total / mixture.warmth).astype(np.float32))


def shares(scores: Scores) -> Scores:
    """The softmax along the last axis."""
    risen = np.exp(scores - scores.max(axis=-1, keepdims=True))
    found: Scores = (risen / risen.sum(axis=-1, keepdims=True)).astype(np.float32)
    return found
