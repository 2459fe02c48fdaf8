"""SMPP 3.4: one connection of the worker receives and sends; another process that must send opens its own.

Addresses are smpp://host:2775 and smpps://host:3550; the options behind a "?" stand in README.md.
"""

import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import structs

from vefa.channels.doorless import no_webhook
from vefa.channels.port import (
    Arrival,
    BusyError,
    Call,
    Catch,
    Finding,
    Form,
    Parcel,
    Reading,
    Receipt,
    SendError,
    Sent,
    UnreadableError,
)
from vefa.channels.sms import numbers
from vefa.channels.sms.alphabets import Encoding
from vefa.channels.sms.calling import REPAIR_PAUSE_S
from vefa.channels.sms.encoding import Segment, choose, normal, segments, written
from vefa.channels.sms.line import Line, check_sendable
from vefa.channels.sms.smpp_bind import ENQUIRE_S, RESPONSE_S, Bind, Target, bind_if_open, bind_to
from vefa.channels.sms.smpp_pdus import UDHI
from vefa.channels.sms.smpp_shelf import Shelf, shelf_of, unpacked
from vefa.channels.sms.spelling import other_spellings
from vefa.kit.saying import Sentence

PARTS_WAIT_S = 300.0  # for the rest of a long message; then what there is is shown
DEFAULT_PORT = 2775
_INTERNATIONAL, _NAME, _ISDN = 1, 5, 1
_UCS2 = 8
_STATES = {
    "DELIVRD": "delivered",
    "EXPIRED": "failed",
    "DELETED": "failed",
    "UNDELIV": "failed",
    "REJECTD": "failed",
}
_IN_WORDS = {
    "EXPIRED": "the telephone could not be reached in time",
    "DELETED": "the centre gave it up",
    "UNDELIV": "it cannot be delivered",
    "REJECTD": "the centre refused it",
}


