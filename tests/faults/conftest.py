"""One installation for all stories of this folder: starting it costs more than most of them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.town import Machine
from tests.providers.telegram_bot_api import TelegramBotApi


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    home = Path(tempfile.mkdtemp(prefix="vefa-faults-"))
    home.chmod(0o711)
    with TelegramBotApi.running() as provider:
        machine = Machine(home, provider)
        try:
            machine.start()
            machine.furnish()
            yield machine
        finally:
            machine.stop()
            shutil.rmtree(home)
