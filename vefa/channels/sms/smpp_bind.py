"""One connection to a centre, kept open: it answers the centre's questions, hands up what comes, and sends.

A thread of its own reads. What comes is acknowledged only when `ack` says that it is kept; what is not
acknowledged, the centre delivers again.
"""

import contextlib
import queue
import secrets
import select
import ssl
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from typing import Any, Protocol

from smpplib import consts, exceptions, smpp
from smpplib.client import Client

from vefa.channels.port import BusyError, RejectedError, SendError, UnsureError, because
from vefa.channels.sms.calling import REPAIR_PAUSE_S
from vefa.channels.sms.smpp_pdus import BROKEN

CONNECT_S = 10.0
RESPONSE_S = 15.0
ENQUIRE_S = 30.0  # of silence, then the other side is asked whether it lives
IDLE_S = 120.0  # of which nobody wanted anything
LONGEST = 64 * 1024  # octets of a packet
WAITING = 500  # messages that nobody took yet; the centre keeps the others
_HANDED = ("deliver_sm", "data_sm")
_LATER = {
    consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL, consts.SMPP_ESME_RSYSERR, 0x64,  # RX_T_APPN
}  # fmt: skip
_GONE = {consts.SMPP_ESME_RINVDSTADR}
_REFUSED = {consts.SMPP_ESME_RINVPASWD, consts.SMPP_ESME_RINVSYSID, consts.SMPP_ESME_RBINDFAIL}


class Packet(Protocol):
    """What we use of the library's packets."""

    command: str
    status: int
    sequence: int


@dataclass(frozen=True, kw_only=True)
class Target:
    """A centre, an account there, and whether messages shall come over this connection."""

    host: str
    port: int
    account: str
    password: str
    tls: bool = False
    system_type: str = ""
    receiving: bool = False
    answer_s: float = RESPONSE_S
    enquire_s: float = ENQUIRE_S


@dataclass(frozen=True)
class Handed:
    """Something that the centre handed over: the packet as it came, and its number there."""

    sequence: int
    command: str
    raw: bytes


class _Named:
    """TLS with the centre's name in it; the library would leave it out."""

    def __init__(self, host: str) -> None:
        self._host, self._context = host, ssl.create_default_context()

    def wrap_socket(self, raw: Any) -> ssl.SSLSocket:
        """Wrap a socket that is not connected yet."""
        return self._context.wrap_socket(raw, server_hostname=self._host)


class Wire(Client):  # type: ignore[misc]  # the library has no types
    """The library's client, which keeps the octets of what it reads and never takes endless ones."""

    raw = b""

    def read_pdu(self) -> Any:
        """The next packet. Raises exceptions.ConnectionError or PDUError."""
        length = self._recv_exact(4)
        if not 16 <= int.from_bytes(length) <= LONGEST:
            raise exceptions.PDUError("no packet is so long")
        self.raw = length + self._recv_exact(int.from_bytes(length) - 4)
        pdu = smpp.parse_pdu(self.raw, client=self, sequence=0, allow_unknown_opt_params=True)
        if pdu is None:
            raise exceptions.PDUError("an unknown command")
        if not pdu.is_error() and pdu.command in consts.STATE_SETTERS:
            self.state = consts.STATE_SETTERS[pdu.command]
        return pdu

    def is_readable(self, seconds: float) -> bool:
        """Whether something comes within so many seconds."""
        pending = getattr(self._socket, "pending", None)
        return bool(pending and pending()) or bool(select.select([self._socket], [], [], seconds)[0])


