"""Places: how far, which polygon, and what is wrong with an outline."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vefa.kit.geo import (
    Point,
    PolygonError,
    PolygonIndex,
    are_turned_round,
    box_around,
    distance_m,
    outline,
)

IZMIR, ANKARA, ISTANBUL = Point(38.4237, 27.1428), Point(39.9334, 32.8597), Point(41.0167, 28.9667)
SQUARE = {"type": "Polygon", "coordinates": [[[27, 38], [27.01, 38], [27.01, 38.01], [27, 38.01], [27, 38]]]}
points = st.builds(Point, st.floats(-60, 60), st.floats(-179, 179))


def polygon(*corners):
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}


def test_izmir_lies_some_520_kilometres_from_ankara():
    assert distance_m(IZMIR, ANKARA) == pytest.approx(521_000, rel=0.01)
    assert distance_m(IZMIR, IZMIR) == 0


@given(points, points)
def test_a_way_is_as_long_there_as_back(one, other):
    assert distance_m(one, other) == pytest.approx(distance_m(other, one))


@given(points, st.floats(1, 50_000), st.floats(0, 1), st.floats(0, 1))
def test_what_lies_outside_the_box_is_further_than_the_radius(middle, radius, north, east):
    south_west, north_east = box_around(middle, radius)
    beyond = Point(north_east.latitude + 0.01 + north, north_east.longitude + 0.01 + east)

    assert distance_m(middle, beyond) > radius
    assert south_west.latitude < middle.latitude < north_east.latitude


def test_an_outline_knows_its_middle_and_its_size():
    found = outline(SQUARE)

    assert (found.centre, found.mended) == (Point(38.005, 27.005), False)
    assert found.area_km2 == pytest.approx(0.974, rel=0.01)


def test_heights_are_left_out_and_coordinates_rounded_to_a_centimetre():
    found = outline(polygon((27, 38, 5), (27.123456789, 38, 5), (27.1, 38.1, 5), (27, 38, 5)))

    assert found.geometry["coordinates"][0][1] == [27.1234568, 38.0]


def test_a_line_that_crosses_itself_is_mended_into_its_two_halves():
    found = outline(polygon((27, 38), (27.01, 38.01), (27.01, 38), (27, 38.01), (27, 38)))

    assert found.mended
    assert found.geometry["type"] == "MultiPolygon"
    assert found.area_km2 == pytest.approx(outline(SQUARE).area_km2 / 2, rel=0.01)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "it is no polygon but None"),
        ({"type": "Point", "coordinates": [27, 38]}, "it is no polygon but 'Point'"),
        ({"type": "Polygon", "coordinates": []}, "it encloses nothing"),
        ({"type": "Polygon", "coordinates": "here"}, "its coordinates cannot be read"),
        ({"type": "Polygon"}, "its coordinates cannot be read"),
        (polygon((27, 38), (27.01, 38)), "its coordinates cannot be read"),
        (polygon((27, 38), (27.01, 38), (27, 38)), "it encloses nothing"),
        (
            polygon((500_000, 4_250_000), (500_100, 4_250_000), (500_000, 4_250_100)),
            "its coordinates are no degrees",
        ),
    ],
)
def test_what_cannot_stand_for_an_area_says_why(geometry, reason):
    with pytest.raises(PolygonError, match=reason):
        outline(geometry)


def test_a_map_with_latitude_first_is_told_by_the_place_where_it_should_lie():
    assert are_turned_round([Point(27.14, 38.42)], ISTANBUL)
    assert not are_turned_round([IZMIR, ANKARA], ISTANBUL)
    assert not are_turned_round([Point(32.65, 51.67)], ISTANBUL)  # Isfahan: far, but not turned round
    assert not are_turned_round([], ISTANBUL)


def test_many_threads_may_ask_one_index():
    index = PolygonIndex(
        {7: SQUARE, 8: polygon((27, 38), (27.005, 38), (27.005, 38.005), (27, 38.005), (27, 38))}
    )

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(index.at, [Point(38.002, 27.002), Point(38.008, 27.008), Point(0, 0)] * 50))

    assert [sorted(ids) for ids in found] == [[7, 8], [7], []] * 50


def test_an_index_without_polygons_finds_nothing():
    assert PolygonIndex({}).at(IZMIR) == []
