"""Text as people write it in five languages, brought to forms that can be compared.

Folding follows what residents do, not spelling: dots of i, the two dots of ё, Arabic letters for Persian
ones, the half-space, Kazakh letters typed on a Russian keyboard.
"""

import re
import unicodedata
from functools import lru_cache

_SAME = {
    "ı": "i", "ё": "е", "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х",
    "і": "и", "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "آ": "ا",
    "ٱ": "ا", "ؤ": "و", "ـ": "", "ء": "", "ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l",
    "\u200c": " ", "\u200b": " ", "\u00ad": "", "\u2019": "'", "ʼ": "'",
    "\u200e": "", "\u200f": "", "\u2066": "", "\u2067": "", "\u2068": "", "\u2069": "", "\u202a": "",
    "\u202b": "", "\u202c": "", "\u202d": "", "\u202e": "", "\ufeff": "", "\x00": "",
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_SPACES = re.compile(r"\s+")
_AT_ONCE = 1000  # characters
_LONGEST_KEPT = 40  # characters; a longer row without white space is no word that comes again


def _bare(char: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))


def _marks_and_letters() -> dict[int, str]:
    latin = [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
    table = {code: _bare(chr(code)) for code in latin}
    marks = [*range(0x300, 0x370), *range(0x64B, 0x660), 0x670]
    table |= dict.fromkeys(marks, "")
    digits = (code for start in (0x660, 0x6F0) for code in range(start, start + 10))
    table |= {code: str(unicodedata.decimal(chr(code))) for code in digits}
    return table | {ord(char): same for char, same in _SAME.items()}


def _table() -> dict[int, str]:
    """What every character of the known scripts becomes, those that stay included.

    `str.translate` pays for each character that a table does not hold with an exception.
    """
    steps = _marks_and_letters()
    known = {*range(0x700), *range(0x1E00, 0x2000), *steps}
    return {code: chr(code).translate(steps).casefold().translate(steps) for code in known}


_FOLD = _table()


def fold(text: str) -> str:
    """The form in which texts are compared and searched; digits become ASCII, white space single.

    Turkish I, İ, ı and i all become i: a resident without a Turkish keyboard must be found too.
    """
    return " ".join(_plain(text).split())


def words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    found: list[str] = []
    for chunk in text.split():
        found += _often(chunk) if len(chunk) <= _LONGEST_KEPT else _cut(chunk)
    return found


def _plain(text: str) -> str:
    """A run of marks is sorted in time that grows with its square: a long text is normalised in pieces."""
    if len(text) <= _AT_ONCE:
        return unicodedata.normalize("NFKC", text).translate(_FOLD).casefold()
    return "".join(_plain(text[at : at + _AT_ONCE]) for at in range(0, len(text), _AT_ONCE))


def _cut(chunk: str) -> tuple[str, ...]:
    plain = _plain(chunk)
    return (plain,) if plain.isalnum() else tuple(_WORD.findall(plain))


_often = lru_cache(maxsize=16_384)(_cut)  # people use the same few words: most are folded already


def digits_of(text: str) -> str:
    """The decimal digits of a text in any script, as ASCII."""
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def first_line(text: str, *, limit: int = 120) -> str:
    """The beginning of a text on one line, cut between words, with … where something was left out."""
    line = _SPACES.sub(" ", text).strip()
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,.;:–-") + "…"


def clean(text: str) -> str:
    """The text without what a database or a screen cannot hold: NUL, lone surrogates, stray controls."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(char for char in whole if char in "\n\t" or unicodedata.category(char) != "Cc")
