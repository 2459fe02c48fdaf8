"""A thing with names in some languages is called something in all of them."""

from vefa.kit.names import pick

NAMES = {"tr": "Çarşı", "fa": "چارشی", "ru": ""}


def test_the_first_language_with_a_name_wins():
    assert pick(NAMES, "ru", "fa", "tr") == "چارشی"


def test_any_name_is_better_than_none():
    assert pick(NAMES, "kk") == "چارشی"


def test_a_thing_without_names_is_called_nothing():
    assert pick({}, "tr") == ""
