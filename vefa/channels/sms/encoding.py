"""How many messages a text takes, in which encoding, and where it is cut. Pure; 3GPP TS 23.038 and 23.040.

The cheapest encoding that has every sign is taken; no sign is ever replaced by another. A pair that belongs
together (an escape and its sign, two halves of an emoji) is never parted.
"""

import unicodedata
from dataclasses import dataclass

from vefa.channels.sms.alphabets import ALPHABETS, Encoding, encode, width

OCTETS = 140  # of one message, its header included
CONCATENATION = bytes([0x00, 3])  # information element: reference, how many, which; TS 23.040, 9.2.3.24.1
_PLAIN = (Encoding.GSM, Encoding.UCS2)
MOST_PARTS = 255


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a text costs: `count` messages; `left` places are free in the last one.

    `dear` are the signs without which a cheaper encoding would do, in their order, each once.
    """

    count: int
    encoding: Encoding
    left: int
    units: int  # places taken, as `size` counts them: 7-bit places, or 16-bit ones
    size: int  # places of each message
    dear: str = ""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One message as it goes out: `header` with its length in front (empty: none), then the octets."""

    header: bytes
    octets: bytes
    encoding: Encoding
    text: str


def normal(text: str) -> str:
    """The same words in the fewest signs: composed letters, one sign for a new line."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def parts(text: str, *, turkish: bool = False) -> Parts:
    """What it takes to send `text`; `turkish`: the gateway knows the Turkish shift tables."""
    words = normal(text)
    encoding = choose(words, turkish=turkish)
    pieces = cut(words, encoding)
    size = _size(encoding, several=len(pieces) > 1)
    return Parts(
        count=len(pieces),
        encoding=encoding,
        left=size - _places(pieces[-1], encoding),
        units=_places(words, encoding),
        size=size,
        dear=_dear(words, encoding),
    )


def choose(text: str, *, turkish: bool = False) -> Encoding:
    """The encoding that needs the fewest messages; among equals the one that more telephones know."""
    fitting = [one for one in (Encoding if turkish else _PLAIN) if _has(one, text)]
    return min(fitting, key=lambda one: (len(cut(text, one)), list(Encoding).index(one)))


def cut(text: str, encoding: Encoding) -> tuple[str, ...]:
    """The text in pieces that each fill one message; at least one."""
    if _places(text, encoding) <= _size(encoding, several=False):
        return (text,)
    size = _size(encoding, several=True)
    pieces, begin, taken = [], 0, 0
    for position, sign in enumerate(text):
        wide = width(sign, encoding)
        if taken + wide > size:
            pieces.append(text[begin:position])
            begin, taken = position, 0
        taken += wide
    return (*pieces, text[begin:])


def segments(text: str, *, turkish: bool = False, reference: int = 0) -> tuple[Segment, ...]:
    """The messages in their order; `reference` (one octet) binds them. Raises ValueError above 255 parts."""
    words = normal(text)
    encoding = choose(words, turkish=turkish)
    pieces = cut(words, encoding)
    if len(pieces) > MOST_PARTS:
        raise ValueError(f"{len(pieces)} messages, and {MOST_PARTS} are the most that can be joined")
    return tuple(
        Segment(
            header=_header(encoding, reference & 0xFF, len(pieces), number),
            octets=encode(piece, encoding),
            encoding=encoding,
            text=piece,
        )
        for number, piece in enumerate(pieces, start=1)
    )


def _header(encoding: Encoding, reference: int, count: int, number: int) -> bytes:
    elements = ALPHABETS[encoding].elements if encoding in ALPHABETS else b""
    if count > 1:
        elements = CONCATENATION + bytes([reference, count, number]) + elements
    return bytes([len(elements)]) + elements if elements else b""


def _size(encoding: Encoding, *, several: bool) -> int:
    """Places of one message: 160, 155, 152 or 70 alone; 153, 149, 146 or 67 among several."""
    octets = len(_header(encoding, 0, 2 if several else 1, 1))
    if encoding is Encoding.UCS2:
        return (OCTETS - octets) // 2
    return (OCTETS - octets) * 8 // 7


def _places(text: str, encoding: Encoding) -> int:
    return sum(width(sign, encoding) for sign in text)


def _has(encoding: Encoding, text: str) -> bool:
    return all(width(sign, encoding) for sign in text)


def _dear(text: str, encoding: Encoding) -> str:
    if encoding is Encoding.GSM:
        return ""
    return "".join(dict.fromkeys(sign for sign in text if not width(sign, Encoding.GSM)))
