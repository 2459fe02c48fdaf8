"""Which call an event belongs to, and which events are news: the memory of one connection to an exchange.

Newer versions name the first channel of a call in every event (Linkedid). For older ones the channels that a
dialling joins are remembered. A call ends with its first channel.
"""

import uuid
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from vefa.channels.asterisk.events import call_news, seat_news, unique_of
from vefa.channels.asterisk.wire import Message
from vefa.channels.port import Arrival
from vefa.channels.telephone import CallNews, SeatNews, Step

MOST_REMEMBERED = 20_000  # channels
_PARTED = frozenset({Step.OFFERED, Step.ANSWERED, Step.QUEUED, Step.LEFT})


@dataclass
class Follower:
    """What was heard since the connection stands."""

    _calls: "OrderedDict[str, str]" = field(default_factory=OrderedDict)  # channel -> call
    _seats: dict[str, SeatNews] = field(default_factory=dict)

    def arrivals(self, event: Message) -> list[Arrival]:
        """The arrivals that an event makes: none or one."""
        if seat := seat_news(event):
            return self._seat(seat, event)
        unique = unique_of(event)
        if not unique:
            return []
        call = self._call_of(event, unique)
        news = call_news(event, call)
        if news is None or not self._counts(news, event, unique, call):
            return []
        raw = msgspec.json.encode({"call": call, "event": dict(event)})
        return [Arrival(_name(news), call, raw)]

    def _call_of(self, event: Message, unique: str) -> str:
        """By the exchange's own word, else by the dialling that made the channel, else it is the first."""
        call = event.get("linkedid") or self._calls.get(unique) or unique
        self._remember(unique, call)
        for other in ("destuniqueid", "uniqueid2"):
            if event.get(other) and event[other] not in self._calls:
                self._remember(event[other], call)
        return call

    def _remember(self, unique: str, call: str) -> None:
        self._calls.setdefault(unique, call)
        while len(self._calls) > MOST_REMEMBERED:
            self._calls.popitem(last=False)

    def _counts(self, news: CallNews, event: Message, unique: str, call: str) -> bool:
        """A call begins and ends with its first channel; what it dials are channels as well."""
        if news.step not in {Step.BEGAN, Step.ENDED}:
            return True
        if unique != call:
            return False
        return (
            news.step == Step.ENDED or not event.get("channel", "").startswith("Local/") or bool(news.caller)
        )

    def _seat(self, news: SeatNews, event: Message) -> list[Arrival]:
        """Only what is new: a busy queue repeats the state of all its members with every call."""
        key = f"{news.who}/{news.queue}"
        if self._seats.get(key) == news:
            return []
        self._seats[key] = news
        raw = msgspec.json.encode({"call": "", "event": dict(event)})
        return [Arrival(f"seat:{uuid.uuid4()}", f"seat:{news.who}", raw)]


def _name(news: CallNews) -> str:
    whose = ",".join(news.who) or news.queue
    return (
        f"{news.call}:{news.step}:{whose}" if news.step in _PARTED and whose else f"{news.call}:{news.step}"
    )
