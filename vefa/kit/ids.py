"""Public numbers and secrets.

A reference is `YY-NNNNN-C`: the year, a running number of at least five digits, and a check digit, so that a
wrong or swapped digit on the telephone is noticed. The check digit is Damm's (H. M. Damm, *Total
anti-symmetrische Quasigruppen*, 2004): it finds every single wrong digit and every swap of neighbours.
"""

import re
import secrets
from uuid import UUID, uuid4

_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_SHAPE = re.compile(r"^(\d{2})[\s\-–./]*(\d{5,})[\s\-–./]*(\d)$")


class BadReferenceError(ValueError):
    """The text is no reference: wrong shape, or its check digit does not fit."""


def check_digit(digits: str) -> str:
    """Damm's check digit of a row of decimal digits."""
    state = "0"
    for digit in digits:
        state = _DAMM[int(state)][int(digit)]
    return state


def reference(*, year: int, number: int) -> str:
    """The public number of the `number`-th matter (1 or more), written in `year`."""
    head, body = f"{year % 100:02d}", f"{number:05d}"
    return f"{head}-{body}-{check_digit(head + body)}"


def read_reference(text: str) -> str:
    """The canonical form of a reference that somebody typed or said, in any decimal digits.

    Raises BadReferenceError if it has another shape or its check digit does not fit.
    """
    digits = "".join(str(int(char)) if char.isdecimal() else char for char in text.strip())
    found = _SHAPE.match(digits)
    if not found:
        raise BadReferenceError(f"{text!r} is no reference number")
    head, body, check = found.groups()
    if check_digit(head + body) != check:
        raise BadReferenceError(f"{text!r} has a mistyped digit")
    return f"{head}-{body}-{check}"


def secret() -> str:
    """A link's secret: 144 random bits, safe in a URL."""
    return secrets.token_urlsafe(18)


def token() -> UUID:
    """A fencing token."""
    return uuid4()
