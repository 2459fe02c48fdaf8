"""Read a suspicious mail in a process of its own, with a limit on time and memory.

What would hang or crash the reader costs one child process and ends as "could not be read".
"""

import resource
import subprocess
import sys
from pathlib import Path

import msgspec

from vefa.channels.email.parsing import is_suspicious
from vefa.channels.email.reading import Mailbox, read
from vefa.channels.port import Reading, UnreadableError

CPU_S = 30
MEMORY_BYTES = 2 * 1024**3
HOUSE = Path(__file__).parents[3]  # where `vefa` can be imported from


class _Order(msgspec.Struct):
    raw: bytes
    address: str
    reply_keys: list[str]
    authserv_id: str


class _Outcome(msgspec.Struct):
    reading: Reading | None = None
    unreadable: str = ""


def read_safely(raw: bytes, mailbox: Mailbox) -> Reading:
    """`read`, in this process or, where the bytes look like trouble, in another. Raises UnreadableError."""
    if not is_suspicious(raw):
        return read(raw, mailbox)
    return _read_apart(raw, mailbox)


def _read_apart(raw: bytes, mailbox: Mailbox) -> Reading:
    order = _Order(raw, mailbox.address, list(mailbox.reply_keys), mailbox.authserv_id)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "vefa.channels.email.apart"],
            cwd=HOUSE,
            input=msgspec.msgpack.encode(order),
            capture_output=True,
            timeout=2 * CPU_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError("reading took too long") from None
    if done.returncode != 0:
        raise UnreadableError("reading it needs more time or memory than a mail may take")
    outcome = msgspec.msgpack.decode(done.stdout, type=_Outcome)
    if outcome.reading is None:
        raise UnreadableError(outcome.unreadable)
    return outcome.reading


def main() -> None:
    """The child: an order on standard input, the outcome on standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    mailbox = Mailbox(address=order.address, reply_keys=order.reply_keys, authserv_id=order.authserv_id)
    try:
        outcome = _Outcome(reading=read(order.raw, mailbox))
    except UnreadableError as error:
        outcome = _Outcome(unreadable=error.reason)
    sys.stdout.buffer.write(msgspec.msgpack.encode(outcome))


if __name__ == "__main__":
    main()
