"""A short message centre that speaks SMPP 3.4, on loopback: the server of smpp34, with telephones.

    with Smsc.running() as centre:
        centre.url                               # "smpp://127.0.0.1:41234", the endpoint's address
        centre.misbehave("429")                  # also "500", "garbage", "silence", "drop", "deaf"
        centre.say("905321112233", "Merhaba")    # a resident writes; True once it is acknowledged
        centre.hand(source_addr=…, short_message=…, esm_class=…)        # any packet
        centre.report(number, "DELIVRD")         # what became of a message
        centre.heard()                           # texts on telephones, parts joined, in order
        centre.packets                           # every packet that we sent
        centre.hang_up()                         # closes every connection; who binds again is taken

Both ends speak the protocol through different libraries, so neither can agree with itself alone.
"""

import asyncio
import itertools
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import smpp34

from tests.channels.email.peers import free_port
from vefa.channels.sms.alphabets import Encoding, decode

ACCOUNT, PASSWORD = "pinarova", "tests"
# Statuses and fields by their numbers in SMPP 3.4.
THROTTLED, SYSTEM_ERROR, QUEUE_FULL, BAD_ADDRESS = 0x58, 0x08, 0x14, 0x0B
PAYLOAD, SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x0424, 0x020C, 0x020E, 0x020F
REPORTED_ID, REPORTED_STATE = 0x001E, 0x0427
_TURKISH = {b"\x24": Encoding.TURKISH_SINGLE, b"\x25": Encoding.TURKISH_LOCKING}
_STATUS = {"429": THROTTLED, "500": SYSTEM_ERROR, "503": QUEUE_FULL}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Packet:
    """One submit_sm of ours."""

    number: str
    to: str
    sender: str
    coding: int
    kind: int
    octets: bytes
    receipt: int
    fields: dict[int, bytes]
    default: str = "gsm"  # what the centre means by data coding 0

    def text(self) -> str:
        """The words, whatever way they came."""
        octets = self.octets or self.fields.get(PAYLOAD, b"")
        header = b""
        if self.kind & 0x40:
            header, octets = octets[1 : 1 + octets[0]], octets[1 + octets[0] :]
        if self.coding == 8:
            return octets.decode("utf-16-be")
        if self.coding == 0 and self.default != "gsm":
            return octets.decode(self.default)
        shifts = [one for mark, one in _TURKISH.items() if mark + b"\x01\x01" in header]
        encoding = Encoding.TURKISH_BOTH if len(shifts) == 2 else (shifts or [Encoding.GSM])[0]
        return decode(octets, encoding)

    def place(self) -> tuple[int, int]:
        """Which part of how many."""
        if self.kind & 0x40 and self.octets[1:3] == b"\x00\x03":
            return self.octets[5], self.octets[4]
        total = self.fields.get(SAR_TOTAL)
        number = self.fields.get(SAR_NUMBER)
        return (number[0], total[0]) if total and number else (1, 1)


