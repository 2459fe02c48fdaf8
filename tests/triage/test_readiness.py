"""A worker learns the directory before the first resident writes, and again when it has changed."""

from datetime import UTC, datetime

import pytest

from vefa.cases.clocks import promised_facts
from vefa.directory import queries
from vefa.directory.version import mark_changed
from vefa.triage.advice import Asked, advise
from vefa.triage.knowledge import knowledge
from vefa.triage.readiness import make_ready

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_the_first_message_asks_the_database_nothing_about_the_city(town, django_assert_num_queries):
    queries.forget()

    assert make_ready(now=NOW)

    with django_assert_num_queries(0):
        found = advise(Asked(text="Okulun önünde çukur var", hint="tr"))
        assert promised_facts(found.service, since=NOW, now=NOW)


def test_a_changed_directory_is_learnt_anew(town):
    make_ready(now=NOW)
    before = knowledge().version

    mark_changed()
    queries.forget()
    make_ready(now=NOW)

    assert knowledge().version > before


def test_without_a_city_there_is_nothing_to_learn(db):
    queries.forget()

    assert not make_ready(now=NOW)
