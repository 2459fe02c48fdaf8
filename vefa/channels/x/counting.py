"""How long a text is for X: 280 of its own weights, not letters.

The rule is X's own (docs.x.com, "Counting characters", read in November 2026): the text in NFC; a link
weighs 23; an emoji with all its modifiers 2; four ranges of Unicode 1 each; everything else 2.
"""

import re
import unicodedata

POST_WEIGHT = 280
LINK_WEIGHT = 23
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
_BASE = (
    "[\u203c\u2049\u2122\u2139\u2190-\u21ff\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_MORE = "[\ufe0f\U0001f3fb-\U0001f3ff\u20e3\U000e0020-\U000e007f]*"
_PIECE = re.compile(
    r"(?P<link>https?://[^\s]+)"
    r"|(?P<bare>(?<![\w@/.-])(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?:/[^\s]*)?)"
    rf"|(?P<emoji>[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|[\xa9\xae]\ufe0f"
    rf"|{_BASE}{_MORE}(?:\u200d{_BASE}{_MORE})*)",
    re.IGNORECASE,
)
_PAUSES = ("\n\n", "\n", ". ", "؟ ", "? ", "! ", "؛ ", "; ", "، ", ", ", " ")


def weight(text: str) -> int:
    """What X counts for a text."""
    return sum(piece_weight for _, piece_weight in _pieces(unicodedata.normalize("NFC", text)))


def cut(text: str, *, limit: int = POST_WEIGHT) -> list[str]:
    """The text in pieces of at most `limit`, cut where a reader would pause; a link is never cut."""
    rest = unicodedata.normalize("NFC", text).strip()
    parts: list[str] = []
    while rest:
        fits = _fitting(rest, limit)
        if fits == len(rest):
            return [*parts, rest]
        end = _pause(rest, fits)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return parts


def _pieces(text: str) -> list[tuple[str, int]]:
    """The text in links, emoji and single letters, each with its weight."""
    found: list[tuple[str, int]] = []
    at = 0
    for match in _PIECE.finditer(text):
        found += [(letter, _letter(letter)) for letter in text[at : match.start()]]
        found.append((match[0], _whole(match)))
        at = match.end()
    return found + [(letter, _letter(letter)) for letter in text[at:]]


def _whole(match: re.Match[str]) -> int:
    if match["emoji"]:
        return 2
    if match["link"]:
        return LINK_WEIGHT
    # X knows which endings are domains; we do not, and rather count too much than have a post refused
    return max(LINK_WEIGHT, sum(_letter(letter) for letter in match[0]))


def _letter(letter: str) -> int:
    return 1 if any(first <= ord(letter) <= last for first, last in _LIGHT) else 2


def _fitting(text: str, limit: int) -> int:
    """How many code points of the text fit; at least one piece, so that cutting always ends."""
    length = used = 0
    for piece, piece_weight in _pieces(text):
        if used + piece_weight > limit and length:
            return length
        used += piece_weight
        length += len(piece)
    return length


def _pause(text: str, fits: int) -> int:
    """Where to cut: behind the last pause in the second half of what fits, else right there."""
    for mark in _PAUSES:
        found = text.rfind(mark, fits // 2, fits)
        if found > 0:
            return found + len(mark)
    return fits
