"""The number of a house in a text, as people write it: "No 12/A", "д. 5", "12 үй", "پلاک ۷", "12 Lamp St".

A number counts where a word for a house stands beside it, or where it follows the name of a street at once.
What counts days, buses or schools is no house.
"""

import re
from collections.abc import Sequence

from vefa.kit.text import fold

_LETTER = r"[/\-]?[a-zа-я](?![^\W\d_])"
_NUMBER = rf"(?P<n>\d{{1,4}}(?: ?[/\-] ?\d{{1,3}}(?!\d)|{_LETTER})?(?: ?к(?:орп)?\.? ?\d{{1,2}})?)(?!\d)"
_WORDS = (
    "no", "numara", "kapi no", "bina no", "bina", "apt no", "ev no", "дом", "дома", "доме", "д", "уй",
    "house", "number", "num", "pelak", "plak", "dom", "uy", "پلاک", "خانه", "ساختمان",
)  # fmt: skip
_LISTED = "|".join(sorted(_WORDS, key=len, reverse=True))
_BEFORE = rf"\b(?:(?:{_LISTED})\b|(?:д|no)(?=\d))"
_HOUSES = (
    "уй", "й дом", "-й дом", "numarada", "numaranin", "nolu ev", "nolu bina", "nolu apartman", "nolu daire",
    "numarali ev", "numarali bina", "numarali apartman",
)  # fmt: skip
_FORMS = (
    re.compile(rf"{_BEFORE}[ .:]{{0,3}}(?:no\.?|номер|شماره)?[ .:]{{0,2}}{_NUMBER}"),
    re.compile(rf"\b{_NUMBER}[ \-]?(?:{'|'.join(_HOUSES)})\b"),
)
# What a number is of, where it is of no house: words right before it, words right behind it.
_OF = re.compile(
    r"(?:школ|сад|садик|лице|гимнази|поликлиник|мектеп|балабакша|okul|school|hat|bus|otobus|автобус|маршрут|مدرسه|خط)"
    r"\w* ?$"
)
# Poles, meters, stops and papers have a "no" too: "direk no 1234", "başvuru no 45", "meter number 7".
_NUMBERED = re.compile(
    r"\b(?:direk|direg|trafo|pano|sayac|abone|tesisat|durak|durag|plaka|arac|koltuk|basvuru|ihbar|sikayet|talep"
    r"|kayit|kayd|dosya|evrak|fatura|hesap|sozlesme|sicil|seri|telefon|tel|kimlik|tc"
    r"|pole|lamppost|meter|stop|ticket|case|report|reference|account|invoice|phone)\w*[ .:]*$"
)
_AHEAD = 40  # letters before a number in which it is looked what it is of
_PLAIN = ("no", "num")  # how words begin that say no more than "number"
_FOLLOWED = re.compile(
    r" ?(?:numarali|nolu|no'lu|li|lu)? ?"
    r"(?:otobus|minibus|dolmus|hat|bus\b|tram|line|route|school|автобус|маршрут|школ|мектеп)"
)
_DIGIT = re.compile(r"\d")
_ALONE = re.compile(r"\d{1,4}[a-zа-я]?")
_COUNTED = (
    "gun", "hafta", "ay", "yil", "saat", "dk", "dakika", "kisi", "tane", "kez", "defa", "metre",
    "дн", "день", "недел", "месяц", "мес", "лет", "год", "час", "мин", "раз", "чел", "штук", "метр", "ям",
    "кун", "апта", "ай", "жыл", "сагат", "рет", "адам",
    "روز", "هفته", "ماه", "سال", "ساعت", "دقیقه", "بار", "نفر", "متر", "تا",
    "day", "week", "month", "year", "hour", "min", "time", "people", "am", "pm", "bus",
)  # fmt: skip
_HOUSE_MARKS = {"no", "д", "дом", "پلاک", "уй"}


def house_of(text: str) -> str:
    """The number of the house that a text names by a word for it, as "12/A"; "" where it names none."""
    if not _DIGIT.search(text):
        return ""
    folded = fold(text)
    for form in _FORMS:
        for met in form.finditer(folded):
            behind = folded[met.end() :]
            ahead = folded[max(0, met.start() - _AHEAD) : met.start()]
            other = met.group().startswith(_PLAIN) and _NUMBERED.search(ahead)
            if other or _OF.search(ahead) or _FOLLOWED.match(behind) or _counts(behind.lstrip()):
                continue
            return _written(met.group("n"))
    return ""


def house_beside(said: Sequence[str], start: int, end: int, *, before: bool) -> str:
    """The number right behind a street's name (the words [start, end)), or right before it as in English."""
    at = end + 1 if end < len(said) and said[end] in _HOUSE_MARKS else end
    if at < len(said) and _ALONE.fullmatch(said[at]) and not _counts(" ".join(said[at + 1 : at + 2])):
        return _written(said[at])
    if before and start and _ALONE.fullmatch(said[start - 1]):
        return _written(said[start - 1])
    return ""


def _counts(behind: str) -> bool:
    return behind.startswith(_COUNTED)


def _written(number: str) -> str:
    return number.replace(" ", "").upper()
