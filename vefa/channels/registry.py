"""Which adapter speaks which channel: the one line that a new channel adds outside its folder."""

from collections.abc import Callable, Mapping
from functools import partial

import httpx

from vefa.channels.byhand import adapter as byhand
from vefa.channels.email import adapter as email
from vefa.channels.port import Account, Adapter
from vefa.channels.telegram import adapter as telegram

BUILDERS: Mapping[str, Callable[[Account], Adapter]] = {
    "telegram": telegram.build,
    "email": email.build,
    "portal": partial(byhand.build, channel="portal"),
    "phone": partial(byhand.build, channel="phone"),
    "counter": partial(byhand.build, channel="counter"),
    "letter": partial(byhand.build, channel="letter"),
    "meeting": partial(byhand.build, channel="meeting"),
    "headman": partial(byhand.build, channel="headman"),
}


class UnknownChannelError(Exception):
    """No adapter speaks this channel."""


def build(channel: str, account: Account) -> Adapter:
    """The adapter of one endpoint. Raises UnknownChannelError."""
    if channel not in BUILDERS:
        raise UnknownChannelError(f"No adapter speaks the channel {channel!r}.")
    return BUILDERS[channel](account)


def network_client() -> httpx.Client:
    """The client that adapters get in production: patient with the slow, not with the dead."""
    return httpx.Client(timeout=httpx.Timeout(15, connect=5), follow_redirects=False)
