"""One id of a message in two bases: some centres answer in hexadecimal and report in decimal numbers."""

import re

_DECIMAL, _HEXADECIMAL = re.compile(r"[0-9]{1,20}"), re.compile(r"[0-9a-fA-F]{1,16}")
_WIDTHS = (0, 8, 10, 16)  # to which centres fill a number up with zeros


def other_spellings(number: str) -> tuple[str, ...]:
    """How the other base writes it: a decimal number in hexadecimal, and what may be either also back."""
    found: list[str] = []
    if _DECIMAL.fullmatch(number):
        plain = f"{int(number):x}"
        found += [one.zfill(width) for width in _WIDTHS for one in (plain, plain.upper())]
    if _HEXADECIMAL.fullmatch(number):
        found += [str(int(number, 16)).zfill(width) for width in _WIDTHS]
    return tuple(one for one in dict.fromkeys(found) if one != number)
