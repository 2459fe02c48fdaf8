"""What a channel may do beyond the port, and how it describes itself to those who add accounts.

Each protocol is optional: whoever asks looks with `isinstance` and does without where it is missing.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from vefa.channels.port import Account, Adapter, Arrival, Call, Parcel, Post, Slot
from vefa.kit.saying import gettext_noop
from vefa.kit.text import fold

PROOFS = ("secret", "old_secret")  # both are good while one replaces the other
_WHOLE, _DECIMAL = re.compile(r"[0-9]+"), re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Answer(Struct, frozen=True, kw_only=True):
    """What a door says to a provider that wants other words than ours."""

    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@runtime_checkable
class Greeter(Protocol):
    """A channel whose provider tries the door before it uses it."""

    def greet(self, call: Call, secrets: Sequence[str], /) -> Answer:
        """What the provider wants to hear on its GET. Raises ForgedError."""


@runtime_checkable
class Mannered(Protocol):
    """A channel whose provider knocks or is thanked in its own way."""

    @property
    def methods(self) -> frozenset[str]:
        """With which HTTP methods it hands things in."""

    @property
    def thanks(self) -> Answer:
        """What it hears with 200 after the commit."""


class Standing(Struct, frozen=True, kw_only=True):
    """Where a conversation stands at the moment in which somebody wants to answer."""

    now: datetime
    heard_at: datetime | None = None  # the resident's last word
    thread: str = ""
    public: bool = False  # the last word was said where everybody reads
    group: bool = False
    address: str = ""  # whose it is; in some groups who hides there is the group itself
    alone: bool = False  # who talks in a crowd has also written to us where nobody else reads
    own_written_at: tuple[datetime, ...] = ()  # our answers after that last word, oldest first
    own_ways: tuple[str, ...] = ()  # how they went, in the same order


class Tariff(Struct, frozen=True, kw_only=True):
    """What each part of a text costs and which signs go cheaply; `sms/encoding.parts` counts."""

    price: str = ""  # of one part, a decimal number with a point; "": not known
    currency: str = ""  # three letters: TRY, KZT
    turkish: bool = False  # the gateway knows the Turkish shift tables
    charset: str = ""  # what it wants in place of the default alphabet's octets; "": those


class Terms(Struct, frozen=True, kw_only=True):
    """The provider's rules for one answer, as the composer shows them and `writing` keeps them.

    until    when free writing ends, UTC; None: never
    ways     how an answer may go now, the usual one first; empty: not at all. "" is a plain answer; others
             are the channel's own words ("template", "human_agent", "public", "private")
    counted  what `length` counts: characters, utf16, utf8, or sms (parts, see `tariff`)
    notices  codes of what the writer must know; `web/ui/terms.py` has the sentences
    """

    until: datetime | None = None
    ways: tuple[str, ...] = ("",)
    length: int = 0  # 0: no limit
    counted: str = "characters"
    notices: tuple[str, ...] = ()
    buttons: int = 0  # how many short answers may be offered, of `button_length` characters
    button_length: int = 0
    places: bool = False  # a point can be sent
    files: bool = True  # such as the adapter's `freight` tells, if it has one
    tariff: Tariff | None = None  # where `counted` is "sms"


@runtime_checkable
class Ruled(Protocol):
    """A channel whose provider says when and how one may answer."""

    def terms(self, standing: Standing, /) -> Terms:
        """The rules of this moment. Pure."""


class Freight(Struct, frozen=True, kw_only=True):
    """What files an answer may carry; what is 0 or empty has no limit of the channel's own."""

    most: int = 10  # files of one answer
    each: int = 0  # bytes of one
    together: int = 0  # bytes of all
    types: frozenset[str] = frozenset()  # content types
    apart: bool = True  # each goes as a message of its own after the words; else all in one with them


@runtime_checkable
class Carrier(Protocol):
    """A channel whose `send` hands over `Parcel.attachments`."""

    @property
    def freight(self) -> Freight | None:
        """What it takes; None: this account takes none. `Terms.files` says whether now."""


@runtime_checkable
class Parted(Protocol):
    """A channel that may hand an answer over in several messages, each of which is known by the answer's key.

    Where one of them was in doubt and turns out to have gone, the rest is sent on.
    """

    def messages(self, parcel: Parcel, /) -> int:
        """In how many messages its words and its place go; each file is one more. Raises RejectedError."""


class TemplateFound(Struct, frozen=True, kw_only=True):
    """One approved text at the provider. `gaps` counts its placeholders."""

    name: str
    language: str
    status: str  # approved, pending, rejected, paused
    category: str = ""
    text: str = ""
    gaps: int = 0
    reason: str = ""
    slots: tuple[Slot, ...] = ()  # beside the gaps in its words; each stands in `text` as a gap too


@runtime_checkable
class Templated(Protocol):
    """A channel that knows texts which the provider approved beforehand."""

    def templates(self) -> list[TemplateFound]:
        """All of the account's texts. Raises BusyError or RejectedError."""


@runtime_checkable
class Subscriber(Protocol):
    """A channel whose provider must be told where to push, and may forget it."""

    def subscribe(self, url: str, *, secret: str) -> None:
        """Have everything pushed to `url`. May be repeated. Raises BusyError or RejectedError."""

    def unsubscribe(self) -> None:
        """End the pushing. Raises BusyError or RejectedError."""

    def subscribed(self, url: str) -> bool:
        """Whether everything that we want is pushed to `url`. Raises BusyError or RejectedError."""


