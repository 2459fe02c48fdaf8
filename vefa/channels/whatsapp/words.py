"""Cut a long text into messages at places where a reader would pause."""

import unicodedata

TEXT = 4096  # characters of one message
_PAUSES = ("\n\n", "\n", ". ", "! ", "? ", "؟ ", "۔ ", "; ", ", ", "، ", " ")
_JOINER = "\u200d"


def cut(text: str, *, limit: int) -> list[str]:
    """Parts of at most `limit` characters; only blanks at the seams are lost."""
    parts = []
    rest = text.strip()
    while rest:
        length = len(rest) if len(rest) <= limit else _pause(rest, limit)
        parts.append(rest[:length].rstrip())
        rest = rest[length:].lstrip()
    return parts


def head_and_body(text: str, *, limit: int) -> tuple[str, str]:
    """The last part of a text, short enough to stand over buttons, and what goes before it."""
    parts = cut(text, limit=limit)
    return "\n\n".join(parts[:-1]), parts[-1] if parts else ""


def _pause(text: str, limit: int) -> int:
    """The best place to cut before `limit`, in its second half if there is one."""
    for pause in _PAUSES:
        found = text.rfind(pause, limit // 2, limit)
        if found > 0:
            return found + len(pause)
    for place in range(limit, max(limit - 32, 0), -1):
        following, before = text[place], text[place - 1]
        if not unicodedata.combining(following) and _JOINER not in (following, before):
            return place
    return limit
