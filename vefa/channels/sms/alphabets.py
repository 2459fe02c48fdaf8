"""The signs that an SMS can carry, as 3GPP TS 23.038 lists them; nothing here knows of parts or gateways."""

from dataclasses import dataclass
from enum import StrEnum

ESCAPE = 0x1B

_DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)  # section 6.2.1
_TURKISH = _DEFAULT.translate(str.maketrans("èìØøÆæ¡¿", "€ıĞğŞşİç"))  # A.3.1, the locking shift table
_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40,
    "€": 0x65,
}  # section 6.2.1.1 # fmt: skip
_TURKISH_EXTENSION = {
    **_EXTENSION, "Ğ": 0x47, "İ": 0x49, "Ş": 0x53, "ç": 0x63, "ğ": 0x67, "ı": 0x69, "ş": 0x73,
}  # A.2.1, the single shift table # fmt: skip

TURKISH = 1  # the language's number in both information elements, section 6.2.1.2.4
SINGLE_SHIFT, LOCKING_SHIFT = 0x24, 0x25  # TS 23.040, 9.2.3.24.15 and .16


class Encoding(StrEnum):
    """How the text of an SMS is written down."""

    GSM = "gsm"  # 7 bits a sign, the default alphabet and its extension
    TURKISH_SINGLE = "turkish_single"  # the same, Turkish letters in the extension
    TURKISH_LOCKING = "turkish_locking"  # Turkish letters in the alphabet itself
    TURKISH_BOTH = "turkish_both"
    UCS2 = "ucs2"  # 16 bits a sign, every script; signs beyond take two


@dataclass(frozen=True)
class Alphabet:
    """Signs of 7 bits: those of the base take one place, those of the extension two."""

    base: dict[str, int]
    extension: dict[str, int]
    elements: bytes = b""  # what the header says about it


def _numbered(signs: str) -> dict[str, int]:
    return {sign: number for number, sign in enumerate(signs) if number != ESCAPE}


_SINGLE = bytes([SINGLE_SHIFT, 1, TURKISH])
_LOCKING = bytes([LOCKING_SHIFT, 1, TURKISH])
ALPHABETS = {
    Encoding.GSM: Alphabet(_numbered(_DEFAULT), _EXTENSION),
    Encoding.TURKISH_SINGLE: Alphabet(_numbered(_DEFAULT), _TURKISH_EXTENSION, _SINGLE),
    Encoding.TURKISH_LOCKING: Alphabet(_numbered(_TURKISH), _EXTENSION, _LOCKING),
    Encoding.TURKISH_BOTH: Alphabet(_numbered(_TURKISH), _TURKISH_EXTENSION, _SINGLE + _LOCKING),
}


def width(sign: str, encoding: Encoding) -> int:
    """How many places a sign takes, 0 where the encoding lacks it."""
    if encoding is Encoding.UCS2:
        return 2 if ord(sign) > 0xFFFF else 1
    alphabet = ALPHABETS[encoding]
    return 1 if sign in alphabet.base else 2 * (sign in alphabet.extension)


def encode(text: str, encoding: Encoding) -> bytes:
    """The text's octets: one for each 7-bit place (unpacked), or UTF-16, the high octet first.

    Raises KeyError for a sign that the encoding lacks.
    """
    if encoding is Encoding.UCS2:
        return text.encode("utf-16-be")
    alphabet, octets = ALPHABETS[encoding], bytearray()
    for sign in text:
        if sign in alphabet.base:
            octets.append(alphabet.base[sign])
        else:
            octets += bytes([ESCAPE, alphabet.extension[sign]])
    return bytes(octets)


def decode(octets: bytes, encoding: Encoding) -> str:
    """What `encode` wrote down, or a telephone: any octets give a text, what cannot be read gives U+FFFD.

    A sign that the extension lacks is read from the base, as section 6.2.1.1 asks.
    """
    if encoding is Encoding.UCS2:
        return octets.decode("utf-16-be", "replace")
    alphabet = ALPHABETS[encoding]
    base = {number: sign for sign, number in alphabet.base.items()}
    extension = {number: sign for sign, number in alphabet.extension.items()}
    signs, escaped = [], False
    for octet in octets:
        if octet == ESCAPE and not escaped:
            escaped = True
            continue
        plain = base.get(octet, " " if octet == ESCAPE else "\N{REPLACEMENT CHARACTER}")
        signs.append(extension.get(octet, plain) if escaped else plain)
        escaped = False
    return "".join(signs)
