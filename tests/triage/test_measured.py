"""The measured set by the whole of triage as it stands on the first day, before any model is learned."""

import pytest

from benchmarks.triage_tone import Row, emergencies, figures, judge, rows
from vefa.directory import queries as directory
from vefa.triage.advice import Advice, Asked, advise
from vefa.wiring.demo.city_loaded import put_in_place


@pytest.fixture
def answers(db, now, settings) -> list[tuple[Row, Advice]]:
    """Every row with what triage made of its text alone: language and service are its own."""
    settings.SEMANTIC = False
    put_in_place(now=now)
    directory.forget()
    return [(row, advise(Asked(text=row["text"], hint="tr"))) for row in rows()]


def test_the_measured_set_keeps_its_figures(answers):
    found = [judge(row, advice) for row, advice in answers]
    share = {name: one.value for name, one in (*emergencies(found), *figures(found))}
    heard = [advice.language.value == row["language"] for row, advice in answers]
    first = [bool(one.services) and one.services[0].value == row["service"] for row, one in answers]

    assert share["emergency recall"] >= 0.96  # 1.0, of 29
    assert share["emergency precision"] >= 0.8
    assert share["traps left alone"] >= 0.95
    assert share["kind, request and complaint as one"] >= 0.86
    assert sum(heard) / len(heard) >= 0.99
    assert sum(first) / len(first) >= 0.5  # by the words of the catalogue
