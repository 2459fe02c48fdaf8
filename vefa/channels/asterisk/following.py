"""Which call an event belongs to, and which events are news: the memory of one connection to an exchange.

Newer versions name the first channel of a call in every event (Linkedid). For older ones the channels that a
dialling joins are remembered, and a channel from which nobody called yet (it has no dialled number, or is one
end of a line within the exchange) waits for what tells whose it is: a call of its own begins when it dials. A
call ends with its first channel.
"""

import uuid
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from vefa.channels.asterisk.events import call_news, extension_of, seat_news, unique_of
from vefa.channels.asterisk.wire import Message
from vefa.channels.port import Arrival
from vefa.channels.telephone import CallNews, SeatNews, Step

MOST_REMEMBERED = 20_000  # channels
_OWN_LINE = "Local/"
_PARTED = frozenset({Step.OFFERED, Step.ANSWERED, Step.QUEUED, Step.LEFT})


@dataclass
class Follower:
    """What was heard since the connection stands."""

    _calls: "OrderedDict[str, str]" = field(default_factory=OrderedDict)  # channel -> call
    _seats: dict[str, SeatNews] = field(default_factory=dict)
    _waiting: "OrderedDict[str, Message]" = field(default_factory=OrderedDict)  # channel -> how it was made

    def arrivals(self, event: Message) -> list[Arrival]:
        """The arrivals that an event makes: none, one, or two where it also begins a call that waited."""
        if seat := seat_news(event):
            return self._seat(seat, event)
        unique = unique_of(event)
        if not unique or self._waits(event, unique):
            return []
        call = self._call_of(event, unique)
        news = call_news(event, call)
        if news is None or not self._counts(news, event, unique, call):
            return []
        made = self._waiting.pop(call, None)
        if made is not None and news.step == Step.ENDED:  # it rang nowhere
            return []
        began = [_arrival(_begun(made), call)] if made is not None else []
        return [*(one for one in began if one), *(one for one in [_arrival(event, call)] if one)]

    def _waits(self, event: Message, unique: str) -> bool:
        """Whether this makes a channel that may be an end of another's call."""
        if event.get("event", "").lower() != "newchannel" or event.get("linkedid") or unique in self._calls:
            return False
        if event.get("exten") and not event.get("channel", "").startswith(_OWN_LINE):
            return False
        self._waiting[unique] = event
        while len(self._waiting) > MOST_REMEMBERED:
            self._waiting.popitem(last=False)
        return True

    def _call_of(self, event: Message, unique: str) -> str:
        """By the exchange's own word, else by the dialling that made the channel, else it is the first."""
        call = event.get("linkedid") or self._calls.get(unique) or unique
        if unique not in self._waiting:
            self._remember(unique, call)
        for other in ("destuniqueid", "uniqueid2"):
            if event.get(other) and event[other] not in self._calls:
                self._remember(event[other], call)
                self._waiting.pop(event[other], None)
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
        own_line = event.get("channel", "").startswith(_OWN_LINE)
        return news.step == Step.ENDED or not own_line or bool(news.caller)

    def _seat(self, news: SeatNews, event: Message) -> list[Arrival]:
        """Only what is new: a busy queue repeats the state of all its members with every call."""
        key = f"{news.who}/{news.queue}"
        if self._seats.get(key) == news:
            return []
        self._seats[key] = news
        raw = msgspec.json.encode({"call": "", "event": dict(event)})
        return [Arrival(f"seat:{uuid.uuid4()}", f"seat:{news.who}", raw)]


def _arrival(event: Message, call: str) -> Arrival | None:
    news = call_news(event, call)
    raw = msgspec.json.encode({"call": call, "event": dict(event)})
    return Arrival(_name(news), call, raw) if news else None


def _begun(made: Message) -> Message:
    """How a channel was made that now calls: without a caller's number it is its own extension that calls."""
    return {**made, "calleridnum": made.get("calleridnum") or extension_of(made.get("channel", ""))}


def _name(news: CallNews) -> str:
    whose = ",".join(news.who) or news.queue
    return (
        f"{news.call}:{news.step}:{whose}" if news.step in _PARTED and whose else f"{news.call}:{news.step}"
    )
