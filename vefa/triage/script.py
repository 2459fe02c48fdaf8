"""A text in the letters of its language, and in a Latin skeleton that all scripts share.

The original is never changed: both forms stand beside it, for comparing.
"""

import re
from collections.abc import Callable

from vefa.kit.text import words
from vefa.triage.spelling import kazakh, persian, russian
from vefa.triage.spelling.skeletons import skeleton_of

_TOKEN = re.compile(r"https?://\S+|(?<!\S)\S+@\S+|@\w+|[^\W\d_]+(?:['’`-][^\W\d_]+)*['’]?")
LONGEST_WORD = 80  # letters; what is longer is no word of any language, and stays as it is
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_SPELLINGS: dict[str, Callable[[str], str]] = {
    "kk": kazakh.from_latin,
    "ru": russian.from_latin,
    "fa": persian.from_latin,
}


def skeleton(text: str) -> str:
    """The Latin skeletons of the words of a text in any script, with spaces between."""
    return " ".join(skeletons(words(text)))


def skeletons(said: list[str]) -> list[str]:
    """The skeletons of folded words, one for each; "" where nothing of a word is left."""
    return [skeleton_of(word) for word in said]


def native(text: str, language: str) -> str:
    """The text in the letters of `language`: Latin Kazakh, Russian and Persian are brought home.

    Kazakh on a Russian keyboard gets its letters back. Turkish and English stay as they are (folding
    handles missing dots), and so does every address of the net. The same object is returned where nothing
    had to change.
    """
    spell = _SPELLINGS.get(language)
    if spell is None:
        return text
    if _LATIN.search(text):
        return _TOKEN.sub(lambda met: _spelled(met.group(), spell), text)
    if language == "kk" and not _KAZAKH.search(text):
        return _TOKEN.sub(lambda met: _restored(met.group()), text)
    return text


def _spelled(token: str, spell: Callable[[str], str]) -> str:
    if len(token) > LONGEST_WORD or "@" in token or "://" in token or not _LATIN.match(token):
        return token
    return _as_before(token, spell(token.replace("İ", "i").lower()))


def _restored(token: str) -> str:
    if len(token) > LONGEST_WORD or not _CYRILLIC.match(token):
        return token
    return _as_before(token, kazakh.with_letters(token.lower()))


def _as_before(token: str, made: str) -> str:
    """With a capital where there was one."""
    return made.capitalize() if token[0].isupper() else made
