"""Where a report says that it is: names of streets and things beside them, house numbers, lines of buses.

Names that the city's gazetteer knows are areas already and are met in every language; here are the others.
Their skeletons are compared, since scripts agree on little more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from vefa.triage.sameness.signposts import Signpost, signposts
from vefa.triage.spelling.skeletons import skeleton_of

ALIKE = 84.0  # of 100: two spellings of one name
_DIGITS = re.compile(r"\d+")
_SOUNDLESS = str.maketrans("", "", "aeiouv")
_LEAST = 2  # letters of a name


@dataclass(frozen=True)
class Whereabouts:
    """What a text names beside the areas: names as folded words, house numbers, numbers of lines."""

    names: frozenset[str] = frozenset()
    houses: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()

    def __or__(self, other: "Whereabouts") -> "Whereabouts":
        return Whereabouts(self.names | other.names, self.houses | other.houses, self.lines | other.lines)


def whereabouts_of(said: Sequence[str], named: Sequence[tuple[int, int]] = ()) -> Whereabouts:
    """Read folded words; `named` are the spans (from, behind) of names that the gazetteer has met."""
    known = {place for start, end in named for place in range(start, end)}
    ends = {end for _, end in named}
    names, houses, lines = set(), set(), set()
    for place, word in enumerate(said):
        if name := _name_at(said, place, known):
            names.add(name)
        for number in _DIGITS.findall(word):
            role = _role(said, place, ends)
            if role == "house":
                houses.add(number.lstrip("0") or "0")
            elif role == "line":
                lines.add(number)
            elif role == "name":
                names.add(number)
    return Whereabouts(frozenset(names), frozenset(houses), frozenset(lines))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the two sets of names have one in common, as far as spelling lets it be seen."""
    return any(_alike(skeleton_of(first), skeleton_of(second)) for first in one for second in other)


def _alike(one: str, other: str) -> bool:
    """Persian writes no vowels: beside such a skeleton the other one loses its own."""
    if one[:1].isdigit() or other[:1].isdigit():
        return one == other
    bones, others = _bones(one), _bones(other)
    if bones == one or others == other:
        return bones == others or (min(len(bones), len(others)) > _LEAST and ratio(bones, others) >= ALIKE)
    return ratio(one, other) >= ALIKE


@lru_cache(maxsize=16_384)
def _bones(name: str) -> str:
    """A skeleton without vowels, but for its first letter."""
    return name[:1] + name[1:].translate(_SOUNDLESS)


def _name_at(said: Sequence[str], place: int, known: set[int]) -> str:
    """The name that belongs to a word for a street at this place, "" where there is none."""
    posts = signposts()
    if said[place] in posts.name_behind:
        at = place + 1
    elif said[place] in posts.name_before:
        at = place - 1
    else:
        return ""
    if not 0 <= at < len(said) or {at, place} & known:
        return ""
    word = said[at]
    if len(word) < _LEAST or word in posts.no_name or _DIGITS.search(word) or _is_signpost(word):
        return ""
    return word


def _is_signpost(word: str) -> bool:
    return word in signposts().name_before or word in signposts().name_behind


def _role(said: Sequence[str], place: int, ends: set[int]) -> str:
    """What a number is: of a house, of a line, of a street ("1420 sokak"), or a mere count ("")."""
    posts = signposts()
    before = said[place - 1] if place else ""
    behind = said[place + 1] if place + 1 < len(said) else ""
    rest = _DIGITS.sub("", said[place]).strip("-'/")
    if _words(posts.line, before, behind, rest):
        return "line"
    if _words(posts.house, before, behind, rest):
        return "line" if _words(posts.line, *said[place + 1 : place + 4]) else "house"
    if behind in posts.counted or (len(rest) > 1 and rest in posts.counted):
        return ""
    if place in ends or before in posts.name_before or _behind_a_name(said, place):
        return "house"
    if behind in posts.name_before:
        return "name"
    return "house" if _words(_ENGLISH, *said[place + 1 : place + 4]) else ""


_ENGLISH = Signpost(frozenset({"road", "lane"}), ("street", "avenue"))  # "12 Rose Street"


def _words(post: Signpost, *asked: str) -> set[str]:
    return {word for word in asked if word and word in post}


def _behind_a_name(said: Sequence[str], place: int) -> bool:
    """A name and its signpost stand before: "улица Абая 12", "خیابان گل ۱۲"."""
    return place > 1 and bool(_words(signposts().name_behind, *said[max(0, place - 3) : place - 1]))
