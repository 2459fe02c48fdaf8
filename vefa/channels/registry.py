"""Which adapter speaks which channel: the one line that a new channel adds outside its folder."""

from collections.abc import Callable, Mapping

from vefa.channels.port import Account, Adapter
from vefa.channels.telegram import adapter as telegram

BUILDERS: Mapping[str, Callable[[Account], Adapter]] = {
    "telegram": telegram.build,
}


class UnknownChannelError(Exception):
    """No adapter speaks this channel."""


def build(channel: str, account: Account) -> Adapter:
    """The adapter of one endpoint. Raises UnknownChannelError."""
    if channel not in BUILDERS:
        raise UnknownChannelError(f"No adapter speaks the channel {channel!r}.")
    return BUILDERS[channel](account)
