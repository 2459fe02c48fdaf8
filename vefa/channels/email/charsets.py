"""Bytes to text when the label is missing, unknown or wrong."""

import codecs
import re

_ALIASES = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "shift_jis": "cp932", "x-sjis": "cp932", "iso-8859-8-i": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
    "iso-2022-jp": "iso-2022-jp-2", "x-mac-cyrillic": "mac-cyrillic", "x-mac-turkish": "mac-turkish",
    "macintosh": "mac-roman", "x-mac-roman": "mac-roman", "utf8mb4": "utf-8", "unicode-1-1-utf-7": "utf-7",
    "windows-874": "cp874", "x-windows-1256": "cp1256",
}  # fmt: skip
# Codecs that are text encodings of mail; "punycode", "unicode_escape" and the like are traps.
_MAIL_CODECS = re.compile(
    r"(utf-|iso8859|iso2022|cp\d|koi8|euc|big5|gb|shift|mac-|ascii|latin|hz|johab|tis-|kz1048|ptcp154)"
)
_LATIN = {"iso8859-1", "cp1252", "ascii", "iso8859-15", "latin-1"}
# Windows-1254 read as Latin-1: ğ ı ş İ Ş Ğ turn into these, which no language of ours writes.
_TURKISH_IN_DISGUISE = re.compile("[ðýþÐÝÞ]")
_CYRILLIC_PAGES = ("cp1251", "koi8-r", "cp866")
_TURKISH = frozenset("çğıöşüÇĞİÖŞÜâîû’‘“”")
_CYRILLIC = re.compile("[а-яёәғқңөұүһі]")
_ARABIC = re.compile("[ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگکی]")
# Letters that appear where one Cyrillic code page is read as another: capitals in the middle of a word.
_TORN_CASE = re.compile("[а-яё][А-ЯЁ]|[А-ЯЁ]{2}[а-яё]")
_LONGEST_GUESS = 20_000


def decode(data: bytes, label: str = "") -> str:
    """The text that the bytes most likely mean; never raises, unreadable bytes become U+FFFD."""
    codec = known_codec(label)
    if codec.startswith(("iso2022", "hz", "utf-16", "utf-32", "utf-7")):
        return data.decode(codec, "replace")
    if data.isascii():
        return data.decode("ascii")
    if (text := _strict(data, "utf-8")) is not None:
        return text.removeprefix("\ufeff")
    if codec == "utf-8" and _mostly_utf8(data):
        return data.decode("utf-8", "replace")
    if codec and codec not in _LATIN and codec != "utf-8" and (text := _strict(data, codec)) is not None:
        return text
    return _guess(data, codec)


def known_codec(label: str) -> str:
    """Python's name of the encoding, "" when the label names none that mail uses."""
    wanted = label.strip().strip("\"'").lower()
    wanted = _ALIASES.get(wanted, wanted)
    if not wanted or len(wanted) > 40 or not wanted.isascii() or "\0" in wanted:
        return ""
    try:
        name = codecs.lookup(wanted).name
    except (LookupError, ValueError):
        return ""
    return name if _MAIL_CODECS.match(name) else ""


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _mostly_utf8(data: bytes) -> bool:
    """A cut or spoilt UTF-8 text: few errors among many signs."""
    text = data.decode("utf-8", "replace")
    beyond_ascii = sum(1 for sign in text if sign > "\x7f")
    return text.count("\ufffd") * 4 <= beyond_ascii


def _guess(data: bytes, labelled: str) -> str:
    """The best of the code pages that our five languages were written in; the label wins a draw."""
    sample = data[:_LONGEST_GUESS]
    best = _best_page(sample)
    if best:
        return data.decode(best, "replace")
    text = data.decode(labelled if labelled in _LATIN - {"ascii"} else "cp1252", "replace")
    if _TURKISH_IN_DISGUISE.search(text):
        return data.decode("cp1254", "replace")
    return text


def _best_page(sample: bytes) -> str:
    """The likeliest code page, "" when none is likely.

    Turkish words are mostly ASCII; Cyrillic and Arabic have none, and Cyrillic is known by its case.
    """
    plain = sum(chr(byte).isalpha() for byte in sample if byte < 128)
    if plain > sum(byte > 127 for byte in sample):
        return "cp1254" if _likeness(sample, "cp1254") >= 0.6 else ""
    cyrillic = max(_CYRILLIC_PAGES, key=lambda codec: _likeness(sample, codec))
    if _likeness(sample, cyrillic) >= 0.8:
        return cyrillic
    best = max((cyrillic, "cp1256", "cp1254"), key=lambda codec: _likeness(sample, codec))
    return best if _likeness(sample, best) >= 0.6 else ""


def _likeness(data: bytes, codec: str) -> float:
    """0 to 1: how much of what lies beyond ASCII looks like one of our languages."""
    text = data.decode(codec, "replace")
    beyond = [sign for sign in text if sign > "\x7f" and sign not in "\xa0\u200c\u200f«»—–…№"]
    if not beyond:
        return 0
    if codec == "cp1254":
        return sum(sign in _TURKISH for sign in beyond) / len(beyond)
    if codec == "cp1256":
        return len(_ARABIC.findall(text)) / len(beyond)
    torn = len(_TORN_CASE.findall(text))
    return (len(_CYRILLIC.findall(text)) - 2 * torn) / len(beyond)
