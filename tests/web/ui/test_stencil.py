"""A part that is drawn once is filled in for each page, in each language, and nothing leaks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

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


def block(source: str, **facts: Any) -> str:
    return Template(source).render(Context(facts))


BUBBLE = (
    "{% stencil side with who=who said=said number=number %}"
    '<p class="{{ side }}">{% if who %}<b>{{ who }}</b>{% else %}nobody{% endif %} {{ said }} '
    "{{ number }}</p>"
    "{% endstencil %}"
)


def test_a_block_is_filled_with_what_varies_and_drawn_anew_for_another_shape():
    template = Template(BUBBLE)
    shown = [
        template.render(Context({"side": side, "who": who, "said": "çukur", "number": number}))
        for side, who, number in (("in", "Ayşe", 7), ("in", "Берик", 8), ("out", "Ayşe", 9), ("in", "", 0))
    ]
    assert shown == [
        '<p class="in"><b>Ayşe</b> çukur 7</p>',
        '<p class="in"><b>Берик</b> çukur 8</p>',
        '<p class="out"><b>Ayşe</b> çukur 9</p>',
        '<p class="in">nobody çukur 0</p>',
    ]


def test_what_a_person_wrote_is_escaped_once_and_what_is_drawn_already_is_not():
    shown = block(BUBBLE, side="in", who='<i>"A&B"</i>', said=mark_safe("<em>x</em>"), number=1)
    assert "<b>&lt;i&gt;&quot;A&amp;B&quot;&lt;/i&gt;</b>" in shown
    assert "<em>x</em>" in shown


def test_a_text_that_holds_the_signs_of_a_stencil_stays_what_it_is():
    shown = block(BUBBLE, side="in", who="\ue101\ue100", said="1964209500", number=5)
    assert shown == '<p class="in"><b>\ue101\ue100</b> 1964209500 5</p>'


def test_words_of_the_block_follow_the_language():
    source = "{% stencil with who=who %}{% translate 'Original' %} {{ who }}{% endstencil %}"
    template = Template(source)
    with translation.override("en"):
        first = template.render(Context({"who": "Ayşe"}))
    with translation.override("tr"):
        assert template.render(Context({"who": "Ali"})) != first.replace("Ayşe", "Ali")
