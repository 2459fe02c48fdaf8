"""A part that is drawn once is filled in for each page, in each language, and nothing leaks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.utils import translation

from vefa.web.desk.possible import ACTS, ActForm
from vefa.web.ui.stencil import stencil

type Facts = Callable[[], dict[str, Any]]
TAKE_AND_END = [ActForm(act) for act in ACTS if act.name in {"take", "end"}]
ALL = [ActForm(act) for act in ACTS]


def drawn(acts: list[ActForm], case_id: int, version: int) -> str:
    facts: Facts = partial(dict, acts=acts, more=len(acts) > 2, more_open=False)
    shape = tuple(one.act.name for one in acts)
    return stencil("desk/acts.html", shape, facts, case_id=case_id, version=version)


def test_two_cases_get_their_own_numbers():
    first, second = drawn(TAKE_AND_END, 41, 3), drawn(TAKE_AND_END, 42, 9)
    assert "/desk/cases/41/" in first
    assert "version=3" in first
    assert "/desk/cases/42/" in second
    assert (
        first.replace("/41/", "/42/").replace("version=3", "version=9").replace("cases/41", "cases/42")
        == second
    )


def test_another_set_of_acts_is_another_drawing():
    assert 'id="act-refer"' in drawn(ALL, 41, 3)
    assert 'id="act-refer"' not in drawn(TAKE_AND_END, 41, 3)


@pytest.mark.parametrize(("language", "word"), [("tr", "Sonucu bildir"), ("en", "Report the outcome")])
def test_each_language_has_its_own_drawing(language, word):
    with translation.override(language):
        assert word in drawn(TAKE_AND_END, 41, 3)


def test_a_text_is_escaped():
    hostile = stencil("desk/acts.html", (), partial(dict, acts=TAKE_AND_END), case_id=1, version='"><script>')
    assert "<script>" not in hostile
    assert "&lt;script&gt;" in hostile
