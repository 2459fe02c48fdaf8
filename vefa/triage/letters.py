"""How much a word sounds like each language: sums of small weights of its letter groups, one to four long.

Two models lie in one file: five languages in Latin letters, Kazakh or Russian in Cyrillic ones. They are made
by `python -m tools.train_language`. The sums of a word are kept, so that a message costs one addition a word.
The file is read without numpy: a process that serves pages does not need it for this.
"""

import re
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from math import exp, sqrt
from typing import NamedTuple
from zlib import crc32

FORMAT = "letters-1"
FILE = "language.npz"
GROUP = 4  # letters
LATIN, CYRILLIC = "latin", "cyrillic"
CLASSES = {LATIN: ("tr", "ru", "kk", "fa", "en"), CYRILLIC: ("ru", "kk")}
SIZES = {LATIN: 1 << 14, CYRILLIC: 1 << 13}  # buckets into which letter groups fall
_CODING = ("utf-16-le", "surrogatepass")
_WIDE = 2  # bytes a letter
_LENGTHS = tuple(_WIDE * letters for letters in range(1, GROUP + 1))
LONGEST = 24  # letters of a word that are looked at
_MARKED = re.compile("[\u00c0-\u024f]")
_ARRAY = re.compile(rb"'fortran_order': False, 'shape': \((\d+), (\d+)\)")

Sums = tuple[float, ...]


def groups_of(word: str) -> list[bytes]:
    """The letter groups of a folded word, its ends marked, and the whole word; two bytes a letter."""
    framed = f"<{word[:LONGEST]}>".encode(*_CODING)
    size = len(framed)
    found = [framed[at : at + length] for length in _LENGTHS for at in range(0, size - length + 1, _WIDE)]
    found.append(framed)
    return found


def marks_of(text: str) -> list[bytes]:
    """The letters with marks that a text has, each once: "*ş" tells more than a folded s."""
    return [f"*{letter}".encode(*_CODING) for letter in dict.fromkeys(_MARKED.findall(text.lower()))]


def bucket(group: bytes, script: str) -> int:
    """Where a letter group falls."""
    return crc32(group) % SIZES[script]


@dataclass(frozen=True)
class Model:
    """The weights of one script: for every bucket one number a class; the last row is the bias."""

    script: str
    rows: Sequence[Sums]

    @property
    def classes(self) -> tuple[str, ...]:
        """Languages, in the order of the numbers."""
        return CLASSES[self.script]

    def sums(self, groups: Sequence[bytes]) -> tuple[Sums, int]:
        """What letter groups speak for, class by class, and how many they are."""
        rows, size = self.rows, SIZES[self.script]
        found = [rows[crc32(group) % size] for group in groups]
        return tuple(map(sum, zip(*found, strict=True))) or (0.0,) * len(self.classes), len(found)


@cache
def model(script: str) -> Model:
    """The shipped model of a script, read when it is asked for first."""
    source = resources.files(__package__ or "").joinpath(FILE)
    with source.open("rb") as file, zipfile.ZipFile(file) as archive:
        return Model(script, _read(archive.read(f"{script}.npy")))


def _read(raw: bytes) -> list[Sums]:
    """The rows of a two-dimensional array of float16 as numpy saves it."""
    length = int.from_bytes(raw[8:10], "little")
    met = _ARRAY.search(raw[10 : 10 + length])
    if met is None or b"'descr': '<f2'" not in raw[10 : 10 + length]:
        raise ValueError(f"{FILE} holds no rows of float16")
    width = int(met.group(2))
    return list(struct.iter_unpack(f"<{width}e", raw[10 + length :]))


class Voice(NamedTuple):
    """What a word speaks for: sums over so many groups, the language it sounds most like, and how much."""

    sums: Sums
    groups: int
    best: str
    margin: float


@lru_cache(maxsize=4_096)
def voice_of(word: str, script: str) -> Voice:
    """The voice of one folded word by the shipped model."""
    known = model(script)
    sums, count = known.sums(groups_of(word))
    top, second = sorted(sums, reverse=True)[:2]
    return Voice(sums, count, known.classes[sums.index(top)], (top - second) / sqrt(count))


def likelihoods(said: Sequence[str], marks: Sequence[bytes], *, script: str) -> dict[str, float]:
    """How likely each language of a script is, together 1; `marks` as marks_of finds them."""
    known = model(script)
    parts = [voice_of(word, script)[:2] for word in said]
    return _together(known, [*parts, *(known.sums([mark]) for mark in marks)] if marks else parts)


def likelihoods_by(known: Model, said: Sequence[str], marks: Sequence[bytes]) -> dict[str, float]:
    """The same by a model that is not shipped."""
    return _together(
        known, [known.sums(groups) for groups in (*map(groups_of, said), *([one] for one in marks))]
    )


def _together(known: Model, parts: Sequence[tuple[Sums, int]]) -> dict[str, float]:
    bias = known.rows[-1]
    size = sqrt(sum(count for _, count in parts) or 1)
    columns = zip(*(sums for sums, _ in parts), strict=True)
    raised = (
        [start + total / size for start, total in zip(bias, map(sum, columns), strict=True)]
        if parts
        else [*bias]
    )
    top = max(raised)
    powers = [exp(value - top) for value in raised]
    whole = sum(powers)
    return {name: power / whole for name, power in zip(known.classes, powers, strict=True)}
