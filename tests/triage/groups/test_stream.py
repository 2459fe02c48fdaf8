"""A made stream of a thousand messages in three languages: how many matters are found, and whose they are.

The parts `_a` were looked at while the words and weights were chosen, the parts `_b` were not. `-s` prints.
"""

import sys

import pytest

from tests.triage.groups.measuring import Figures, measure, play
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
    for number, language in enumerate(("ru", "kk", "tr")):
        chat = -100_500 - number
        endpoint = group(f"{language}-{part}", chat=chat, language=language)
        play(f"{language}_{part}", endpoint, chat=chat, now=now).listen(at_once=50)
        measure(f"{language}_{part}", endpoint, figures)
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
