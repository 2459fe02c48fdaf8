"""Persian typed in Latin letters ("Finglish"), brought to its own letters: a list of words, then rules.

Short vowels are not written in Persian, so words are compared by their consonants where the spelling is new.
"""

import re
import tomllib
from collections import defaultdict
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

_UNITS = {
    "gh": "ق", "kh": "خ", "sh": "ش", "ch": "چ", "zh": "ژ", "aa": "ا", "oo": "و", "ou": "و", "ee": "ی",
    "ey": "ی", "ei": "ی", "b": "ب", "p": "پ", "t": "ت", "j": "ج", "h": "ه", "x": "خ", "d": "د", "r": "ر",
    "z": "ز", "s": "س", "f": "ف", "q": "ق", "k": "ک", "c": "ک", "g": "گ", "l": "ل", "m": "م", "n": "ن",
    "v": "و", "w": "و", "y": "ی", "i": "ی", "u": "و", "a": "a", "e": "", "o": "", "'": "", "’": "", "-": "",
}  # fmt: skip
_UNIT = re.compile("|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True)))
_VOWELS = re.compile("aa|oo|ou|ee|ey|ei|[aeiouy'’-]")
_SAME = str.maketrans("qx", "gk")  # "gh" and "q" are one letter to who types; so are "kh" and "x"
_ENDINGS = {
    "haye": "های", "haaye": "های", "ha": "ها", "emoon": "مان", "emun": "مان", "moon": "مان", "mun": "مان",
    "eton": "تان", "etun": "تان", "toon": "تان", "tun": "تان", "eshoon": "شان", "shun": "شان", "esh": "ش",
    "am": "م", "im": "یم", "and": "ند", "ro": " را", "ra": " را", "ye": "", "e": "", "eh": "", "i": "ی",
    "o": " را", "ast": " است", "sh": "ش",
}  # fmt: skip
_LEAST = 3  # consonants by which a word is met
_LEAST_STEM = 3


class _Words(NamedTuple):
    spelled: dict[str, str]
    by_consonants: dict[str, str]


@lru_cache(maxsize=2_048)
def from_latin(word: str) -> str:
    """A lower-case Persian word from Finglish."""
    return _known(word) or _stem_and_ending(word) or _by_consonants(word) or _by_letters(word)


def _known(word: str) -> str | None:
    return _words().spelled.get(word)


def _stem_and_ending(word: str) -> str | None:
    for ending in sorted(_ENDINGS, key=len, reverse=True):
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) >= _LEAST_STEM:
            found = _known(stem)
            if found:
                return found + _ENDINGS[ending]
    return None


def _by_consonants(word: str) -> str | None:
    key = _consonants(word)
    return _words().by_consonants.get(key) if len(key) >= _LEAST else None


def _by_letters(word: str) -> str:
    """Letter by letter: an `a` stays where it is long as a rule, at the ends and before the last letter."""
    units = _UNIT.findall(word)
    last = len(units) - 1
    made = ""
    for place, unit in enumerate(units):
        if unit == "a":
            made += "ا" if place in {0, last, last - 1} else ""
        elif unit in {"e", "o"} and place == 0:
            made += "ا"
        elif unit == "e" and place == last:
            made += "ه"
        else:
            made += _UNITS[unit]
    return made


def _consonants(word: str) -> str:
    return _VOWELS.sub("", word.replace("gh", "g").replace("kh", "k")).translate(_SAME)


@cache
def _words() -> _Words:
    source = resources.files(__package__ or "").joinpath("finglish.toml").read_text(encoding="utf-8")
    spelled: dict[str, str] = {}
    alike: dict[str, set[str]] = defaultdict(set)
    for persian, spellings in tomllib.loads(source)["words"].items():
        for spelling in spellings.split():
            spelled.setdefault(spelling, persian)
            alike[_consonants(spelling)].add(persian)
    single = {key: next(iter(found)) for key, found in alike.items() if len(found) == 1}
    return _Words(spelled, single)
