"""Cut a long text into messages at places where a reader would pause."""

import unicodedata

MESSAGE_UNITS = 4096  # UTF-16 code units per message, says the Bot API
_PAUSES = ("\n\n", "\n", ". ", "! ", "? ", "؟ ", "۔ ", "; ", ", ", "، ", " ")
_JOINER = "\u200d"


def cut(text: str, *, units: int = MESSAGE_UNITS) -> list[str]:
    """Parts of at most `units` UTF-16 units; only blanks at the seams are lost."""
    parts = []
    rest = text.strip()
    while rest:
        length = _fitting(rest, units)
        if length < len(rest):
            length = _pause(rest, length)
        parts.append(rest[:length].rstrip())
        rest = rest[length:].lstrip()
    return parts


def _fitting(text: str, units: int) -> int:
    """How many characters fit; those beyond the first plane count twice."""
    spent = 0
    for index, character in enumerate(text):
        spent += 2 if ord(character) > 0xFFFF else 1
        if spent > units:
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
