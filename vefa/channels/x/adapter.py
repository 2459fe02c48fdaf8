"""X: translates both ways, stores nothing, decides nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vefa.channels.manners import Answer, Channel, Field, Standing, Terms
from vefa.channels.port import (
    Account,
    Arrival,
    Call,
    Finding,
    Limits,
    Parcel,
    Post,
    Reading,
    RejectedError,
    SendError,
    Sent,
    UnsureError,
)
from vefa.channels.x import archive, counting, cutting, door, reading
from vefa.channels.x.api import Keys, XApi
from vefa.channels.x.checkup import findings
from vefa.channels.x.links import copied
from vefa.channels.x.reading import DIRECT_THREAD
from vefa.channels.x.subscribing import Subscriptions
from vefa.kit.saying import gettext_noop

DEFAULT_BASE = "https://api.x.com"
PUBLIC, DIRECT = "public", "private"
DIRECT_LENGTH = 10_000
_LIMITS = Limits(per_second=1, text_length=counting.POST_WEIGHT, file_bytes=20 * 1024 * 1024)
_DIRECT_TERMS = Terms(ways=(DIRECT,), length=DIRECT_LENGTH, files=False)
_NO_TERMS = Terms(ways=(), notices=("no_key",), files=False)
_PUBLIC_TERMS = Terms(
    ways=(PUBLIC, DIRECT),
    length=counting.POST_WEIGHT,
    counted="x",
    notices=("public",),
    files=False,
)


@dataclass(frozen=True, kw_only=True)
class X:
    """One account: posts that mention it, and its direct messages.

    settings  account_id, door, api_base
    secrets   api_key, api_secret, access_token, access_token_secret, bearer_token, client_secret
    """

    api: XApi
    url: str = ""
    behind: bool = False

    @property
    def limits(self) -> Limits:
        """One a second is well below every plan; X tells when a window is used up."""
        return _LIMITS

    @property
    def address_space(self) -> str:
        """A person's number is the same for every account."""
        return "x"

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """See `door`."""
        door.verify(call, secrets)

    def greet(self, call: Call, secrets: Sequence[str], /) -> Answer:
        """See `door`."""
        return door.greet(call, secrets)

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """One body may tell of several things."""
        return cutting.arrivals(call.body)

    def read(self, raw: bytes) -> Reading:
        """See `reading`."""
        return reading.read(raw)

    def terms(self, standing: Standing, /) -> Terms:
        """In private what is private; under a post in public, or in private to who wrote it."""
        if not self.api.keys.access:
            return _NO_TERMS
        return _DIRECT_TERMS if standing.thread == DIRECT_THREAD else _PUBLIC_TERMS

    def send(self, parcel: Parcel) -> Sent:
        """In public or in private; a text that is too long goes in parts, each answering the one before."""
        if not self.api.keys.access:
            raise RejectedError("no access token of the account is set: answer in X itself")
        if parcel.attachments:
            raise RejectedError("files cannot be sent to X from here: send the words alone")
        direct, steps = _is_direct(parcel), _steps(parcel)
        if not steps:
            raise RejectedError("there is nothing to send")
        done = list(parcel.done[: len(steps)])
        for step in steps[len(done) :]:
            try:
                done.append(self._write(parcel, step) if direct else self._post(parcel, step, done))
            except SendError as error:
                error.done = tuple(done)
                raise
        return Sent(provider_id=done[0], parts=tuple(done))

    def messages(self, parcel: Parcel, /) -> int:
        """As many as the text has parts."""
        return len(_steps(parcel))

    def _post(self, parcel: Parcel, text: str, done: Sequence[str]) -> str:
        """Under the post that is answered, or under our own last part."""
        above = done[-1] if done else parcel.in_reply_to
        if not above.isdecimal():
            raise RejectedError("there is no post that could be answered in public")
        made = self.api.tell("/2/tweets", {"text": text, "reply": {"in_reply_to_tweet_id": above}})
        return _id(made, "id")

    def _write(self, parcel: Parcel, text: str) -> str:
        """In private, to the person's number."""
        number = self._number(parcel.to)
        made = self.api.tell(f"/2/dm_conversations/with/{number}/messages", {"text": text})
        return _id(made, "dm_event_id")

    def _number(self, address: str) -> str:
        """Who was copied by hand is known by handle alone: X knows the number."""
        if address.isdecimal():
            return address
        handle = address.removeprefix("@")
        if not (handle.isascii() and handle.replace("_", "").isalnum()):
            raise RejectedError("nobody at X has this address")
        return _id(self.api.ask(f"/2/users/by/username/{handle}"), "id")

    @contextmanager
    def fetch(self, provider_ref: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """A picture, only from X's own hosts."""
        with self.api.download(provider_ref, max_bytes=max_bytes) as chunks:
            yield chunks

    def post(self, post_id: str, /) -> Post:
        """The words of a post that was only named, asked for once. Raises BusyError or RejectedError."""
        if not self.api.keys.access or not (post_id.isascii() and post_id.isdecimal()):
            raise RejectedError("X cannot be asked for this post")
        found = self.api.ask(f"/2/tweets/{post_id}?tweet.fields=created_at,entities,note_tweet")
        return reading.bare_post(found, post_id)

    def check(self) -> list[Finding]:
        """Who the account is, and whether its messages come."""
        return findings(self.api, url=self.url)

    def whereto(self) -> str:
        """The account's handle. Raises BusyError or RejectedError."""
        found = self.api.ask("/2/users/me")
        return f"@{cutting.text_of(found, 'username')}"

    def subscribe(self, url: str, *, secret: str) -> None:  # noqa: ARG002 - X signs with its own secret
        """Have everything pushed to `url`. Raises BusyError or RejectedError."""
        if not self.api.keys.bearer:
            raise RejectedError("no bearer token is set, so X pushes nothing")
        self._subscriptions.begin(url)

    def unsubscribe(self) -> None:
        """End the pushing. Raises BusyError or RejectedError."""
        self._subscriptions.end()

    def subscribed(self, url: str) -> bool:
        """Whether X pushes to `url` and finds it sound. Raises BusyError or RejectedError.

        Without a bearer token nothing is wanted to be pushed.
        """
        return not self.api.keys.bearer or self._subscriptions.running(url)

    @property
    def _subscriptions(self) -> Subscriptions:
        return Subscriptions(self.api, url=self.url, behind=self.behind)


def build(account: Account) -> X:
    """The adapter of one endpoint."""
    base = (account.settings.get("api_base") or DEFAULT_BASE).rstrip("/")
    secret = account.secrets.get
    keys = Keys(
        consumer=secret("api_key", ""),
        consumer_secret=secret("api_secret", ""),
        access=secret("access_token", ""),
        access_secret=secret("access_token_secret", ""),
        bearer=secret("bearer_token", ""),
    )
    api = XApi(http=account.http, base=base, keys=keys)
    return X(api=api, url=account.url, behind=bool(account.settings.get("door")))


def _is_direct(parcel: Parcel) -> bool:
    """What was said in private is never answered in public, whatever the way says."""
    return parcel.thread == DIRECT_THREAD or parcel.way == DIRECT


def _steps(parcel: Parcel) -> list[str]:
    return _direct_parts(parcel.text) if _is_direct(parcel) else counting.cut(parcel.text)


def _direct_parts(text: str) -> list[str]:
    """In private, letters count, not weights."""
    if not text.strip():
        return []
    return [text[at : at + DIRECT_LENGTH] for at in range(0, len(text), DIRECT_LENGTH)]


def _id(made: object, name: str) -> str:
    found = cutting.text_of(made, name)
    if not found:
        raise UnsureError("the answer of X names nothing")
    return found


CHANNEL = Channel(
    key="x",
    summary="an account of X (Twitter)",
    build=build,
    pushed=True,
    proofs=("api_secret", "client_secret", "old_api_secret"),
    account="account_id",
    joins=True,
    comments=True,
    copied=copied,
    archived=archive.arrivals,
    steps=(
        gettext_noop("At developer.x.com, make an app with “Read and write and Direct messages”."),
        gettext_noop(
            "Copy its API key and secret, its bearer token, and the account's access token and secret."
        ),
        gettext_noop("Without a plan that pushes, copy posts in by hand or read an archive."),
    ),
    fields=(
        Field(
            name="api_key",
            label=gettext_noop("API key"),
            hint=gettext_noop("Also called consumer key."),
            secret=True,
        ),
        Field(
            name="api_secret",
            label=gettext_noop("API key secret"),
            hint=gettext_noop("Signs what X pushes to us."),
            secret=True,
        ),
        Field(name="access_token", label=gettext_noop("Access token of the account"), secret=True),
        Field(name="access_token_secret", label=gettext_noop("Access token secret"), secret=True),
        Field(
            name="bearer_token",
            label=gettext_noop("Bearer token"),
            hint=gettext_noop("Of the app; sets up the pushing."),
            secret=True,
        ),
        Field(
            name="client_secret",
            label=gettext_noop("Client secret of OAuth 2"),
            hint=gettext_noop("Only where the app has one: X then signs with it as well."),
            secret=True,
        ),
        Field(
            name="door",
            label=gettext_noop("The account through whose door it comes"),
            hint=gettext_noop("An app has one address for all its accounts: the key of the first one."),
        ),
        Field(
            name="account_id",
            label=gettext_noop("Number of the account at X"),
            hint=gettext_noop(
                "The digits before the dash of its access token; needed where accounts share an app."
            ),
        ),
        Field(
            name="api_base",
            leads=("bearer_token",),
            label=gettext_noop("Another server"),
            hint=gettext_noop("Leave it empty for X itself."),
        ),
    ),
)
