"""Residents who write, in a process of their own, with a ledger of what they sent and what was acknowledged.

    python -m tests.faults.driver URL LEDGER --chats 30 --forms 2 --pause 0.3

A chat sends its next message only after the last one was acknowledged, and repeats one that was not, as
Telegram does. SIGTERM ends the writing; then everything is sent twice more, shuffled, and the process ends.
"""

import argparse
import asyncio
import itertools
import json
import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx

HOOK = "/hooks/telegram/bot"
SECRET = "a-word-that-only-the-provider-knows"
PATIENCE_S = 90.0  # for one message, retries included
SAYINGS = (
    "Sokağımızda büyük bir çukur var", "На улице не горит фонарь", "چراغ خیابان خاموش است",
    "Көшеде шұңқыр бар", "There is a water leak in our street", "Çöpler üç gündür alınmadı",
)  # fmt: skip


@dataclass
class Driver:
    """All residents of one run."""

    client: httpx.AsyncClient
    ledger: TextIO
    pause_s: float
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Any = field(default_factory=lambda: itertools.count(time.time_ns() // 1_000_000))
    said: list[dict[str, Any]] = field(default_factory=list)

    def write(self, op: str, external_id: str, **facts: Any) -> None:
        line = {"op": op, "id": external_id, "at": time.time(), **facts}
        self.ledger.write(json.dumps(line) + "\n")
        self.ledger.flush()

    async def chat(self, chat: int) -> None:
        """One resident in Telegram."""
        for turn in itertools.count():
            if self.stop.is_set():
                return
            update = telegram_update(next(self.numbers), chat, f"{random.choice(SAYINGS)} {chat}/{turn}")
            self.write("sent", str(update["update_id"]), chat=chat, turn=turn)
            if await self.push(update):
                self.said.append(update)
                self.write("acked", str(update["update_id"]))
            await asyncio.sleep(self.pause_s * random.uniform(0.5, 1.5))

    async def push(self, update: dict[str, Any]) -> bool:
        """Whether it was acknowledged in the end."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
                answer = await self.client.post(HOOK, json=update, headers=headers)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 200:
                return True
            self.write("refused", str(update["update_id"]), status=answer.status_code if answer else 0)
            await asyncio.sleep(random.uniform(0.1, 0.4))
        return False

    async def form(self, resident: int) -> None:
        """One resident at the web form; every report has its own token and is sent until it is receipted."""
        for turn in itertools.count():
            if self.stop.is_set():
                return
            token = f"{resident:04d}-{turn:06d}-{random.getrandbits(64):016x}"
            self.write("sent", f"form:{token}")
            report = {"text": f"{random.choice(SAYINGS)} {token}", "place": "Çarşı", "token": token}
            try:
                headers = {"accept": "application/json"}
                answer = await self.client.post("/report/send", data=report, headers=headers)
                if answer.status_code == 201:
                    self.write("acked", f"form:{token}", reference=answer.json()["reference"])
                else:
                    self.write("refused", f"form:{token}", status=answer.status_code)
            except httpx.HTTPError:
                self.write("refused", f"form:{token}", status=0)
            await asyncio.sleep(self.pause_s * 8)

    async def repeat_all(self) -> None:
        """Every message twice more, in another order."""
        again = [*self.said, *self.said]
        random.shuffle(again)
        for handful in itertools.batched(again, 16):
            await asyncio.gather(*(self.push(update) for update in handful))


def telegram_update(number: int, chat: int, text: str) -> dict[str, Any]:
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "is_bot": False, "first_name": f"Sakin {chat}"},
            "text": text,
        },
    }


async def drive(options: argparse.Namespace) -> None:
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    with options.ledger.open("a", encoding="utf-8") as ledger:
        async with httpx.AsyncClient(base_url=options.url, timeout=10, limits=limits) as client:
            driver = Driver(client, ledger, options.pause)
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, driver.stop.set)
            chats = [driver.chat(1000 + number) for number in range(options.chats)]
            forms = [driver.form(number) for number in range(options.forms)]
            await asyncio.gather(*chats, *forms)
            await driver.repeat_all()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--chats", type=int, default=30)
    parser.add_argument("--forms", type=int, default=2)
    parser.add_argument("--pause", type=float, default=0.5)
    asyncio.run(drive(parser.parse_args()))


if __name__ == "__main__":
    main()
