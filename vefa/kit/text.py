"""Text as people write it in five languages, brought to forms that can be compared.

Folding follows what residents do, not spelling: dots of i, the two dots of ё, Arabic letters for Persian
ones, the half-space, Kazakh letters typed on a Russian keyboard.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

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
_HEAD = 3  # letters


def _bare(char: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))


def _table() -> dict[int, str]:
    latin = [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
    table = {code: _bare(chr(code)) for code in latin}
    marks = [*range(0x300, 0x370), *range(0x64B, 0x660), 0x670]
    table |= dict.fromkeys(marks, "")
    digits = (code for start in (0x660, 0x6F0) for code in range(start, start + 10))
    table |= {code: str(unicodedata.decimal(chr(code))) for code in digits}
    return table | {ord(char): same for char, same in _SAME.items()}


_FOLD = _table()


def fold(text: str) -> str:
    """The form in which texts are compared and searched; digits become ASCII, white space single.

    Turkish I, İ, ı and i all become i: a resident without a Turkish keyboard must be found too.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_FOLD).casefold().translate(_FOLD)
    return _SPACES.sub(" ", plain).strip()


def words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return _WORD.findall(fold(text))


@dataclass(frozen=True)
class Stems:
    """The words of a table that are met by their beginnings: endings vary, stems stay."""

    heads: frozenset[str]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, known: Iterable[str]) -> "Stems":
        """For a table with these words."""
        stems = set(known)
        lengths = sorted({len(stem) for stem in stems}, reverse=True)
        return cls(frozenset(stem[:_HEAD] for stem in stems), tuple(lengths))

    def in_word(self, word: str, *, least: int = 1) -> list[str]:
        """Beginnings of a word that the table may hold, the longest first; most words have none at all."""
        if word[:3] in self.heads or word[:2] in self.heads or word[:1] in self.heads:
            return [word[:length] for length in self.lengths if least <= length <= len(word)]
        return []


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
