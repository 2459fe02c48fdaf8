"""Filters that keep numbers in order, say names in the reader's language, and escape everything."""

import re
from datetime import datetime

import pytest
from django.utils import translation

from vefa.web.ui import channels, tags

PHONE = '<bdi dir="ltr" class="ltr">+98 912 555 0142</bdi>'


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("زنگ بزنید: +98 912 555 0142", PHONE),
        ("پلاک 34 ABC 127 بود.", '<bdi dir="ltr" class="ltr">34 ABC 127</bdi>'),
        (
            "ببینید https://vefa.example/?a=1&b=2 را",
            '<bdi dir="ltr" class="ltr long">https://vefa.example/?a=1&amp;b=2</bdi>',
        ),
        ("شمارهٔ 26-04127-3.", '<bdi dir="ltr" class="ltr">26-04127-3</bdi>.'),
        ("تلفن (0232) 555 01 53 است", '<bdi dir="ltr" class="ltr">(0232) 555 01 53</bdi>'),
    ],
)
def test_a_latin_run_inside_persian_stays_in_order(text: str, kept: str) -> None:
    assert kept in tags.isolated(text)


def test_a_telephone_number_is_shown_in_groups_and_anything_else_as_it_is() -> None:
    assert tags.phone("+905325550142") == '<bdi dir="ltr" class="ltr">+90 532 555 01 42</bdi>'
    assert tags.phone("<b>153") == '<bdi dir="ltr" class="ltr">&lt;b&gt;153</bdi>'


def test_nothing_is_lost_when_runs_are_isolated() -> None:
    text = "سلام 12 (34) A.B. @x +1 — ۵"
    bare = tags.isolated(text).replace('<bdi dir="ltr" class="ltr">', "").replace("</bdi>", "")
    assert bare == text


def test_a_text_from_outside_cannot_bring_markup() -> None:
    hostile = "<script>alert(1)</script>"
    for shown in (tags.spoken(hostile), tags.spoken("سلام " + hostile), tags.bdi(hostile), tags.ltr(hostile)):
        assert "<script" not in shown


def test_a_hostile_text_is_isolated_in_a_moment() -> None:
    assert len(tags.isolated("س" + "a-" * 50_000 + "!")) > 100_000


def test_lines_of_a_message_are_kept() -> None:
    assert tags.spoken("one\ntwo") == "one<br>two"


@pytest.mark.parametrize("code", [*channels.CHANNELS, "something new"])
def test_every_channel_has_an_icon_and_a_name(code: str) -> None:
    assert "icons.svg#" in tags.channel(code)
    assert tags.channel_name(code)


@pytest.mark.parametrize("state", [*channels.DELIVERIES, "something new"])
def test_every_delivery_state_is_a_shape_and_a_word(state: str) -> None:
    shown = tags.delivery(state)
    assert "icons.svg#" in shown
    assert shown.endswith("</span></span>")


def test_an_arrow_is_mirrored_and_a_tick_is_not() -> None:
    assert "mirror" in tags.drawn("back")
    assert "mirror" not in tags.drawn("kept")


def test_a_language_is_named_in_the_readers_own() -> None:
    with translation.override("tr"):
        assert tags.language_name("en") == "İngilizce"
    assert tags.language_name("xx") == "xx"


@pytest.mark.parametrize(("language", "way"), [("fa", "rtl"), ("tr", "ltr"), ("kk", "ltr"), ("", "auto")])
def test_a_text_runs_the_way_of_its_language(language: str, way: str) -> None:
    assert tags.direction(language) == way


@pytest.mark.django_db
def test_a_moment_carries_its_exact_form(now: datetime) -> None:
    with translation.override("en"):
        shown = tags.when(now, now)
    assert 'datetime="2026-03-29T02:00:00+00:00"' in shown
    assert re.search(r"Sunday 29 March 2026, 0\d:00", shown)
    assert ">just now</time>" in shown


def test_no_moment_shows_nothing() -> None:
    assert [tags.when(None), tags.exactly(None), tags.day(None)] == ["", "", ""]
