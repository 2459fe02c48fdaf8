"""Viber: translates both ways, stores nothing, decides nothing."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from vefa.channels.manners import Channel, Field, Standing, Terms
from vefa.channels.port import (
    Account,
    Arrival,
    Call,
    Finding,
    ForgedError,
    Limits,
    Parcel,
    Reading,
    RejectedError,
    SendError,
    Sent,
    UnsureError,
)
from vefa.channels.proving import mac
from vefa.channels.viber import events
from vefa.channels.viber.api import ViberApi
from vefa.kit.saying import Sentence, gettext_noop

DEFAULT_BASE = "https://chatapi.viber.com"
PROOF_HEADER = "x-viber-content-signature"
TEXT_LENGTH = 7000
NAME_LENGTH = 28
WANTED = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
_LIMITS = Limits(
    per_second=10, per_address_per_second=1, text_length=TEXT_LENGTH, file_bytes=50 * 1024 * 1024
)
_TERMS = Terms(length=TEXT_LENGTH, buttons=6, button_length=30, places=True, files=False)


@dataclass(frozen=True, kw_only=True)
class Viber:
    """One chatbot.

    settings  sender, api_base
    secrets   token
    """

    api: ViberApi
    sender: str

    @property
    def limits(self) -> Limits:
        """Viber names no figure and answers 12 above it: ten a second, one to a person."""
        return _LIMITS

    @property
    def address_space(self) -> str:
        """A person's id is random and belongs to one bot alone, so bots share a world and never meet."""
        return "viber"

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """HMAC-SHA256 of the body with the token, in hexadecimal."""
        given = call.headers.get(PROOF_HEADER, "").encode("utf-8", "surrogateescape")
        known = [hmac.compare_digest(given, _signature(call.body, secret)) for secret in secrets if secret]
        if not any(known):
            raise ForgedError("the signature is missing or wrong" if known else "no token is set")

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """See `events`."""
        return events.arrivals(call.body)

    def read(self, raw: bytes) -> Reading:
        """See `events`."""
        return events.read(raw)

    def terms(self, _standing: Standing, /) -> Terms:
        """Words, a few buttons, a place."""
        return _TERMS

    def send(self, parcel: Parcel) -> Sent:
        """The text in parts, the last with the buttons, then the place; `parcel.done` is skipped."""
        if parcel.attachments:
            raise RejectedError("files cannot be sent to Viber from here: send the words alone")
        steps = self._steps(parcel)
        if not steps:
            raise RejectedError("there is nothing to send")
        done = list(parcel.done[: len(steps)])
        for step in steps[len(done) :]:
            try:
                done.append(self._tell(parcel, step))
            except SendError as error:
                error.done = tuple(done)
                raise
        return Sent(provider_id=done[0], parts=tuple(done))

    def _steps(self, parcel: Parcel) -> list[dict[str, Any]]:
        text = parcel.text if parcel.text.strip() else ""
        cuts = range(0, len(text), TEXT_LENGTH)
        steps: list[dict[str, Any]] = [{"type": "text", "text": text[at : at + TEXT_LENGTH]} for at in cuts]
        if parcel.buttons and steps:
            steps[-1]["keyboard"] = _keyboard(parcel.buttons)
        if parcel.place:
            point = {"lat": parcel.place.latitude, "lon": parcel.place.longitude}
            steps.append({"type": "location", "location": point})
        return steps

    def _tell(self, parcel: Parcel, step: Mapping[str, Any]) -> str:
        body = {
            "receiver": parcel.to,
            "min_api_version": 1,
            "sender": {"name": self.sender},
            "tracking_data": parcel.idempotency_key,
            **step,
        }
        token = self.api.tell("send_message", body).get("message_token")
        if not isinstance(token, int | str) or not token:
            raise UnsureError("the answer names no message")
        return str(token)

    @contextmanager
    def fetch(self, provider_ref: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """A file, only from Viber's own hosts."""
        with self.api.download(provider_ref, max_bytes=max_bytes) as chunks:
            yield chunks

    def check(self) -> list[Finding]:
        """Who the bot is, and where its events go."""
        try:
            found = self.api.ask("get_account_info", {})
        except SendError as error:
            return [
                Finding(
                    ok=False, text=Sentence("Viber does not know the bot: %(reason)s.", reason=error.reason)
                )
            ]
        hook = str(found.get("webhook") or "")
        told = Finding(ok=True, text=Sentence("The bot is %(name)s.", name=found.get("name", "?")))
        if not hook:
            return [
                told,
                Finding(
                    ok=False, text=Sentence("No webhook is set: press “Tell the provider where to push”.")
                ),
            ]
        return [told, Finding(ok=True, text=Sentence("Its events go to %(hook)s.", hook=hook))]

    def whereto(self) -> str:
        """How residents open the bot. Raises BusyError or RejectedError."""
        return f"viber://pa?chatURI={self.api.ask('get_account_info', {}).get('uri', '')}"

    def subscribe(self, url: str, *, secret: str) -> None:  # noqa: ARG002 - Viber signs with the token
        """Have every event pushed to `url`. Raises BusyError or RejectedError."""
        self.api.ask("set_webhook", {"url": url, "event_types": list(WANTED), "send_name": True})

    def unsubscribe(self) -> None:
        """End the pushing. Raises BusyError or RejectedError."""
        self.api.ask("set_webhook", {"url": ""})

    def subscribed(self, url: str) -> bool:
        """Whether events go to `url`, all kinds that we want. Raises BusyError or RejectedError."""
        found = self.api.ask("get_account_info", {})
        return found.get("webhook") == url and set(WANTED) <= set(found.get("event_types") or ())


def build(account: Account) -> Viber:
    """The adapter of one endpoint."""
    base = (account.settings.get("api_base") or DEFAULT_BASE).rstrip("/")
    api = ViberApi(http=account.http, base=base, token=account.secrets.get("token", ""))
    return Viber(api=api, sender=(account.settings.get("sender") or "Vefa")[:NAME_LENGTH])


def _signature(body: bytes, token: str) -> bytes:
    return mac(token, body).hex().encode()


def _keyboard(buttons: Sequence[str]) -> dict[str, Any]:
    """One button a line; pressing it says its words."""
    return {
        "Type": "keyboard",
        "Buttons": [
            {"Columns": 6, "Rows": 1, "ActionType": "reply", "ActionBody": text, "Text": text}
            for text in buttons
        ],
    }


CHANNEL = Channel(
    key="viber",
    name=gettext_noop("Viber"),
    summary="a chatbot of Viber",
    build=build,
    pushed=True,
    reported=True,
    proofs=("token", "old_token"),
    steps=(
        gettext_noop(
            "Order a chatbot from Viber or one of its partners; its token stands in the bot's settings."
        ),
    ),
    fields=(
        Field(
            name="token",
            label=gettext_noop("The bot's token"),
            hint=gettext_noop("Viber signs with it what it pushes to us."),
            secret=True,
            required=True,
        ),
        Field(
            name="sender",
            label=gettext_noop("Under which name it writes"),
            hint=gettext_noop("At most 28 letters; residents read it above each answer."),
            required=True,
        ),
        Field(
            name="api_base",
            leads=("token",),
            label=gettext_noop("Another server"),
            hint=gettext_noop("Leave it empty for Viber itself."),
        ),
    ),
)
