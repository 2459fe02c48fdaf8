"""Which channels there are: the one line that a new channel adds outside its folder."""

from collections.abc import Mapping

import httpx

from vefa.channels.asterisk import adapter as asterisk
from vefa.channels.byhand import adapter as byhand
from vefa.channels.chat import adapter as chat
from vefa.channels.email import adapter as email
from vefa.channels.manners import Channel
from vefa.channels.meta import adapter as meta
from vefa.channels.port import Account, Adapter
from vefa.channels.sms import adapter as sms
from vefa.channels.telegram import describing as telegram
from vefa.channels.telephony import adapter as telephony
from vefa.channels.viber import adapter as viber
from vefa.channels.whatsapp import adapter as whatsapp
from vefa.channels.x import adapter as x

CHANNELS: Mapping[str, Channel] = {
    channel.key: channel
    for channel in (
        *telegram.CHANNELS,
        email.CHANNEL,
        whatsapp.CHANNEL,
        telephony.CHANNEL,
        asterisk.CHANNEL,
        x.CHANNEL,
        viber.CHANNEL,
        chat.CHANNEL,
        sms.CHANNEL,
        *meta.CHANNELS,
        *byhand.CHANNELS,
    )
}


class UnknownChannelError(Exception):
    """No adapter speaks this channel."""


def channel_of(key: str) -> Channel:
    """The channel of that name. Raises UnknownChannelError."""
    if key not in CHANNELS:
        raise UnknownChannelError(f"No adapter speaks the channel {key!r}.")
    return CHANNELS[key]


def build(channel: str, account: Account) -> Adapter:
    """The adapter of one endpoint. Raises UnknownChannelError."""
    return channel_of(channel).build(account)


def network_client() -> httpx.Client:
    """The client that adapters get in production: patient with the slow, not with the dead."""
    return httpx.Client(timeout=httpx.Timeout(15, connect=5), follow_redirects=False)
