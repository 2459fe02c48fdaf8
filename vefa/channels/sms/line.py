"""What every way of sending an SMS has in common: the city's number, its prices, its rules."""

import hmac
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from vefa.channels.cleaning import clean
from vefa.channels.manners import Answer, Standing, Tariff, Terms
from vefa.channels.port import (
    Account,
    Arrival,
    Call,
    Finding,
    ForgedError,
    Form,
    Limits,
    Parcel,
    Reading,
    RejectedError,
    Sender,
    Sent,
    Unreachable,
    because,
    is_yes,
)
from vefa.channels.sms import knocks, numbers
from vefa.channels.sms.encoding import MOST_PARTS, parts
from vefa.kit.saying import Sentence

_MACHINE = Sentence("A name sent it, not a telephone: nobody can answer there.")


@dataclass(frozen=True, kw_only=True)
class Line(ABC):
    """One number or name under which the city sends and receives SMS.

    settings  sender, region, url, account, price, currency, per_second, turkish
    secrets   password, secret, old_secret
    """

    account: Account

    @property
    def limits(self) -> Limits:
        """As many a second as the contract with the gateway allows; 10 where nothing is said."""
        given = self.setting("per_second", "10")
        return Limits(per_second=float(given) if given.isascii() and given.isdecimal() else 10)

    @property
    def address_space(self) -> str:
        """The telephone's: who writes an SMS is the person who calls from that number."""
        return "phone"

    @property
    def methods(self) -> frozenset[str]:
        """Gateways push by either."""
        return frozenset({"GET", "POST"})

    @property
    def thanks(self) -> Answer:
        """Nothing at all: Kannel would send any word on to the resident as an SMS."""
        return Answer()

    @property
    def turkish(self) -> bool:
        """Whether the gateway knows the Turkish shift tables."""
        return is_yes(self.setting("turkish"))

    @property
    def charset(self) -> str:
        """What goes to the gateway in place of the default alphabet's octets; "": those."""
        return ""

    @property
    def region(self) -> str:
        """Whose local numbers are meant."""
        return self.account.region

    def setting(self, name: str, default: str = "") -> str:
        """One of the account's settings, trimmed."""
        return self.account.settings.get(name, "").strip() or default

    def secret(self, name: str) -> str:
        """One of the account's secrets, "" where it has none."""
        return self.account.secrets.get(name, "")

    def terms(self, _standing: Standing, /) -> Terms:
        """No window and no limit; what a text costs is shown before it goes."""
        tariff = Tariff(
            price=self.setting("price").replace(",", "."),
            currency=self.setting("currency").upper(),
            turkish=self.turkish,
            charset=self.charset,
        )
        return Terms(counted="sms", files=False, tariff=tariff)

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """The shared secret stands in the query; constant time."""
        known_as(knocks.secret_of(call), secrets)

    @abstractmethod
    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """One for each message or report in a knock. Raises UnreadableError."""

    @abstractmethod
    def read(self, raw: bytes) -> Reading:
        """A message, or what became of one of ours. Raises UnreadableError."""

    @abstractmethod
    def send(self, parcel: Parcel) -> Sent:
        """Hand it to the gateway. Raises BusyError, RejectedError or UnsureError."""

    @abstractmethod
    def check(self) -> list[Finding]:
        """Try the gateway from outside. Never raises."""

    def fetch(self, provider_ref: str, *, max_bytes: int) -> AbstractContextManager[Iterator[bytes]]:
        """An SMS brings no files: RejectedError."""
        raise RejectedError(because("an SMS brings no files", f"{provider_ref!r}, {max_bytes} bytes"))

    def lane(self, written: str) -> str:
        """What one sender writes is read in order."""
        return numbers.lane(written)

    def message(self, written: str, text: str) -> Reading:
        """What somebody wrote; a name instead of a number cannot be answered, and is marked so."""
        address = numbers.normal(written, region=self.region)
        telephone = numbers.is_telephone(address)
        return Reading(
            form=Form.MESSAGE,
            sender=Sender(address=address, phone=address if address.startswith("+") else ""),
            text=clean(text).strip(),
            unreachable=None if telephone else Unreachable(address=address, reason=_MACHINE),
            warnings=() if telephone else (_MACHINE,),
        )


def known_as(given: str, secrets: Sequence[str]) -> None:
    """Raise ForgedError unless `given` is one of the secrets; takes the same time for each."""
    told = given.encode("utf-8", "surrogateescape")
    known = [hmac.compare_digest(told, secret.encode()) for secret in secrets if secret]
    if not any(known):
        raise ForgedError("the secret is missing or wrong" if known else "no secret is set")


def check_sendable(parcel: Parcel, *, charset: str = "") -> None:
    """Raise RejectedError for what no SMS can carry, before a part of it is on its way."""
    if parcel.attachments:
        raise RejectedError("an SMS carries no files: send a link to the tracking page")
    if not parcel.text.strip():
        raise RejectedError("there is nothing to send")
    if not numbers.is_telephone(parcel.to):
        raise RejectedError(because("this is a name, not a telephone", parcel.to), unreachable=True)
    if parts(parcel.text, charset=charset).count > MOST_PARTS:
        raise RejectedError(because("longer than messages that can be joined", MOST_PARTS))
