"""Personal data in a text: numbers of identity, cards, accounts, telephones, addresses of mail, names.

Numbers are told by their check digits and by how they are written in Türkiye, Russia, Kazakhstan and Iran, in
decimal digits of any script. What says where something is stays: streets, houses, plates and lines are no
personal data, and neither are our own reference numbers. Names are found where words around them say that
they are of people (vefa.kit.persons).

Check digits: Türkiye's T.C. kimlik no (law 5490), Kazakhstan's IIN (government decree 853 of 2003), Iran's
melli code, Russia's SNILS (order of the pension fund 192p) and tax number, IBAN by ISO
13616 and ISO 7064 (mod 97), cards by ISO/IEC 7812-1 (Luhn).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from vefa.kit.ids import BadReferenceError, read_reference
from vefa.kit.persons import people_in

MASK = "•••"
IDENTITY, PASSPORT, IBAN, CARD, PHONE, MAIL = "identity", "passport", "iban", "card", "phone", "mail"
NAME = "name"

_MAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?"
    r"(?![A-Za-z0-9])"
)
# Passports of Türkiye, Kazakhstan and Iran; Türkiye's identity card.
_PASSPORT = re.compile(r"(?<![\w-])(?:[A-Z]\d{8}|[A-Z]\d{2}[A-Z]\d{5})(?![\w-])")
_SERIES = re.compile(r"(?<![\w-])\d{2} \d{2} №? ?\d{6}(?![\w-])")  # Russia, as it is printed
_PASSPORT_SAID = re.compile(
    r"(?:паспорт\w*|төлқұжат\w*|pasaport\w*|passport\w*|گذرنامه|پاسپورت)\D{0,20}"
    r"(?P<n>\d{2} ?\d{2},? ?(?:№|no\.?|номер|нөмірі)? ?\d{6})(?!\d)",
    re.IGNORECASE,
)
_CARD_SAID = re.compile(  # Kazakhstan's identity card
    r"(?:удостоверени\w*|уд\. ?личности|куәлі\w*|куали\w*)\D{0,20}(?P<n>\d{9})(?!\d)", re.IGNORECASE
)
_PHONE_SAID = re.compile(
    r"\b(?:tel|telefon\w*|gsm|cep|тел|телефон\w*|сот|ұялы|phone|call me|mobile|تلفن|موبایل|شماره تماس)"
    r"[\s.:№]{0,4}(?P<n>\d{3}[ -]?\d{2}[ -]?\d{2}|\d{2}[ -]\d{2}[ -]\d{2})(?![\d-])",
    re.IGNORECASE,
)
# Letters may touch it: "TC10000000146", "05321112233den", "wa.me/905321112233", "شماره۰۹۱۲۳۴۵۶۷۸۹".
_RUN = re.compile(r"(?<!\d)\+?\(?\d(?:[\d\s()./–-]{5,200})\d(?!\d)")
_REFERENCE = re.compile(r"\d{2}[-–/. ]\d{5,8}[-–/. ]\d")  # ours, as we write it
# What telephones put into numbers unseen: hyphens that do not break, half-spaces, marks of direction.
_PLAIN = dict.fromkeys([0xAD, 0x2010, 0x2011, 0x2012, 0x2212], "-") | dict.fromkeys(
    [0xA0, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)], " "
)
_GAP = re.compile(r"[ -]")
_GROUP = re.compile(r"\d+")
_BARE = 24  # digits of an account of Iran or Türkiye, often told without the country's letters
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_ABROAD = re.compile(r"(?:\+|00)[1-9]\d{7,14}")
_NATIONAL = re.compile(
    r"0[1-9]\d{9}"  # Türkiye and Iran with the zero
    r"|[78][3-79]\d{9}"  # Russia and Kazakhstan with 8 or 7
    r"|90[2-5]\d{9}|98[1-9]\d{9}"  # with the country and no plus
    r"|5[0-6]\d{8}|9[0-9]\d{8}|7[0467]\d{8}"  # mobile ones without any prefix
)
_FREE = re.compile(r"(?:8|\+?7)?800\d{7}|0?8[05]0\d{7}|444\d{4}")  # of institutions, called for free
_CARD = re.compile(
    r"4\d{12}(?:\d{3})?|4\d{18}|5\d{15}|2[2-7]\d{14}|3[47]\d{13}|(?:6\d|9792|9919)\d{12,17}|220\d{13,16}"
)
_SHORTEST = 9  # characters of a number, with what stands between
_LONGEST_GROUPS = 7  # of one number, as people cut it
_ID_SHAPES = {
    11: re.compile(r"\d{11}|\d{3} \d{3} \d{3} \d{2}|\d{3}-\d{3}-\d{3}[ -]\d{2}"),
    12: re.compile(r"\d{12}|\d{6}[ -]\d{6}"),
    10: re.compile(r"\d{10}|\d{3}-\d{6}-\d"),
}


class Personal(NamedTuple):
    """One piece of personal data: what it is, its words, and where they stand in the text."""

    kind: str
    text: str
    start: int
    end: int


def personal(text: str, *, spare: Iterable[str] = ()) -> list[Personal]:
    """Every piece of personal data in a text, from left to right, none inside another.

    `spare` are numbers that everybody may know, such as the city's own telephone.
    """
    numbered = "@" in text or any(char.isdecimal() for char in text)
    plain = _western(text) if numbered else text
    known = {_digits(one) for one in spare} - {""} if numbered else set()
    taken: list[Personal] = []
    for kind, start, end in chain(_spans(plain) if numbered else (), _names(text)):
        free = all(end <= one.start or start >= one.end for one in taken)
        if free and not (kind == PHONE and _is_known(plain[start:end], known)):
            taken.append(Personal(kind, text[start:end], start, end))
    return sorted(taken, key=lambda one: one.start)


def masked(text: str, *, spare: Iterable[str] = ()) -> str:
    """The text for everybody's eyes: every piece of personal data as three dots."""
    made, behind = [], 0
    for one in personal(text, spare=spare):
        made += [text[behind : one.start], MASK]
        behind = one.end
    return "".join([*made, text[behind:]])


