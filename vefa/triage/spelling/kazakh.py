"""Kazakh typed in Latin letters or on a Russian keyboard, brought back to its own letters.

A stem that is known by its skeleton is put in whole; the rest follows vowel harmony: қ and ғ stand beside
back vowels, к and г beside front ones.
"""

import re
from functools import cache, lru_cache
from importlib import resources

from vefa.kit.text import fold
from vefa.triage.spelling.skeletons import skeleton_of

_OWN = re.compile("[әғқңөұүһі]")
_FRONT, _BACK = frozenset("әеіөү"), frozenset("аоұы")
_LEAST = 3  # letters of a skeleton
_LOOSE = 5  # from this length on, any ending may follow
_ENDING = re.compile(
    "(?:л[аеы]р|д[аеы]р|т[аеы]р)?(?:[дтн][аеыіи]?н?|[нмң]|г[ае]|к[ае]|[ыи]|с[ыи]|м[ыи]з|[дн][ыи]ң?н?)*"
)
_UNITS = {
    "shch": "щ", "sh": "ш", "ş": "ш", "zh": "ж", "ch": "ч", "ç": "ч", "kh": "х", "gh": "ғ", "ğ": "ғ",
    "ǵ": "ғ", "ng": "ң", "ñ": "ң", "ń": "ң", "ŋ": "ң", "ya": "я", "yu": "ю", "ä": "ә", "á": "ә", "ö": "ө",
    "ó": "ө", "ü": "ү", "ú": "ү", "ū": "ұ", "ı": "ы", "q": "қ", "j": "ж", "w": "у", "x": "х", "ý": "у",
    "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "і", "k": "к",
    "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в",
    "y": "ы", "z": "з", "'": "", "’": "", "-": "-",
}  # fmt: skip
_UNIT = re.compile("|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True)))


@lru_cache(maxsize=2_048)
def from_latin(word: str) -> str:
    """A lower-case Kazakh word from any romanisation."""
    plain = "".join(_UNITS[unit] for unit in _UNIT.findall(word))
    plain = re.sub("(?<=[аәеоөуұүыі])ы|^ы(?=[аоу])", "й", plain)  # "ai", "jai" of those who type y for й
    return with_letters(plain)


@lru_cache(maxsize=2_048)
def with_letters(word: str) -> str:
    """A lower-case Cyrillic word with the letters that a Russian keyboard lacks."""
    found = _stem(word)
    if found is not None:
        stem, rest = found
        return stem + _harmonious(rest, front=_is_front(stem))
    return word if _OWN.search(word) else _harmonious(word, front=_is_front(word))


def _stem(word: str) -> tuple[str, str] | None:
    """The longest known stem in its own letters, and what follows it in the word."""
    stems = _stems()
    for end in range(len(word), _LEAST - 1, -1):
        stem = stems.get(skeleton_of(fold(word[:end])))
        if stem is not None:
            rest = word[end:]
            if len(stem) >= _LOOSE or not rest or _ENDING.fullmatch(fold(rest)):
                return stem, rest
    return None


def _is_front(word: str) -> bool:
    """Whether the last telling vowel is a front one."""
    for letter in reversed(word):
        if letter in _FRONT:
            return True
        if letter in _BACK:
            return False
    return False


def _harmonious(word: str, *, front: bool) -> str:
    return word.translate(_TO_FRONT if front else _TO_BACK)


_TO_FRONT = str.maketrans({"ы": "і", "и": "і", "қ": "к", "ғ": "г"})
_TO_BACK = str.maketrans({"і": "ы", "к": "қ", "г": "ғ"})


@cache
def _stems() -> dict[str, str]:
    source = resources.files(__package__ or "").joinpath("kazakh.txt").read_text(encoding="utf-8")
    listed = [word for line in source.splitlines() if not line.startswith("#") for word in line.split()]
    stems: dict[str, str] = {}
    for word in listed:
        key = skeleton_of(fold(word))
        if len(key) >= _LEAST or len(word) >= _LEAST:
            stems.setdefault(key, word)
    return stems
