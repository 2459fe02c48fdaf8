"""Residents who write, in a process of their own, with a ledger of what they sent and what was acknowledged.

    python -m tests.faults.driver URL LEDGER --chats 30 --forms 4 --talks 2 --calls 2 --pause 0.5

A chat sends its next message only after the last one was acknowledged, and repeats one that was not, as
Telegram does; so does an exchange with the steps of a call, and a form is sent until it is receipted.
Every fifth chat is hasty: its messages come several at once, the first time too in any order.
Meanwhile everything is sent twice more, in any order.
SIGTERM, or so many `--messages`, end the writing; the process ends when every repetition has its receipt.
"""

import argparse
import asyncio
import itertools
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.faults.ledger import Scribe
from tests.faults.letters import CHAT, MATTERS, POISONS, WORDS_AFTER, Letter, line, message, report
from tests.faults.messengers import direct, instagram, mention, messenger, sms, viber, whatsapp
from tests.faults.telephone import call

PATIENCE_S = 900.0  # for one letter, retries included; providers try for hours
COPYISTS = 8
COPIES = 2  # of everything that has its receipt
# Of residents, by their number; every third one has the bot whose provider has every mood.
WAYS = (
    message, whatsapp, viber, message, messenger, direct, message, sms, instagram, message, mention, whatsapp,
)  # fmt: skip
NEW_MATTER_EVERY = 16  # messages of a chat
HASTY_EVERY, AT_ONCE = 5, 3  # chats, so that every way in has some; messages
LINES = 8  # of a talk on the portal, which takes forty in ten minutes, repetitions included
FORM_PAUSE_S = 0.2  # at least: nobody fills in faster


@dataclass
class Driver:
    """All residents of one run."""

    client: httpx.AsyncClient
    scribe: Scribe
    options: argparse.Namespace
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(time.time_ns() // 1_000_000))
    written: int = 0
    writing: int = 0  # residents who have not finished
    owed: list[Letter] = field(default_factory=list)  # repetitions

    async def run(self) -> None:
        """Until everybody has finished and all repetitions are sent."""
        chats = [self.chat(1000 + number) for number in range(self.options.chats)]
        forms = [self.form(number) for number in range(self.options.forms)]
        talks = [self.talk(number) for number in range(self.options.talks)]
        calls = [self.caller() for _ in range(self.options.calls)]
        everybody = [*chats, *forms, *talks, *calls]
        self.writing = len(everybody)
        await asyncio.gather(*everybody, *(self.copy() for _ in range(COPYISTS)))

    async def chat(self, chat: int) -> None:
        """One resident in a messenger or network, or with a telephone that writes SMS."""
        at_once = AT_ONCE if chat % HASTY_EVERY == 0 else 1
        turn = 0
        while not self.stop.is_set():
            letters = [self.next_message(chat, turn + number, turn) for number in range(at_once)]
            random.shuffle(letters)
            await asyncio.gather(*map(self.tell, letters))
            turn += at_once
            await asyncio.sleep(self.options.pause * at_once * random.uniform(0.5, 1.5))
        self.writing -= 1

    async def form(self, resident: int) -> None:
        """One resident at the web form; every second report has a photo."""
        for turn in itertools.count():
            if self.stop.is_set():
                break
            name = f"{resident:04d}-{turn:06d}"
            await self.tell(report(name, text=random.choice(MATTERS), photographed=turn % 2 == 0))
            await asyncio.sleep(max(self.options.pause, FORM_PAUSE_S) * random.uniform(1, 2))
        self.writing -= 1

    async def talk(self, resident: int) -> None:
        """One resident in the chat on the portal: some lines, then a new conversation."""
        while not self.stop.is_set():
            address, talk = CHAT, f"talk-{resident:04d}-{next(self.numbers)}"
            for turn in range(LINES):
                words = random.choice(WORDS_AFTER if turn else MATTERS)
                letter = line(
                    f"{talk}-{turn}", f"{words} {talk}/{turn}", address=address, chat=talk, turn=turn
                )
                receipt = await self.tell(letter)
                if receipt is None or self.stop.is_set():
                    break
                address = receipt.get("address", address)
                await asyncio.sleep(max(self.options.pause, FORM_PAUSE_S) * random.uniform(1, 2))
        self.writing -= 1

    async def caller(self) -> None:
        """One line of the exchange: a call after the other, each told to its end."""
        while not self.stop.is_set():
            for letter in call(next(self.numbers), answered=random.random() < 0.5):
                await self.tell(letter)
                await asyncio.sleep(max(self.options.pause, FORM_PAUSE_S) * random.uniform(0.2, 0.6))
        self.writing -= 1

    async def copy(self) -> None:
        """Repeat what has its receipt, in any order, until nothing is owed any more."""
        while self.writing or self.owed:
            if not self.owed:
                await asyncio.sleep(0.1)
                continue
            await self.deliver(self.owed.pop(random.randrange(len(self.owed))), "again")

    async def tell(self, letter: Letter) -> dict[str, str] | None:
        """Send something new; the ledger knows of it before anybody else does. What its receipt says."""
        self.scribe.write("sent", letter.external_id, copies=COPIES, **letter.facts)
        receipt = await self.deliver(letter, "acked")
        if receipt is not None:
            self.owed += [letter] * COPIES
        return receipt

    async def deliver(self, letter: Letter, op: str) -> dict[str, str] | None:
        """What its receipt says, None where there was none in the end."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                answer = await self.client.request(letter.method, letter.path, **letter.request)
            except httpx.HTTPError:
                self.scribe.write("refused", letter.external_id, status=0)
            else:
                receipt = letter.receipt(answer)
                if receipt is not None:
                    self.scribe.write(op, letter.external_id, **receipt)
                    return receipt
                self.scribe.write("refused", letter.external_id, status=answer.status_code)
            await asyncio.sleep(random.uniform(0.2, 0.6))
        return None

    def next_message(self, chat: int, turn: int, since: int) -> Letter:
        """A new matter, a word after it, or now and then poison; those with one `since` are sent at once."""
        self.written += 1
        if self.written == self.options.messages:
            self.stop.set()
        facts, write = {"turn": turn, "since": since}, WAYS[chat % len(WAYS)]
        words = random.choice(WORDS_AFTER if turn % NEW_MATTER_EVERY else MATTERS)
        every = self.options.poison_every
        if every and self.written % every == every // 2:
            poison = POISONS[self.written // every % len(POISONS)]
            return write(next(self.numbers), chat, f"{words} {poison}", poison=poison, **facts)
        return write(next(self.numbers), chat, f"{words} {chat}/{turn}", **facts)


async def drive(options: argparse.Namespace) -> None:
    # As many connections as residents: a pool that they queue for can be stuck once all of them broke.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    with Scribe.at(options.ledger) as scribe:
        async with httpx.AsyncClient(base_url=options.url, timeout=10, limits=limits) as client:
            driver = Driver(client, scribe, options)
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, driver.stop.set)
            await driver.run()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--chats", type=int, default=30)
    parser.add_argument("--forms", type=int, default=4)
    parser.add_argument("--talks", type=int, default=0)
    parser.add_argument("--calls", type=int, default=0, help="lines of an exchange")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two messages of a chat")
    parser.add_argument("--messages", type=int, default=0, help="how many in all; 0: until SIGTERM")
    parser.add_argument("--poison-every", type=int, default=1000, help="messages; 0: never")
    asyncio.run(drive(parser.parse_args()))


if __name__ == "__main__":
    main()
