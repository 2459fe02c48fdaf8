"""What kind of thing is said, how urgent it is, and whether it is a verdict on what we did."""

from collections.abc import Mapping

from vefa.kit.saying import Sentence
from vefa.triage.guess import Guess
from vefa.triage.lexicon import lexicon

NORMAL, URGENT, EMERGENCY = 0, 1, 2
_LEVELS = {"normal": NORMAL, "urgent": URGENT, "emergency": EMERGENCY}

Heard = Mapping[str, list[str]]  # by the name of a list in the lexicon; only those that were heard


def heard_in(said: list[str], *, language: str) -> Heard:
    """The words of kind and of danger in a message."""
    return lexicon(language).tone.found(said)


def kind_of(heard: Heard, *, said: list[str], text: str, usual: str) -> Guess[str]:
    """The kind of a message; `usual` is the kind of the service that it is about, "" when that is unknown."""
    grave = "complaint" in heard or "danger" in heard
    if "thanks" in heard and not grave and usual in {"", "thanks"} and len(said) <= 25:
        return Guess("thanks", 0.85, _says(heard["thanks"][0]))
    for name in ("suggestion", "complaint"):
        if name in heard:
            return Guess(name, 0.75, _says(heard[name][0]))
    if usual:
        return Guess(usual, 0.7, Sentence("usual for this service"))
    if "danger" in heard:
        return Guess("danger", 0.6, _says(heard["danger"][0]))
    if "?" in text or "؟" in text:
        return Guess("question", 0.85 if "question" in heard else 0.6, Sentence("asks something"))
    return Guess("request", 0.5, Sentence("nothing else was heard"))


def urgency_of(heard: Heard, *, usual: str) -> Guess[int]:
    """How soon somebody must look; words may only raise what is usual for the service."""
    least = _LEVELS.get(usual, NORMAL)
    for name in ("emergency", "urgent"):
        if name in heard and _LEVELS[name] > least:
            return Guess(_LEVELS[name], 0.7, _says(heard[name][0]))
    return Guess(least, 0.6, Sentence("usual for this service") if least else Sentence("no word of danger"))


def verdict_of(said: list[str], *, language: str) -> Guess[str]:
    """Whether the resident says that the matter is solved, is not, or neither ("")."""
    found = lexicon(language).verdict.found(said)
    for name in ("not_solved", "solved"):
        if name in found:
            return Guess(name, 0.75 if len(said) <= 12 else 0.5, _says(found[name][0]))
    return Guess("", 1.0, "")


def _says(words: str) -> Sentence:
    return Sentence("says %(words)s", words=words)
