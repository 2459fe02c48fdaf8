"""What a resident who holds the secret, or knows the telephone number, may see and say of their own case."""

import hmac
import json
from dataclasses import dataclass

from vefa.cases.models import Case, CaseContact, Outcome
from vefa.cases.queries import attached
from vefa.channels.registry import CHANNELS
from vefa.citizens import queries as citizens
from vefa.citizens.models import Address
from vefa.citizens.numbers import NoNumberError, normal
from vefa.citizens.numbers import last_digits as end_of
from vefa.directory.queries import municipality
from vefa.kit.ids import BadReferenceError, read_reference
from vefa.kit.text import digits_of

DIGITS = 4
NOBODY = "no such case, but compared in the same time"
NUMBERED = frozenset({"phone", "whatsapp"})  # where an address is a telephone number


@dataclass(frozen=True, slots=True)
class Tracked:
    """A resident's case, and the one whose course it shows: its master where it is a duplicate."""

    case: Case
    shown: Case


def track(reference: str, *, secret: str = "", last_digits: str = "") -> Tracked | None:
    """The case, if the link's secret or the last four digits of the resident's telephone number fit.

    The number is that of the case's own conversation, the one that was left when it was reported, or one
    that a channel proved to be the resident's: never another that somebody once wrote down beside their name.
    None says nothing about why: no such number, wrong secret, wrong digits all look the same and take the
    same statements. Limiting how often somebody may ask is the portal's duty.
    """
    case = _found(reference)
    proved = citizens.proved_digits_of(case.citizen_id if case else None)
    fits = _same(secret, case.secret if case else "")
    given = digits_of(last_digits)
    for number in (_end_of_talk(case), end_of(number_left(case)), *proved):
        fits |= len(given) == DIGITS and _same(given, number)
    if case is None or not fits:
        return None
    return _tracked(case)


def number_left(case: Case | None) -> str:
    """The telephone number in the form by which the case was reported, in E.164; "" where none is."""
    opened = CaseContact.objects.filter(case_id=case.pk if case else 0, opened=True).order_by("id")
    row = opened.values_list("contact__endpoint__channel", "contact__raw").first()
    channel = CHANNELS.get(row[0]) if row else None
    return _number_in(row[1]) if row and channel and channel.by_hand else ""


def number_beside_mail(case: Case) -> str:
    """Where who is answered by mail can be called: the number in their form, else another that is theirs.

    Of a case that `queries.open_case` read, without a statement; "" where none is known.
    """
    return (_number_in(case.form) if case.form else "") or case.phone or ""


def _number_in(raw: bytes | memoryview) -> str:
    """The telephone number that was typed into a form, in E.164 where it is one."""
    try:
        form = json.loads(bytes(raw))
    except ValueError:
        return ""
    typed = str(form.get("phone") or "") if isinstance(form, dict) else ""
    try:
        return normal(typed, country=municipality().country)
    except NoNumberError:
        return typed


def may_speak(address: Address, case: Case) -> bool:
    """Whether who writes from there may add to the case by naming its number, or judge how it ended.

    It is the address of the case's own conversation, or its form gave that number, or a person of the staff
    said that the two are one, or a channel proved both. An address that a form merely named beside another
    is not enough: anybody can write two addresses into a form.
    """
    own = case.conversation.address if case.conversation else None
    if own is None or own.pk == address.pk or own.citizen_id != address.citizen_id:
        return True
    if own.verified_at and address.verified_at:
        return True
    return address.space in NUMBERED and digits_of(address.value) == digits_of(number_left(case))


def _end_of_talk(case: Case | None) -> str:
    address = case.conversation.address if case and case.conversation else None
    return end_of(address.value) if address and address.space in NUMBERED else ""


def proved_before(reference: str) -> Tracked | None:
    """The case of somebody to whom `track` has just shown it, and who holds the portal's word for that."""
    case = _found(reference)
    return _tracked(case) if case else None


def _tracked(case: Case) -> Tracked:
    shown = case.master if case.outcome == Outcome.DUPLICATE and case.master else case
    return Tracked(attached(case), attached(shown))


def _found(reference: str) -> Case | None:
    try:
        wanted = read_reference(reference)
    except BadReferenceError:
        wanted = ""
    rows = Case.objects.select_related("conversation__address", "master")
    return rows.filter(reference=wanted).first()


def _same(given: str, right: str) -> bool:
    """Whether both are the same and not empty, in time that does not tell where they differ."""
    same = hmac.compare_digest(given.encode(), (right or NOBODY).encode())
    return same and bool(right)
