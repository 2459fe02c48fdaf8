"""In which of the five languages a message is written: by script, by letters, by everyday words."""

import re

from vefa.kit.text import words
from vefa.triage.guess import Guess
from vefa.triage.lexicon import lexicon

_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)
_TURKISH = re.compile(r"[çşğıöüİ]", re.IGNORECASE)
# How words look where no everyday word is met: letters that Turkish lacks, and endings of each language.
_ENGLISH_LOOK = re.compile(r"[qwx]|th|sh|ck|ee|oo|ou|gh|ll|ss|ing\b|tion|ed\b|er\b|ly\b", re.IGNORECASE)
_TURKISH_LOOK = re.compile(
    r"iyor|uyor|l[ae]r|d[ae]n?\b|n[iu]n\b|m[iu]z|lik|siz|mak|mek|yo\b|dir\b|mis\b", re.IGNORECASE
)
_LINK = re.compile(r"https?://\S+|\S+@\S+")


def language_of(text: str, *, hint: str) -> Guess[str]:
    """The language of a text; `hint` (the conversation's) decides where the text does not."""
    plain = _LINK.sub(" ", text)
    counts = {
        "arabic": len(_ARABIC.findall(plain)),
        "cyrillic": len(_CYRILLIC.findall(plain)),
        "latin": len(_LATIN.findall(plain)),
    }
    script = max(counts, key=lambda name: counts[name])
    if counts[script] == 0:
        return Guess(hint, 0.3, "no letters: the language of the conversation")
    if script == "arabic":
        return Guess("fa", 0.97, "written in Persian letters")
    if script == "cyrillic":
        return _cyrillic(plain)
    return _latin(plain, hint)


def _cyrillic(text: str) -> Guess[str]:
    letters = _KAZAKH.findall(text)
    if letters:
        return Guess("kk", 0.98, f"Kazakh letters: {''.join(dict.fromkeys(letters))}")
    said = words(text)
    kazakh, russian = (lexicon(code).common.found(said) for code in ("kk", "ru"))
    if len(kazakh) > len(russian):
        return Guess("kk", 0.8, f"Kazakh words: {', '.join(kazakh[:3])}")
    if russian:
        return Guess("ru", 0.95, f"Russian words: {', '.join(russian[:3])}")
    return Guess("ru", 0.7, "Cyrillic without Kazakh letters")


def _latin(text: str, hint: str) -> Guess[str]:
    said = words(text)
    turkish, english = (lexicon(code).common.found(said) for code in ("tr", "en"))
    letters = _TURKISH.findall(text.replace("I", ""))
    marks = len(turkish) + (2 if letters else 0)
    if marks > len(english):
        because = turkish[:3] or letters[:3]
        return Guess("tr", 0.95 if letters else 0.85, f"Turkish: {', '.join(because)}")
    if english:
        return Guess("en", 0.9, f"English words: {', '.join(english[:3])}")
    looks = len(_ENGLISH_LOOK.findall(text)) - len(_TURKISH_LOOK.findall(text))
    if looks:
        return Guess("en" if looks > 0 else "tr", 0.6, "Latin letters, no word known")
    return Guess(hint if hint in {"tr", "en"} else "tr", 0.4, "Latin letters, no word known")
