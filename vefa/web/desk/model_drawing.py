"""The curve of the threshold, measured here and drawn by its template: no script, no picture file."""

from collections.abc import Sequence
from dataclasses import dataclass

from vefa.triage.measures import Point
from vefa.web.desk.model_words import percent

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 16, 16, 22, 46
_LOWEST = 0.8  # the axis of precision begins here, or lower where the curve does


@dataclass(frozen=True, slots=True)
class Spot:
    """One place in the drawing, in units of its view box, with the words beside it."""

    x: float
    y: float
    words: str = ""
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything that `desk/model_curve.html` draws."""

    line: str  # the points of a polyline
    now: Spot | None  # the city's threshold
    tried: Spot | None  # the one that the reader looks at
    below: tuple[Spot, ...]  # shares of messages routed
    beside: tuple[Spot, ...]  # shares of these that went right
    middle: float = WIDTH / 2
    width: int = WIDTH
    height: int = HEIGHT


def draw(points: Sequence[Point], *, now: Point, tried: Point | None, rtl: bool) -> Curve | None:
    """Precision over coverage; None where there are too few points for a line."""
    if len(points) < 2:
        return None
    frame = _Frame(lowest=min(_LOWEST, *(_tenth(point) for point in points)), rtl=rtl)
    start, end = ("end", "start") if rtl else ("start", "end")
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    return Curve(
        line=" ".join(f"{frame.x(point):.1f},{frame.y(point.precision.value):.1f}" for point in points),
        now=frame.spot(now) if now.routed else None,
        tried=frame.spot(tried) if tried and tried.routed and tried.threshold != now.threshold else None,
        below=tuple(
            Spot(frame.across(share), HEIGHT - BOTTOM + 20, percent(share), anchor)
            for share, anchor in zip(shares, (start, "middle", "middle", "middle", end), strict=True)
        ),
        beside=tuple(
            Spot(frame.across(0), frame.y(share), percent(share), start)
            for share in (1.0, (1 + frame.lowest) / 2, frame.lowest)
        ),
    )


def _tenth(point: Point) -> float:
    """The tenth at or below a precision."""
    return int(point.precision.value * 10) / 10


@dataclass(frozen=True, slots=True)
class _Frame:
    lowest: float
    rtl: bool

    def across(self, share: float) -> float:
        along = LEFT + (WIDTH - LEFT - RIGHT) * share
        return round(WIDTH - along if self.rtl else along, 1)

    def x(self, point: Point) -> float:
        return self.across(point.coverage)

    def y(self, share: float) -> float:
        height = HEIGHT - TOP - BOTTOM
        return round(TOP + height * (1 - (share - self.lowest) / (1 - self.lowest or 1)), 1)

    def spot(self, point: Point) -> Spot:
        """A point with its threshold beside it, on the side where there is room."""
        late = point.coverage > 0.8
        anchor = "end" if late != self.rtl else "start"
        return Spot(self.x(point), self.y(point.precision.value), percent(point.threshold), anchor)