type Span = tuple[str, int, int]


def _spans(plain: str) -> Iterator[Span]:
    """Kinds with their places; where two overlap, the first named stands."""
    yield from ((MAIL, *met.span()) for met in _MAIL.finditer(plain))
    for met in _IBAN.finditer(plain):
        yield from _account(met.group(), met.start())
    for said in (_PASSPORT_SAID, _CARD_SAID):
        yield from ((PASSPORT, *met.span("n")) for met in said.finditer(plain))
    yield from ((PASSPORT, *met.span()) for met in _PASSPORT.finditer(plain))
    for run in _RUN.finditer(plain):
        yield from _in_run(run.group(), run.start())
    yield from ((PASSPORT, *met.span()) for met in _SERIES.finditer(plain))
    yield from ((PHONE, *met.span("n")) for met in _PHONE_SAID.finditer(plain))


def _names(text: str) -> Iterator[Span]:
    return ((NAME, start, end) for start, end in people_in(text))


def _account(run: str, offset: int) -> Iterator[Span]:
    """An account number, without the words that may follow it."""
    ends = [len(run), *(gap.start() for gap in reversed(list(_GAP.finditer(run))))]
    end = next((end for end in ends if is_iban(run[:end])), None)
    if end is not None:
        yield IBAN, offset, offset + end


def _in_run(run: str, offset: int) -> Iterator[Span]:
    """Numbers in a row of digits and what people put between them; the longest that is one wins."""
    groups = list(_GROUP.finditer(run))
    at = 0
    while at < len(groups):
        step = 1
        for last in range(min(len(groups), at + _LONGEST_GROUPS), at, -1):
            start, end = groups[at].start(), groups[last - 1].end()
            if end - start < _SHORTEST:
                break
            start -= len(run[:start]) - len(run[:start].rstrip("+("))
            kind = _kind(run[start:end])
            if kind is not None:
                step = last - at
                if kind:
                    yield kind, offset + start, offset + end
                break
        at += step


