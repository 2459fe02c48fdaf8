"""Make foreign text safe to store and to show: PostgreSQL takes no NUL, UTF-8 no lone surrogate."""

import re
import unicodedata

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NAME_TRAPS = re.compile('[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff/\\\\:*?"<>|]')


def clean(text: str) -> str:
    """The text with Unix line ends and without what cannot be stored; marks and emoji stay."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_line(text: str, *, limit: int = 500) -> str:
    """One line: a subject, a person's name. Longer than `limit` characters is cut."""
    return " ".join(clean(text).split())[:limit]


def clean_file_name(name: str) -> str:
    """A file's name as it may be shown: no path, nothing that turns the reading direction."""
    tail = re.split(r"[/\\]", name)[-1]
    tail = _NAME_TRAPS.sub("", unicodedata.normalize("NFC", clean(tail))).strip(" .")
    if len(tail) <= 120:
        return tail
    stem, dot, extension = tail.rpartition(".")
    if not dot or len(extension) > 10:
        return tail[:120]
    return f"{stem[: 119 - len(extension)]}.{extension}"
