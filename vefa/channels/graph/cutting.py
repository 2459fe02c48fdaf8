"""Cut a long text into messages at places where a reader would pause, counted as the provider counts."""

import unicodedata

_PAUSES = ("\n\n", "\n", ". ", "! ", "? ", "؟ ", "۔ ", "; ", ", ", "، ", " ")
_JOINER = "\u200d"


def cut(text: str, *, limit: int, counted: str = "characters") -> list[str]:
    """Parts of at most `limit` characters or bytes of UTF-8 ("utf8"); only blanks at the seams are lost."""
    parts = []
    rest = text.strip()
    while rest:
        length = _fitting(rest, limit, in_bytes=counted == "utf8")
        if length < len(rest):
            length = _pause(rest, length)
        parts.append(rest[:length].rstrip())
        rest = rest[length:].lstrip()
    return parts


def _fitting(text: str, limit: int, *, in_bytes: bool) -> int:
    """How many characters fit."""
    if not in_bytes:
        return min(len(text), limit)
    spent = 0
    for index, character in enumerate(text):
        spent += len(character.encode("utf-8", "replace"))
        if spent > limit:
            return index
    return len(text)


def _pause(text: str, limit: int) -> int:
    """The best place to cut before `limit`, in its second half if there is one."""
    for pause in _PAUSES:
        found = text.rfind(pause, limit // 2, limit)
        if found > 0:
            return found + len(pause)
    return _whole_sign(text, limit)


def _whole_sign(text: str, limit: int) -> int:
    """Go back so that no accent and no joined emoji is torn from its base."""
    for place in range(limit, max(limit - 32, 0), -1):
        following, before = text[place], text[place - 1]
        if not unicodedata.combining(following) and _JOINER not in (following, before):
            return place
    return limit
