"""The Latin skeleton of a word: one form for all scripts and for every way of romanising.

Only skeletons are compared with skeletons; nobody reads them. What schemes write differently falls together:
ш, ş and "sh", ж and "zh", қ and "q", ы, y and i. Words are folded (vefa.kit.text) before.
"""

import re
from functools import lru_cache

_LETTERS = str.maketrans(
    "абвгдежзийклмнопрстуфхцчшщыэ" + "ابپتثجچحخدذرزژسشصضطظغفقکگلمنوهی",
    "abvgdejziiklmnoprstufhccssie" + "abptsjchhdzrzjsssztzgfgkglmnvhi",
)
_REST = str.maketrans({"ю": "iu", "я": "ia", "ъ": "", "ь": "", "ع": "", "'": "", "-": "", "’": ""})
_ONE = _LETTERS | _REST
_LATIN = str.maketrans("yxqw", "ihku")
_DIGRAPH = re.compile("shch|sch|dzh|ch|sh|zh|kh|gh|ng")
_SAID = {
    "shch": "s",
    "sch": "s",
    "dzh": "j",
    "ch": "c",
    "sh": "s",
    "zh": "j",
    "kh": "h",
    "gh": "g",
    "ng": "n",
}
_TWICE = re.compile(r"([^\W\d_])\1+")


@lru_cache(maxsize=8_192)
def skeleton_of(word: str) -> str:
    """The skeleton of one folded word; "" where nothing is left of it."""
    plain = word
    if plain.isascii():
        plain = _DIGRAPH.sub(_digraph, plain).translate(_LATIN)
    plain = plain.translate(_ONE).replace("ts", "c")
    return _TWICE.sub(r"\1", plain)


def _digraph(met: re.Match[str]) -> str:
    return _SAID[met.group()]
