"""A made stream of a thousand messages in three languages: how many matters are found, and whose they are.

The parts `_a` were looked at while the words and weights were chosen, the parts `_b` were not. `-s` prints.
"""

import sys

import pytest

from tests.triage.groups.measuring import Figures, measure, play
from tests.triage.groups.reading import STREAMS, lines
from tests.triage.groups.street import group
from vefa.channels.models import Endpoint
from vefa.wiring.demo.city_loaded import put_in_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db, now):
    """The demo city with its whole catalogue and all its streets, and a bot."""
    put_in_place(now=now)
    Endpoint.objects.create(key="city-bot", channel="telegram", language="tr")


def say(part, figures):
    """Print the figures, for whoever runs this with `-s`."""
    sys.stdout.write(f"\n{part}: {figures}\n")


def heard(city, now, part):
    """The figures of one part of the streams, and what went wrong."""
    figures = Figures()
    for number, path in enumerate(sorted(STREAMS.glob(f"*_{part}.txt"))):
        chat = -100_500 - number
        spoken = path.stem.partition("_")[0]
        endpoint = group(f"group{number}", chat=chat, language=spoken if len(spoken) == 2 else "tr")
        play(path.stem, endpoint, chat=chat, now=now).listen(at_once=50)
        measure(path.stem, endpoint, figures)
    return figures


def test_the_part_that_was_looked_at(city, now):
    figures = heard(city, now, "a")
    say("looked at", figures)

    assert figures.precision >= 0.9
    assert figures.recall >= 0.9
    assert figures.which >= 0.8


def test_the_part_that_was_kept_aside(city, now):
    figures = heard(city, now, "b")
    say("kept aside", figures)

    assert figures.matters == 39
    assert figures.precision >= 0.8
    assert figures.recall >= 0.65


def test_the_stream_is_as_long_as_it_says():
    said = [line for path in STREAMS.glob("*.txt") for line in lines(path.stem)]

    assert len(said) == 1000
    assert sum(line.role == "M" for line in said) == 80
    assert sum(bool(line.role) for line in said) == 157
