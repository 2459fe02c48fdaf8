"""The chat on the portal: every word is a small form in JSON, every answer stands on the page."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import msgspec

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.doorless import no_webhook
from vefa.channels.manners import Channel, Standing, Terms
from vefa.channels.port import (
    Account,
    Arrival,
    Call,
    Finding,
    Form,
    Limits,
    Parcel,
    Reading,
    RejectedError,
    Sender,
    Sent,
    UnreadableError,
    because,
)
from vefa.kit.saying import Sentence


class Line(msgspec.Struct, frozen=True):
    """One thing that a resident wrote; `talk` is the public number under which the conversation began."""

    talk: str = ""
    text: str = ""
    language: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True)
class Chat:
    """One page with a box to write in."""

    @property
    def limits(self) -> Limits:
        """People set the pace."""
        return Limits()

    @property
    def address_space(self) -> str:
        """A conversation is its own address: nobody gives a name."""
        return "chat"

    def verify(self, _call: Call, _secrets: Sequence[str], /) -> None:
        """Nothing is pushed here: ForgedError."""
        raise no_webhook("the chat on the portal")

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """One line, named by its content."""
        digest = hashlib.sha256(call.body).hexdigest()
        return (Arrival(f"form:{digest}", "", call.body),)

    def read(self, raw: bytes) -> Reading:
        """What one line says. Raises UnreadableError."""
        try:
            line = msgspec.json.decode(raw, type=Line, strict=False)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise UnreadableError(f"no form: {type(error).__name__}") from None
        talk = clean_line(line.talk, limit=40)
        return Reading(
            form=Form.MESSAGE,
            sender=Sender(address=talk, language_hint=clean_line(line.language).lower()),
            thread=talk,
            text=clean(line.text),
            said_at=line.said_at if line.said_at and line.said_at.tzinfo else None,
        )

    def terms(self, _standing: Standing, /) -> Terms:
        """Words and files, as many as wanted: they stand on the page."""
        return Terms()

    def send(self, parcel: Parcel) -> Sent:
        """An answer stands on the page as soon as it is written."""
        return Sent(provider_id=f"shown:{parcel.idempotency_key}")

    def fetch(self, provider_ref: str, *, max_bytes: int) -> AbstractContextManager[Iterator[bytes]]:
        """Files come with the words: RejectedError."""
        raise RejectedError(because("no provider keeps files here", f"{provider_ref!r}, {max_bytes} bytes"))

    def check(self) -> list[Finding]:
        """There is nothing outside that could fail."""
        return [Finding(ok=True, text=Sentence("The chat needs nobody outside; it stands at /chat."))]


def build(_account: Account) -> Chat:
    """The adapter of one chat."""
    return Chat()


CHANNEL = Channel(key="chat", summary="the chat on the portal", build=build, by_hand=True)
