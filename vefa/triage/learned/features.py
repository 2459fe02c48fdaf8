"""What of a word counts: itself, its stems, the letters in it, and the letters of its Latin skeleton.

Features are named by 32 bits, so that no list of their texts is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import sqrt
from typing import NamedTuple
from zlib import crc32

from Stemmer import Stemmer

from vefa.triage.spelling.skeletons import skeleton_of

LONGEST = 24  # letters of a word that are looked at
MOST_WORDS = 150  # of a text
_CHARS = range(2, 6)
_BONES = range(3, 6)
_CYRILLIC, _ARABIC = "\u0400", "\u0600"
BETWEEN = "_"  # of the two stems of a pair


class Feature(NamedTuple):
    """One feature of a word, and how much it counts: those of one kind share the weight of one."""

    name: int
    share: float


def of_word(word: str) -> list[Feature]:
    """All features of one folded word, or of a pair of stems."""
    if BETWEEN in word:
        return [Feature(of_pair(word), 1.0)]
    cut = word[:LONGEST]
    bones = skeleton_of(cut)
    return [
        *_named("w", [cut]),
        *_named("t", _stems(cut)),
        *_named("c", _runs(f"<{cut}>", _CHARS)),
        *_named("k", _runs(f"<{bones}>", _BONES) if bones else []),
    ]


def heard_in(said: Sequence[str]) -> tuple[list[str], list[str]]:
    """The distinct words of a text, and the distinct pairs of stems that stand side by side."""
    heard = [word for word in said[:MOST_WORDS] if BETWEEN not in word]
    stems = [_first_stem(word[:LONGEST]) for word in heard]
    pairs = dict.fromkeys(f"{one}{BETWEEN}{other}" for one, other in pairwise(stems))
    return list(dict.fromkeys(heard)), list(pairs)


def of_pair(pair: str) -> int:
    """The name of the one feature of a pair."""
    return crc32(f"b{pair}".encode())


def stem_of(word: str) -> str:
    """The first of a word's stems: what it is told by when two texts are compared."""
    return _first_stem(word[:LONGEST])


def _named(kind: str, texts: Sequence[str]) -> Iterator[Feature]:
    share = 1 / sqrt(len(texts)) if texts else 0.0
    return (Feature(crc32(f"{kind}{text}".encode()), share) for text in texts)


def _runs(framed: str, lengths: Iterable[int]) -> list[str]:
    return [framed[at : at + n] for n in lengths for at in range(len(framed) - n + 1)]


def _stems(word: str) -> list[str]:
    """By the script: Latin letters are Turkish or English; no stemmer does Persian or Kazakh justice."""
    if word < _CYRILLIC:
        return list(dict.fromkeys(stemmer.stemWord(word) for stemmer in (_of("turkish"), _of("english"))))
    return [_of("russian").stemWord(word)] if word < _ARABIC else [word]


@lru_cache(maxsize=8_192)
def _first_stem(word: str) -> str:
    return _stems(word)[0]


@cache
def _of(language: str) -> Stemmer:
    return Stemmer(language)