@dataclass(frozen=True, kw_only=True)
class Smpp(Line):
    """An account at a short message centre. `url` names it, `account` and `password` open it."""

    @property
    def turkish(self) -> bool:
        """The tables travel in the header, so only where we write the header ourselves."""
        return super().turkish and self.option("long", "udh") == "udh" and not self.charset

    @property
    def charset(self) -> str:
        """What the centre means by data coding 0, where that is not GSM."""
        name = self.option("default")
        try:
            "a".encode(name)
        except (LookupError, ValueError):  # gsm, nothing, or what nobody knows
            return ""
        return name

    def option(self, name: str, default: str = "") -> str:
        """What stands behind the address's question mark; behind one that is none, nothing does."""
        try:
            query = urlsplit(self.setting("url")).query
        except ValueError:
            return default
        return dict(parse_qsl(query)).get(name, default)

    def verify(self, _call: Call, _secrets: Sequence[str], /) -> None:
        """Nothing is pushed over HTTP: ForgedError."""
        raise no_webhook("SMPP")

    def arrivals(self, _call: Call, /) -> tuple[Arrival, ...]:
        """Nothing is pushed over HTTP: UnreadableError."""
        raise UnreadableError("SMPP is collected, not pushed")

    def read(self, raw: bytes) -> Reading:
        """A message of one or more parts, or a report."""
        pieces = unpacked(raw)
        if not pieces:
            raise UnreadableError("no packet at all")
        first = pieces[0]
        if first.report:
            return _report(*first.report, recipient=numbers.normal(first.sender, region=self.region))
        default = self.charset or "gsm"
        message = self.message(first.sender, "".join(piece.text(default=default) for piece in pieces))
        if missing := first.count - len(pieces):
            warning = Sentence(
                "%(missing)s of its %(count)s parts never came.", missing=missing, count=first.count
            )
            return structs.replace(message, warnings=(*message.warnings, warning))
        return message

    def send(self, parcel: Parcel) -> Sent:
        """Each part is a packet; those in `parcel.done` are not sent again. The last one's report counts."""
        check_sendable(parcel, charset=self.charset)
        bind = self._sender()
        packets = self._packets(parcel)
        done = list(parcel.done[: len(packets)])
        for packet in packets[len(done) :]:
            try:
                done.append(bind.submit(**self._heading(parcel), **packet))
            except SendError as error:
                error.done = tuple(done)
                raise
        return Sent(provider_id=done[-1], parts=tuple(done))

    def _packets(self, parcel: Parcel) -> list[dict[str, Any]]:
        """What differs from packet to packet. The reference is the same for every attempt."""
        reference = zlib.crc32(parcel.idempotency_key.encode())
        way = self.option("long", "udh")
        if way == "payload":
            return [_whole(parcel.text, self.charset) | {"registered_delivery": 1}]
        found = segments(parcel.text, turkish=self.turkish, charset=self.charset, reference=reference)
        packets = [_part(one, way, reference & 0xFFFF, at, len(found)) for at, one in enumerate(found, 1)]
        packets[-1]["registered_delivery"] = 1
        return packets

    def _heading(self, parcel: Parcel) -> dict[str, Any]:
        sender, to = self.setting("sender"), parcel.to
        named = any(char.isalpha() for char in sender)
        long = len(sender) >= numbers.SHORTEST
        kind = _NAME if named else _INTERNATIONAL if long else 0
        given = self.option("source_ton")
        return {
            "source_addr_ton": int(given) if given.isascii() and given.isdecimal() else kind,
            "source_addr_npi": 0 if named else _ISDN,
            "source_addr": sender.removeprefix("+"),
            "dest_addr_ton": _INTERNATIONAL if to.startswith("+") else 0,
            "dest_addr_npi": _ISDN,
            "destination_addr": to.removeprefix("+"),
        }

    def collect(self, cursor: str, *, wait_s: float) -> Iterator[Catch]:
        """What the centre hands over; parts wait on the cursor until their message is whole or late."""
        shelf, bind, wait = shelf_of(cursor), bind_to(self._target(receiving=True)), wait_s
        while True:
            handed = bind.take(wait)
            found = [shelf.put(one, connection=bind.name, lane=self.lane) for one in handed]
            found += [shelf.release(group, self.lane) for group in self._late(shelf, bind)]
            arrivals = tuple(one for one in found if one is not None)
            if not handed and not arrivals:
                if shelf.given:  # a quiet moment: what was acknowledged will not come again
                    yield Catch(arrivals=(), cursor=Shelf(parts=shelf.parts).text(), accepted=_nothing)
                return
            yield Catch(arrivals=arrivals, cursor=shelf.text(), accepted=partial(bind.ack, handed))
            wait = 0

    def _late(self, shelf: Shelf, bind: Bind) -> list[str]:
        """Messages whose missing parts have been waited for long enough, as this process knows them."""
        patience = self._seconds("parts_wait_s", PARTS_WAIT_S)
        groups, now = dict.fromkeys(part.group for part in shelf.parts), time.monotonic()
        for gone in bind.first_seen.keys() - groups.keys():
            del bind.first_seen[gone]
        return [group for group in groups if now - bind.first_seen.setdefault(group, now) >= patience]

    def _seconds(self, name: str, usual: float) -> float:
        given = self.option(name)
        return float(given) if given.isascii() and given.isdecimal() else usual

    def check(self) -> list[Finding]:
        """Whether the centre takes the account."""
        try:
            self._sender()
        except SendError as error:
            text = Sentence("The centre does not take the account: %(reason)s.", reason=error.reason)
            return [Finding(ok=False, text=text)]
        return [Finding(ok=True, text=Sentence("The centre takes the account."))]

    def _sender(self) -> Bind:
        """The receiving connection where this process has it, else one for sending alone."""
        return bind_if_open(self._target(receiving=True)) or bind_to(self._target(receiving=False))

    def _target(self, *, receiving: bool) -> Target:
        """Raises BusyError for an address that cannot work."""
        try:
            url = urlsplit(self.setting("url"))
            host, port = url.hostname or "", url.port or DEFAULT_PORT
        except ValueError:
            host, port = "", 0
        if not host or url.scheme not in {"smpp", "smpps"}:
            raise BusyError("the address must be smpp://host:port", retry_after_s=REPAIR_PAUSE_S)
        return Target(
            host=host,
            port=port,
            account=self.setting("account"),
            password=self.secret("password"),
            tls=url.scheme == "smpps",
            system_type=self.option("system_type"),
            receiving=receiving,
            answer_s=self._seconds("answer_s", RESPONSE_S),
            enquire_s=self._seconds("enquire_s", ENQUIRE_S),
        )


def _part(one: Segment, way: str, reference: int, number: int, count: int) -> dict[str, Any]:
    """One packet: the header in the text (udh), or the centre's own fields (sar)."""
    coding = _UCS2 if one.encoding is Encoding.UCS2 else 0
    if way == "sar":
        packet: dict[str, Any] = {"data_coding": coding, "short_message": one.octets}
        if count > 1:
            packet |= {
                "sar_msg_ref_num": reference, "sar_total_segments": count, "sar_segment_seqnum": number,
            }  # fmt: skip
        return packet
    kind = UDHI if one.header else 0
    return {"data_coding": coding, "esm_class": kind, "short_message": one.header + one.octets}


def _whole(text: str, charset: str) -> dict[str, Any]:
    """One packet that the centre cuts itself."""
    words = normal(text)
    encoding = choose(words, charset=charset)
    coding = _UCS2 if encoding is Encoding.UCS2 else 0
    return {"data_coding": coding, "message_payload": written(words, encoding, charset)}


def _report(number: str, state: str, error: str, *, recipient: str) -> Reading:
    if not number:
        raise UnreadableError("a report that names no message")
    known = _STATES.get(state, "delayed")
    reason = f"{_IN_WORDS.get(state, state)} ({error})" if known == "failed" and error.strip("0") else ""
    reason = reason or (_IN_WORDS.get(state, "") if known == "failed" else "")
    receipt = Receipt(
        provider_id=number,
        state=known,
        reason=reason,
        status=f"{state} {error}".strip(),
        recipient=recipient,
        also=other_spellings(number),
    )
    return Reading(form=Form.RECEIPT, receipts=(receipt,))


def _nothing() -> None:
    """There is nothing to acknowledge."""
