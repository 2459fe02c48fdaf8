"""Bars and lines, measured here and drawn by templates: no script, and every number also as text."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = (
    8,
    112,
    16,
    30,
)  # room around the drawing; the right one holds the names of the lines


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: `share` is per cent of the longest one, `shown` its value in words."""

    name: str
    shown: str
    share: float
    href: str = ""
    marked: bool = False


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line over the same labels; `now` is drawn whole, what it is compared with is dashed."""

    name: str
    values: Sequence[float]
    compared: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line ready to draw, in the units of the view box; its name stands at its end."""

    name: str
    points: str
    end_x: float
    end_y: float
    compared: bool


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One label at an axis."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, kw_only=True)
class LineChart:
    """Everything that `ui/parts/lines.html` draws, and the table beside it."""

    title: str
    lines: Sequence[Line]
    below: Sequence[Tick]
    beside: Sequence[Tick]
    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[float]]]
    anchor: str
    width: int = WIDTH
    height: int = HEIGHT


def bars(named: Sequence[tuple[str, float]], *, marked: str = "") -> list[Bar]:
    """Bars in the given order, scaled to the longest; `marked` names the one that matters."""
    top = max((value for _, value in named), default=0) or 1
    return [
        Bar(name=name, shown=f"{value:g}", share=round(100 * value / top, 1), marked=name == marked)
        for name, value in named
    ]


def line_chart(
    title: str, labels: Sequence[str], series: Sequence[Series], *, rtl: bool = False, ticks: int = 7
) -> LineChart:
    """Lines over time; time runs the way the language runs, with at most so many labels below.

    Raises ValueError for lines of unequal length.
    """
    if any(len(line.values) != len(labels) for line in series):
        raise ValueError("every series needs one value per label")
    top = nice_top(max((value for line in series for value in line.values), default=0))
    frame = _Frame(count=len(labels), top=top, rtl=rtl)
    return LineChart(
        title=title,
        lines=_apart([_line(one, frame) for one in series]),
        below=[
            Tick(x=frame.x(index), y=HEIGHT - 8, words=label)
            for index, label in enumerate(labels)
            if index % _every(len(labels), ticks) == 0
        ],
        beside=[Tick(x=frame.x(0), y=frame.y(value), words=f"{value:g}") for value in (top, top / 2, 0)],
        head=[one.name for one in series],
        rows=[(label, [one.values[index] for one in series]) for index, label in enumerate(labels)],
        anchor="end" if rtl else "start",
    )


@dataclass(frozen=True)
class _Frame:
    count: int
    top: float
    rtl: bool

    def x(self, index: int) -> float:
        along = LEFT + (WIDTH - LEFT - RIGHT) * index / max(1, self.count - 1)
        return round(WIDTH - along if self.rtl else along, 1)

    def y(self, value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.top), 1)


def _line(one: Series, frame: _Frame) -> Line:
    points = " ".join(f"{frame.x(index)},{frame.y(value)}" for index, value in enumerate(one.values))
    gap = -8 if frame.rtl else 8
    return Line(
        name=one.name,
        points=points,
        end_x=frame.x(frame.count - 1) + gap,
        end_y=frame.y(one.values[-1]) if one.values else TOP,
        compared=one.compared,
    )


def _apart(lines: Sequence[Line]) -> list[Line]:
    """The same lines with their names at least a line of text apart."""
    moved: list[Line] = []
    for line in sorted(lines, key=lambda one: one.end_y):
        lowest = moved[-1].end_y + 18 if moved else line.end_y
        end_y = max(line.end_y, lowest)
        moved.append(
            Line(name=line.name, points=line.points, end_x=line.end_x, end_y=end_y, compared=line.compared)
        )
    return moved


def _every(count: int, ticks: int) -> int:
    """Which labels are written, so that at most so many stand under the axis."""
    return max(1, -(-count // ticks))


def nice_top(value: float) -> float:
    """The next round number at or above a value: 1, 2 or 5 times a power of ten."""
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if step * factor >= value:
                return step * factor
        step *= 10
