"""In which of the five languages a message is written: by script, by letters, by everyday words."""

import re
from itertools import islice

from vefa.kit.text import words
from vefa.triage.guess import Guess
from vefa.triage.lexicon import lexicon

_ARABIC, _CYRILLIC = 0x06, 0x04  # blocks of 256 characters
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_KAZAKH = re.compile(r"[әғқңөұүһіӘҒҚҢӨҰҮҺІ]")
_TURKISH = re.compile(r"[çşğıöüÇŞĞÖÜİ]")
# How words look where no everyday word is met: letters that Turkish lacks, and endings of each language.
_ENGLISH_LOOK = re.compile(r"[qwx]|th|sh|ck|ee|oo|ou|gh|ll|ss|ing\b|tion|ed\b|er\b|ly\b", re.IGNORECASE)
_TURKISH_LOOK = re.compile(
    r"iyor|uyor|l[ae]r|d[ae]n?\b|n[iu]n\b|m[iu]z|lik|siz|mak|mek|yo\b|dir\b|mis\b", re.IGNORECASE
)
_SHOWN = 3  # words or letters as evidence
_LINK = re.compile(r"https?://\S+|(?<!\S)\S+@\S+")


def language_of(text: str, *, hint: str, said: list[str] | None = None) -> Guess[str]:
    """The language of a text; `hint` (the conversation's) decides where the text does not.

    `said` are the words of the text, where they are known already.
    """
    plain = _LINK.sub(" ", text) if "://" in text or "@" in text else text
    if said is None or plain != text:
        said = words(plain)
    counts = _letters(plain)
    script = max(counts, key=lambda name: counts[name])
    if counts[script] == 0:
        return Guess(hint, 0.3, "no letters: the language of the conversation")
    if script == "arabic":
        return Guess("fa", 0.97, "written in Persian letters")
    if script == "cyrillic":
        return _cyrillic(plain, said)
    return _latin(plain, said, hint)


def _letters(text: str) -> dict[str, int]:
    """How many letters of each script; of Latin ones at most one, where they meet no others."""
    blocks = text.encode("utf-16-le", "surrogatepass")[1::2]
    arabic, cyrillic = blocks.count(_ARABIC), blocks.count(_CYRILLIC)
    latin = len(_LATIN.findall(text)) if arabic or cyrillic else int(_LATIN.search(text) is not None)
    return {"arabic": arabic, "cyrillic": cyrillic, "latin": latin}


def _cyrillic(text: str, said: list[str]) -> Guess[str]:
    letters = _KAZAKH.findall(text)
    if letters:
        return Guess("kk", 0.98, f"Kazakh letters: {''.join(dict.fromkeys(letters))}")
    kazakh, russian = (lexicon(code).common.among(said) for code in ("kk", "ru"))
    if len(kazakh) > len(russian):
        return Guess("kk", 0.8, f"Kazakh words: {', '.join(kazakh[:_SHOWN])}")
    if russian:
        return Guess("ru", 0.95, f"Russian words: {', '.join(russian[:_SHOWN])}")
    return Guess("ru", 0.7, "Cyrillic without Kazakh letters")


def _latin(text: str, said: list[str], hint: str) -> Guess[str]:
    turkish, english = (lexicon(code).common.among(said) for code in ("tr", "en"))
    letters = [met.group() for met in islice(_TURKISH.finditer(text), _SHOWN)]
    marks = len(turkish) + (2 if letters else 0)
    if marks > len(english):
        because = turkish[:_SHOWN] or letters
        return Guess("tr", 0.95 if letters else 0.85, f"Turkish: {', '.join(because)}")
    if english:
        return Guess("en", 0.9, f"English words: {', '.join(english[:_SHOWN])}")
    looks = len(_ENGLISH_LOOK.findall(text)) - len(_TURKISH_LOOK.findall(text))
    if looks:
        return Guess("en" if looks > 0 else "tr", 0.6, "Latin letters, no word known")
    return Guess(hint if hint in {"tr", "en"} else "tr", 0.4, "Latin letters, no word known")
