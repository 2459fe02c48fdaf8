"""The channels without a provider: what a person typed is a form in JSON, and answers are given by people."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec
import phonenumbers

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.doorless import no_webhook
from vefa.channels.manners import REGION, Channel
from vefa.channels.port import (
    Account,
    Arrival,
    Call,
    Finding,
    Form,
    Limits,
    Parcel,
    Place,
    Reading,
    RejectedError,
    Sender,
    Sent,
    UnreadableError,
    because,
)
from vefa.channels.telephone import Step
from vefa.channels.telephony.fields import call_news, read_fields
from vefa.kit.saying import Sentence

_TELEPHONE = "phone"
_SHOWN = "portal"  # its answers stand on the resident's tracking page


class Sheet(msgspec.Struct, frozen=True):
    """The form that every door by hand fills in; what else it holds is for the door itself."""

    text: str = ""
    language: str = ""
    place_text: str = ""
    lat: float | None = None
    lon: float | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """One door: portal, phone, counter, letter, meeting or headman.

    settings  region: two letters, for phone numbers without a plus; else the municipality's country
    """

    shows_answers: bool = False
    logs_calls: bool = False  # its arrivals may be rows of a handset's log
    region: str = ""

    @property
    def limits(self) -> Limits:
        """People set the pace."""
        return Limits()

    @property
    def address_space(self) -> str:
        """Somebody who calls or leaves a number is known by it; see `Sender.space` for mail."""
        return "phone"

    def verify(self, _call: Call, _secrets: Sequence[str], /) -> None:
        """Nothing is pushed here: ForgedError."""
        raise no_webhook("a door by hand")

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """One form, named by its content."""
        digest = hashlib.sha256(call.body).hexdigest()
        return (Arrival(f"form:{digest}", "", call.body),)

    def read(self, raw: bytes) -> Reading:
        """What the form says, or a row of a telephone's log. Raises UnreadableError."""
        try:
            found = msgspec.json.decode(raw)
            if self.logs_calls and isinstance(found, dict) and found.get("event") == Step.LOGGED:
                news = call_news(read_fields(raw))
                return Reading(form=Form.CALL, call=news, said_at=news.at)
            sheet = msgspec.convert(_filled(found), Sheet, strict=False)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise UnreadableError(f"no form: {type(error).__name__}") from None
        sender = self._sender(sheet)
        return Reading(
            form=Form.MESSAGE,
            sender=sender,
            thread=sender.address,
            text=clean(sheet.text),
            said_at=sheet.said_at if sheet.said_at and sheet.said_at.tzinfo else None,
            location=_place(sheet),
        )

    def _sender(self, sheet: Sheet) -> Sender:
        """Nobody must name themselves: then the address is empty and the tracking link is all there is.

        Who leaves both is written to by mail, since a message can go there. That the number is theirs as well
        is proved by nothing where they typed it themselves; staff who write down both are believed.
        """
        phone, email = self._phone(sheet.phone), clean_line(sheet.email).lower()
        return Sender(
            address=email or phone,
            space="email" if email else "",
            name=clean_line(sheet.name),
            phone=phone if phone.startswith("+") else "",
            language_hint=clean_line(sheet.language).lower(),
            claimed=self.shows_answers,
        )

    def _phone(self, written: str) -> str:
        """E.164 where the number makes sense, else as it was written down."""
        try:
            number = phonenumbers.parse(written, self.region)
        except phonenumbers.NumberParseException:
            return clean_line(written)
        if not phonenumbers.is_possible_number(number):
            return clean_line(written)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def send(self, parcel: Parcel) -> Sent:
        """On the tracking page an answer stands as soon as it is written; elsewhere a person gives it."""
        if not self.shows_answers:
            raise RejectedError("this answer is given by a person, by voice or on paper")
        return Sent(provider_id=f"shown:{parcel.idempotency_key}")

    def fetch(self, provider_ref: str, *, max_bytes: int) -> AbstractContextManager[Iterator[bytes]]:
        """Files come with the form: RejectedError."""
        raise RejectedError(because("no provider keeps files here", f"{provider_ref!r}, {max_bytes} bytes"))

    def check(self) -> list[Finding]:
        """There is nothing outside that could fail."""
        return [Finding(ok=True, text=Sentence("This door needs nobody outside."))]


def build(account: Account, *, channel: str) -> ByHand:
    """The adapter of one door."""
    return ByHand(shows_answers=channel == _SHOWN, logs_calls=channel == _TELEPHONE, region=account.region)


_SUMMARIES = {
    "portal": "the web form",
    "phone": "calls that are written down",
    "counter": "visits at the counter",
    "letter": "letters on paper",
    "meeting": "public meetings",
    "headman": "neighbourhood heads' lists",
}
CHANNELS = tuple(
    Channel(
        key=key,
        summary=summary,
        build=partial(build, channel=key),
        by_hand=True,
        fields=(REGION,),
    )
    for key, summary in _SUMMARIES.items()
)


def _filled(found: object) -> object:
    """The form without its empty fields."""
    if not isinstance(found, dict):
        return found
    return {key: value for key, value in found.items() if value is not None and value != ""}


def _place(sheet: Sheet) -> Place | None:
    """The point, or the words about it, or both."""
    label = clean_line(sheet.place_text)
    if sheet.lat is None or sheet.lon is None:
        return None
    if not (-90 <= sheet.lat <= 90 and -180 <= sheet.lon <= 180):
        return None
    return Place(latitude=sheet.lat, longitude=sheet.lon, label=label)
