"""A list of names is in the order of its language."""

import pytest

from vefa.kit.sorting import in_order


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("tr", ["cami", "çöp", "ılık", "iskele", "ordu", "öneri", "zabıta"]),
        ("kk", ["ағаш", "әкім", "ғылым", "қала", "яма"]),
        ("fa", ["آب", "بازار", "پارک", "چراغ", "کوچه", "گاز"]),
        ("ru", ["ёлка", "ель", "жалоба", "яма"]),
    ],
)
def test_names_stand_in_the_order_of_their_alphabet(language, names):
    assert in_order(reversed(names), str, language=language) == names
