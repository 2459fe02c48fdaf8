"""Fit a model: run it in a process of its own, since scikit-learn takes 110 MB that are never given back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from vefa.triage import semantic
from vefa.triage.learned.features import Feature, heard_in, of_word
from vefa.triage.learned.samples import Sample
from vefa.triage.learned.weights import MOST_FEATURES, Meaning, Mixture, Model

LEAST = 2  # texts in which a feature must stand
SOFTNESS = 0.3  # C of the support vectors
SMOOTHING = 0.05  # of the counts
SHRINKAGE = 0.6  # of the covariance of vectors
_EXACT = 0.02  # where the search for weights may stop
_TOP = 127  # of an int8


class TooLittleError(ValueError):
    """There is nothing to tell apart."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to fit; the mixtures were fitted on development data (`make bench-triage`)."""

    plain: Mixture = field(default_factory=lambda: Mixture(words=0.43, lexicon=0.77))
    mixed: Mixture = field(default_factory=lambda: Mixture(words=0.4, lexicon=0.7, meaning=1.3))
    softness: float = SOFTNESS
    smoothing: float = SMOOTHING
    least: int = LEAST


@dataclass(frozen=True, eq=False)
class _Words:
    """The words of all texts, each with its features, and in which text each stands."""

    words: list[str]
    features: list[list[Feature]]
    stands: csr_matrix  # texts x words, of ones


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
    ends, columns = [0], []
    for one in samples:
        heard, pairs = heard_in(one.said)
        columns += [numbers.setdefault(token, len(numbers)) for token in (*heard, *pairs)]
        ends.append(len(columns))
    shape = (len(samples), len(numbers))
    stands = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=shape)
    return _Words(list(numbers), [of_word(word) for word in numbers], stands)


def _vocabulary(held: _Words, least: int) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """The features that stand in enough texts, in the order of their names, and how rare each is."""
    by_word = _incidence(held)
    names, columns = np.unique(by_word.indices, return_inverse=True)
    narrow = csr_matrix(
        (np.ones(len(columns), np.float32), columns, by_word.indptr), (len(held.words), len(names))
    )
    in_texts = held.stands @ narrow
    in_texts.data[:] = 1
    count = np.asarray(in_texts.sum(axis=0)).ravel()
    often = count >= least
    texts = held.stands.shape[0]
    return names[often].astype(np.uint32), (np.log((1 + texts) / (1 + count[often])) + 1).astype(np.float32)


class _Incidence:
    """Rows of feature names for each word, laid end to end."""

    def __init__(self, held: _Words) -> None:
        self.indptr = np.cumsum([0, *(len(row) for row in held.features)])
        self.indices = np.array([one.name for row in held.features for one in row], np.int64)
        self.shares = np.array([one.share for row in held.features for one in row], np.float32)


def _incidence(held: _Words) -> _Incidence:
    return _Incidence(held)


def _matrix(held: _Words, names: NDArray[np.uint32], rarity: NDArray[np.float32]) -> csr_matrix:
    """Texts x features: the sum over the words of a text, divided by the root of the sum of their squares.

    That is what scoring reckons from words that it remembers one by one.
    """
    flat = _incidence(held)
    places = np.minimum(np.searchsorted(names, flat.indices), len(names) - 1)
    known = names[places] == flat.indices
    worth = np.where(known, flat.shares * rarity[places], 0).astype(np.float32)
    by_word = csr_matrix((worth, places, flat.indptr), shape=(len(held.words), len(names)))
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
    both += _counted(matrix, samples, recipe)
    # What a feature says for all services alike decides nothing, and would take the place of what does.
    both -= both.mean(axis=1, keepdims=True)
    return both, bias


def _separated(
    matrix: csr_matrix, samples: Sequence[Sample], recipe: Recipe
) -> tuple[NDArray[Any], NDArray[Any]]:
    learner = LinearSVC(C=recipe.softness, class_weight="balanced", tol=_EXACT, random_state=7)
    learner.fit(matrix, [one.code for one in samples], sample_weight=[one.weight for one in samples])
    weights, bias = _square(learner.coef_.astype(np.float32), learner.intercept_.astype(np.float32))
    spread = _spread(matrix @ weights + bias)
    return weights / spread, bias / spread


def _counted(matrix: csr_matrix, samples: Sequence[Sample], recipe: Recipe) -> NDArray[Any]:
    learner = ComplementNB(alpha=recipe.smoothing)
    learner.fit(matrix, [one.code for one in samples], sample_weight=[one.weight for one in samples])
    weights: NDArray[np.float32] = learner.feature_log_prob_.T.astype(np.float32)
    return weights / np.float32(_spread(matrix @ weights))


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
    worth = weights.std(axis=1) * model.rarity
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
    return Meaning(model=semantic.MODEL_ID, weights=weights, bias=all_bias, middles=middles)
