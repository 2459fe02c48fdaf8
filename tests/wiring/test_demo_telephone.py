"""The demo city has an exchange with a week of calls, people at its telephones, and some to call back."""

from datetime import UTC, datetime, timedelta

import pytest

from vefa.calls import queries
from vefa.calls.models import Call, CallBack, Seat
from vefa.channels.accounts import secrets_of
from vefa.channels.models import Endpoint
from vefa.wiring.demo.telephone import tell_calls

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def line(town):
    return Endpoint.objects.create(id=1100, key="exchange", channel="telephony", names={})


def test_a_week_of_calls_stands_in_the_register_once(line, town):
    assert tell_calls(seed=137, now=NOW) > 300
    assert tell_calls(seed=137, now=NOW) == 0

    assert set(Call.objects.values_list("state", flat=True)) == {"answered", "missed"}
    assert not Call.objects.filter(began_at__gt=NOW).exists()
    assert Call.objects.filter(on_the_spot=True, service=town.question).exists()
    owed = CallBack.objects.filter(done_at=None)
    assert owed.exists()
    assert all(task.calls.get().state == "missed" for task in owed)
    assert secrets_of(Endpoint.objects.get(pk=line.pk))["secret"]
    assert set(Seat.objects.values_list("staff__username", flat=True)) == {"derya", "reza"}


def test_the_wall_of_the_demo_is_not_empty(line):
    tell_calls(seed=137, now=NOW)
    found = queries.wallboard(now=NOW, since=NOW - timedelta(hours=1), in_time_s=20)
    assert found.answered > 5
    assert found.service_level is not None


def test_a_city_without_an_exchange_has_no_calls(town):
    assert tell_calls(seed=137, now=NOW) == 0
    assert Call.objects.count() == 0
