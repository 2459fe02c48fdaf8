"""When a new model is better, and from which confidence on it may act alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

LATEST = 200  # confirmed cases on which models are compared
LEAST = 40  # below that nothing can be compared
TARGET = 0.9  # of the cases that go their way by themselves, so many shall go the right one
FIRST = 0.92  # the threshold of the catalogue's words alone: nine of ten, where several words say the same
COLD = 0.85  # of a model before anything was confirmed: nine of ten, on messages that are harder than most
LOWEST, HIGHEST = 0.3, 0.98  # a fitted threshold stays within these
_ONE_SIDED = 1.64  # standard errors
ENOUGH = 100  # new labels after which a new model is due before the night


@dataclass(frozen=True, slots=True)
class Tried:
    """One held case: how sure the first suggestion was, and whether it or one of three was right."""

    confidence: float
    first: bool
    third: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What a model reached on held cases."""

    n: int
    first: int
    third: int


def result_of(tried: Sequence[Tried]) -> Result:
    """The hits among held cases."""
    return Result(len(tried), sum(one.first for one in tried), sum(one.third for one in tried))


def held_back(labels: int) -> int:
    """How many of the latest labels are kept from training; 0 where there are too few to compare."""
    return min(LATEST, labels // 2) if labels >= LEAST else 0


def is_better(new: Result, old: Result | None, *, fresh: bool, first: bool = False) -> bool:
    """Whether to adopt. `fresh`: the catalogue has changed, then as good is good enough.

    `first`: only the words of the catalogue served until now. Most of what people confirmed is what these
    words had said, so that no other judge can beat them there: the first model is adopted unless it is
    worse by more than chance (one-sided, 5 %). So is one that knows a service of which the other has not
    heard. With nothing to compare on, a fresh one is adopted.
    """
    if old is None:
        return True
    if new.n == 0:
        return fresh
    if first:
        return new.first >= old.first - _chance(old)
    ours, theirs = (new.first, new.third), (old.first, old.third)
    return ours >= theirs if fresh else ours > theirs


def _chance(result: Result) -> float:
    """How many hits fewer are within chance: 1.64 standard errors of a binomial count."""
    return _ONE_SIDED * sqrt(result.first * (1 - result.first / result.n))


def threshold_for(tried: Sequence[Tried], *, target: float = TARGET) -> float:
    """The lowest confidence from which on at least `target` of the held cases are right.

    COLD where there are too few cases; HIGHEST where no confidence is high enough.
    """
    if len(tried) < LEAST:
        return COLD
    ordered = sorted(tried, key=lambda one: -one.confidence)
    best, right = HIGHEST, 0
    for count, one in enumerate(ordered, start=1):
        right += one.first
        if right >= target * count and count >= LEAST // 4:
            best = one.confidence
    return round(min(HIGHEST, max(LOWEST, best)), 2)
