"""Fit a model: run it in a process of its own, since scikit-learn takes 110 MB that are never given back."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.svm import LinearSVC

from vefa.triage import semantic
from vefa.triage.learned.features import heard_in, of_word
from vefa.triage.learned.nearness import neighbours_of
from vefa.triage.learned.samples import Sample
from vefa.triage.learned.weights import MOST_FEATURES, Meaning, Mixture, Model

LEAST = 2  # texts in which a feature must stand
SOFTNESS = 0.3  # C of the support vectors
SMOOTHING = 0.05  # of the counts
SHRINKAGE = 0.6  # of the covariance of vectors
_EXACT = 0.02  # where the search for weights may stop
_AT_ONCE = 8  # services that are told from the rest together: the library's own weights are wide
_REST = -1  # the label of every other service
_TOP = 127  # of an int8


PLAIN = Mixture(words=0.43, lexicon=0.77)
MIXED = Mixture(words=0.4, lexicon=0.7, meaning=1.0, nearness=0.6)


class TooLittleError(ValueError):
    """There is nothing to tell apart."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to fit. The mixtures were weighed on held-back example messages (benchmarks/README.md)."""

    plain: Mixture = PLAIN
    mixed: Mixture = MIXED
    softness: float = SOFTNESS
    smoothing: float = SMOOTHING
    least: int = LEAST


@dataclass(frozen=True, eq=False)
class _Words:
    """Which words stand in which text, and the features of all words laid end to end.

    As plain numbers: a hundred thousand words have millions of features.
    """

    stands: csr_matrix  # texts x words, of ones
    ends: NDArray[np.int64]  # of each word's features
    names: NDArray[np.uint32]
    shares: NDArray[np.float32]


def fit(
    samples: Sequence[Sample], *, vectors: NDArray[Any] | None = None, recipe: Recipe | None = None
) -> Model:
    """A model of these samples. `vectors` holds a row for each sample that is `vectored`; None: words alone.

    Every service counts alike, however many samples it has. Raises TooLittleError for fewer than two.
    """
    recipe = recipe or Recipe()
    codes = sorted({one.code for one in samples})
    if len(codes) < 2:
        raise TooLittleError("there must be at least two services in use")
    held = _words(samples)
    names, rarity = _vocabulary(held, recipe.least)
    matrix = _matrix(held, names, rarity)
    weights, bias = _learned(matrix, samples, recipe)
    return _pruned(
        Model(
            codes=codes,
            names=names,
            rarity=rarity,
            weights=np.zeros((0, len(codes)), np.int8),
            scale=np.ones(len(codes), np.float32),
            bias=bias.astype(np.float32),
            plain=recipe.plain,
            mixed=recipe.mixed if vectors is not None else None,
            meaning=_meaning(samples, vectors) if vectors is not None else None,
        ),
        weights,
    )


def _words(samples: Sequence[Sample]) -> _Words:
    numbers: dict[str, int] = {}
    ends, columns = array("l", [0]), array("l")
    for one in samples:
        heard, pairs = heard_in(one.said)
        columns.extend(numbers.setdefault(token, len(numbers)) for token in (*heard, *pairs))
        ends.append(len(columns))
    shape = (len(samples), len(numbers))
    stands = csr_matrix((np.ones(len(columns), np.float32), np.array(columns), np.array(ends)), shape=shape)
    ends, names, shares = array("l", [0]), array("I"), array("f")
    for word in numbers:
        for name, share in of_word(word):
            names.append(name)
            shares.append(share)
        ends.append(len(names))
    return _Words(stands, np.array(ends, np.int64), np.array(names, np.uint32), np.array(shares, np.float32))


def _vocabulary(held: _Words, least: int) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """The features that stand in enough texts, in the order of their names, and how rare each is."""
    names, columns = np.unique(held.names, return_inverse=True)
    shape = (len(held.ends) - 1, len(names))
    narrow = csr_matrix((np.ones(len(columns), np.float32), columns, held.ends), shape=shape)
    in_texts = held.stands @ narrow
    in_texts.data[:] = 1
    count = np.asarray(in_texts.sum(axis=0)).ravel()
    often = count >= least
    texts = held.stands.shape[0]
    return names[often], (np.log((1 + texts) / (1 + count[often])) + 1).astype(np.float32)


def _matrix(held: _Words, names: NDArray[np.uint32], rarity: NDArray[np.float32]) -> csr_matrix:
    """Texts x features: the sum over the words of a text, divided by the root of the sum of their squares.

    That is what scoring reckons from words that it remembers one by one.
    """
    places = np.minimum(np.searchsorted(names, held.names), len(names) - 1)
    known = names[places] == held.names
    worth = np.where(known, held.shares * rarity[places], 0).astype(np.float32)
    by_word = csr_matrix((worth, places, held.ends), shape=(len(held.ends) - 1, len(names)))
    by_word.sum_duplicates()
    by_word.eliminate_zeros()
    squares = np.asarray(by_word.multiply(by_word).sum(axis=1)).ravel()
    length = np.sqrt(held.stands @ squares)
    return diags(1 / np.maximum(length, 1e-6)).astype(np.float32) @ (held.stands @ by_word)


