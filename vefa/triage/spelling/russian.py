"""Russian typed in Latin letters, brought to Cyrillic."""

import re
from functools import lru_cache

_UNITS = {
    "shch": "щ", "sch": "щ", "sh": "ш", "š": "ш", "zh": "ж", "ž": "ж", "ch": "ч", "č": "ч", "kh": "х",
    "ts": "ц", "tz": "ц", "ya": "я", "ja": "я", "ia": "я", "yu": "ю", "ju": "ю", "iu": "ю", "yo": "ё",
    "jo": "ё", "ye": "е", "je": "е", "yy": "ый", "iy": "ий", "ij": "ий", "yj": "ый", "ey": "ей", "ej": "ей",
    "oy": "ой", "oj": "ой", "ay": "ай", "aj": "ай", "uy": "уй", "uj": "уй", "eh": "э", "è": "э", "ë": "ё",
    "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й",
    "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т",
    "u": "у", "v": "в", "w": "в", "x": "х", "y": "ы", "z": "з", "'": "ь", "’": "ь", "`": "ь", '"': "ъ",
    "-": "-",
}  # fmt: skip
_UNIT = re.compile("|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True)))
_WHOLE = {
    "est": "есть", "yest": "есть", "eto": "это", "eta": "эта", "etot": "этот", "etu": "эту", "etom": "этом",
    "etogo": "этого", "eti": "эти", "opyat": "опять", "den": "день", "ochen": "очень", "pomosh": "помощь",
    "sdelat": "сделать", "ubrat": "убрать", "ustranit": "устранить", "pochinit": "починить", "shto": "что",
    "chto": "что", "sto": "сто", "esche": "ещё", "eshe": "ещё", "eshche": "ещё", "esh'e": "ещё",
    "pozhaluysta": "пожалуйста", "pozhaluista": "пожалуйста", "pojaluysta": "пожалуйста",
    "pojaluista": "пожалуйста", "pozhalusta": "пожалуйста", "dvor": "двор", "noch": "ночь", "nochyu": "ночью",
    "fonar": "фонарь", "tel": "тел", "gryaz": "грязь", "vyezd": "выезд", "podezd": "подъезд",
    "podyezd": "подъезд", "obyavlenie": "объявление", "bolshaya": "большая", "bolshoy": "большой",
    "skolko": "сколько", "tolko": "только", "kogda": "когда", "gde": "где", "elektrichestvo": "электричество",
    "electrichestvo": "электричество", "ekran": "экран", "etazh": "этаж", "etazhe": "этаже", "etaj": "этаж",
}  # fmt: skip


@lru_cache(maxsize=2_048)
def from_latin(word: str) -> str:
    """A lower-case Russian word from any romanisation; a soft sign that was not typed is lost."""
    known = _WHOLE.get(word)
    if known:
        return known
    return "".join(_UNITS[unit] for unit in _UNIT.findall(word))
