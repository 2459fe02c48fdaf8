"""Telephone numbers, however they are written."""

import pytest

from vefa.citizens import numbers


@pytest.mark.parametrize(
    ("written", "country", "meant"),
    [
        ("0532 111 22 33", "TR", "+905321112233"),
        ("+90 (532) 111-22-33", "KZ", "+905321112233"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789"),
        ("8 701 123 45 67", "KZ", "+77011234567"),
        ("٠٩١٢٣٤٥٦٧٨٩", "IR", "+989123456789"),
    ],
)
def test_a_number_is_understood_as_people_write_it(written, country, meant):
    assert numbers.normal(written, country=country) == meant


@pytest.mark.parametrize("text", ["", "Ali", "123", "0532 111 22 33 44 55 66"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(numbers.NoNumberError):
        numbers.normal(text, country="TR")


def test_a_number_is_shown_as_its_country_reads_it():
    assert numbers.shown("+905321112233", country="TR") == "0532 111 22 33"
    assert numbers.shown("+905321112233", country="KZ") == "+90 532 111 22 33"
    assert numbers.shown("chat 7", country="TR") == "chat 7"
    assert numbers.last_digits("+90 532 111 ۲۲۳۳") == "2233"
