"""One id in two bases, as centres fill it up with zeros and write its letters."""

import pytest

from vefa.channels.sms.spelling import other_spellings


@pytest.mark.parametrize(
    ("reported", "answered"),
    [
        ("31551", "7b3f"), ("31551", "7B3F"), ("31551", "00007B3F"), ("0000031551", "7b3f"),
        ("7b3f", "31551"), ("00007B3F", "31551"), ("7B3F", "0000031551"), ("1234", "4660"), ("1234", "4d2"),
    ],
)  # fmt: skip
def test_an_id_is_known_in_the_other_base(reported, answered):
    assert answered in other_spellings(reported)


@pytest.mark.parametrize("number", ["", "x1", "SM0123456789abcdef", "²", "1" * 21, "+1", " 1", "a-b"])
def test_what_is_no_number_has_one_spelling(number):
    assert other_spellings(number) == ()
