"""Telephone numbers as people write them, in any digits, brought to E.164."""

import phonenumbers

from vefa.kit.text import digits_of

LAST = 4


class NoNumberError(ValueError):
    """The text is no telephone number of this country or of the world."""


def normal(text: str, *, country: str) -> str:
    """The number in E.164 (+905321112233). `country` (ISO code) is whose local numbers are meant.

    Raises NoNumberError.
    """
    plain = "".join(str(int(char)) if char.isdecimal() else char for char in text)
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException as error:
        raise NoNumberError(f"{text!r} is no telephone number") from error
    if not phonenumbers.is_possible_number(number):
        raise NoNumberError(f"{text!r} has too many or too few digits for a telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(number: str, *, country: str) -> str:
    """An E.164 number as people of this country read it: their own without the country code."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    own = phonenumbers.region_code_for_number(parsed) == country
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if own else style.INTERNATIONAL)


def last_digits(number: str) -> str:
    """The last four digits of a number, by which its owner is recognised on the telephone."""
    return digits_of(number)[-LAST:]
