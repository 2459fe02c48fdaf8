"""`keywords.toml`: loaded, changed, retired, and refused where it says two things at once."""

import tomllib
from pathlib import Path

import pytest
from django.utils import timezone

from vefa.kit.loading import Line, Reading
from vefa.triage.keywords.loading import KeywordSection
from vefa.triage.models import Keyword

pytestmark = pytest.mark.django_db
SECTION = KeywordSection()


def lines(*tables: dict[str, object]) -> list[Line]:
    return [Line("keywords.toml", at, table, "keyword") for at, table in enumerate(tables, start=1)]


def load(*tables: dict[str, object]) -> Reading:
    reading = Reading()
    rows = SECTION.read(lines(*tables), reading)
    if not reading.problems:
        SECTION.write(rows, now=timezone.now())
    return reading


OBJECT: dict[str, object] = {
    "key": "object",
    "does": "not_solved",
    "codes": ["33"],
    "words": {"fa": ["اعتراض"]},
}


def test_a_keyword_is_made_changed_and_retired():
    assert load(OBJECT).problems == []
    kept = Keyword.objects.get()
    assert (kept.does, kept.codes, kept.words, kept.channels) == (
        "not_solved",
        ["33"],
        {"fa": ["اعتراض"]},
        ["sms"],
    )
    load({**OBJECT, "codes": ["34"], "channels": ["sms", "whatsapp"]})
    kept.refresh_from_db()
    assert (kept.codes, kept.channels) == (["34"], ["sms", "whatsapp"])
    load()
    kept.refresh_from_db()
    assert kept.retired_at is not None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"does": "close"}, "may not be"),
        ({"codes": "33"}, "list of texts"),
        ({"codes": [], "words": {}}, "neither codes nor words"),
        ({"does": "language"}, "is empty"),
        ({"key": ""}, "is empty"),
        ({"key": "k" * 61}, "has 61 characters"),
    ],
)
def test_a_keyword_that_cannot_work_is_refused_with_its_line(wrong, words):
    reading = load({**OBJECT, **wrong})
    assert any(words in problem.what for problem in reading.problems)
    assert not Keyword.objects.exists()


def test_one_word_cannot_ask_for_two_things():
    reading = load(OBJECT, {"key": "accept", "does": "solved", "codes": ["۳۳"]})
    (problem,) = reading.problems
    assert "33" in problem.what
    assert problem.line == 2


def test_the_demo_city_has_its_codes():
    folder = Path(__file__).parents[3] / "vefa/wiring/demo/city/keywords.toml"
    found = tomllib.loads(folder.read_text(encoding="utf-8"))["keyword"]
    assert load(*found).problems == []
    assert {row.codes[0]: row.does for row in Keyword.objects.all()} == {"31": "solved", "33": "not_solved"}
