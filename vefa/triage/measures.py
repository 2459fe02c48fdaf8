"""How well triage judges, counted on cases whose service a person has confirmed since.

Shares come with their number and an interval of 95 % (Wilson): three lucky hits are no rule.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt

_Z = 1.96  # of 95 %
STEP = 0.02  # between two thresholds of the curve
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Judged:
    """One confirmed case: what triage said of it at first ("" where it knew nothing), and what was right."""

    case_id: int
    reference: str
    language: str
    said: str
    right: str
    confidence: float  # 0 to 1, of what it said
    third: bool  # whether what is right stood among its three suggestions
    at: datetime

    @property
    def hit(self) -> bool:
        """Whether the first suggestion was right."""
        return self.said == self.right


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.hits / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies in 19 of 20 such counts; everywhere while nothing was counted."""
        if not self.n:
            return 0.0, 1.0
        spread = _Z * _Z / self.n
        middle = (self.value + spread / 2) / (1 + spread)
        half = _Z * sqrt(self.value * (1 - self.value) / self.n + spread / (4 * self.n)) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often the first suggestion was right, and how often one of the three."""

    key: str
    first: Share
    third: Share


@dataclass(frozen=True, slots=True)
class Point:
    """What one threshold would have meant: of `of` cases so many routed by themselves, so many wrongly."""

    threshold: float
    routed: int
    wrong: int
    of: int

    @property
    def coverage(self) -> float:
        """The share that nobody would have had to look at."""
        return self.routed / self.of if self.of else 0.0

    @property
    def precision(self) -> Share:
        """The share of those routed that went where they belong."""
        return Share(self.routed - self.wrong, self.routed)


@dataclass(frozen=True, slots=True)
class Confusion:
    """Cases of one service that were taken for another, the newest first."""

    said: str
    right: str
    cases: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """What was confirmed in the week that begins on `start` (a Monday, UTC)."""

    start: date
    first: Share
    sure: int  # of them above the threshold


def accuracy(rows: Iterable[Judged]) -> Accuracy:
    """Of all rows together."""
    return _accuracy("", list(rows))


def accuracy_by(rows: Iterable[Judged], key: Callable[[Judged], str]) -> list[Accuracy]:
    """By what `key` says of a row, that with the most rows first."""
    parts: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        parts[key(row)].append(row)
    ranked = sorted(parts.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_accuracy(name, part) for name, part in ranked]


def _accuracy(key: str, rows: Sequence[Judged]) -> Accuracy:
    hits = sum(row.hit for row in rows)
    third = sum(row.hit or row.third for row in rows)
    return Accuracy(key, Share(hits, len(rows)), Share(third, len(rows)))


def at_threshold(rows: Sequence[Judged], threshold: float) -> Point:
    """What would have become of these rows at this threshold."""
    routed = [row for row in rows if row.said and row.confidence >= threshold]
    return Point(threshold, len(routed), sum(not row.hit for row in routed), len(rows))


def curve(rows: Sequence[Judged]) -> list[Point]:
    """What each threshold from 0 to 1 would have meant; one after which nothing is routed ends it."""
    points = [at_threshold(rows, round(number * STEP, 2)) for number in range(round(1 / STEP) + 1)]
    return [point for point in points if point.routed]


def confusions(rows: Iterable[Judged], *, limit: int) -> list[Confusion]:
    """The pairs of services that were confused most often."""
    wrong: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for row in rows:
        if row.said and not row.hit:
            wrong[row.said, row.right].append(row)
    ranked = sorted(wrong.items(), key=lambda item: (-len(item[1]), item[0]))[:limit]
    return [
        Confusion(said, right, tuple(sorted(cases, key=lambda row: row.at, reverse=True)))
        for (said, right), cases in ranked
    ]


def silent(rows: Iterable[Judged]) -> int:
    """Of how many triage knew nothing at all."""
    return sum(not row.said for row in rows)


def by_week(rows: Sequence[Judged], *, weeks: int, threshold: float, now: datetime) -> list[Week]:
    """The last weeks in order, those without a case left out."""
    last = _monday(now)
    parts: Counter[date] = Counter()
    hits: Counter[date] = Counter()
    sure: Counter[date] = Counter()
    for row in rows:
        start = _monday(row.at)
        if last - start < weeks * _WEEK:
            parts[start] += 1
            hits[start] += row.hit
            sure[start] += bool(row.said) and row.confidence >= threshold
    return [Week(start, Share(hits[start], parts[start]), sure[start]) for start in sorted(parts)]


def _monday(moment: datetime) -> date:
    day = moment.date()
    return day - timedelta(days=day.weekday())
