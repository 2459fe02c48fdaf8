"""The answer of a language model, made harmless: plain text of a bounded length, whatever came. Pure.

No link of it survives, in no spelling: a picture's address that a browser or a messenger fetches by itself
would carry words of the case to a stranger. Numbers that look like telephones, accounts or cards go too: a
clerk must not send on what a model, or a resident through it, invented.
"""

import re
import unicodedata

from vefa.kit.masking import masked

LIMIT = 2000  # characters
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_PICTURE = re.compile(r"!\[([^\]\n]{0,200})\]\s?(?:\([^)\n]{0,2000}\)?|\[[^\]\n]{0,200}\]?)")
_LINK = re.compile(r"\[([^\]\n]{0,200})\]\s?(?:\([^)\n]{0,2000}\)?|\[[^\]\n]{0,200}\])")
_REFERENCE = re.compile(r"^[^\S\n]*\[[^\]\n]{1,200}\]:.*$", re.MULTILINE)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]{0,2000}(?:>|\Z)")
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,30}:\s?//|\b(?:javascript|data|vbscript|mailto|tel|file):|(?<![\w.])//(?=\w)|\bwww\.)"
    r"[^\s<>\"'`]*"
    r"|(?<![\w@.-])(?:[\w-]{1,63}\.){1,8}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,60})(?:[:/?#][^\s<>\"'`]*)?(?![\w-])",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"(?m)^\s{0,3}(?:#{1,6}\s+|>\s?|```.*$)|\*\*|__|`+")
_BLANKS = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t]{2,}")
_KEPT = {"\n", "\u200c"}  # the half-space of Persian


def plain(answer: str) -> str:
    """Text without links, markup, hidden characters and personal numbers; "" where nothing is left."""
    text = _THOUGHTS.sub("", answer[: LIMIT * 8])
    text = _visible(text)
    for pattern, instead in _STEPS:
        text = pattern.sub(instead, text)
    text = masked(text).replace("<", "‹").replace(">", "›")
    return _BLANKS.sub("\n\n", _SPACES.sub(" ", text)).strip()[:LIMIT].strip()


_STEPS = (
    (_REFERENCE, ""),
    (_PICTURE, r"\1"),
    (_LINK, r"\1"),
    (_TAG, ""),
    (_ADDRESS, "…"),
    (_MARKUP, ""),
)


def _visible(text: str) -> str:
    """Without controls, marks of direction, tags of Unicode and halves of pairs: what is read is what is."""
    whole = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode("utf-8"))
    kept = (char if char in _KEPT or unicodedata.category(char)[0] != "C" else _gap(char) for char in whole)
    return "".join(kept)


def _gap(char: str) -> str:
    return " " if char in "\t\r\x0b\x0c" else ""