@runtime_checkable
class Posted(Protocol):
    """A channel on which people speak under posts whose words it does not push."""

    def post(self, post_id: str, /) -> Post:
        """The post that `Reading.post` named. Raises BusyError or RejectedError."""


@runtime_checkable
class Named(Protocol):
    """A channel that pushes numbers for people and tells their names only when it is asked."""

    def name_of(self, address: str, /) -> str:
        """The person's name; "" where the provider tells none. Raises BusyError or RejectedError."""


@runtime_checkable
class Expiring(Protocol):
    """A channel whose key to the provider ends by itself."""

    def expires_at(self) -> datetime | None:
        """When the key ends, UTC; None: never. Raises BusyError or RejectedError."""


@runtime_checkable
class Introduced(Protocol):
    """A channel that can say how residents find the account."""

    def whereto(self) -> str:
        """What a resident writes to: "@pinarova_bot", a mail address, a number.

        May ask the provider. Raises BusyError or RejectedError.
        """


class Copied(Struct, frozen=True, kw_only=True):
    """A public post as a person copied it out of a network."""

    link: str
    text: str
    author: str = ""  # the name there, with or without its @
    language: str = ""
    said_at: datetime | None = None  # UTC; None: the link may tell


class Field(Struct, frozen=True, kw_only=True):
    """One line of the form with which an account is added; `label` and `hint` are English msgids."""

    name: str
    label: str
    hint: str = ""
    secret: bool = False  # sealed, shown never again
    required: bool = False
    made_up: bool = False  # a random word where nothing is given
    yes_no: bool = False
    long: bool = False  # may take several lines
    choices: tuple[str, ...] = ()
    default: str = ""
    number: tuple[int, int] | None = None  # a number between these two
    decimals: bool = False  # with a fraction, if it likes
    leads: tuple[str, ...] = ()  # the secrets that are sent to the address in this line

    def plain(self, text: str) -> str:
        """A number in the digits that machines read, in whichever it was typed; any other text as it is."""
        return text if self.number is None else fold(text).replace("٫", ".")

    def takes(self, text: str) -> bool:
        """Whether a text is a number as this line wants one; any text is where it wants none."""
        if self.number is None:
            return True
        plain = text.strip().replace(",", ".")
        shape = _DECIMAL if self.decimals else _WHOLE
        return bool(shape.fullmatch(plain)) and self.number[0] <= float(plain) <= self.number[1]


PORTS = (1, 65_535)
REGION = Field(  # see `Account.region`
    name="region",
    label=gettext_noop("Country of numbers without a plus"),
    hint=gettext_noop("Two letters, such as TR, KZ or IR. Empty: the municipality's own country."),
)


class Channel(Struct, frozen=True, kw_only=True):
    """What the registry knows of a channel."""

    key: str
    name: str = ""  # on screens, an English msgid; "" where the house has one
    icon: str = "bubble"  # one of vefa/web/ui/icons.svg
    summary: str  # for `vefa endpoint add --help`
    build: Callable[[Account], Adapter]
    fields: tuple[Field, ...] = ()
    pushed: bool = False  # has a door under /hooks/
    by_hand: bool = False  # people write it down; no provider
    proofs: tuple[str, ...] = PROOFS  # the secrets with which a caller proves to be the provider
    steps: tuple[str, ...] = ()  # what an administrator does at the provider, English msgids in order
    spaces: Mapping[str, str] = {}  # further names under which its accounts are shown, by `address_space`
    announces: bool = False  # the city posts there, and nobody else speaks
    crowd: bool = False  # many people talk in one chat, and everybody there reads an answer
    comments: bool = False  # people also speak under posts, and may then be answered in private
    templated: bool = False  # its provider approves texts beforehand, see `Templated`
    reported: bool = False  # its provider tells of each private answer that it arrived
    joins: bool = False  # an account behind another's door is subscribed for itself, to that door
    account: str = ""  # the setting with the provider's name of an account, where a door serves several
    one_door: str = ""  # the setting that names what pushes to one address alone: two own doors would fight
    # whether the provider makes the secret of an account with these settings; None: what is made up is ours
    gives: Callable[[Mapping[str, Any]], bool] | None = None
    # the arrival of a copied post, named as if it had been pushed; None where the link is another network's
    copied: Callable[[Copied], Arrival | None] | None = None
    # everything in an archive that the network gives the account's owner. Raises UnreadableError
    archived: Callable[[Path], Iterator[Arrival]] | None = None

    def needs(self, line: Field, settings: Mapping[str, Any]) -> bool:
        """Whether an account with these settings must say this; behind a door little more than its name."""
        return line.required and (not settings.get("door") or line.name in {"door", self.account})

    def makes_secret(self, settings: Mapping[str, Any]) -> bool:
        """Whether the webhook's secret of an account with these settings is one that we choose."""
        ours = any(line.name == "secret" and line.made_up for line in self.fields)
        return ours and not self.gives_secret(settings)

    def gives_secret(self, settings: Mapping[str, Any]) -> bool:
        """Whether an account with these settings has its provider's secret where others have one of ours."""
        return self.gives is not None and self.gives(settings)
