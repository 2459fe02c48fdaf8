"""In which of the five languages a message is written, whatever letters it is typed in.

Script first. Then words and letter groups: Latin letters may be Turkish, English, or the Kazakh, Russian and
Persian of those who have no other keyboard; Cyrillic without Kazakh letters may still be Kazakh. Where the
text does not tell, the last known language of the address does.
"""

import re
from collections.abc import Mapping, Sequence

from vefa.kit.saying import Sentence
from vefa.kit.text import words
from vefa.triage.guess import Guess
from vefa.triage.letters import CYRILLIC, LATIN, likelihoods, marks_of, voice_of
from vefa.triage.lexicon import lexicon

_ARABIC, _CYRILLIC = 0x06, 0x04  # blocks of 256 characters
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_KAZAKH = re.compile(r"[әғқңөұүһіӘҒҚҢӨҰҮҺІ]")
SURE = 0.9  # from this confidence on a language is remembered
ENOUGH = 3  # words, where the script alone does not tell
_OWN_SCRIPT = {LATIN: {"tr", "en"}, CYRILLIC: {"ru", "kk"}}
_SHOWN = 3  # words or letters as evidence
_LOOKED = 60  # words among which everyday ones are sought
_ENOUGH = 20  # words whose letters are weighed
_PRIOR = 3.0  # how much likelier the known language of an address is than another
_UNSURE = 0.55  # below it, the known language of the address decides
_CLEAR = 1.0  # by how much a word must sound more like one language than any other
_OBVIOUS = 3  # different everyday words after which nothing else is asked
_IN_NAMES = 0.1  # below it, Kazakh letters in a text stand in names only
# Everyday words of one language that are words, or look like words, of another one in Latin letters.
_ANYWHERE = frozenset(
    {"bir", "bu", "var", "ne", "her", "kadar", "selam", "a", "an", "is", "in", "on", "at", "not"}
)
_ALSO = 3  # words of another language that make a text a mixed one
_HIGHEST = 0.98
_STRUCK_OUT = re.compile(r"\d+|x{2,}|х{2,}")  # what says nothing: numbers, and what a portal masked
_LINK = re.compile(r"https?://\S+|(?<!\S)\S+@\S+")


def language_of(text: str, *, hint: str, said: list[str] | None = None) -> Guess[str]:
    """The language of a text; `hint` (the conversation's) weighs in, and decides where the text does not.

    `said` are the words of the text, where they are known already.
    """
    plain = _LINK.sub(" ", text) if "://" in text or "@" in text else text
    if said is None or plain != text:
        said = words(plain)
    counts = _letters(plain)
    script = max(counts, key=lambda name: counts[name])
    if script == "arabic" and counts[script]:
        return Guess("fa", 0.97, Sentence("written in Persian letters"))
    heard = [word for word in said[:_LOOKED] if not _STRUCK_OUT.fullmatch(word)]
    if not counts[script] or not heard:
        return Guess(hint, 0.3, Sentence("no letters: the language of the conversation"))
    if script == "cyrillic":
        return _cyrillic(plain, heard, hint)
    return _latin(plain, heard, hint)


def is_certain(found: Guess[str], said: Sequence[str]) -> bool:
    """Whether a text tells its language so surely that the address is known by it from now on.

    `said` are its folded words. One word may be a name, or one that everybody has borrowed.
    """
    if found.confidence < SURE or not said:
        return False
    persian = found.value == "fa" and ord(said[0][0]) >> 8 == _ARABIC
    return persian or len(said) >= ENOUGH


def _letters(text: str) -> dict[str, int]:
    """How many letters of each script; of Latin ones at most one, where they meet no others."""
    blocks = text.encode("utf-16-le", "surrogatepass")[1::2]
    arabic, cyrillic = blocks.count(_ARABIC), blocks.count(_CYRILLIC)
    latin = len(_LATIN.findall(text)) if arabic or cyrillic else int(_LATIN.search(text) is not None)
    return {"arabic": arabic, "cyrillic": cyrillic, "latin": latin}


