"""A person's own numbers and mailboxes, struck out of words that others read, however they are written."""

import re
from collections.abc import Collection
from unicodedata import decimal

import phonenumbers

from vefa.citizens.numbers import NoNumberError, normal
from vefa.kit.masking import MASK
from vefa.kit.text import digits_of

_BETWEEN = r"[\W_]{0,3}"  # blanks, brackets, points, marks of direction
_AT = r"\s*(?:[@＠]|[(\[{<]\s*at\s*[)\]}>]|\sat\s)\s*"
_DOT = r"\s*(?:\.|[(\[{<]\s*(?:dot|nokta)\s*[)\]}>]|\s(?:dot|nokta)\s)\s*"
_LOCAL = (7, 6)  # digits of a number without what dials its town
_LEAST = 9  # digits of a number that has such a part


def without(text: str, ways: Collection[str], *, country: str) -> str:
    """The text with dots where one of these numbers or mailboxes stands: other digits, other gaps, no prefix.

    `country` is whose local numbers are meant.
    """
    for way in ways:
        forms = [_mailbox(way)] if "@" in way else _number(way, country)
        for form in filter(None, forms):
            text = _struck(text, form)
    return text


def _struck(text: str, form: str) -> str:
    plain = "".join(str(decimal(char)) if char.isdecimal() else char for char in text)  # nothing moves
    for met in reversed(list(re.finditer(form, plain, re.IGNORECASE))):
        text = f"{text[: met.start()]}{MASK}{text[met.end() :]}"
    return text


def _mailbox(way: str) -> str:
    name, _, host = way.strip().rpartition("@")
    parts = [re.escape(part) for part in host.split(".")]
    return rf"(?<![\w.+%-]){re.escape(name)}{_AT}{_DOT.join(parts)}" if name and host else ""


def _number(way: str, country: str) -> list[str]:
    """The whole number, from its country on or without; then what is dialled in its own town."""
    code, digits = _parts(way, country)
    if len(digits) < min(_LOCAL):
        return []
    prefix = rf"(?:(?:\+|00){_BETWEEN})?{_spaced(code)}{_BETWEEN}(?:0{_BETWEEN})?" if code else r"\+"
    whole = rf"(?<!\d)\(?(?:{prefix}|[08]{_BETWEEN})?{_spaced(digits)}(?!\d)"
    near = [
        rf"(?<!\d)(?<!\d[\W_]){_spaced(digits[-size:])}(?!\d)" for size in _LOCAL if len(digits) >= _LEAST
    ]
    return [whole, *near]


def _spaced(digits: str) -> str:
    return _BETWEEN.join(digits)


def _parts(way: str, country: str) -> tuple[str, str]:
    """The number of the country, where it is known, and the number in it."""
    try:
        number = phonenumbers.parse(normal(way, country=country), None)
    except NoNumberError:
        return "", digits_of(way)
    return str(number.country_code), phonenumbers.national_significant_number(number)
