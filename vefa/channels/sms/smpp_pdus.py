"""What a centre hands over by SMPP 3.4, taken apart: addresses, headers, texts and reports."""

import re
import struct
from dataclasses import dataclass, field

from smpplib import exceptions, smpp

from vefa.channels.port import UnreadableError
from vefa.channels.sms.alphabets import LOCKING_SHIFT, SINGLE_SHIFT, TURKISH, Encoding, decode

UDHI = 0x40  # esm_class: the text begins with a header
_KIND, _RECEIPTS = 0x3C, frozenset({0x04, 0x20})  # esm_class, bits 5 to 2; TS 5.2.12
_UCS2, _ASCII, _LATIN1, _CYRILLIC, _HEBREW = 8, 1, 3, 6, 7
_UCS2_OF_A_CLASS = 0x18  # such as a message that stands on the screen at once; TS 23.038, 4
_CHARSETS = {_ASCII: "ascii", _LATIN1: "latin-1", _CYRILLIC: "iso8859-5", _HEBREW: "iso8859-8"}
_BINARY = frozenset({2, 4})
_INTERNATIONAL, _NAME = 1, 5  # types of number
_REPORT = re.compile(r"\bid:\s*(\S+).*?\bstat:\s*(\w+)(?:.*?\berr:\s*(\S+))?", re.IGNORECASE | re.DOTALL)
_STATES = {
    1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN",
    8: "REJECTD",
}  # fmt: skip
# What a broken packet makes the library say.
BROKEN = (
    exceptions.UnknownCommandError,
    exceptions.PDUError,
    struct.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One packet with a text, or with a report in place of a text.

    reference, count and number say which part of which message it is; count 1: a whole one.
    """

    sender: str
    to: str = ""
    octets: bytes = b""
    coding: int = 0
    languages: dict[int, int] = field(default_factory=dict)  # element -> language
    reference: int = 0
    count: int = 1
    number: int = 1
    report: tuple[str, str, str] | None = None  # id, state, error

    @property
    def group(self) -> str:
        """The same for all parts of one message."""
        return f"{self.sender}/{self.to}/{self.reference}/{self.count}"

    def text(self, *, default: str) -> str:
        """The words; `default` says what the centre means by its default alphabet: gsm, or a charset."""
        if self.coding == _UCS2 or self.coding & 0xFC == _UCS2_OF_A_CLASS:
            return decode(self.octets, Encoding.UCS2)
        if self.coding & 0xF0 in {0xF0, 0x10}:  # message classes: bit 2 says 8-bit data
            return decode(self.octets, Encoding.GSM) if not self.coding & 4 else self.octets.decode("latin-1")
        if self.coding in _CHARSETS or (self.coding == 0 and default != "gsm"):
            return self.octets.decode(_CHARSETS.get(self.coding, default), "replace")
        if self.coding in _BINARY:
            return self.octets.decode("latin-1")
        return decode(self.octets, _shifted(self.languages))


def piece_of(raw: bytes) -> Piece:
    """A packet, understood. Raises UnreadableError."""
    try:
        return _piece(smpp.parse_pdu(raw, sequence=0, allow_unknown_opt_params=True))
    except BROKEN as error:
        raise UnreadableError(f"no packet of SMPP: {type(error).__name__}") from None


def _piece(pdu: object) -> Piece:
    octets = _octets(pdu, "short_message") or _octets(pdu, "message_payload")
    kind = _number(pdu, "esm_class")
    sender = _address(pdu)
    if kind & _KIND in _RECEIPTS:
        return Piece(sender=sender, report=_report(pdu, octets))
    header: dict[int, bytes] = {}
    if kind & UDHI:
        header, octets = _parted(octets)
    reference, count, number = _place(pdu, header)
    return Piece(
        sender=sender,
        to=_octets(pdu, "destination_addr").decode("latin-1"),
        octets=octets,
        coding=_number(pdu, "data_coding"),
        languages={one: header[one][0] for one in (SINGLE_SHIFT, LOCKING_SHIFT) if header.get(one)},
        reference=reference,
        count=count,
        number=number,
    )


def _parted(octets: bytes) -> tuple[dict[int, bytes], bytes]:
    """The header's elements, and the text behind it."""
    length = octets[0] if octets else 0
    header, elements, at = octets[1 : 1 + length], {}, 0
    while at + 2 <= len(header):
        kind, size = header[at], header[at + 1]
        elements[kind] = header[at + 2 : at + 2 + size]
        at += 2 + size
    return elements, octets[1 + length :]


def _place(pdu: object, header: dict[int, bytes]) -> tuple[int, int, int]:
    """Which message, of how many parts, and which of them: by header or by the centre's own fields."""
    if len(header.get(0x00, b"")) == 3:
        reference, count, number = header[0x00]
    elif len(header.get(0x08, b"")) == 4:
        reference, (count, number) = int.from_bytes(header[0x08][:2]), header[0x08][2:]
    else:
        names = ("sar_msg_ref_num", "sar_total_segments", "sar_segment_seqnum")
        reference, count, number = (_number(pdu, name) for name in names)
    return (reference, count, number) if 0 < number <= count else (0, 1, 1)


def _report(pdu: object, octets: bytes) -> tuple[str, str, str]:
    """Id, state and error: from the text that all centres write, else from the fields."""
    found = _REPORT.search(octets.decode("latin-1"))
    if found:
        return found[1], found[2].upper()[:7], found[3] or ""
    number = _octets(pdu, "receipted_message_id").decode("latin-1")
    return number, _STATES.get(_number(pdu, "message_state"), ""), ""


def _address(pdu: object) -> str:
    """The sender; the centre's word that it is international gets its plus."""
    written = _octets(pdu, "source_addr").decode("latin-1")
    kind = _number(pdu, "source_addr_ton")
    return f"+{written}" if kind == _INTERNATIONAL and written.isdecimal() else written


def _shifted(languages: dict[int, int]) -> Encoding:
    """Which tables the header names; those of other languages are read by the default alphabet."""
    single, locking = (languages.get(one) == TURKISH for one in (SINGLE_SHIFT, LOCKING_SHIFT))
    if single and locking:
        return Encoding.TURKISH_BOTH
    if single or locking:
        return Encoding.TURKISH_SINGLE if single else Encoding.TURKISH_LOCKING
    return Encoding.GSM


def _octets(pdu: object, name: str) -> bytes:
    found = getattr(pdu, name, None)
    return found if isinstance(found, bytes) else b""


def _number(pdu: object, name: str) -> int:
    found = getattr(pdu, name, None)
    return found if isinstance(found, int) else 0