def _cyrillic(text: str, said: list[str], hint: str) -> Guess[str]:
    letters = _KAZAKH.findall(text)
    kazakh, russian = (lexicon(code).common.among(said) for code in ("kk", "ru"))
    if len(set(russian)) >= _OBVIOUS - 1 and not letters and not kazakh:
        return Guess("ru", 0.95, _words(russian))
    if letters and (not russian or likelihoods(said[:_ENOUGH], [], script=CYRILLIC)["kk"] > _IN_NAMES):
        return Guess(
            "kk", _HIGHEST, Sentence("the letters “%(words)s”", words="".join(dict.fromkeys(letters)))
        )
    return _decided(likelihoods(said[:_ENOUGH], [], script=CYRILLIC), said, script=CYRILLIC, hint=hint)


def _latin(text: str, said: list[str], hint: str) -> Guess[str]:
    turkish, english = (lexicon(code).common.among(said) for code in ("tr", "en"))
    for code, own, other in (("tr", turkish, english), ("en", english, turkish)):
        if len(set(own) - _ANYWHERE) >= _OBVIOUS and len(own) >= 3 * len(other):
            return Guess(code, 0.95, _words(own))
    marks = [] if text.isascii() else marks_of(text)
    return _decided(likelihoods(said[:_ENOUGH], marks, script=LATIN), said, script=LATIN, hint=hint)


def _decided(likely: Mapping[str, float], said: list[str], *, script: str, hint: str) -> Guess[str]:
    """The likeliest language, with the words that sound most like it."""
    raised = {code: share * (_PRIOR if code == hint else 1.0) for code, share in likely.items()}
    whole = sum(raised.values())
    code = max(raised, key=lambda one: raised[one])
    confidence = raised[code] / whole
    if confidence < _UNSURE:
        known = hint if hint in raised else code
        return Guess(
            known, 0.4, Sentence("it could be another one as well: the language of the conversation")
        )
    return Guess(code, round(min(confidence, _HIGHEST), 3), _because(code, said, script))


def _because(code: str, said: Sequence[str], script: str) -> Sentence:
    """The most telling words, and those of another language where the text is mixed."""
    own: dict[str, float] = {}
    others: dict[str, list[str]] = {}
    for word in dict.fromkeys(said[:_ENOUGH]):
        voice = voice_of(word, script)
        if voice.best == code:
            own[word] = voice.margin
        elif voice.margin > _CLEAR and len(word) > 2:
            others.setdefault(voice.best, []).append(word)
    shown = _telling(own, code)
    if not shown:
        return Sentence("the letters sound like it")
    if code not in _OWN_SCRIPT[script]:
        return Sentence("in Latin letters, the words “%(words)s”", words=_listed(shown))
    mixed = _second(others, said)
    return (
        _words(shown)
        if not mixed
        else Sentence(
            "the words “%(words)s”, mixed with “%(others)s”", words=_listed(shown), others=_listed(mixed)
        )
    )


def _telling(own: Mapping[str, float], code: str) -> list[str]:
    """Everyday words first: a person knows them."""
    everyday = set(lexicon(code).common.among(list(own)))
    return sorted(own, key=lambda word: (word not in everyday, -own[word]))


def _second(others: Mapping[str, list[str]], said: Sequence[str]) -> list[str]:
    """The words of the second language of a text, if they are enough to speak of one."""
    heard = max(others.values(), key=len, default=[])
    return heard if len(heard) >= _ALSO and len(heard) * 3 >= len(said) else []


def _words(found: Sequence[str]) -> Sentence:
    return Sentence("the words “%(words)s”", words=_listed(found))


def _listed(found: Sequence[str]) -> str:
    return ", ".join(list(dict.fromkeys(found))[:_SHOWN])
