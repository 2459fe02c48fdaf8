"""A Bot API that counts the trouble it made, and the calls that came before it was ready again."""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.providers.telegram_bot_api import TelegramBotApi
from tests.providers.telegram_wire import Mischief


@dataclass
class MoodyBotApi(TelegramBotApi):
    """As its base, and it remembers."""

    trouble: Counter[str] = field(default_factory=Counter)
    impatient: int = 0  # sends that came before the moment named by Retry-After
    ready_at: float = 0.0  # monotonic seconds

    def mischief_for(self, method: str) -> Mischief | None:
        """What is planned for this call."""
        now = time.monotonic()
        planned = super().mischief_for(method)
        with self.lock:
            if method.startswith("send") and now < self.ready_at:
                self.impatient += 1
            if planned:
                self.trouble[planned.kind] += 1
                self.ready_at = now + planned.retry_after if planned.kind == "429" else self.ready_at
        return planned
