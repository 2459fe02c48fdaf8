"""A bot of Bale that nobody can push: it holds what residents write until we ask, and forgets on our word."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.ledger import Scribe
from tests.faults.letters import MATTERS, WORDS_AFTER, said, update
from tests.faults.moods import MoodyBotApi

RESIDENTS, FIRST = 5, 7000
NUMBERS = 5_000_000_000_000  # of updates: far from those of the other bot
NEW_MATTER_EVERY = 16
PAUSE_S = 0.6


@dataclass(frozen=True)
class Bale:
    """What such a bot has taken from a resident is ours to fetch: it counts as acknowledged."""

    bot: MoodyBotApi

    @contextmanager
    def writing(self, ledger: Path) -> Iterator[None]:
        """Residents write until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._write, args=[ledger, stop], daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10)

    def _write(self, ledger: Path, stop: threading.Event) -> None:
        first, turn = NUMBERS + time.time_ns() // 1_000_000, 0
        with Scribe.at(ledger) as scribe:
            while not stop.wait(PAUSE_S * random.uniform(0.5, 1.5)):
                chat, number = FIRST + turn % RESIDENTS, first + turn
                words = MATTERS if turn // RESIDENTS % NEW_MATTER_EVERY == 0 else WORDS_AFTER
                text = f"{random.choice(words)} {chat}/{turn}"
                scribe.write("sent", str(number), turn=turn, **said("bale", text, chat=chat, who=chat))
                with self.bot.lock:
                    self.bot.updates.append(update(number, chat, text))
                scribe.write("acked", str(number))
                turn += 1
