"""Where it is: an area, street or stop by its name or alias in any language and any letters, or by a point.

A name is met as a row of words, the last of which may carry an ending, or by its sound (vefa.triage.sounds):
names are typed in foreign letters too. The name of a street without the word "street" counts only beside such
a word, for people name streets after things. A landmark may be said by its kind (vefa.triage.landmarks). What
is met letter by letter wins, then the longest name, then the smaller area; equal names in two places leave
the choice to a person, and so do two names of places that lie apart.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import NamedTuple

from vefa.kit.expressions import ANY, Expressions, Met, Part
from vefa.kit.saying import Sentence
from vefa.kit.text import words
from vefa.triage.guess import Guess
from vefa.triage.houses import house_beside, house_of
from vefa.triage.landmarks import Landmarks, Seen
from vefa.triage.lexicon import Phrases
from vefa.triage.sounds import Sounds, consonants_of, is_long, is_spelt

CLEAR = 0.5  # from this confidence on, a place is taken without asking
STREET = 3  # depth of a street in the tree of areas
STOP = 4  # of a stop, which is nearer than any street
_LEAST_STEM = 4
_LEAST_CUT = 5  # letters of a name whose own last letter may change
_LEAST_ALIAS = 6  # consonants of another name that is met by its sound: many are plain words
_LONGEST_ENDING = 9  # "'lardaki" of Turkish
_THERE = re.compile(r"'?n?[dt][ae](?:ki|n|ng[iy])?$|н?[дт][ае](?:г[иы])?$")
_CYRILLIC = re.compile("[а-я]")
# Last letters that change: "Лесная, на Лесной", "Каменный, у Каменного", "Sazlık, Sazlığında".
_CASE = re.compile("(?:[ыио]й|[ая]я|[ое]е|[аяоеиыьйкk])$")
_BENT_ENDING = 6

type _Mark = Callable[[str], bool]  # whether a word is one such as "street"


@dataclass(frozen=True)
class NamedArea:
    """One name of one area; `depth` grows towards the street, `above` are the areas that hold it.

    `bare`: the name of a street without the word "street". `thing`: residents call a thing so too, or the
    quarter around it. `by`: met by its "sound" or by its "kind"; "" letter by letter.
    """

    area_id: int
    depth: int
    parts: tuple[str, ...]
    above: tuple[int, ...] = ()
    bare: bool = False
    thing: bool = False
    alias: bool = False
    by: str = ""

    @cached_property
    def letters(self) -> int:
        """Of all its words."""
        return len("".join(self.parts))


class Name(NamedTuple):
    """A name as the directory knows it; `above` are the ids of the areas that hold it, the widest first."""

    area_id: int
    text: str
    above: tuple[int, ...] = ()
    depth: int | None = None  # where it is not the number of those above
    alias: bool = False


@dataclass(frozen=True)
class Place:
    """Where it is said to be: the smallest area that is known, and the number of a house as it is written."""

    area_id: int | None
    number: str = ""


@dataclass(frozen=True)
class Gazetteer:
    """Every name of every area, how they sound, and what kind of thing they are."""

    names: Expressions[NamedArea]
    sounds: Sounds[NamedArea]
    landmarks: Landmarks
    rows: Mapping[int, NamedArea]

    @classmethod
    def of(cls, names: Iterable[Name], *, things: AbstractSet[str] = frozenset()) -> "Gazetteer":
        """`things` are folded words that speak for services: a name that is one of them is less sure."""
        rows = {row for name in names if (row := _row(name, things))}
        quarters = {row.parts for row in rows if row.depth < STREET}
        rows |= {bare for row in rows if (bare := _without_street(row, things, quarters))}
        ordered = sorted(rows, key=lambda row: (row.parts, row.area_id, row.bare))
        return cls(
            Expressions.of((parts, row) for row in ordered for parts in _spellings(row.parts)),
            Sounds.of((parts, replace(row, by="sound")) for row in ordered if (parts := _spoken(row))),
            Landmarks.of((row.area_id, row.above, row.parts) for row in ordered if row.depth == STREET),
            {row.area_id: replace(row, by="kind") for row in ordered},
        )

    def named(self, said: list[str]) -> list[Met[NamedArea]]:
        """Every name that stands in the words as it is written, as it sounds, or by the kind of the thing."""
        found = [met for met in self.names.found_in(said) if _counts(met, said)]
        found += [met for met in self.sounds.found_in(said) if _is_heard(met, said)]
        found = _outermost(found)
        if not any(met.value.depth >= STREET for met in found):
            quarters = {met.value.area_id for met in found}
            seen = self.landmarks.found_in(said, quarters)
            found += [self._landmark(one, said) for one in seen]
        return [_sure(met, said) if met.value.thing else met for met in found]

    def _landmark(self, seen: Seen, said: list[str]) -> Met[NamedArea]:
        return Met(seen.at, said[seen.at : seen.at + 1], self.rows[seen.area_id])


def area_of(named: Iterable[Met[NamedArea]]) -> Guess[int] | None:
    """The area that is meant by these names, or None.

    What lies within another area that is named too wins, then what is written as it is, then the longest
    name, then the smaller area.
    """
    met = {name.value: " ".join(name.said) for name in named}
    if not met:
        return None
    ids = {row.area_id for row in met}

    def rank(row: NamedArea) -> tuple[int, bool, int, int]:
        return len(ids.intersection(row.above)), not row.by, row.letters, row.depth

    best = max(map(rank, met))
    chosen = [row for row in met if rank(row) == best]
    row, text = chosen[0], met[chosen[0]]
    if len({one.area_id for one in chosen}) > 1:
        return Guess(row.area_id, 0.4, Sentence("names %(words)s, which is in several places", words=text))
    if other := _apart_from(row, met):
        told = Sentence("names %(words)s and %(others)s, which lie apart", words=text, others=met[other])
        return Guess(row.area_id, 0.42, told)
    return _guess_of(row, text)


def _guess_of(row: NamedArea, text: str) -> Guess[int]:
    """How surely a name by itself means its area."""
    if row.thing:
        return Guess(row.area_id, 0.45, Sentence("names %(words)s, which may be a thing as well", words=text))
    if row.by == "sound":
        name = " ".join(row.parts)
        return Guess(row.area_id, 0.65, Sentence("“%(words)s” sounds like %(name)s", words=text, name=name))
    if row.by == "kind":
        return Guess(row.area_id, 0.55, Sentence("“%(words)s”: the only one that is known there", words=text))
    return Guess(row.area_id, 0.8, Sentence("names %(words)s", words=text))


def _apart_from(row: NamedArea, met: Mapping[NamedArea, str]) -> NamedArea | None:
    """Another place that is named as surely, and is neither around it, nor in it, nor in its quarter.

    "I live in Zafer, there is a hole in Kalealti": no length of a name tells which of them is meant.
    """
    for other in sorted(met, key=lambda one: (one.parts, one.area_id)):
        related = other.area_id in (row.area_id, *row.above) or row.area_id in other.above
        near = min(row.depth, other.depth) >= STREET and _quarter(row) == _quarter(other)
        namesake = other.thing or met[other] == met[row]
        if not (related or near or namesake) and other.by in {"", row.by}:
            return other
    return None


def _quarter(row: NamedArea) -> int:
    """The quarter of a street, or of a stop, which bears the id of the area in which it stands."""
    return row.above[STREET - 1] if len(row.above) >= STREET else row.area_id


def number_of(text: str, said: Sequence[str], named: Iterable[Met[NamedArea]], *, before: bool) -> str:
    """The number of a house: by a word for it, or beside the name of a street (`before`: as in English)."""
    found = house_of(text)
    if found:
        return found
    streets = (met for met in named if met.value.depth >= STREET)
    beside = (house_beside(said, met.at, _end(met, said), before=before) for met in streets)
    return next((number for number in beside if number), "")


def same_as_before(said: list[str]) -> str:
    """The words by which a text names the place that was named before, or ""."""
    return next(iter(_around().again.found(said).get("same", [])), "")


def _end(met: Met[NamedArea], said: Sequence[str]) -> int:
    """Behind a name and the word "street" that may follow it."""
    end = met.at + len(met.said)
    return end + 1 if end < len(said) and _is_mark(said, end, _around().behind) else end


def _outermost(found: Sequence[Met[NamedArea]]) -> list[Met[NamedArea]]:
    """Without what stands inside a longer name, and without what explains the same words less well."""
    if len(found) < 2:
        return list(found)
    best: dict[tuple[int, int], tuple[bool, int]] = {}
    for met in found:
        span = (met.at, met.at + len(met.said))
        best[span] = max(best.get(span, (False, 0)), _fit(met))
    return [
        met
        for met in found
        if _fit(met) == best[(met.at, met.at + len(met.said))] and not _is_inside(met, best)
    ]


def _fit(met: Met[NamedArea]) -> tuple[bool, int]:
    """How well a name explains the words where it stands: as written before as it sounds, then by letters."""
    return not met.value.by, 0 if met.value.by else met.value.letters


def _is_inside(met: Met[NamedArea], spans: Iterable[tuple[int, int]]) -> bool:
    start, end = met.at, met.at + len(met.said)
    return any(begin <= start and end <= finish and finish - begin > end - start for begin, finish in spans)


def _without_street(
    row: NamedArea, things: AbstractSet[str], quarters: AbstractSet[tuple[str, ...]]
) -> NamedArea | None:
    """The name of a street alone: "cumhuriyet" of "cumhuriyet caddesi"; a quarter may be called so too."""
    if row.depth < STREET or len(row.parts) < 2:
        return None
    kept = tuple(word for word in row.parts if not _around().is_mark(word))
    if len(kept) == len(row.parts) or len("".join(kept)) < _LEAST_STEM:
        return None
    thing = kept in quarters or (len(kept) == 1 and _is_thing(kept[0], things))
    return replace(row, parts=kept, bare=True, thing=thing)


def _row(name: Name, things: AbstractSet[str]) -> NamedArea | None:
    parts = tuple(words(name.text))
    if not parts:
        return None
    depth = len(name.above) if name.depth is None else name.depth
    thing = len(parts) == 1 and _is_thing(parts[0], things)
    return NamedArea(name.area_id, depth, parts, name.above, thing=thing, alias=name.alias)


def _spoken(row: NamedArea) -> tuple[str, ...]:
    """The words by whose sound a name is met, without "street"; an alias of one is often a plain word."""
    around = _around()
    parts = tuple(word for word in row.parts if not (around.is_mark(word) or around.is_quarter(word)))
    if len(parts) < len(row.parts) and row.depth >= STREET:
        return ()  # the name without "street" is a row of its own
    plain = row.alias and (len(parts) == 1 or consonants_of(parts) < _LEAST_ALIAS)
    return () if plain else parts


def _is_thing(word: str, things: AbstractSet[str]) -> bool:
    return any(len(one) >= _LEAST_STEM and word.startswith(one) for one in things)


def _counts(met: Met[NamedArea], said: Sequence[str]) -> bool:
    """Whether a name is meant as one: that of a street alone needs "street", "in" or a number beside it."""
    if not met.value.bare or _is_street(met, said):
        return True
    end = met.at + len(met.said)
    if _is_mark(said, met.at - 1, _around().along) or house_beside(said, met.at, end, before=False):
        return not met.value.thing or not _is_quarter(met, said)
    return not met.value.thing and _is_there(met, said)


def _is_heard(met: Met[NamedArea], said: Sequence[str]) -> bool:
    """Whether a name that only sounds so is meant: a short one needs a word such as "quarter" beside it."""
    row = met.value
    sure = not row.thing and (is_long(row.parts) or is_spelt(row.parts, met.said))
    return _counts(met, said) and (sure or _is_street(met, said) or _is_quarter(met, said))


def _sure(met: Met[NamedArea], said: Sequence[str]) -> Met[NamedArea]:
    """A name that is a thing too is no thing beside "street", "quarter" or "in"."""
    if _is_street(met, said) or _is_quarter(met, said) or _is_there(met, said):
        return met._replace(value=replace(met.value, thing=False))
    return met


def _is_street(met: Met[NamedArea], said: Sequence[str]) -> bool:
    """Whether "street" or the like stands beside a name."""
    around = _around()
    end = met.at + len(met.said)
    return _is_mark(said, _before(met, said), around.before) or _is_mark(said, end, around.behind)


def _is_quarter(met: Met[NamedArea], said: Sequence[str]) -> bool:
    around = _around()
    end = met.at + len(met.said)
    return _is_mark(said, _before(met, said), around.quarter_before) or _is_mark(
        said, end, around.quarter_behind
    )


def _is_there(met: Met[NamedArea], said: Sequence[str]) -> bool:
    """Whether a name ends on "in" (Turkish, Kazakh) or has it before (Russian, Persian, English)."""
    ending = met.said[-1][len(met.value.parts[-1]) :]
    return bool(_THERE.match(ending)) or _is_mark(said, met.at - 1, _around().at)


def _is_mark(said: Sequence[str], at: int, mark: _Mark) -> bool:
    return 0 <= at < len(said) and mark(said[at])


def _before(met: Met[NamedArea], said: Sequence[str]) -> int:
    """The word before a name; the ی that binds a Persian one to it is none."""
    at = met.at - 1
    return at - 1 if at > 0 and said[at] == "ی" else at


@dataclass(frozen=True)
class _Around:
    before: _Mark
    behind: _Mark
    at: _Mark
    along: _Mark
    quarter_before: _Mark
    quarter_behind: _Mark
    again: Phrases

    def is_mark(self, word: str) -> bool:
        """Whether a word is "street", or the like."""
        return self.before(word) or self.behind(word)

    def is_quarter(self, word: str) -> bool:
        """Whether a word is "quarter", or the like."""
        return self.quarter_before(word) or self.quarter_behind(word)


@cache
def _around() -> _Around:
    source = resources.files("vefa.triage.lexicon").joinpath("places.toml").read_text(encoding="utf-8")
    read = tomllib.loads(source)
    before, behind, at, along = (_marks(read["street"][side]) for side in ("before", "behind", "at", "along"))
    quarter_before, quarter_behind = (_marks(read["quarter"][side]) for side in ("before", "behind"))
    return _Around(before, behind, at, along, quarter_before, quarter_behind, Phrases.of(read["again"]))


def _marks(listed: Iterable[str]) -> _Mark:
    """Whether a word is one of these; the same few are asked about again and again."""
    known = Expressions.of(
        ([Part(word, ANY if one.endswith("*") else 0)], None) for one in listed for word in words(one)
    )
    return lru_cache(maxsize=4096)(lambda word: bool(known.found_in([word])))


def _spellings(words: tuple[str, ...]) -> Iterable[list[Part]]:
    """A name as it is, and once more with every word bent: "Каменный мост" in "у Каменного моста"."""
    yield _parts(words)
    *before, last = words
    if before and all(map(_CYRILLIC.search, words)):
        yield [_bent(word) for word in words]
    elif _bent(last).stem != last:
        yield [*(Part(word) for word in before), _bent(last)]


def _bent(word: str) -> Part:
    """A word without the letters that its cases change, and with room for others."""
    stem = _CASE.sub("", word) if len(word) >= _LEAST_CUT else word
    return Part(stem, _BENT_ENDING if len(stem) >= _LEAST_STEM else 0) if stem != word else _parts((word,))[0]


def _parts(words: tuple[str, ...]) -> list[Part]:
    """A name whose last word may have an ending, if it is long enough."""
    *before, last = words
    ending = _LONGEST_ENDING if len(last) >= _LEAST_STEM else 0
    return [*(Part(word) for word in before), Part(last, ending)]
