"""SMS: one channel, four ways to the telephones; the account's `gateway` says which."""

from collections.abc import Mapping
from typing import Any

from vefa.channels.manners import REGION, Channel, Field
from vefa.channels.port import Account
from vefa.channels.sms.described import Described
from vefa.channels.sms.kannel import Kannel
from vefa.channels.sms.line import Line
from vefa.channels.sms.smpp import Smpp
from vefa.channels.sms.twilio import Twilio
from vefa.kit.saying import gettext_noop

GATEWAYS: Mapping[str, type[Line]] = {"kannel": Kannel, "http": Described, "twilio": Twilio, "smpp": Smpp}


def build(account: Account) -> Line:
    """The adapter of one endpoint; Kannel where the setting says nothing."""
    kind = GATEWAYS.get(account.settings.get("gateway", "").strip().lower(), Kannel)
    return kind(account=account)


def _gives(settings: Mapping[str, Any]) -> bool:
    """Twilio's auth token proves who calls us, and with it we sign in to send."""
    return GATEWAYS.get(str(settings.get("gateway", "")).strip().lower()) is Twilio


CHANNEL = Channel(
    key="sms",
    summary="SMS through Kannel, an HTTP gateway, Twilio or SMPP",
    build=build,
    pushed=True,
    reported=True,
    gives=_gives,
    fields=(
        Field(
            name="gateway",
            label=gettext_noop("Way to the telephones"),
            hint=gettext_noop("Your own Kannel, a provider's HTTP interface, Twilio, or a centre by SMPP."),
            choices=tuple(GATEWAYS),
            default="kannel",
        ),
        Field(
            name="sender",
            label=gettext_noop("Sender"),
            hint=gettext_noop("The number or name that residents see; Twilio: also a service MG…"),
            required=True,
        ),
        Field(
            name="url",
            leads=("password", "secret"),
            label=gettext_noop("Address of the gateway"),
            hint=gettext_noop("Kannel: http://…/cgi-bin/sendsms, SMPP: smpp://host:2775; else as known."),
        ),
        Field(
            name="account",
            label=gettext_noop("Account there"),
            hint=gettext_noop("Sign-in name, system id, or Twilio's AC…"),
        ),
        Field(
            name="password",
            label=gettext_noop("Password there"),
            hint=gettext_noop("Twilio needs none: its auth token is the secret below."),
            secret=True,
        ),
        Field(
            name="secret",
            label=gettext_noop("Secret of the door"),
            hint=gettext_noop(
                "Proves who calls us; made up where nothing stands here. Twilio: its auth token."
            ),
            secret=True,
            made_up=True,
        ),
        Field(
            name="description",
            leads=("password",),
            label=gettext_noop("Description of the HTTP gateway"),
            hint=gettext_noop("netgsm, smsc, or your own in TOML: the channel's README has the words."),
            long=True,
        ),
        REGION,
        Field(
            name="price",
            label=gettext_noop("Price of one part"),
            hint=gettext_noop("A number such as 0.25: what an answer costs is shown before it goes."),
            number=(0, 1_000_000),
            decimals=True,
        ),
        Field(
            name="currency",
            label=gettext_noop("Currency of the price"),
            hint=gettext_noop("Three letters, such as TRY or KZT."),
        ),
        Field(
            name="per_second",
            label=gettext_noop("Messages a second"),
            hint=gettext_noop("As your contract allows; 10 where you leave it empty."),
            number=(0, 10_000),
        ),
        Field(
            name="turkish",
            label=gettext_noop("The gateway knows the Turkish letter tables"),
            hint=gettext_noop("Then 155 letters fit into a message instead of 70. Ask your provider."),
            yes_no=True,
        ),
        Field(
            name="stop_for_people",
            label=gettext_noop("After STOP nobody may write, not even a person"),
            hint=gettext_noop("Where the law asks for it; otherwise STOP ends automatic messages alone."),
            yes_no=True,
        ),
    ),
)
