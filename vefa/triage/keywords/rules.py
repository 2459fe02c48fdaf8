"""What a message that is nothing but a keyword asks for, and which case a verdict without a number means."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vefa.kit.ids import BadReferenceError, read_reference
from vefa.kit.text import fold

APART = timedelta(days=3)  # two outcomes nearer than that could both be meant
_EDGES = re.compile(r"^[\W_]+|(?<![\W_])[\W_]+$")
_NUMBER = re.compile(r"\d{2}[-–/. ]?\d{5,8}[-–/. ]?\d")


@dataclass(frozen=True)
class Meaning:
    """What a keyword asks for. `spoken` is the language of the word, "" for a code."""

    does: str
    spoken: str = ""
    language: str = ""  # what "language" changes to


@dataclass(frozen=True)
class Heard:
    """A message that was a keyword, with the number of a case beside it or ""."""

    meaning: Meaning
    word: str
    reference: str = ""


def heard(text: str, known: Mapping[str, Meaning]) -> Heard | None:
    """The keyword that a text is, with or without the number of a case; None for every other text.

    `known` goes by folded words. A keyword inside a sentence means nothing: "durakta" is no "dur".
    """
    word = _bare(text)
    if word in known:
        return Heard(known[word], word)
    number = _NUMBER.search(fold(text))
    if number is None:
        return None
    rest = _bare(fold(text).replace(number[0], " "))
    try:
        reference = read_reference(number[0])
    except BadReferenceError:
        return None
    return Heard(known[rest], rest, reference) if rest in known else None


def meant(ended: Sequence[tuple[int, datetime]]) -> int | None:
    """Which of somebody's ended cases a verdict without a number speaks of; None: a person must decide.

    The last one, if it is the only one or ended well after the one before.
    """
    latest = sorted(ended, key=lambda one: one[1], reverse=True)[:2]
    if len(latest) == 2 and latest[0][1] - latest[1][1] < APART:
        return None
    return latest[0][0] if latest else None


def folded(words: Iterable[str]) -> list[str]:
    """Words as `heard` looks them up."""
    return [bare for word in words if (bare := _bare(word))]


def _bare(text: str) -> str:
    return _EDGES.sub("", fold(text))
