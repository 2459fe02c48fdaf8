"""Is a message in a group a matter of the city's, or talk? Signs for and against, each with its words.

The weights were set by hand on a part of a made stream of group talk (`tests/triage/groups`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

from vefa.triage.advice import Advice
from vefa.triage.groups.words import words_of_groups

SURE = 0.5  # from this confidence on a message is a matter by itself
HALF = 0.12  # from here on it may be the first half of one
_SHORT, _NOD, _LONG = 3, 4, 30  # words
_BASE = -3.2
_WEIGHTS: Mapping[str, float] = {
    "service": 3.0,  # times its confidence
    "subject": 0.5,  # the service is what this group is for
    "trouble": 1.7,
    "ask": 1.0,
    "here": 0.8,
    "place": 0.9,
    "since": 0.7,
    "danger": 0.9,
    "complaint": 0.6,
    "photo": 0.7,
    "point": 0.8,
    "number": 0.4,
    "advert": -3.2,
    "neighbours": -2.2,
    "politics": -2.2,
    "solved": -2.0,
    "smalltalk": -1.4,
    "laugh": -1.6,
    "link": -1.2,
    "short": -0.8,
    "nothing": -1.2,  # neither a service nor trouble
    "forwarded": -0.8,
}
_LAUGH = re.compile(
    r"[😂🤣😅😆😄😁🙈😜😉]|\b(?:[хaаhx]{4,}|(?:ха|ah|ha|хе|he){2,}|[sjkdşğ]{5,}|rofl)\b", re.IGNORECASE
)
_PLUS = re.compile(r"^\s*(?:\+{1,3}\s*\d?|➕+|👍[🏻-🏿]*|💯|☝[🏻-🏿]*|🙋\S*)[\s.!+👍]*$")
_PLUS_INSIDE = re.compile(r"(?:^|\s)\+\s?1?(?:\s(?!к\b)|$|[.,!])")
# "In front of our house too": whose it is, a few words, and the particle.
_ALSO = re.compile(
    r"\b(?:біздің|менің|наш\w*|у нас|bizim|benim|beni|bize)\b(?:\s+[\w']+){0,4}?"
    r"\s+(?:да|де|та|те|da|de|тоже|также)\b",
    re.IGNORECASE,
)
_THUMBS = frozenset("👍💯🙏😡🤬😢😱🤝❤")
_LINK = re.compile(r"https?://|t\.me/|(?:^|\s)@\w{4,}")
_PHONE = re.compile(r"(?:\+?\d[\s()-]?){10,}")
_NUMBERED = re.compile(
    r"(?:дом[а-я]*|д|№|подъезд[а-я]*|кв|ул\.?\s*\w+|no|numara|blok|apt|kat|үй[а-яі]*|پلاک|house)\W{0,3}(\d{1,3}(?:[/-]?\d{0,3})[а-яa-z]?)\b"
    r"|\b(\d{1,3}(?:/\d{1,3})?)[-\s]?(?:дом|үй|numara|blok|нум|подъезд|квартир|пәтер)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a message shows beside its words."""

    text: str = ""
    photo: bool = False
    point: bool = False
    forwarded: bool = False
    subject: str = ""  # key of the service group that this group of people is for


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """How far one message is a matter, and what else it may be."""

    confidence: float
    signs: list[tuple[str, str, float]] = field(default_factory=list)  # sign, the words, weight
    me_too: bool = False
    also: bool = False  # perhaps: "my daughter too"
    agrees: bool = False
    further: bool = False
    against: bool = False  # advert, politics, laughter, small talk, thanks
    leave_me: bool = False
    numbers: frozenset[str] = frozenset()  # of houses
    said: int = 0  # words


def weigh(advice: Advice, shown: Shown) -> Weighed:
    """Add up the signs of one message."""
    heard = words_of_groups().found(advice.said)
    numbers = numbers_in(shown.text)
    signs = [*_by_words(heard), *_by_advice(advice, shown), *_by_form(advice.said, shown, numbers)]
    if not advice.services and "trouble" not in heard:
        signs.append(("nothing", "", _WEIGHTS["nothing"]))
    total = _BASE + sum(weight for _, _, weight in signs)
    met = {name for name, _, weight in signs}
    return Weighed(
        confidence=round(1 / (1 + exp(-total)), 3),
        signs=signs,
        me_too=len(advice.said) <= _LONG and ("me_too" in heard or bool(_PLUS_INSIDE.search(shown.text))),
        also="self_too" in heard or bool(_ALSO.search(shown.text)),
        agrees=bool(_PLUS.match(shown.text)) or ("agree" in heard and len(advice.said) <= _NOD),
        further="further" in heard or "point" in met,
        against=bool(met & {"advert", "politics", "laugh", "smalltalk", "neighbours", "link", "solved"}),
        leave_me="leave_me" in heard,
        numbers=numbers,
        said=len(advice.said),
    )


def is_thumb(text: str) -> bool:
    """Whether a reaction stands behind what it is given to."""
    return any(sign in _THUMBS for sign in text)


def numbers_in(text: str) -> frozenset[str]:
    """Numbers of houses, in lower case."""
    return frozenset((one or other).lower() for one, other in _NUMBERED.findall(text))


def _by_words(heard: Mapping[str, Sequence[str]]) -> list[tuple[str, str, float]]:
    return [(name, ", ".join(said[:3]), _WEIGHTS[name]) for name, said in heard.items() if name in _WEIGHTS]


def _by_advice(advice: Advice, shown: Shown) -> list[tuple[str, str, float]]:
    signs = []
    if advice.services:
        best = advice.services[0]
        signs.append(("service", best.because, round(_WEIGHTS["service"] * best.confidence, 2)))
        if shown.subject and advice.service and advice.service.group.key == shown.subject:
            signs.append(("subject", shown.subject, _WEIGHTS["subject"]))
    if advice.area:
        signs.append(("place", advice.area.because, _WEIGHTS["place"]))
    if advice.urgency.value and advice.urgency.spoken:
        signs.append(("danger", advice.urgency.because, _WEIGHTS["danger"]))
    if advice.kind.value == "complaint" and advice.kind.spoken:
        signs.append(("complaint", advice.kind.because, _WEIGHTS["complaint"]))
    return signs


def _by_form(said: list[str], shown: Shown, numbers: frozenset[str]) -> list[tuple[str, str, float]]:
    found = {
        "photo": shown.photo,
        "point": shown.point,
        "forwarded": shown.forwarded,
        "number": bool(numbers),
        "laugh": bool(_LAUGH.search(shown.text)),
        "link": bool(_LINK.search(shown.text) or _PHONE.search(shown.text)),
        "short": len(said) < _SHORT,
    }
    return [(name, "", _WEIGHTS[name]) for name, there in found.items() if there]
