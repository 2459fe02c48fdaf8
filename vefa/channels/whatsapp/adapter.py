"""WhatsApp Cloud API: translates both ways, stores nothing, decides nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vefa.channels.graph import door, tokens
from vefa.channels.graph.api import DEFAULT_BASE, Graph
from vefa.channels.manners import Answer, Channel, Field, Freight, Standing, TemplateFound, Terms
from vefa.channels.port import (
    Account,
    Arrival,
    Call,
    Finding,
    Limits,
    Parcel,
    Reading,
    RejectedError,
    Sent,
    TooLargeError,
    because,
)
from vefa.channels.whatsapp import checkup, cutting, reading, texts
from vefa.channels.whatsapp.codes import judge
from vefa.channels.whatsapp.sending import BUTTON_LENGTH, FREIGHT, MOST_ROWS, WINDOW, Sender
from vefa.channels.whatsapp.words import TEXT
from vefa.kit.saying import gettext_noop

SPACE = "whatsapp"  # not "phone": a number without WhatsApp can still be called
_LIMITS = Limits(per_second=80, per_address_per_second=1 / 6, text_length=TEXT, file_bytes=100 * 1024 * 1024)
_SOON = timedelta(hours=3)


@dataclass(frozen=True, kw_only=True)
class WhatsApp:
    """One number of one app.

    settings  phone_number_id, waba_id, app_id, api_base
    secrets   token, secret (the app's, with old_secret), verify_token
    """

    graph: Graph
    app: Graph | None = None  # the app itself, which may ask about the token
    number_id: str = ""
    account_id: str = ""
    verify_token: str = ""
    url: str = ""
    behind: bool = False  # another number's door is used, and that one sees to the pushing

    @property
    def limits(self) -> Limits:
        """80 messages a second and number, 1 in 6 seconds to the same person."""
        return _LIMITS

    @property
    def address_space(self) -> str:
        """A number means the same person for every number of ours."""
        return SPACE

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """The body is signed with the app's secret."""
        door.verify(call, secrets)

    def greet(self, call: Call, _secrets: Sequence[str], /) -> Answer:
        """Echo the challenge to whoever knows the verify token."""
        return door.greet(call, self.verify_token)

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """Up to a thousand things in one body, each with the number that it came to."""
        return cutting.arrivals(call.body)

    def read(self, raw: bytes) -> Reading:
        """See `reading`."""
        return reading.read(raw, own=self.number_id)

    def send(self, parcel: Parcel) -> Sent:
        """See `sending`."""
        return self._sender.send(parcel)

    def messages(self, parcel: Parcel, /) -> int:
        """See `sending`."""
        return self._sender.count(parcel)

    @property
    def _sender(self) -> Sender:
        return Sender(graph=self.graph, number_id=self.number_id)

    @contextmanager
    def fetch(self, provider_ref: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """Ask where the file lies, then stream it with the token; the address is good for five minutes."""
        asked = {"phone_number_id": self.number_id} if self.number_id else {}
        found = self.graph.ask("GET", provider_ref, asked)
        url, size = found.get("url"), found.get("file_size")
        if not isinstance(url, str) or not url:
            raise RejectedError("the file has no address: WhatsApp keeps files for seven days")
        if str(size).isdigit() and int(str(size)) > max_bytes:
            raise TooLargeError(because("the file is larger than allowed", size))
        with self.graph.download(url, max_bytes=max_bytes, signed=True) as chunks:
            yield chunks

    def check(self) -> list[Finding]:
        """Which number it is, how people like it, and whether its messages come here."""
        return checkup.findings(
            self.graph, app=self.app, number_id=self.number_id, account_id=self.account_id, url=self.url
        )

    @property
    def freight(self) -> Freight:
        """Every file as a message of its own, of the types that WhatsApp lists."""
        return FREIGHT

    def terms(self, standing: Standing, /) -> Terms:
        """24 hours of free words after the person's last one; then approved texts alone.

        In a group everybody reads the answer; it takes no buttons, no place and no approved text, whose gaps
        are filled for one person.
        """
        until = standing.heard_at + WINDOW if standing.heard_at else None
        opened = until is not None and standing.now < until
        window = () if opened else ("whatsapp_window",)
        if standing.group:
            ways = ("",) if opened else ()
            return Terms(until=until, ways=ways, length=TEXT, notices=("public", *window), files=opened)
        return Terms(
            until=until,
            ways=("", "template") if opened else ("template",),
            length=TEXT,
            notices=window,
            buttons=MOST_ROWS if opened else 0,
            button_length=BUTTON_LENGTH,
            places=opened,
            files=opened,
        )

    def templates(self) -> list[TemplateFound]:
        """The business account's approved texts. Raises BusyError or RejectedError."""
        return texts.all_texts(self.graph, self._account())

    def subscribe(self, url: str, *, secret: str) -> None:  # noqa: ARG002 - the app signs with its own secret
        """Have this business account's messages pushed to `url`; WhatsApp greets the door at once."""
        body = {"override_callback_uri": url, "verify_token": self.verify_token}
        self.graph.tell(f"{self._account()}/subscribed_apps", body)

    def unsubscribe(self) -> None:
        """End the pushing, unless the door is another number's. Raises BusyError or RejectedError."""
        if self.behind:
            return
        self.graph.ask("DELETE", f"{self._account()}/subscribed_apps")

    def subscribed(self, url: str) -> bool:
        """Whether the messages are pushed there. Raises BusyError or RejectedError."""
        return url in checkup.overrides(self.graph, self._account())

    def expires_at(self) -> datetime | None:
        """When the token ends: one copied from the dashboard does after a day. None: never."""
        return tokens.ends(self.app or self.graph, self.graph.token)

    def whereto(self) -> str:
        """The number as people dial it. Raises BusyError or RejectedError."""
        found = self.graph.ask("GET", self.number_id, {"fields": "display_phone_number"})
        return str(found.get("display_phone_number", ""))

    def _account(self) -> str:
        if not self.account_id:
            raise RejectedError("the setting waba_id is empty: WhatsApp Manager shows it under the account")
        return self.account_id


def build(account: Account) -> WhatsApp:
    """The adapter of one endpoint."""
    settings, secrets = account.settings, account.secrets
    base = (settings.get("api_base") or DEFAULT_BASE).rstrip("/")
    graph = Graph(http=account.http, token=secrets.get("token", ""), base=base, judge=judge)
    app_id, secret = settings.get("app_id", "").strip(), secrets.get("secret", "")
    return WhatsApp(
        graph=graph,
        app=tokens.as_app(replace(graph, app_secret=secret), app_id) if app_id and secret else None,
        number_id=settings.get("phone_number_id", "").strip(),
        account_id=settings.get("waba_id", "").strip(),
        verify_token=secrets.get("verify_token", ""),
        url=account.url,
        behind=bool(settings.get("door")),
    )


CHANNEL = Channel(
    key="whatsapp",
    summary="a number of the WhatsApp Cloud API",
    build=build,
    pushed=True,
    reported=True,
    account="phone_number_id",
    one_door="waba_id",
    templated=True,
    fields=(
        Field(
            name="phone_number_id",
            label=gettext_noop("Id of the number"),
            hint=gettext_noop("“Phone number ID” beside the number: digits, not the number itself."),
            required=True,
        ),
        Field(
            name="waba_id",
            label=gettext_noop("Id of the business account"),
            hint=gettext_noop("“WhatsApp Business Account ID”: for approved texts and the subscription."),
            required=True,
        ),
        Field(
            name="door",
            label=gettext_noop("The account through whose door it comes"),
            hint=gettext_noop("An app has one address for all its accounts: the key of the first one."),
        ),
        Field(
            name="token",
            label=gettext_noop("Access token"),
            hint=gettext_noop("Of a system person of the business, one that never ends."),
            secret=True,
            required=True,
        ),
        Field(
            name="secret",
            label=gettext_noop("Secret of the app"),
            hint=gettext_noop("“App secret” in the app's basic settings: proves that WhatsApp calls us."),
            secret=True,
            required=True,
        ),
        Field(
            name="verify_token",
            label=gettext_noop("Word of the handshake"),
            hint=gettext_noop("“Verify token”; made up where you leave it empty."),
            secret=True,
            made_up=True,
        ),
        Field(
            name="app_id",
            label=gettext_noop("Number of the app"),
            hint=gettext_noop("Only where the token may not ask about itself: to see when it expires."),
        ),
        Field(
            name="api_base",
            leads=("token", "secret"),
            label=gettext_noop("Another server"),
            hint=gettext_noop("With the version: https://graph.facebook.com/v24.0"),
        ),
    ),
    steps=(
        gettext_noop("In Meta's app settings add WhatsApp and the number; note both ids and the app secret."),
        gettext_noop("Make a system person in the business settings, give it the app and the account."),
        gettext_noop("Make an access token for it with whatsapp_business_messaging and …_management."),
        gettext_noop("Enter everything here: the address for messages is then set at WhatsApp by itself."),
    ),
)
