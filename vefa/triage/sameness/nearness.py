"""How near two texts are: by their vectors where both have one, else by their words; 0 is any two texts."""

import numpy as np
from rapidfuzz.fuzz import token_set_ratio

from vefa.triage.sameness.reading import Read

LIKE_ANY_WORDS, LIKE_ANY_MEANING = 0.42, 0.24  # of two texts about different matters of one service


def nearness(one: Read, other: Read) -> float | None:
    """-1 to 1; None where nothing can be said: no vectors, and words of two languages.

    A vector holds the names of places too, which words have left out: it counts half as much.
    """
    told = [_by_words(one, other), _by_meaning(one, other)]
    found = [near for near in told if near is not None]
    return sum(found) / len(found) if found else None


def _by_meaning(one: Read, other: Read) -> float | None:
    if not one.vector or not other.vector:
        return None
    return _scaled(_cosine(one.vector, other.vector), LIKE_ANY_MEANING) / 2


def _by_words(one: Read, other: Read) -> float | None:
    """Words of two languages cannot be compared."""
    if (one.language and other.language and one.language != other.language) or not one.said or not other.said:
        return None
    return _scaled(token_set_ratio(one.said, other.said) / 100, LIKE_ANY_WORDS)


def _cosine(one: bytes, other: bytes) -> float:
    first, second = (np.frombuffer(row, np.float16).astype(np.float32) for row in (one, other))
    return float(first @ second)


def _scaled(likeness: float, usual: float) -> float:
    above = likeness - usual
    return above / (1 - usual) if above > 0 else above / usual
