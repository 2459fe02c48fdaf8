"""A sender as gateways write it, brought to the one form under which a person is known."""

import phonenumbers

from vefa.channels.cleaning import clean_line

SURE = 8  # digits at the end of a number that every way of writing it has
SHORTEST = 7  # digits; below that it is a short code of the network


def normal(written: str, *, region: str) -> str:
    """E.164 for a telephone; a short code or a name such as BANK stays as it is.

    `region` (two letters) is whose local numbers are meant: 0532…, 532… and 90532… are all +90532….
    """
    plain = clean_line("".join(str(int(char)) if char.isdecimal() else char for char in written), limit=40)
    if any(char.isalpha() for char in plain):
        return plain
    digits = "".join(char for char in plain if char.isdecimal())
    if len(digits) < SHORTEST:
        return digits or plain
    local = plain.removeprefix("00") if plain.startswith("00") else plain
    readings = [_read(plain, region), _read(f"+{local.removeprefix('+')}", None)]
    for fits in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in readings:
            if number is not None and fits(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return digits


def lane(written: str) -> str:
    """What all ways of writing one number share, for a fraction of what reading it costs.

    Two countries may share it too: then what their two people write is read in order, nothing else.
    """
    plain = written.removeprefix("+")
    if plain.isascii() and plain.isdigit():  # as nearly all of them come
        return plain[-SURE:]
    if any(char.isalpha() for char in written):
        return clean_line(written, limit=40)
    return "".join(str(int(char)) for char in written if char.isdecimal())[-SURE:]


def is_telephone(address: str) -> bool:
    """Whether it can be answered: a number or a short code; a name cannot."""
    return address.removeprefix("+").isdecimal()


def national(number: str, *, region: str) -> str:
    """The digits of an E.164 number without its country where it is one of `region`'s, else 00 and all of it.

    Without its country a foreign number would be somebody else's here.
    """
    found = _read(number, None)
    if found is None:
        return number.removeprefix("+")
    if region and found.country_code != phonenumbers.country_code_for_region(region):
        return "00" + number.removeprefix("+")
    return str(phonenumbers.national_significant_number(found))


def _read(text: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
