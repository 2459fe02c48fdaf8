"""Numbers in hand."""

from datetime import UTC, datetime, timedelta

import pytest

from vefa.web.portal.drawing import Drawer

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2026, 12, 31, 21, 0, tzinfo=UTC)  # midnight in Istanbul


def test_no_number_is_given_twice(town, now):
    one, other = Drawer(), Drawer()

    drawn = [drawer.take(at=now) for _ in range(40) for drawer in (one, other)]

    assert len(set(drawn)) == 80


def test_many_numbers_take_few_statements(town, now, django_assert_max_num_queries):
    drawer = Drawer(quiet_s=60)
    drawer.take(at=now)  # the directory is read once

    with django_assert_max_num_queries(5):
        for _ in range(40):
            drawer.take(at=now)


def test_at_new_year_in_the_city_the_numbers_begin_with_the_new_year(town):
    drawer = Drawer()
    before = [drawer.take(at=NEW_YEAR - timedelta(seconds=1)) for _ in range(3)]

    after = drawer.take(at=NEW_YEAR)

    assert {number[:3] for number in before} == {"26-"}
    assert after.startswith("27-")