@dataclass
class Smsc:
    """One centre; see the module's docstring."""

    port: int
    packets: list[Packet] = field(default_factory=list)
    binds: int = 0
    refuses: int = 0  # a status for every message
    default: str = "gsm"  # its default alphabet, or a charset in place of it
    _sessions: dict[str, Any] = field(default_factory=dict)
    _held: list[Any] = field(default_factory=list)
    _mischief: list[str] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _server: Any = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @classmethod
    @contextmanager
    def running(cls) -> "Iterator[Smsc]":
        """Serve on a free port in a thread until the block ends."""
        centre = cls(free_port())
        ready = threading.Event()
        thread = threading.Thread(target=centre._serve, args=[ready], daemon=True)
        thread.start()
        ready.wait(10)
        try:
            yield centre
        finally:
            centre._loop.call_soon_threadsafe(centre._loop.stop)
            thread.join(10)
            centre._loop.close()

    @property
    def url(self) -> str:
        """What the endpoint's settings name."""
        return f"smpp://127.0.0.1:{self.port}"

    def misbehave(self, kind: str, *, times: int = 1) -> None:
        """Plan trouble for the next messages."""
        self._mischief += [kind] * times

    def heard(self) -> list[str]:
        """Whole texts on telephones."""
        whole, parts = [], []
        for packet in self.packets:
            parts.append(packet)
            if packet.place()[0] == packet.place()[1]:
                whole.append("".join(one.text() for one in parts))
                parts = []
        return whole

    def say(self, sender: str, text: str) -> bool:
        """A resident writes; whether it was acknowledged."""
        return self.hand(source_addr=sender, short_message=text.encode("utf-16-be"), data_coding=8)

    def report(self, number: str, state: str, *, error: str = "000") -> bool:
        """A delivery report in the usual words."""
        dates = "submit date:2611221000 done date:2611221001"
        text = f"id:{number} sub:001 dlvrd:001 {dates} stat:{state} err:{error} text:Yarin"
        return self.hand(source_addr="905321112233", short_message=text.encode(), esm_class=4)

    def hand(self, **facts: Any) -> bool:
        """Hand a packet to who receives; whether it was acknowledged."""
        return bool(self._run(self._hand(facts)))

    def begin_to_hand(self, **facts: Any) -> Any:
        """The same without waiting: a future."""
        return asyncio.run_coroutine_threadsafe(self._hand(facts), self._loop)

    def hang_up(self) -> None:
        """Close every connection."""
        self._run(self._hang_up())

    def wait_for_binds(self, count: int, *, within_s: float = 20) -> bool:
        """Wait until so many connections were bound, ever."""
        with self._changed:
            return self._changed.wait_for(lambda: self.binds >= count, within_s)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        ready.set()
        listening = self._loop.create_task(self._listen())
        self._loop.run_forever()
        listening.cancel()
        self._loop.run_until_complete(self._close(listening))

    async def _open(self) -> None:
        self._server = smpp34.Server(host="127.0.0.1", port=self.port, system_id="PINAROVA")
        await self._server.start()

    async def _close(self, listening: "asyncio.Task[None]") -> None:
        await asyncio.gather(listening, return_exceptions=True)
        await self._server.stop()

    async def _listen(self) -> None:
        while True:
            event = await self._server.next()
            if isinstance(event, smpp34.Esme):
                self._sessions[event.session_id] = event
                with self._changed:
                    self.binds += 1
                    self._changed.notify_all()
            elif isinstance(event, smpp34.Unbound):
                self._sessions.pop(event.session_id, None)
            else:
                await self._submitted(event)

    async def _submitted(self, event: Any) -> None:
        kind = self._mischief.pop(0) if self._mischief else ""
        number = f"{next(_numbers):08x}"
        if kind in _STATUS or self.refuses:
            event.reject(_STATUS.get(kind, self.refuses))
            return
        if kind != "deaf":
            self.packets.append(_packet(event, number, self.default))
        if kind in {"silence", "deaf"}:
            self._held.append(event)
        elif kind == "drop":
            self._held.append(event)
            await self._hang_up()
        else:
            event.accept("" if kind == "garbage" else number)

    async def _hand(self, facts: dict[str, Any]) -> bool:
        facts = {"destination_addr": "5454", "source_addr_ton": 1, "source_addr_npi": 1, **facts}
        to = next(one for one in reversed(self._sessions.values()) if one.can_receive)
        return bool((await to.deliver_sm(**facts)).is_success)

    async def _hang_up(self) -> None:
        for session in list(self._sessions.values()):
            await session.unbind()
        self._sessions.clear()


def _packet(event: Any, number: str, default: str) -> Packet:
    return Packet(
        number=number,
        to=event.destination_addr,
        sender=event.source_addr,
        coding=event.data_coding,
        kind=event.esm_class,
        octets=bytes(event.short_message),
        receipt=event.registered_delivery,
        fields={one.tag: bytes(one.value) for one in event.tlvs},
        default=default,
    )
