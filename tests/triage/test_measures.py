"""How well triage judged in Pınarova, counted by hand and by the page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from vefa.triage.measures import (
    Judged,
    Share,
    accuracy,
    accuracy_by,
    at_threshold,
    by_week,
    confusions,
    curve,
    silent,
)

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday


def judged(
    number: int, said: str, right: str, confidence: float, language: str = "tr", **more: Any
) -> Judged:
    facts: dict[str, Any] = {"third": said == right, "at": NOW - timedelta(days=number)} | more
    return Judged(number, f"26-{number:05}", language, said, right, confidence, **facts)


ROWS = [
    judged(1, "road.pothole", "road.pothole", 0.9),
    judged(2, "road.pothole", "road.pothole", 0.8, "fa"),
    judged(3, "light.streetlamp", "other.power", 0.7, "fa", third=True),
    judged(8, "light.streetlamp", "other.power", 0.4),
    judged(9, "", "city.thanks", 0.0),
]


def test_a_share_says_how_sure_it_is():
    few, many = Share(3, 3).interval, Share(300, 300).interval

    assert few[0] < 0.45  # three lucky hits prove little
    assert many[0] > 0.98
    assert Share(0, 0).interval == (0.0, 1.0)
    assert [round(end, 3) for end in Share(86, 100).interval] == [0.779, 0.915]


def test_what_stood_among_the_three_counts_beside_what_stood_first():
    found = accuracy(ROWS)

    assert (found.first, found.third) == (Share(2, 5), Share(3, 5))


def test_accuracy_by_language_and_by_service():
    by_language = {one.key: one.first for one in accuracy_by(ROWS, lambda row: row.language)}
    by_service = [one.key for one in accuracy_by(ROWS, lambda row: row.right)]

    assert by_language == {"tr": Share(1, 3), "fa": Share(1, 2)}
    assert by_service == ["other.power", "road.pothole", "city.thanks"]


def test_a_threshold_tells_what_it_would_have_routed_and_how_much_of_that_wrongly():
    point = at_threshold(ROWS, 0.6)

    assert (point.routed, point.wrong, point.of) == (3, 1, 5)
    assert point.coverage == 0.6
    assert point.precision == Share(2, 3)


def test_a_message_about_which_triage_knew_nothing_is_never_routed():
    assert at_threshold(ROWS, 0.0).routed == 4
    assert silent(ROWS) == 1


def test_the_curve_ends_where_nothing_is_routed_any_more():
    points = curve(ROWS)

    assert (points[0].threshold, points[-1].threshold) == (0.0, 0.9)
    assert [point.routed for point in points] == sorted((point.routed for point in points), reverse=True)
    assert curve([]) == []


def test_the_commonest_confusion_comes_first_with_its_newest_case():
    (found,) = confusions(ROWS, limit=5)

    assert (found.said, found.right) == ("light.streetlamp", "other.power")
    assert [row.case_id for row in found.cases] == [3, 8]


def test_weeks_begin_on_monday_and_old_ones_are_left_out():
    old = judged(400, "road.pothole", "road.pothole", 0.9)
    weeks = by_week([*ROWS, old], weeks=26, threshold=0.6, now=NOW)

    assert [(week.start, week.first, week.sure) for week in weeks] == [
        (date(2026, 11, 9), Share(0, 2), 0),
        (date(2026, 11, 16), Share(2, 3), 3),
    ]
