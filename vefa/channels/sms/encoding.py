"""How many messages a text takes, in which encoding, and where it is cut. Pure; 3GPP TS 23.038 and 23.040.

The cheapest encoding that has every sign is taken; no sign is ever replaced by another. A pair that belongs
together (an escape and its sign, two halves of an emoji) is never parted.

A centre may want its default alphabet in a `charset` such as Latin-1, and writes it in GSM for telephones:
then only what both have goes cheaply, and it is counted as GSM. "" is GSM itself.
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


def parts(text: str, *, turkish: bool = False, charset: str = "") -> Parts:
    """What it takes to send `text`; `turkish`: the gateway knows the Turkish shift tables."""
    words = normal(text)
    encoding = choose(words, turkish=turkish, charset=charset)
    pieces = cut(words, encoding)
    size = _size(encoding, several=len(pieces) > 1)
    return Parts(
        count=len(pieces),
        encoding=encoding,
        left=size - _places(pieces[-1], encoding),
        units=_places(words, encoding),
        size=size,
        dear=_dear(words, encoding, charset),
    )


def choose(text: str, *, turkish: bool = False, charset: str = "") -> Encoding:
    """The encoding that needs the fewest messages; among equals the one that more telephones know.

    The Turkish tables say what octets of GSM mean, so they go with no other charset.
    """
    known = Encoding if turkish and not charset else _PLAIN
    fitting = [one for one in known if all(_width(sign, one, charset) for sign in text)]
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


def segments(
    text: str, *, turkish: bool = False, charset: str = "", reference: int = 0
) -> tuple[Segment, ...]:
    """The messages in their order; `reference` (one octet) binds them. Raises ValueError above 255 parts."""
    words = normal(text)
    encoding = choose(words, turkish=turkish, charset=charset)
    pieces = cut(words, encoding)
    if len(pieces) > MOST_PARTS:
        raise ValueError(f"{len(pieces)} messages, and {MOST_PARTS} are the most that can be joined")
    return tuple(
        Segment(
            header=_header(encoding, reference & 0xFF, len(pieces), number),
            octets=written(piece, encoding, charset),
            encoding=encoding,
            text=piece,
        )
        for number, piece in enumerate(pieces, start=1)
    )


def written(text: str, encoding: Encoding, charset: str = "") -> bytes:
    """The octets as the centre wants them."""
    return text.encode(charset) if charset and encoding is Encoding.GSM else encode(text, encoding)


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


def _width(sign: str, encoding: Encoding, charset: str) -> int:
    """How many places a sign takes, 0 where the encoding lacks it, or the charset in place of GSM."""
    return 0 if charset and encoding is Encoding.GSM and not _octet(sign, charset) else width(sign, encoding)


def _octet(sign: str, charset: str) -> bool:
    """Whether a charset has a sign, in one octet: of more, a message would outgrow its packet."""
    try:
        return len(sign.encode(charset)) == 1
    except UnicodeEncodeError:
        return False


def _dear(text: str, encoding: Encoding, charset: str) -> str:
    if encoding is Encoding.GSM:
        return ""
    return "".join(dict.fromkeys(sign for sign in text if not _width(sign, Encoding.GSM, charset)))
