"""What kind of thing is said, how urgent it is, and whether it is a verdict on what we did."""

import re
from collections import defaultdict
from dataclasses import dataclass

from vefa.kit.saying import Sentence
from vefa.triage.guess import Guess
from vefa.triage.hearing import Heard
from vefa.triage.lexicon import lexicon

NORMAL, URGENT, EMERGENCY = 0, 1, 2
_LEVELS = {"normal": NORMAL, "urgent": URGENT, "emergency": EMERGENCY}

_ENDS = re.compile(r"[.!?؟…\n]+")
_ASKS = re.compile(r"[?؟]")
_LINK = re.compile(
    r"https?://|www\.|\bt\.me/|@\w{4,}|[\w-]\.(?:com|net|ru|kz|ir|tr|info|xyz|example)\b", re.IGNORECASE
)
DOUBTFUL = "doubtful"
_VERDICT = 12  # words of which a verdict has at most so many
_CLOSING = 6  # words that a message must have for thanks at its end to be good manners only
_SHORT = 30  # words


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message as its kind is judged."""

    text: str
    words: list[str]  # folded
    heard: Heard
    usual: str = ""  # the kind of the service that it is about; "" when that is unknown
    matter: bool = False  # something of the city's is spoken of: a service or a place


@dataclass(frozen=True)
class Toned[Value](Guess[Value]):
    """A guess about the tone, and whether words of the message gave it: its own, not what is usual."""

    spoken: bool = False


def kind_of(said: Said) -> Toned[str]:
    """The kind of a message: whatever speaks for it most."""
    points: dict[str, float] = defaultdict(float)
    because: dict[str, tuple[str, bool]] = {}
    for kind, weight, reason, spoken in [*_usual(said), *_by_words(said), *_asked(said)]:
        points[kind] += weight
        if weight >= 0.5 and (spoken or kind not in because):
            because[kind] = (reason, spoken)
    if not points:
        return Toned("request", 0.5, Sentence("nothing else was heard"))
    best = max(points, key=lambda kind: points[kind])
    share = points[best] / (sum(points.values()) + 0.3)
    why, spoken = because.get(best) or (Sentence("nothing else was heard"), False)
    return Toned(best, round(0.45 + 0.5 * share, 2), why, spoken=spoken)


type _Point = tuple[str, float, str, bool]  # kind, weight, reason, whether words of the message speak for it


def _usual(said: Said) -> list[_Point]:
    usual = Sentence("usual for this service")
    if said.usual == "question" and "question" not in said.heard and not _ASKS.search(said.text):
        tells = Sentence("tells something, and asks nothing")
        return [("question", 0.4, usual, False), ("request", 0.5, tells, False)]
    return [(said.usual, 1.0, usual, False)] if said.usual else []


def _by_words(said: Said) -> list[_Point]:
    heard = said.heard
    points: list[_Point] = [
        (kind, weight, _says(heard, name), True) for name, kind, weight in _WEIGHTS if name in heard
    ]
    points += [one for one in (_thanks(said), _abuse(said), _spam(said)) if one]
    if len(heard.get("complaint", ())) > 1:
        points.append(("complaint", 0.5, _says(heard, "complaint"), True))
    return points


_WEIGHTS = (  # what was heard, which kind that speaks for, how much
    ("emergency", "danger", 2.5),
    ("danger", "danger", 0.6),
    ("suggestion", "suggestion", 1.3),
    ("request", "request", 0.6),
    ("complaint", "complaint", 0.7),
)


def _says(heard: Heard, name: str) -> Sentence:
    return Sentence("says %(words)s", words=heard[name][0])


def _thanks(said: Said) -> _Point | None:
    """Thanks count where nothing else is wanted; at the end of a message they are good manners."""
    heard = said.heard
    other = {"complaint", "danger", "urgent", "emergency"} & heard.keys()
    if "thanks" not in heard or other or len(said.words) > _SHORT:
        return None
    start, end = said.words[:4], said.words[-3:]
    first = heard["thanks"][0].split()[0]
    closing = len(said.words) > _CLOSING and first in end and first not in start
    if said.usual != "thanks" and (closing or "request" in heard or _ASKS.search(said.text)):
        return ("thanks", 0.4, _says(heard, "thanks"), True)
    opens = said.usual in {"", "thanks"} or (first in start[:3] and first not in end)
    return ("thanks", 1.6 if opens else 0.6, _says(heard, "thanks"), True)


def _abuse(said: Said) -> _Point | None:
    """Insults make the kind only where nothing else is said: a rude report of a hole reports a hole."""
    if "abuse" not in said.heard or (said.matter and said.usual not in {"abuse", ""}):
        return None
    return ("abuse", 2.2 if not said.matter else 0.9, _says(said.heard, "abuse"), True)


def _spam(said: Said) -> _Point | None:
    hits = said.heard.get("spam", [])
    sure = len(hits) > 1 or (hits and _LINK.search(said.text))
    return ("spam", 3.0, Sentence("says %(words)s", words=", ".join(hits[:3])), True) if sure else None


def _asked(said: Said) -> list[_Point]:
    """A message of questions asks; one question behind a report is often rhetorical."""
    parts = [part for part in _ENDS.split(said.text) if part.strip()] or [""]
    share = min(1.0, len(_ASKS.findall(said.text)) / len(parts))
    word = "question" in said.heard
    asks = Sentence("asks something")
    if share:
        weight = (0.9 if word else 0.5) * share + (0.3 if share > 0.6 else 0.0)
        return [("question", weight, asks, False)]
    return [("question", 0.5, asks, False)] if word and not said.usual and len(parts) == 1 else []


def urgency_of(heard: Heard, *, usual: str) -> Toned[int]:
    """How soon somebody must look; words may only raise what is usual for the service."""
    least = _LEVELS.get(usual, NORMAL)
    if least == EMERGENCY and "words" in heard:  # "fire hydrant", "prices on fire": about something else
        least = NORMAL
    for name in ("emergency", "urgent"):
        if name in heard and _LEVELS[name] > least:
            return Toned(_LEVELS[name], 0.7, _says(heard, name), spoken=True)
    if least:
        return Toned(least, 0.6, Sentence("usual for this service"))
    return Toned(least, 0.6, Sentence("no word of danger"))


def doubts(said: list[str], *, language: str, text: str) -> bool:
    """Whether something is asked, contradicted, or quoted from our own words."""
    return "doubt" in lexicon(language).verdict.found(said) or bool(_ASKS.search(text))


def verdict_of(said: list[str], *, language: str, text: str = "") -> Guess[str]:
    """Whether the resident says that the matter is solved, is not, or neither ("").

    "doubtful": "solved" is among the words, but asked, contradicted, or one of many: "solved? You say so!"
    """
    found = lexicon(language).verdict.found(said)
    for name in ("not_solved", "solved"):
        if name in found:
            words = Sentence("says %(words)s", words=found[name][0])
            short = len(said) <= _VERDICT
            doubt = name == "solved" and (not short or doubts(said, language=language, text=text))
            return Guess(DOUBTFUL if doubt else name, 0.75 if short else 0.5, words)
    return Guess("", 1.0, "")
