"""What a resident who holds the secret, or knows the telephone number, may see of their own case."""

import hmac
from dataclasses import dataclass

from vefa.cases.models import Case, Outcome
from vefa.cases.queries import attached
from vefa.citizens import queries as citizens
from vefa.kit.ids import BadReferenceError, read_reference
from vefa.kit.text import digits_of

DIGITS = 4
NOBODY = "no such case, but compared in the same time"


@dataclass(frozen=True, slots=True)
class Tracked:
    """A resident's case, and the one whose course it shows: its master where it is a duplicate."""

    case: Case
    shown: Case


def track(reference: str, *, secret: str = "", last_digits: str = "") -> Tracked | None:
    """The case, if the link's secret or the last four digits of the resident's telephone number fit.

    None says nothing about why: no such number, wrong secret, wrong digits all look the same and take the
    same statements. Limiting how often somebody may ask is the portal's duty.
    """
    case = _found(reference)
    numbers = citizens.last_digits_of(case.citizen_id if case else None)
    fits = _same(secret, case.secret if case else "")
    given = digits_of(last_digits)
    for number in numbers or [""]:
        fits |= len(given) == DIGITS and _same(given, number)
    if case is None or not fits:
        return None
    shown = case.master if case.outcome == Outcome.DUPLICATE and case.master else case
    return Tracked(attached(case), attached(shown))


def _found(reference: str) -> Case | None:
    try:
        wanted = read_reference(reference)
    except BadReferenceError:
        wanted = ""
    return Case.objects.select_related("conversation", "master").filter(reference=wanted).first()


def _same(given: str, right: str) -> bool:
    """Whether both are the same and not empty, in time that does not tell where they differ."""
    same = hmac.compare_digest(given.encode(), (right or NOBODY).encode())
    return same and bool(right)
