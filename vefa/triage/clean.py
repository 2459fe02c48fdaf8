"""A text as models read it: bounded, without traps, in one spelling of digits and spaces. The original stays.

Caps are in characters: the cost of a vector grows with length, and a NUL or half of a surrogate pair would
cut or break what reads it.
"""

import re
import unicodedata

CAP = 600  # characters that a vector is made of
_GROWTH = 4  # of the cap: so much is looked at before compatibility forms are unfolded
_GONE = dict.fromkeys(
    [0, 0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)], ""
)
_SAME = {"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ه", "ة": "ه", "ـ": "", "’": "'", "ʼ": "'", "\u200c": " "}
_DIGITS = {
    code: str(unicodedata.decimal(chr(code))) for first in (0x660, 0x6F0) for code in range(first, first + 10)
}
_TABLE = _GONE | _DIGITS | {ord(char): same for char, same in _SAME.items()}
_TURKISH = str.maketrans({"I": "ı", "İ": "i"})
_DOTTED = str.maketrans({"İ": "i"})
_MARKS = re.compile(r"([\u0300-\u036f])[\u0300-\u036f]+")
_AGAIN = re.compile(r"([^\W\d_])\1{2,}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"\s+")


def clean(text: str, *, language: str = "", cap: int = CAP) -> str:
    """The text in lower case, NFKC, without traps, at most `cap` characters, cut between words.

    `language` "tr" lowers I to ı. Three and more of a letter become two; digits become ASCII; the half-space
    of Persian becomes a space. Empty where nothing readable is left.
    """
    part = text[: cap * _GROWTH]
    whole = part.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")  # pairs join, halves go
    plain = unicodedata.normalize("NFKC", _CONTROLS.sub(" ", whole).translate(_TABLE)).translate(_TABLE)
    plain = _MARKS.sub(r"\1", plain).translate(_TURKISH if language == "tr" else _DOTTED).lower()
    return _cut(_SPACES.sub(" ", _AGAIN.sub(r"\1\1", plain)).strip(), cap)


def _cut(text: str, cap: int) -> str:
    if len(text) <= cap:
        return text
    head = text[:cap]
    at = head.rfind(" ")
    return head[:at] if at > cap // 2 else head
