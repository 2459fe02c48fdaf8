"""Messenger and Instagram: translates both ways, stores nothing, decides nothing."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from vefa.channels.graph import door
from vefa.channels.graph.api import DEFAULT_BASE, Graph
from vefa.channels.manners import Answer, Channel, Field, Freight, Standing, Terms
from vefa.channels.meta import envelope, people, posts, reading, rules
from vefa.channels.meta.sending import Sender
from vefa.channels.meta.subscription import INSTAGRAM_FIELDS, PAGE_FIELDS, Subscription
from vefa.channels.port import (
    Account,
    Arrival,
    Call,
    Finding,
    Limits,
    Parcel,
    Post,
    Reading,
    Sent,
    is_yes,
)
from vefa.kit.saying import gettext_noop

_FREIGHT = Freight(each=25 * 1024 * 1024)  # of Messenger


@dataclass(frozen=True, kw_only=True)
class Meta:
    """One page or one Instagram account: private messages and public comments.

    settings  page_id, instagram_id, app_id, human_agent ("yes" or ""), api_base
    secrets   token, secret (of the app), verify_token
    """

    channel: str
    account: str
    url: str
    verify_token: str
    sender: Sender
    subscription: Subscription

    @property
    def _graph(self) -> Graph:
        return self.sender.graph

    @property
    def limits(self) -> Limits:
        """300 texts a second; the provider also counts private answers to comments, 750 an hour."""
        return Limits(per_second=300, text_length=self.sender.measures.private)

    @property
    def freight(self) -> Freight | None:
        """Every file as a message of its own; Instagram only fetches files, and ours have no address."""
        return _FREIGHT if self.sender.files else None

    @property
    def address_space(self) -> str:
        """A person has another number for every page and every account."""
        return f"{self.channel}:{self.account}" if self.account else self.channel

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """The body is signed with the app's secret."""
        door.verify(call, secrets)

    def greet(self, call: Call, _secrets: Sequence[str], /) -> Answer:
        """The challenge, for who knows the verify token; the app's secret signs bodies only."""
        return door.greet(call, self.verify_token)

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """Several entries, several events in each, of several accounts."""
        return envelope.arrivals(call.body)

    def read(self, raw: bytes) -> Reading:
        """See `reading`."""
        return reading.read(raw, account=self.account)

    def send(self, parcel: Parcel) -> Sent:
        """See `sending`."""
        return self.sender.send(parcel)

    def messages(self, parcel: Parcel, /) -> int:
        """See `sending`."""
        return self.sender.count(parcel)

    def terms(self, standing: Standing, /) -> Terms:
        """See `rules`."""
        return rules.terms(
            standing,
            measures=self.sender.measures,
            human_agent=self.sender.human_agent,
            files=self.sender.files,
        )

    def fetch(self, provider_ref: str, *, max_bytes: int) -> AbstractContextManager[Iterator[bytes]]:
        """What was pushed is an address that works for a while, without a token."""
        return self._graph.download(provider_ref, max_bytes=max_bytes)

    def post(self, post_id: str, /) -> Post:
        """See `posts`."""
        instagram = self.channel == "instagram"
        return posts.look_up(self._graph, post_id, account=self.account, instagram=instagram)

    def name_of(self, address: str, /) -> str:
        """See `people`."""
        return people.name_of(self._graph, address, channel=self.channel)

    def check(self) -> list[Finding]:
        """Whether the token works, until when, and whether everything is pushed."""
        return self.subscription.findings(self.url)

    def expires_at(self) -> datetime | None:
        """When the token ends; None: never, or the app's number is not known."""
        return self.subscription.expires_at()

    def whereto(self) -> str:
        """The link that opens a conversation with the page; the name of the Instagram account."""
        if self.channel == "messenger":
            return f"https://m.me/{self.account}"
        found = self._graph.ask("GET", self.account, {"fields": "username"}).get("username")
        return f"@{found}" if isinstance(found, str) and found else ""

    def subscribe(self, url: str, *, secret: str) -> None:
        """Have everything pushed to `url`. `secret` is the app's and known there; the verify token greets."""
        del secret
        self.subscription.begin(url)

    def unsubscribe(self) -> None:
        """End the pushing of this account."""
        self.subscription.end()

    def subscribed(self, url: str) -> bool:
        """Whether everything that we want is pushed to `url`."""
        return self.subscription.stands(url)


