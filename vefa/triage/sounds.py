"""Names as they sound: one name in every script, however its letters are brought from one to the other.

A name of a street comes in a Persian, Kazakh or Russian message as the writer heard it. Two words sound alike
where their consonants fall into the same classes in the same order (k, g, q; d, t; c, j; vowels and Persian
و and ی count for nothing) and the whole is nearly the same with its vowels. Case endings may follow.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from vefa.kit.expressions import Met
from vefa.triage.spelling.skeletons import skeleton_of

_CLASSES = str.maketrans("gqdbcfvwueyo", "kktpjfuuuaiu")
_TWICE = re.compile(r"(.)\1+")
_SILENT = str.maketrans("", "", "aiu")
_PERSIAN = re.compile("[ء-ی]")
# What is left of case endings and possessives without their vowels, in the classes above.
_ENDINGS = frozenset(
    {"t", "n", "k", "m", "h", "s", "r", "tn", "tk", "nt", "nk", "nn", "mn", "lr", "ns", "ms", "mt", "st"}
    | {"ntk", "ntn", "nts", "tkn", "tks", "lrt", "lrn", "msk", "mst", "stn", "ln", "stk", "mstk", "ntkn"}
)
_LONGEST_ENDING = 4
_LEAST = 4  # consonants of a name that is met by its sound alone
_LEAST_MARKED = 3  # beside a word such as "street", and of a name of many letters
_LEAST_SPELT = 5  # letters of a name that is the same but for the script
_LONG = 7  # letters
_ALIKE, _ALIKE_ONE = 84.0, 87.0  # of 100: of a name of several words, of one
_ALIKE_PERSIAN, _ALIKE_ONE_PERSIAN = 71.0, 74.0  # Persian writes no short vowels
_MOST_WORDS = 4
_KEPT = 20_000  # words of which it is known what they begin


class Heard(NamedTuple):
    """A word as it sounds, its consonants, and the same without what may be an ending."""

    sound: str
    key: str
    stems: tuple[str, ...]


@lru_cache(maxsize=16_384)
def heard(word: str) -> Heard:
    """How a folded word sounds."""
    sound = _TWICE.sub(r"\1", skeleton_of(word).replace("dj", "j").replace("ng", "n").translate(_CLASSES))
    sound = sound.removesuffix("h") if len(sound) > 2 else sound
    key = sound.translate(_SILENT)
    cuts = range(1, min(_LONGEST_ENDING, len(key) - 1) + 1)
    return Heard(sound, key, (key, *(key[:-cut] for cut in cuts if key[-cut:] in _ENDINGS)))


class _Row[Value](NamedTuple):
    """A name: what its words sound like, and what it stands for."""

    keys: tuple[str, ...]
    sounds: tuple[str, ...]
    persian: bool
    value: Value


class _Start[Value](NamedTuple):
    """What a word is, and what it may begin: names by its sound, and names that are cut elsewhere."""

    whole: tuple[Value, ...]
    seconds: Mapping[str, tuple[_Row[Value], ...]]  # by what their second word sounds like
    further: bool


@dataclass(frozen=True)
class Sounds[Value]:
    """Values by the sound of names: by the first word of each, and by all its words written as one."""

    by_word: Mapping[str, tuple[_Row[Value], ...]]
    joined: Mapping[str, tuple[_Row[Value], ...]]
    beginnings: AbstractSet[str]  # of what is joined
    starts: dict[str, _Start[Value] | None] = field(default_factory=dict, repr=False)  # of words heard before

    @classmethod
    def of(cls, known: Iterable[tuple[Sequence[str], Value]]) -> "Sounds[Value]":
        """For these names, each as its folded words."""
        by_word: dict[str, dict[_Row[Value], None]] = defaultdict(dict)
        joined: dict[str, dict[_Row[Value], None]] = defaultdict(dict)
        for said, value in known:
            each = [heard(word) for word in said]
            keys = tuple(one.key for one in each)
            if len("".join(keys)) < _LEAST_MARKED or not all(keys) or len(said) > _MOST_WORDS:
                continue
            row = _Row(keys, tuple(one.sound for one in each), _is_persian(said), value)
            by_word[keys[0]][row] = None
            joined["".join(keys)][row] = None
        return cls(
            {key: tuple(rows) for key, rows in by_word.items()},
            {key: tuple(rows) for key, rows in joined.items()},
            frozenset(key[:end] for key in joined for end in range(1, len(key))),
        )

    def found_in(self, said: list[str]) -> list[Met[Value]]:
        """Every name that sounds like words of the text; the same words may stand for several."""
        known = self.starts
        found: list[Met[Value]] = []
        for at, word in enumerate(said):
            start = known[word] if word in known else self._start(word)
            if start is not None:
                found += self._begun(start, said, at)
        return found

    def _start(self, word: str) -> _Start[Value] | None:
        """What a word may begin; kept, because nearly all begin nothing."""
        one = heard(word)
        rows = [row for stem in one.stems for row in self.by_word.get(stem, ())]
        seconds: dict[str, list[_Row[Value]]] = defaultdict(list)
        for row in rows:
            if len(row.keys) > 1:
                seconds[row.keys[1]].append(row)
        alone = [row for row in rows if len(row.keys) == 1]
        joined = [row for stem in one.stems for row in self.joined.get(stem, ()) if len(row.keys) > 1]
        whole = tuple(row.value for row in (*alone, *joined) if _alike(row, [word]))
        further = one.key in self.beginnings
        known = whole or seconds or further
        start = _Start(whole, {key: tuple(of) for key, of in seconds.items()}, further)
        if len(self.starts) >= _KEPT:
            self.starts.clear()
        self.starts[word] = start if known else None
        return self.starts[word]

    def _begun(self, start: _Start[Value], said: list[str], at: int) -> Iterator[Met[Value]]:
        """The names that stand here: word for word, or cut elsewhere ("kaya başı", "taşköprü")."""
        for value in start.whole:
            yield Met(at, said[at : at + 1], value)
        if (start.further or start.seconds) and at + 1 < len(said):
            yield from self._continued(start, said, at)

    def _continued(self, start: _Start[Value], said: list[str], at: int) -> Iterator[Met[Value]]:
        key, two = heard(said[at]).key, said[at : at + 2]
        for stem in heard(two[1]).stems:
            for row in start.seconds.get(stem, ()):
                end = at + len(row.keys)
                if end <= len(said) and _follows(row, said[at:end]) and _alike(row, said[at:end]):
                    yield Met(at, said[at:end], row.value)
            for row in self.joined.get(key + stem, ()) if start.further else ():
                if len(row.keys) != 2 and _alike(row, two):
                    yield Met(at, two, row.value)


def consonants_of(said: Sequence[str]) -> int:
    """How many consonants words have."""
    return sum(len(heard(word).key) for word in said)


def is_long(said: Sequence[str]) -> bool:
    """Whether a name has so many letters and consonants that it is met by its sound alone."""
    consonants, letters = consonants_of(said), sum(len(heard(word).sound) for word in said)
    return consonants >= _LEAST or (len(said) == 1 and consonants >= _LEAST_MARKED and letters >= _LONG)


def is_spelt(name: Sequence[str], said: Sequence[str]) -> bool:
    """Whether words begin as a name does, letter by letter but for the script."""
    each = [(skeleton_of(one), skeleton_of(other)) for one, other in zip(name, said, strict=False)]
    enough = len(name) == len(said) and sum(len(one) for one, _ in each) >= _LEAST_SPELT
    return enough and all(one and other.startswith(one) for one, other in each)


def _follows[Value](row: _Row[Value], said: Sequence[str]) -> bool:
    """Whether the third word of a name and those behind it follow."""
    return all(key in heard(word).stems for key, word in zip(row.keys[2:], said[2:], strict=True))


def _alike[Value](row: _Row[Value], said: Sequence[str]) -> bool:
    """Whether it is nearly the same with its vowels, whatever follows the name as an ending."""
    persian = _is_persian(said)
    each = [heard(word).sound for word in said]
    name, sound = "".join(row.sounds), "".join(each)
    if len(row.keys) == 1 or len(said) == 1:
        return persian == row.persian and _same(name, sound) >= (
            _ALIKE_ONE_PERSIAN if persian else _ALIKE_ONE
        )
    if persian or row.persian:
        return _same(name, sound) >= _ALIKE_PERSIAN
    stems = [one.rstrip("aiu") for one in row.sounds]
    heads = [one[: len(stem)] for one, stem in zip(each, stems, strict=False)]
    return max(_same(name, sound), ratio("".join(stems), "".join(heads))) >= _ALIKE


def _same(name: str, sound: str) -> float:
    return max(ratio(name, sound[: len(name) + more]) for more in (0, 1, 99))


def _is_persian(said: Sequence[str]) -> bool:
    return any(map(_PERSIAN.search, said))
