"""Every way in which a provider may fail while we send, and what each must become: the same for all channels.

    @pytest.mark.parametrize("trouble", TROUBLES, ids=str)
    def test_trouble_becomes_the_right_error(provider, trouble):
        becomes_the_right_error(trouble, peer=provider, send=lambda: adapter(provider).send(parcel()))

`peer` is a simulator of tests/providers: `misbehave(kind, times=…)` plans trouble for the next sends,
`heard()` are the texts that residents received, in order. A kind that a protocol cannot have is left out
by the caller; a provider that is away altogether is an address where nobody listens.

    for calls in orders([sent, delivered, read]): …   # every order, and each report doubled
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Protocol

import pytest

from vefa.channels.port import BusyError, SendError, Sent, UnsureError


class Peer(Protocol):
    """A simulated provider."""

    def misbehave(self, kind: str, *, times: int = 1) -> None:
        """Plan trouble for the next sends."""

    def heard(self) -> list[str]:
        """The texts that residents received."""


@dataclass(frozen=True)
class Trouble:
    """`kind` as the simulators call it, the error that we must make of it, whether the resident has it."""

    kind: str
    error: type[SendError]
    arrived: bool
    meaning: str

    def __str__(self) -> str:
        return self.kind


TROUBLES = (
    Trouble("429", BusyError, False, "too many requests: wait as long as it says"),
    Trouble("500", BusyError, False, "broken there: later it may work"),
    Trouble("503", BusyError, False, "overloaded there: later it may work"),
    Trouble("502", UnsureError, True, "taken, and a gateway before it lost the answer"),
    Trouble("504", UnsureError, True, "taken, and a gateway before it did not wait for the answer"),
    Trouble("garbage", UnsureError, True, "taken, and answered with a page of a hotel"),
    Trouble("silence", UnsureError, True, "taken, and never answered"),
    Trouble("drop", UnsureError, True, "taken, and the connection closed"),
    Trouble("deaf", UnsureError, False, "the bytes went out, nobody read them"),
)
GATEWAYS = frozenset({"502", "504"})  # a page of a gateway, after the provider took it
RETRY_AFTER_S = 17  # what a simulator says with 429


def becomes_the_right_error(trouble: Trouble, *, peer: Peer, send: Callable[[], Sent]) -> None:
    """The error is of the right kind; the resident has the text or has not; afterwards it goes out as ever.

    Only a busy provider is tried again by itself, so only there a second sending may not double the text.
    """
    peer.misbehave(trouble.kind)
    with pytest.raises(trouble.error) as caught:
        send()

    assert caught.value.reason
    assert len(peer.heard()) == trouble.arrived
    if isinstance(caught.value, BusyError):
        send()
        assert len(peer.heard()) == 1


def says_how_long(*, peer: Peer, send: Callable[[], Sent]) -> None:
    """A provider that names the seconds is believed."""
    peer.misbehave("429")
    with pytest.raises(BusyError) as caught:
        send()
    assert caught.value.retry_after_s == RETRY_AFTER_S


def orders[Thing](things: Sequence[Thing]) -> Iterator[tuple[Thing, ...]]:
    """Every order of a few things, then each order of neighbours with every thing doubled."""
    yield from permutations(things)
    yield tuple(thing for thing in things for _ in range(2))
    yield (*things, *things)
    yield (*reversed(things), *things)
