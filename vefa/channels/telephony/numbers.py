"""A caller's number, however the exchange writes it, in E.164: national, without its plus, with 00."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

LEAST = 7  # digits; fewer are an extension or a short number


def international(text: str, *, region: str) -> str:
    """E.164 with its plus where the number is one of the world's, else the digits as they came; "" for none.

    Exchanges send what the line gave them: 05321112233, 5321112233, 905321112233, 00905321112233. The reading
    as a number of `region` (ISO code) is tried first, then the one with its country code.
    """
    kept = [str(int(char)) for char in text if char.isdecimal()]
    digits = "".join(kept)
    plus = "+" if text.strip().startswith("+") else ""
    if len(digits) < LEAST:
        return plus + digits
    tries = [(plus + digits, region)]
    if not plus:
        tries += [("+" + digits.removeprefix("00"), region), ("+" + digits.removeprefix("810"), region)]
    for written, where in tries:
        number = _parsed(written, where)
        if number and phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    number = _parsed(plus + digits, region)
    if number and phonenumbers.is_possible_number(number):
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return plus + digits


def national(number: str, *, region: str) -> str:
    """An E.164 number as one dials it within `region`; those of other countries with 00."""
    parsed = _parsed(number, region)
    if parsed is None:
        return "".join(char for char in number if char.isdecimal())
    own = phonenumbers.region_code_for_number(parsed) == region
    if not own:
        return "00" + number.removeprefix("+")
    shown = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    return "".join(char for char in shown if char.isdecimal())


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None
