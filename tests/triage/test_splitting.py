"""Residents put several matters into one message; triage proposes where to cut, and never cuts."""

import pytest

from vefa.triage.splitting import _clauses, parts_of

pytestmark = pytest.mark.django_db


def codes(pieces):
    return [piece.codes[0] for piece in pieces]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("tr", "Merhaba. Çarşı'da yolda büyük bir çukur var. Bir de sokak lambası yanmıyor."),
        ("tr", "Çarşı'da çukur var, sokak lambası da yanmıyor"),
        ("tr", "1. yolda çukur var\n2. sokak lambası yanmıyor"),
    ],
)
def test_two_matters_become_two_pieces(town, language, text):
    pieces = parts_of(text, language)

    assert codes(pieces) == ["pothole", "street_light"]
    assert pieces[1].services[0].because


def test_a_cut_behind_also_or_with_too_asks_for_less_than_one_behind_a_comma():
    comma, too, also = (
        _clauses(f"çukur var burada{rest} yanmıyor", "tr")[-1].least
        for rest in (", lamba", ", lamba da", " ayrıca lamba")
    )

    assert also < too < comma


def test_a_greeting_belongs_to_the_first_piece_and_words_are_kept(town):
    text = "Merhaba komşular. Çarşı'da çukur var! Ayrıca sokak lambası yanmıyor, çok karanlık."

    pieces = parts_of(text, "tr")

    assert pieces[0].text == "Merhaba komşular. Çarşı'da çukur var!"
    assert pieces[1].text == "Ayrıca sokak lambası yanmıyor, çok karanlık."
    assert " ".join(piece.text for piece in pieces) == text


@pytest.mark.parametrize(
    "text",
    [
        "Çarşı'da çukur var. Çukur her gün büyüyor. Lütfen doldurun.",
        "Çukur var, teşekkürler",
        "Merhaba, iyi günler, kolay gelsin",
        "",
        "çukur",
    ],
)
def test_one_matter_stays_whole(town, text):
    assert parts_of(text, "tr") == []


def test_the_same_matter_in_two_places_is_two(town):
    pieces = parts_of("Çarşı'da yolda çukur var. Sazlık'ta da yolda çukur var.", "tr")

    assert codes(pieces) == ["pothole", "pothole"]
    assert [piece.area and piece.area.value for piece in pieces] == [town.carsi.id, town.sazlik.id]


def test_a_very_long_message_is_looked_at_for_as_long_as_it_is_worth(town):
    assert len(parts_of("Çukur var. Lamba yanmıyor. " * 2000, "tr")) <= 2