class Bind:
    """A bound connection. Raises BusyError where there is none to be had."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.name = secrets.token_hex(4)  # of this connection
        self.heard: queue.Queue[Handed] = queue.Queue(WAITING)
        self.first_seen: dict[str, float] = {}  # of parts that wait for others; monotonic seconds
        self.trouble = ""
        self._lock = threading.Lock()
        self._pending: dict[int, Future[Any]] = {}
        self._alive = time.monotonic()
        self._wanted = time.monotonic()
        self._asked = False
        self._wire = _bound(target)
        self._thread = threading.Thread(target=self._read, name=f"smpp-{target.host}", daemon=True)
        self._thread.start()

    @property
    def open(self) -> bool:
        """Whether it can be used."""
        return not self.trouble

    def take(self, seconds: float, *, most: int = 100) -> list[Handed]:
        """What was handed over, waiting for the first at most so long. Raises BusyError when it is lost."""
        self._wanted = time.monotonic()
        found: list[Handed] = []
        until = time.monotonic() + seconds
        while not found and not self.trouble:
            left = until - time.monotonic()
            with contextlib.suppress(queue.Empty):
                found.append(self.heard.get(timeout=min(max(left, 0.001), 0.5)))
            if left <= 0:
                break
        while found and len(found) < most and not self.heard.empty():
            found.append(self.heard.get_nowait())
        if not found and self.trouble:
            raise BusyError(because("the connection to the centre was lost", self.trouble))
        return found

    def ack(self, handed: list[Handed]) -> None:
        """It is kept: the centre may forget it. Where the connection is lost, it comes again."""
        for one in handed:
            self._answer(one.command, one.sequence, consts.SMPP_ESME_ROK)

    def submit(self, **facts: Any) -> str:
        """Hand one message over; the id that the centre gave. Raises a SendError."""
        self._wanted = time.monotonic()
        answer: Future[Any] = Future()
        try:
            with self._lock:
                if self.trouble:
                    raise BusyError(because("no connection to the centre", self.trouble))
                pdu = smpp.make_pdu("submit_sm", client=self._wire, **facts)
                self._pending[pdu.sequence] = answer
                self._wire.send_pdu(pdu)
        except exceptions.ConnectionError:
            raise UnsureError("the connection broke while the message went out") from None
        try:
            return _accepted(answer.result(self.target.answer_s))
        except LateError:
            raise UnsureError("the centre did not answer") from None
        finally:
            self._pending.pop(pdu.sequence, None)

    def close(self, why: str = "closed") -> None:
        """Say goodbye and let go."""
        with self._lock:
            if self.trouble:
                return
            self.trouble = why
            with contextlib.suppress(exceptions.ConnectionError, exceptions.PDUError, AttributeError):
                self._wire.send_pdu(smpp.make_pdu("unbind", client=self._wire))

    def _read(self) -> None:
        """The thread's life."""
        why = ""
        try:
            while not self.trouble:
                if self._wire.is_readable(min(1.0, self.target.enquire_s)):
                    self._handle(self._wire.read_pdu())
                else:
                    why = self._look_after()
                    if why:
                        break
        except (exceptions.ConnectionError, OSError, *BROKEN) as error:
            why = str(error) or type(error).__name__
        self._end(why or self.trouble or "closed")

    def _end(self, why: str) -> None:
        with self._lock:
            self.trouble = self.trouble or why
            for answer in list(self._pending.values()):
                if not answer.done():
                    answer.set_exception(
                        UnsureError(because("the connection was lost before the answer", why))
                    )
            self._wire.state = consts.SMPP_CLIENT_STATE_OPEN
            self._wire.disconnect()

    def _look_after(self) -> str:
        """Nothing came for a second: ask whether the centre lives; why to end, "" to go on."""
        now = time.monotonic()
        if now - self._wanted > IDLE_S and not self._pending:
            self.close("nobody needed it")
            return "nobody needed it"
        silent_s, patience_s = now - self._alive, self.target.enquire_s
        if silent_s > patience_s * 2:
            return "the centre does not answer any more"
        if silent_s > patience_s and not self._asked:
            self._asked = True
            with self._lock:
                self._wire.send_pdu(smpp.make_pdu("enquire_link", client=self._wire))
        return ""

    def _handle(self, pdu: Packet) -> None:
        self._alive, self._asked = time.monotonic(), False
        if pdu.command in _HANDED:
            self._hand_up(pdu)
        elif pdu.command in {"submit_sm_resp", "generic_nack"}:
            answer = self._pending.get(pdu.sequence)
            if answer is not None and not answer.done():
                answer.set_result(pdu)
        elif pdu.command in {"enquire_link", "unbind"}:
            self._answer(pdu.command, pdu.sequence, consts.SMPP_ESME_ROK)
            if pdu.command == "unbind":
                raise exceptions.ConnectionError("the centre said goodbye")

    def _hand_up(self, pdu: Packet) -> None:
        try:
            self.heard.put_nowait(Handed(pdu.sequence, pdu.command, self._wire.raw))
        except queue.Full:
            self._answer(pdu.command, pdu.sequence, consts.SMPP_ESME_RMSGQFUL)

    def _answer(self, command: str, sequence: int, status: int) -> None:
        with self._lock, contextlib.suppress(exceptions.ConnectionError, exceptions.PDUError, AttributeError):
            pdu = smpp.make_pdu(f"{command}_resp", client=self._wire, status=status)
            pdu.sequence = sequence
            self._wire.send_pdu(pdu)


def _bound(target: Target) -> Wire:
    """A connection that the centre accepted. Raises BusyError."""
    context = _Named(target.host) if target.tls else None
    wire = Wire(
        target.host, target.port, timeout=CONNECT_S, ssl_context=context, allow_unknown_opt_params=True
    )
    try:
        wire.connect()
        bind = wire.bind_transceiver if target.receiving else wire.bind_transmitter
        bind(system_id=target.account, password=target.password, system_type=target.system_type)
    except (exceptions.ConnectionError, OSError, *BROKEN) as error:
        wire.state = consts.SMPP_CLIENT_STATE_OPEN
        wire.disconnect()
        raise _unbound(error) from None
    return wire


def _unbound(error: Exception) -> SendError:
    status = error.args[1] if len(error.args) > 1 else 0
    if status in _REFUSED:
        return BusyError("the centre refuses the account or its password", retry_after_s=REPAIR_PAUSE_S)
    if status == consts.SMPP_ESME_RALYBND:
        return BusyError("the centre allows no second connection for this account", retry_after_s=30)
    return BusyError(because("no connection to the centre", error or type(error).__name__))


def _accepted(pdu: Any) -> str:
    """The id in an answer. Raises BusyError, RejectedError or UnsureError."""
    if not pdu.status and pdu.command == "submit_sm_resp":
        number = pdu.message_id.decode("latin-1") if isinstance(pdu.message_id, bytes) else ""
        if not number:
            raise UnsureError("the centre took it and named no id")
        return number
    theirs = f"{pdu.status:#x} {consts.DESCRIPTIONS.get(pdu.status, '')}".strip()
    reason = because("the centre refuses it", theirs)
    if pdu.status in _LATER:
        raise BusyError(reason)
    raise RejectedError(reason, unreachable=pdu.status in _GONE)


_open: dict[Target, Bind] = {}
_opening = threading.Lock()


def bind_to(target: Target) -> Bind:
    """The process's connection to that centre, opened where there is none. Raises BusyError."""
    with _opening:
        known = _open.get(target)
        if known is None or not known.open:
            known = _open[target] = Bind(target)
        return known


def bind_if_open(target: Target) -> Bind | None:
    """The connection, if it stands already or is being made at this moment."""
    with _opening:
        known = _open.get(target)
    return known if known and known.open else None


def close_all() -> None:
    """Say goodbye to every centre."""
    with _opening:
        for one in _open.values():
            one.close()
        _open.clear()
