"""A resident whom a story leads by the hand, with the same ledger as all others."""

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx

from tests.faults.ledger import Scribe
from tests.faults.letters import Letter, message, report
from tests.faults.town import Machine

PATIENCE_S = 20.0
LARGE = 50_000  # bytes of noise, twice as many letters: they need new blocks in every table


@dataclass
class Hand:
    """Sends one thing after the other, each message in a chat of its own."""

    client: httpx.Client
    scribe: Scribe
    numbers: Iterator[int]  # of updates and chats
    refused: list[Letter] = field(default_factory=list)
    last: httpx.Response | None = None

    @classmethod
    @contextmanager
    def of(cls, machine: Machine, first_id: int) -> "Iterator[Hand]":
        """A hand whose numbers begin there."""
        with (
            httpx.Client(base_url=machine.url, timeout=PATIENCE_S) as client,
            Scribe.at(machine.ledger) as scribe,
        ):
            yield cls(client, scribe, itertools.count(first_id))

    def push(self, words: str = "Sokağımızda büyük bir çukur var") -> int:
        """A new message of a new chat; the status of the answer, 0 where there was none."""
        number = next(self.numbers)
        return self._begin(message(number, number, words, turn=0))

    def push_large(self) -> int:
        """One that no block in hand has room for."""
        return self.push(random.randbytes(LARGE).hex())

    def fill_in(self, *, photographed: bool = False) -> int:
        """A web form with a long letter."""
        words = random.randbytes(2400).hex()
        return self._begin(report("hand", text=words, photographed=photographed))

    def all_taken(self) -> bool:
        """Whether what was refused is taken now."""
        self.refused = [letter for letter in self.refused if not self._send(letter, "acked")]
        return not self.refused

    def _begin(self, letter: Letter) -> int:
        self.scribe.write("sent", letter.external_id, **letter.facts)
        if not self._send(letter, "acked"):
            self.refused.append(letter)
        return self.last.status_code if self.last is not None else 0

    def _send(self, letter: Letter, op: str) -> bool:
        self.last = None
        with suppress(httpx.HTTPError):
            self.last = self.client.post(letter.path, **letter.request)
        receipt = None if self.last is None else letter.receipt(self.last)
        if receipt is None:
            status = 0 if self.last is None else self.last.status_code
            self.scribe.write("refused", letter.external_id, status=status)
            return False
        self.scribe.write(op, letter.external_id, **receipt)
        return True
