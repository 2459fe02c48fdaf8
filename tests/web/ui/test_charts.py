"""Bars and lines: measured right, and running the way the language runs."""

import itertools

import pytest

from vefa.web.ui import charts
from vefa.web.ui.charts import Series

WEEK = ["Mon", "Tue", "Wed"]


def points(chart: charts.LineChart) -> list[tuple[float, float]]:
    pairs = chart.lines[0].points.split()
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in pairs)]


def test_the_longest_bar_fills_its_room() -> None:
    assert [bar.share for bar in charts.bars([("Adatepe", 40), ("Göl", 10)])] == [100, 25]


def test_bars_of_nothing_are_empty_not_an_error() -> None:
    assert [bar.share for bar in charts.bars([("Adatepe", 0)])] == [0]


def test_time_runs_to_the_left_in_persian() -> None:
    series = [Series(name="cases", values=[1, 2, 3])]
    western = [x for x, _ in points(charts.line_chart("Cases", WEEK, series))]
    persian = [x for x, _ in points(charts.line_chart("Cases", WEEK, series, rtl=True))]
    assert western == sorted(western)
    assert persian == sorted(persian, reverse=True)


def test_more_stands_higher() -> None:
    heights = [
        y for _, y in points(charts.line_chart("Cases", WEEK, [Series(name="cases", values=[0, 5, 10])]))
    ]
    assert heights == sorted(heights, reverse=True)


def test_the_names_of_lines_that_end_together_do_not_overlap() -> None:
    same = [Series(name=name, values=[1, 2, 3]) for name in ("this year", "usual", "before")]
    ends = [line.end_y for line in charts.line_chart("Cases", WEEK, same).lines]
    assert all(below - above >= 18 for above, below in itertools.pairwise(ends))


def test_the_table_holds_every_value() -> None:
    chart = charts.line_chart(
        "Cases", WEEK, [Series(name="a", values=[1, 2, 3]), Series(name="b", values=[4, 5, 6])]
    )
    assert chart.rows == [("Mon", [1, 4]), ("Tue", [2, 5]), ("Wed", [3, 6])]


def test_a_line_without_all_its_values_is_refused() -> None:
    with pytest.raises(ValueError, match="one value per label"):
        charts.line_chart("Cases", WEEK, [Series(name="cases", values=[1])])


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (3, 5), (171, 200), (5001, 10000)])
def test_an_axis_ends_on_a_round_number(value: float, top: float) -> None:
    assert charts.nice_top(value) == top