def build_messenger(account: Account) -> Meta:
    """The adapter of a page."""
    page = account.settings.get("page_id", "").strip()
    graph = _graph(account)
    human = is_yes(account.settings.get("human_agent", ""))
    sender = Sender(graph=graph, account=page, measures=rules.MESSENGER, human_agent=human)
    return _built(account, sender, channel="messenger", owner=page, fields=PAGE_FIELDS)


def build_instagram(account: Account) -> Meta:
    """The adapter of an Instagram account, alone or on a page."""
    own = account.settings.get("instagram_id", "").strip()
    sender = Sender(
        graph=_graph(account),
        account=own,
        measures=rules.INSTAGRAM,
        human_agent=is_yes(account.settings.get("human_agent", "")),
        tells=False,
        files=False,
        instagram=True,
    )
    owner = account.settings.get("page_id", "").strip() or own
    return _built(account, sender, channel="instagram", owner=owner, fields=INSTAGRAM_FIELDS)


def _graph(account: Account) -> Graph:
    return Graph(
        http=account.http,
        base=(account.settings.get("api_base") or DEFAULT_BASE).rstrip("/"),
        token=account.secrets.get("token", ""),
        app_secret=account.secrets.get("secret", ""),
    )


def _built(account: Account, sender: Sender, *, channel: str, owner: str, fields: tuple[str, ...]) -> Meta:
    verify_token = account.secrets.get("verify_token", "")
    subscription = Subscription(
        graph=sender.graph,
        account=sender.account,
        owner=owner,
        object="instagram" if channel == "instagram" else "page",
        fields=fields,
        app_id=account.settings.get("app_id", "").strip(),
        verify_token=verify_token,
        behind=bool(account.settings.get("door")),
    )
    return Meta(
        channel=channel,
        account=sender.account,
        url=account.url,
        verify_token=verify_token,
        sender=sender,
        subscription=subscription,
    )


_SHARED = (
    Field(
        name="door",
        label=gettext_noop("The account through whose door it comes"),
        hint=gettext_noop("An app has one address for all its accounts: the key of the first one."),
    ),
    Field(
        name="token",
        label=gettext_noop("Access token of the account"),
        hint=gettext_noop("Made in the app's settings by somebody who manages the account."),
        secret=True,
        required=True,
    ),
    Field(
        name="secret",
        label=gettext_noop("App secret"),
        hint=gettext_noop("App settings, basic. Proves who calls us."),
        secret=True,
    ),
    Field(
        name="verify_token",
        label=gettext_noop("Verify token"),
        hint=gettext_noop("A word of your own for the webhook's form; made up where you leave it empty."),
        secret=True,
        made_up=True,
    ),
    Field(
        name="app_id",
        label=gettext_noop("Number of the app"),
        hint=gettext_noop("With it we tell the provider where to push and see when the token expires."),
    ),
    Field(
        name="human_agent",
        label=gettext_noop("The app may answer for seven days"),
        hint=gettext_noop("Only where the permission “Human Agent” was granted; else for 24 hours."),
        yes_no=True,
    ),
    Field(
        name="api_base",
        leads=("token", "secret"),
        label=gettext_noop("Another server or version"),
        hint=gettext_noop("Empty: https://graph.facebook.com/v24.0"),
    ),
)
_STEPS = (
    gettext_noop("Make an app of the type Business at developers.facebook.com and add the product."),
    gettext_noop("Connect the account to the app and copy its access token."),
    gettext_noop("Enter our address and the verify token in the app's form for webhooks."),
)
CHANNELS = (
    Channel(
        key="messenger",
        summary="a Facebook page: Messenger and the comments under its posts",
        build=build_messenger,
        pushed=True,
        reported=True,
        account="page_id",
        comments=True,
        steps=_STEPS,
        fields=(
            Field(
                name="page_id",
                label=gettext_noop("Number of the page"),
                hint=gettext_noop("Page, about, page transparency: a row of digits."),
                required=True,
            ),
            *_SHARED,
        ),
    ),
    Channel(
        key="instagram",
        summary="an Instagram account: messages and the comments under its posts",
        build=build_instagram,
        pushed=True,
        account="instagram_id",
        comments=True,
        steps=_STEPS,
        fields=(
            Field(
                name="instagram_id",
                label=gettext_noop("Number of the Instagram account"),
                hint=gettext_noop("A row of digits, not the name with @."),
                required=True,
            ),
            Field(
                name="page_id",
                label=gettext_noop("Number of the page behind it"),
                hint=gettext_noop("Where the account was connected through a Facebook page."),
            ),
            *_SHARED,
        ),
    ),
)