def _learned(
    matrix: csr_matrix, samples: Sequence[Sample], recipe: Recipe
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two learners on equal terms: counting is right early, support vectors are where there is much to learn.

    Both are sums over features, and so is their sum. Returns weights (features, services) and biases.
    """
    both, bias = _separated(matrix, samples, recipe)
    both += _counted(matrix, samples, recipe).T
    # What a feature says for all services alike decides nothing, and would take the place of what does.
    both -= both.mean(axis=1, keepdims=True)
    return both, bias


def _separated(
    matrix: csr_matrix, samples: Sequence[Sample], recipe: Recipe
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Each service told from all others by support vectors, a few services at a time."""
    # The learner is given places of codes: it would take a code of digits for a number, and miss its weight.
    codes, told, count = np.unique([one.code for one in samples], return_inverse=True, return_counts=True)
    heavy = dict(enumerate(len(told) / (len(codes) * count)))
    own = [one.weight for one in samples]
    weights = np.empty((matrix.shape[1], len(codes)), np.float32)
    bias = np.empty(len(codes), np.float32)
    wide = matrix.astype(np.float64)  # as the library would make it anew each time
    for places in batched(range(len(codes)), _AT_ONCE):
        labels = np.where(np.isin(told, places), told, _REST)
        shares = {label: heavy.get(label, 1.0) for label in np.unique(labels).tolist()}
        learner = LinearSVC(C=recipe.softness, class_weight=shares, tol=_EXACT, random_state=7)
        learner.fit(wide, labels, sample_weight=own)
        found, base = _square(learner.coef_, learner.intercept_)
        kept = np.searchsorted(learner.classes_, places)
        weights[:, list(places)], bias[list(places)] = found[:, kept], base[kept]
    spread = _spread(matrix @ weights + bias)
    weights /= spread
    return weights, bias / spread


def _counted(matrix: csr_matrix, samples: Sequence[Sample], recipe: Recipe) -> NDArray[Any]:
    """What stands seldom in the texts of all other services (complement naive Bayes): services x features."""
    codes, columns = np.unique([one.code for one in samples], return_inverse=True)
    own = np.array([one.weight for one in samples], np.float32)
    whose = csr_matrix((own, (columns, np.arange(len(samples)))), shape=(len(codes), len(samples)))
    counts: NDArray[np.float32] = (whose @ matrix).toarray()
    np.subtract(counts.sum(axis=0) + np.float32(recipe.smoothing), counts, out=counts)
    counts /= counts.sum(axis=1, dtype=np.float64, keepdims=True)
    np.negative(np.log(counts, out=counts), out=counts)
    counts /= _spread(matrix @ counts.T)
    return counts


def _spread(scores: NDArray[Any]) -> np.float32:
    """How far the services lie apart in a text's scores."""
    return np.float32((scores - scores.mean(axis=1, keepdims=True)).std() or 1.0)


def _square(weights: NDArray[Any], bias: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Of two services the library gives one row: the other's is its opposite."""
    if len(bias) > 1:
        return weights.T, bias
    return np.vstack([-weights[0], weights[0]]).T, np.array([-bias[0], bias[0]])


def _pruned(model: Model, weights: NDArray[Any]) -> Model:
    """The features that say most, in steps of one part in 127 of the largest weight of their service."""
    worth = np.sqrt(np.einsum("fs,fs->f", weights, weights)) * model.rarity  # they lie around nought
    kept = np.sort(np.argsort(-worth)[:MOST_FEATURES])
    strong = weights[kept]
    scale = np.maximum(np.abs(strong).max(axis=0), 1e-9) / _TOP
    return Model(
        codes=model.codes,
        names=model.names[kept],
        rarity=model.rarity[kept],
        weights=np.round(strong / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=model.bias,
        plain=model.plain,
        mixed=model.mixed,
        meaning=model.meaning,
    )


def _meaning(samples: Sequence[Sample], vectors: NDArray[Any]) -> Meaning:
    """Each text seen from the middle of its language, so that services and not languages are told apart."""
    told = [one for one in samples if one.vectored]
    languages = [one.language for one in told]
    middles = semantic.means(vectors, languages)
    rows = semantic.centred(vectors, languages, middles)
    codes = sorted({one.code for one in samples})
    present = sorted({one.code for one in told})
    learner = LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage=SHRINKAGE, priors=np.full(len(present), 1 / len(present))
    )
    learner.fit(rows, [one.code for one in told])
    found, bias = _square(learner.coef_, learner.intercept_)
    spread = _spread(rows @ found + bias)  # so that mixtures mean the same however much was learned
    found, bias = found / spread, bias / spread
    columns = [codes.index(code) for code in present]
    weights = np.zeros((semantic.DIMENSIONS, len(codes)), np.float16)
    weights[:, columns] = found
    all_bias = np.full(len(codes), float(bias.min()) - 1, np.float32)
    all_bias[columns] = bias
    return Meaning(
        model=semantic.MODEL_ID,
        weights=weights,
        bias=all_bias,
        middles=middles,
        neighbours=neighbours_of(rows, [codes.index(one.code) for one in told], languages),
    )
