"""The same bot against a Bot API that others wrote, from npm: what we take for granted, it does not know."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from tests.journeys.conftest import fetch
from tests.wiring.machine import free_port
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels.sealing import seal
from vefa.dialogue.writing import Words, write

PACKAGE = Path(__file__).parents[2] / ".peers" / "node_modules" / "telegram-test-api"
NODE = shutil.which("node")
TOKEN, ALI = "123456:a-token-for-tests", 7
SERVE = """
const TelegramServer = require(process.argv[1]);
new TelegramServer({ host: '127.0.0.1', port: Number(process.argv[2]) }).start();
"""
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (NODE and PACKAGE.is_dir()), reason="telegram-test-api of npm: see .ci/run"),
]


@dataclass(frozen=True)
class Resident:
    """Ali's telephone, as the server's own interface for clients knows it."""

    base: str

    def write(self, text: str) -> None:
        """A message to the bot."""
        ali = {"id": ALI, "first_name": "Ali", "is_bot": False}
        chat = {"id": ALI, "first_name": "Ali", "type": "private"}
        self._post(
            "sendMessage", botToken=TOKEN, date=int(time.time()), text=text, chat=chat, **{"from": ali}
        )

    def read(self) -> list[str]:
        """What the bot wrote since he last looked."""
        return [one["message"]["text"] for one in self._post("getUpdates", token=TOKEN, chatId=ALI)]

    def _post(self, what: str, **facts: Any) -> Any:
        return httpx.post(f"{self.base}/{what}", json=facts).raise_for_status().json()["result"]


@contextmanager
def running() -> Iterator[Resident]:
    port = free_port()
    command = [str(NODE), "-e", SERVE, str(PACKAGE), str(port)]
    with subprocess.Popen(command) as server:
        try:
            _await(port)
            yield Resident(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


def _await(port: int) -> None:
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/bot{TOKEN}/getMe").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server of telegram-test-api did not start")


def test_a_message_and_its_answer_on_a_bot_api_that_others_wrote(town, settings, worker):
    settings.UNDO_S = 0
    with running() as ali:
        town.bot.settings = {"api_base": ali.base, "polling": "yes"}
        town.bot.sealed = seal({"token": TOKEN})
        town.bot.save()

        ali.write("Çarşı'da yolda büyük bir çukur var")
        fetch(town.bot)
        worker.work()
        case = Case.objects.get()
        (acknowledged,) = ali.read()
        assert case.service == town.pothole
        assert case.reference in acknowledged

        words = Words(text="Ekibimiz yarın sabah geliyor.", language="tr")
        write(case=case, words=words, by=town.derya, now=timezone.now())
        ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
        end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
        worker.work()
        answer, outcome = ali.read()
        assert answer == words.text
        assert "Çukur dolduruldu." in outcome

        ali.write("Hayır, çözülmedi, çukur hâlâ orada")
        fetch(town.bot)
        worker.work()
        case.refresh_from_db()
        assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)