def _kind(written: str) -> str | None:
    """What a number is; "" for our own reference, None for no number that is known."""
    if _is_reference(written):
        return ""
    digits = _digits(written)
    sized = _ID_SHAPES.get(len(digits))
    if sized and sized.fullmatch(written) and any(check(digits) for check in _IDENTITIES):
        return IDENTITY
    if len(digits) == _BARE and (is_iban(f"IR{digits}") or is_iban(f"TR{digits}")):
        return IBAN
    if _is_card(digits) and len(_GROUP.findall(written)) <= 5:
        return CARD
    return PHONE if _is_phone(written, digits) else None


def _is_reference(written: str) -> bool:
    if not _REFERENCE.fullmatch(written):
        return False
    try:
        read_reference(written)
    except BadReferenceError:
        return False
    return True


def _is_phone(written: str, digits: str) -> bool:
    called = f"+{digits}" if written.lstrip("(").startswith("+") else digits
    if _THOUSANDS.fullmatch(written) and not written.startswith("0") and len(digits) % 3 != 2:
        return False
    return not _FREE.fullmatch(called) and bool(_ABROAD.fullmatch(called) or _NATIONAL.fullmatch(called))


def _is_known(written: str, known: set[str]) -> bool:
    digits = _digits(written)
    return any(digits.endswith(one) or one.endswith(digits) for one in known)


def _western(text: str) -> str:
    """The text with its decimal digits, hyphens and blanks as ASCII; nothing moves."""
    if text.isascii():
        return text
    return "".join(str(int(char)) if char.isdecimal() else char for char in text.translate(_PLAIN))


def _digits(text: str) -> str:
    return "".join(char for char in _western(text) if char.isdecimal())


def is_iban(text: str) -> bool:
    """Whether the check digits of an international account number fit (ISO 13616)."""
    plain = re.sub(r"[ -]", "", text).upper()
    if not 15 <= len(plain) <= 34 or not plain[2:4].isdecimal():
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def is_luhn(digits: str) -> bool:
    """Whether the check digit of ISO/IEC 7812-1 fits."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _is_card(digits: str) -> bool:
    return bool(_CARD.fullmatch(digits)) and is_luhn(digits)


def is_tckn(digits: str) -> bool:
    """A Turkish identity number: eleven digits, the last two are checks."""
    if len(digits) != 11 or digits[0] == "0":
        return False
    each = [int(digit) for digit in digits]
    tenth = (7 * sum(each[0:9:2]) - sum(each[1:8:2])) % 10
    return each[9] == tenth and each[10] == sum(each[:10]) % 10


def is_iin(digits: str) -> bool:
    """A Kazakh identity number: day of birth, century and sex, number, check digit."""
    if len(digits) != 12 or not ("01" <= digits[2:4] <= "12" and "01" <= digits[4:6] <= "31"):
        return False
    if digits[6] not in "0123456":
        return False
    each = [int(digit) for digit in digits]
    check = _weighed(each, range(1, 12)) % 11
    if check == 10:
        check = _weighed(each, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return check == each[11]


def is_melli(digits: str) -> bool:
    """An Iranian national code: ten digits, the last is a check; never ten alike."""
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    each = [int(digit) for digit in digits]
    rest = _weighed(each, range(10, 1, -1)) % 11
    return each[9] == (rest if rest < 2 else 11 - rest)


def is_snils(digits: str) -> bool:
    """A Russian insurance number: nine digits and two that check them; counted from 001-001-998 on."""
    if len(digits) != 11 or digits[:9] <= "001001998":
        return False
    check = _weighed([int(digit) for digit in digits], range(9, 0, -1)) % 101
    return int(digits[9:]) == (0 if check == 100 else check)


def is_inn(digits: str) -> bool:
    """A Russian tax number of a person: twelve digits, the last two are checks (order MM-3-6/435 of 2004)."""
    if len(digits) != 12 or len(set(digits)) == 1:
        return False
    each = [int(digit) for digit in digits]
    first = _weighed(each, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    second = _weighed(each, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return each[10:] == [first, second]


_IDENTITIES: Sequence[Callable[[str], bool]] = (is_tckn, is_iin, is_melli, is_snils, is_inn)


def _weighed(each: Sequence[int], weights: Iterable[int]) -> int:
    return sum(digit * weight for digit, weight in zip(each, weights, strict=False))
