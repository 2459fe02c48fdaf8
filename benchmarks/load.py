"""A load generator on loopback: closed loop (so many connections) and open loop (so many a second).

In the open loop a latency counts from the moment at which the request fell due, not from when it was sent, so
that a server that stalls cannot hide it.
"""

import asyncio
import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import uvloop

LOOPBACK = "127.0.0.1"
IDLE_S = 20.0  # like any client: a connection that was idle for longer is not trusted with a request
BROKEN = 599  # no status at all: the connection broke


@dataclass(frozen=True)
class Request:
    """One request: raw bytes of HTTP/1.1, made before the clock runs."""

    raw: bytes


def request(method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> Request:
    """A request with a length, kept alive."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {LOOPBACK}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return Request("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


@dataclass
class Outcome:
    """What was measured: seconds per answer, how many of each status, and in whose words it was refused."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)
    owed: int = 0  # requests without any answer at the end
    cpu_s: float = 0.0  # what the client itself took

    def note(self, status: int, latency: float) -> None:
        """Add one answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.latencies.append(latency)

    @property
    def good(self) -> int:
        """Answers below 400."""
        return sum(count for status, count in self.statuses.items() if status < 400)

    @property
    def refused(self) -> int:
        """Requests that were not answered below 400, or not at all."""
        return len(self.latencies) - self.good + self.owed

    @property
    def reasons(self) -> str:
        """What the refused were told, the most frequent first; "" where none was."""
        told = [f"{count} x {words}" for words, count in self.troubles.most_common(5)]
        return "; ".join([*told, f"{self.owed} x no answer"] if self.owed else told)

    @property
    def per_second(self) -> float:
        """Good answers a second."""
        return self.good / self.seconds if self.seconds else 0.0

    def quantile_ms(self, share: float) -> float:
        """A quantile of the latencies in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    @property
    def median_ms(self) -> float:
        """The median latency in milliseconds."""
        return 1000 * statistics.median(self.latencies) if self.latencies else 0.0


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._rested_at = time.monotonic()

    async def ask(self, one: Request) -> tuple[int, str]:
        """Send one request and read its whole answer: the status, or BROKEN, and how it begins."""
        status, body = await self.read(one)
        return status, body.decode(errors="replace") if status == BROKEN else f"{status} {_start_of(body)}"

    async def read(self, one: Request) -> tuple[int, bytes]:
        """Send one request and read its whole answer: the status and the body, or BROKEN and why."""
        idle_s = time.monotonic() - self._rested_at
        if idle_s > IDLE_S:
            self.close()
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(LOOPBACK, self._port, limit=1 << 22)
            return await self._exchange(*self._streams, one)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            return BROKEN, f"{type(error).__name__} after {idle_s:.0f} s of rest".encode()
        finally:
            self._rested_at = time.monotonic()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, one: Request
    ) -> tuple[int, bytes]:
        writer.write(one.raw)
        body = b""
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head:
            while (size := int((await reader.readline()).split(b";")[0], 16)) > 0:
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        elif (at := head.find(b"content-length:")) >= 0:
            body = await reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)]))
        if b"connection: close" in head:
            self.close()
        return status, body

    def close(self) -> None:
        """Drop the connection; the next request opens another one."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


def _start_of(body: bytes) -> str:
    return body[:120].decode(errors="replace")


def closed_loop(port: int, requests: Iterator[Request], *, connections: int, seconds: float) -> Outcome:
    """So many connections, each asking again as soon as it was answered."""
    return uvloop.run(_closed(port, requests, connections, seconds))


async def _closed(port: int, requests: Iterator[Request], connections: int, seconds: float) -> Outcome:
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    askers = [Asker(requests, outcome, began + seconds) for _ in range(connections)]
    for asker in askers:
        await loop.create_connection(partial(_itself, asker), LOOPBACK, port)
    await asyncio.gather(*(asker.done for asker in askers))
    outcome.seconds = time.perf_counter() - began
    return outcome


class Asker(asyncio.Protocol):
    """One connection of the closed loop; bare, since it shares the cores with what it measures."""

    def __init__(self, requests: Iterator[Request], outcome: Outcome, until: float) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests, self._outcome, self._until = requests, outcome, until
        self._answer = b""
        self._asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to ask."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by birth
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Ask again as soon as the answer is complete."""
        self._answer += data
        if not _complete(self._answer):
            return
        now = time.perf_counter()
        status = int(self._answer[9:12])
        self._outcome.note(status, now - self._asked)
        if status >= 400:
            self._outcome.troubles[f"{status} {self._answer[-120:].decode(errors='replace')}"] += 1
        self._answer = b""
        if now >= self._until:
            self._transport.close()
        else:
            self._ask()

    def connection_lost(self, _error: Exception | None) -> None:
        """Over; an answer that is owed counts as BROKEN."""
        if time.perf_counter() < self._until:
            self._outcome.note(BROKEN, time.perf_counter() - self._asked)
            self._outcome.troubles["the connection broke"] += 1
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(next(self._requests).raw)


def _itself(asker: Asker) -> Asker:
    return asker


def _complete(answer: bytes) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    at = head.find(b"content-length:")
    if at >= 0:
        return len(answer) >= end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
    return b"chunked" not in head or answer.endswith(b"0\r\n\r\n")


def send_all(port: int, requests: Iterable[Request]) -> None:
    """Each of them once, one after the other. Raises RuntimeError at the first that is refused."""
    with socket.create_connection((LOOPBACK, port), timeout=30) as line:
        for one in requests:
            line.sendall(one.raw)
            answer = b""
            while not _complete(answer):
                piece = line.recv(65_536)
                if not piece:
                    raise RuntimeError("the connection broke")
                answer += piece
            if int(answer[9:12]) >= 400:
                raise RuntimeError(answer.decode(errors="replace"))


def open_loop(
    port: int, requests: Iterator[Request], *, rate: Callable[[float], float], seconds: float
) -> Outcome:
    """Requests fall due at `rate(second)` a second, whether the server keeps up or not."""
    return uvloop.run(_opened(port, requests, rate, seconds))


async def _opened(
    port: int, requests: Iterator[Request], rate: Callable[[float], float], seconds: float
) -> Outcome:
    outcome = Outcome()
    idle: list[Connection] = []
    under_way: set[asyncio.Task[None]] = set()
    began, cpu = time.perf_counter(), time.thread_time()
    due = 0.0

    async def one(moment: float) -> None:
        connection = idle.pop() if idle else Connection(port)
        status, said = await connection.ask(next(requests))
        outcome.note(status, time.perf_counter() - began - moment)
        if status >= 400:
            outcome.troubles[said] += 1
        idle.append(connection)

    while due < seconds:
        wait = due - (time.perf_counter() - began)
        if wait > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        due += 1 / rate(due)
    if under_way:
        _, unanswered = await asyncio.wait(under_way, timeout=60)
        outcome.owed = len(unanswered)
    outcome.cpu_s = time.thread_time() - cpu
    outcome.seconds = time.perf_counter() - began
    for connection in idle:
        connection.close()
    return outcome
