"""The invented residents: who they are, where they can be reached, and that many write again."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from random import Random

from vefa.channels.models import Endpoint
from vefa.wiring.demo.networks import SPACES, is_public, thread_of, value_of
from vefa.wiring.demo.sayings import name
from vefa.wiring.demo.tables import Numbers

LANGUAGES = {"tr": 60, "ru": 11, "fa": 12, "kk": 9, "en": 8}
SPOKEN, SHARES = tuple(LANGUAGES), tuple(accumulate(LANGUAGES.values()))
AGAIN = 0.45  # of those who write have written before
REMEMBERED = 20_000  # people who may write again
NAMELESS = {"portal": 0.25, "telegram": 0.1, "phone": 0.1, "sms": 0.4, "chat": 1.0}
REACHLESS = {"portal": 0.3, "meeting": 0.4, "counter": 0.2, "headman": 0.5}


@dataclass(slots=True)
class Resident:
    """Somebody with the conversations they have, by endpoint, and addresses, by space."""

    id: int
    name: str
    language: str
    since: datetime
    addresses: dict[str, int] = field(default_factory=dict)
    conversations: dict[int, int] = field(default_factory=dict)

    def value(self, space: str) -> str:
        """The address in this space; numbers and domains that nobody can have."""
        return value_of(space, self.id)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says something over which account, and how they are reached there; None where they are not."""

    resident: Resident | None
    endpoint: Endpoint
    language: str
    space: str
    conversation_id: int | None

    @property
    def citizen_id(self) -> int | None:
        """The resident's id, if they are known at all."""
        return self.resident.id if self.resident else None


class Crowd:
    """Everybody who has written so far; rows for new people gather in the lists."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._known: dict[str, list[Resident]] = {language: [] for language in LANGUAGES}
        self.citizens: list[Resident] = []
        self.addresses: list[tuple[int, str, Resident, datetime]] = []
        self.conversations: list[tuple[int, int, int, str, str, datetime, bool]] = []

    def voice(self, endpoint: Endpoint, at: datetime, ids: Numbers) -> Voice:
        """Somebody who writes over this account now."""
        random, channel = self._random, endpoint.channel
        language = random.choices(SPOKEN, cum_weights=SHARES)[0]
        space = SPACES.get(channel, "")
        if random.random() < REACHLESS.get(channel, 0):
            space = ""
        if not space and random.random() < NAMELESS.get(channel, 0.0) * 2:
            return Voice(None, endpoint, language, "", None)
        resident = self._somebody(language, channel, at, ids)
        conversation_id = self._conversation(resident, endpoint, space, at, ids) if space else None
        return Voice(resident, endpoint, language, space, conversation_id)

    def clear(self) -> None:
        """Forget the rows that were written."""
        self.citizens, self.addresses, self.conversations = [], [], []

    def _somebody(self, language: str, channel: str, at: datetime, ids: Numbers) -> Resident:
        random, known = self._random, self._known[language]
        if known and random.random() < AGAIN:
            return random.choice(known)
        nameless = random.random() < NAMELESS.get(channel, 0)
        called = "" if nameless else name(language, random)
        resident = Resident(next(ids.citizens), called, language, at)
        self.citizens.append(resident)
        if len(known) < REMEMBERED:
            known.append(resident)
        else:
            known[random.randrange(REMEMBERED)] = resident
        return resident

    def _conversation(
        self, resident: Resident, endpoint: Endpoint, space: str, at: datetime, ids: Numbers
    ) -> int:
        if endpoint.id in resident.conversations:
            return resident.conversations[endpoint.id]
        if space not in resident.addresses:
            resident.addresses[space] = next(ids.addresses)
            self.addresses.append((resident.addresses[space], space, resident, at))
        found = resident.conversations[endpoint.id] = next(ids.conversations)
        thread, public = thread_of(endpoint, resident.id), is_public(endpoint.channel, resident.id)
        row = (found, endpoint.id, resident.addresses[space], thread, resident.language, at, public)
        self.conversations.append(row)
        return found
