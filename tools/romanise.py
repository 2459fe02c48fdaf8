"""How people write Russian, Kazakh and Persian with Latin letters: for training, not for serving."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources

Scheme = Mapping[str, str]

_BOTH = dict(zip("абвгдезиклмнопрстуфэ", "abvgdeziklmnoprstufe", strict=True)) | {"ъ": "", "ь": "", "ё": "e"}
_SH = {"ч": "ch", "ш": "sh", "щ": "sh", "ц": "ts", "х": "h", "я": "ya", "ю": "yu"}

RUSSIAN: dict[str, Scheme] = {
    "passport": _BOTH
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "ie", "ы": "y", "й": "i"}
    | {"ю": "iu", "я": "ia"},
    "road signs": _BOTH
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ы": "y", "й": "y", "ю": "yu"}
    | {"я": "ya", "ь": "'", "ё": "yo"},
    "scholars": _BOTH
    | {"ж": "ž", "х": "h", "ц": "c", "ч": "č", "ш": "š", "щ": "ŝ", "ы": "y", "й": "j", "ю": "û", "я": "â"}
    | {"ь": "'", "э": "è", "ё": "ë"},
    "chat": _BOTH | _SH | {"ж": "zh", "х": "x", "ш": "w", "щ": "w", "ы": "i", "й": "y", "ё": "yo"},
    "chat with j": _BOTH
    | {"ж": "j", "х": "h", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sch", "ы": "i", "й": "j", "ю": "ju"}
    | {"я": "ja", "ё": "jo"},
    "german": _BOTH
    | {"в": "w", "ж": "sh", "з": "s", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch"}
    | {"ы": "y", "й": "j", "ю": "ju", "я": "ja", "ё": "jo"},
}

KAZAKH: dict[str, Scheme] = {
    "2021": _BOTH
    | {"ә": "ä", "ғ": "ğ", "қ": "q", "ң": "ñ", "ө": "ö", "ұ": "ū", "ү": "ü", "һ": "h", "і": "i", "ы": "y"}
    | {"й": "i", "ж": "j", "ш": "ş", "ч": "ch", "щ": "şş", "ц": "ts", "х": "h", "я": "ia", "ю": "iu"},
    "2018": _BOTH
    | {"ә": "á", "ғ": "ǵ", "қ": "q", "ң": "ń", "ө": "ó", "ұ": "u", "ү": "ú", "һ": "h", "і": "i", "ы": "y"}
    | {"и": "ı", "й": "ı", "у": "ý", "ж": "j", "ш": "sh", "ч": "ch", "щ": "sh", "ц": "ts", "х": "h"}
    | {"я": "ıa", "ю": "ıý"},
    "2017": _BOTH
    | {"ә": "a'", "ғ": "g'", "қ": "q", "ң": "n'", "ө": "o'", "ұ": "u", "ү": "u'", "һ": "h", "і": "i"}
    | {"ы": "y", "и": "i'", "й": "i'", "у": "y'", "ж": "j", "ш": "s'", "ч": "c'", "щ": "s'", "ц": "ts"}
    | {"х": "h", "я": "i'a", "ю": "i'y'"},
    "chat": _BOTH
    | _SH
    | {"ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i", "ы": "y"}
    | {"й": "i", "ж": "zh"},
    "chat with j": _BOTH
    | _SH
    | {"ә": "a", "ғ": "gh", "қ": "q", "ң": "ng", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i"}
    | {"ы": "y", "й": "y", "ж": "j", "х": "kh"},
    "diaspora": _BOTH
    | {"ә": "ä", "ғ": "ğ", "қ": "q", "ң": "ñ", "ө": "ö", "ұ": "u", "ү": "ü", "һ": "h", "і": "i", "ы": "ı"}
    | {"и": "ï", "й": "y", "у": "w", "ж": "j", "ш": "ş", "ч": "ç", "щ": "ş", "ц": "c", "х": "x"}
    | {"я": "ya", "ю": "yu"},
    "turkish keyboard": _BOTH
    | {"ә": "e", "ғ": "ğ", "қ": "k", "ң": "n", "ө": "ö", "ұ": "u", "ү": "ü", "һ": "h", "і": "i", "ы": "ı"}
    | {"й": "y", "ж": "j", "ш": "ş", "ч": "ç", "щ": "ş", "ц": "ts", "х": "h", "я": "ya", "ю": "yu"},
    "plain": _BOTH
    | {"ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i", "ы": "i"}
    | {"й": "i", "ж": "j", "ш": "s", "ч": "c", "щ": "s", "ц": "s", "х": "h", "я": "ia", "ю": "iu"},
}

_PERSIAN = {
    "ب": "b", "پ": "p", "ت": "t", "ث": "s", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ذ": "z",
    "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "z", "ط": "t", "ظ": "z", "غ": "gh",
    "ف": "f", "ق": "gh", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ه": "h",
}  # fmt: skip
PERSIAN: dict[str, Scheme] = {
    "english ear": _PERSIAN | {"و": "oo", "ی": "i", "ا": "a", "آ": "a"},
    "doubled": _PERSIAN | {"و": "u", "ی": "ee", "ا": "aa", "آ": "aa", "ق": "q"},
    "one letter": _PERSIAN | {"و": "o", "ی": "y", "ا": "a", "آ": "a", "خ": "x", "ق": "q"},
}


def by(scheme: Scheme, text: str) -> str:
    """A Russian or Kazakh text in Latin letters, in lower case; what the scheme does not name stays."""
    return "".join(scheme.get(char, char) for char in text.lower())


def mixed(schemes: Sequence[Scheme], text: str, chance: random.Random) -> str:
    """As by one person who follows no scheme: every letter by any, but the same in the whole text."""
    letters = {char: chance.choice(schemes).get(char, char) for char in sorted(set(text.lower()))}
    return by(letters, text)


def finglish(scheme: Scheme, text: str, chance: random.Random, *, known: bool = True) -> str:
    """A Persian text in Latin letters: words as people spell them, else letters with vowels between."""
    spellings = _spellings() if known else {}
    words = text.replace("\u200c", " ").replace("ي", "ی").replace("ك", "ک").split()
    return " ".join(
        chance.choice(found)
        if (found := spellings.get(word.strip("،.؟!:؛")))
        else _voiced(scheme, word, chance)
        for word in words
    )


def _voiced(scheme: Scheme, word: str, chance: random.Random) -> str:
    """Two consonants get a short vowel between them; a ه at the end is heard as e."""
    made, before = "", ""
    letters = [char for char in word if char in scheme or char.isascii()]
    for place, char in enumerate(letters):
        consonant = char in _PERSIAN
        if char == "ه" and place == len(letters) - 1 and place:
            made += chance.choice(["e", "e", "eh"])
            continue
        if consonant and before in _PERSIAN and chance.random() < 0.6:
            made += chance.choice("aaeeo")
        if char in "وی" and (not before or chance.random() < 0.2):
            made += "v" if char == "و" else "y"
        else:
            made += scheme.get(char, char)
        before = char
    return made


def _spellings() -> dict[str, list[str]]:
    source = resources.files("vefa.triage.spelling").joinpath("finglish.toml").read_text(encoding="utf-8")
    return {word: typed.split() for word, typed in tomllib.loads(source)["words"].items()}
