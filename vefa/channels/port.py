"""The port: what every channel gives to the house and what it takes from it.

An adapter translates between one provider and these shapes. It knows no table, no clock and no Django;
settings, secrets and the network client are handed to it. Every moment is an aware datetime in UTC.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import httpx
from msgspec import Struct

from vefa.channels.telephone import CallNews, SeatNews


def because(ours: str, *theirs: object) -> str:
    """Why something did not go: our words, which the translators find here, then what the provider says."""
    return ": ".join(part for part in (ours, *map(str, theirs)) if part)


class SendError(Exception):
    """A parcel did not go; `done`: provider ids of the parts that went before, for the next `Parcel.done`."""

    def __init__(self, reason: str, *, done: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.done = reason, done


class BusyError(SendError):
    """The provider cannot take it now, but later it may. `retry_after_s` is 0 when it named no moment.

    address_only  it is this one address that must wait; all others may be written to
    """

    def __init__(
        self, reason: str, *, retry_after_s: float = 0, address_only: bool = False, done: tuple[str, ...] = ()
    ) -> None:
        super().__init__(reason, done=done)
        self.retry_after_s, self.address_only = retry_after_s, address_only


class RejectedError(SendError):
    """Final: the provider would refuse again.

    unreachable  the address itself is dead: blocked, gone, bounced
    moved_to     the address under which the same conversation goes on
    """

    def __init__(
        self, reason: str, *, unreachable: bool = False, moved_to: str = "", done: tuple[str, ...] = ()
    ) -> None:
        super().__init__(reason, done=done)
        self.unreachable, self.moved_to = unreachable, moved_to


class UnsureError(SendError):
    """The bytes went out and no answer came: the resident may have it or not."""


class ForgedError(Exception):
    """The caller did not prove to be the provider, or no secret is set to prove it with."""


class UnreadableError(Exception):
    """The bytes cannot be read as what the channel carries; they are kept and a person looks at them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooLargeError(RejectedError):
    """A file is larger than the cap that the caller gave."""


class Form(StrEnum):
    """What kind of thing arrived."""

    MESSAGE = "message"
    EDIT = "edit"  # of an earlier message: `edits` holds its id
    DELETION = "deletion"  # the sender took an earlier message back: `edits` holds its id
    ECHO = "echo"  # our own side answered with another tool than this one
    COMMAND = "command"  # "/language tr": `command` and `argument`
    START = "start"  # the first step of a conversation, `argument` is the deep link's payload
    REACTION = "reaction"  # a thumb on one of our messages: `reply_to` holds its id
    EVENT = "event"  # something happened to the address: blocked, moved
    RECEIPT = "receipt"  # what became of something that we sent
    BOUNCE = "bounce"  # a mail server's report about something that we sent
    AUTO_REPLY = "auto_reply"  # a machine answered: kept, never answered, reopens nothing
    CALL = "call"  # an exchange tells about a call or an extension: `call`, `seat`
    UNKNOWN = "unknown"  # kept and shown; never an error


class Sender(Struct, frozen=True, kw_only=True):
    """Who wrote, as the provider says it."""

    address: str  # unique inside the adapter's address space: a chat id, a mail address in lower case
    name: str = ""
    language_hint: str = ""  # what the provider claims, lower case, not checked: "tr", "pt-br"
    phone: str = ""  # E.164 with its plus, when it is known to be theirs
    username: str = ""
    space: str = ""  # the address's own space, where it differs from the adapter's
    claimed: bool = False  # nobody but the sender says that address and phone are one person's


class Call(Struct, frozen=True, kw_only=True):
    """One knock at a door, untouched: some providers push by GET and sign the address with the body."""

    headers: Mapping[str, str]  # names in lower case
    body: bytes = b""
    query: str = ""  # as it stood in the address, not decoded
    method: str = "POST"
    at: datetime | None = None  # when it was heard, for schemes that sign a moment


class Arrival(Struct, frozen=True):
    """One thing that came in, untouched: what a door or a collector hands to the inbox."""

    external_id: str  # unique per endpoint
    lane: str  # things in one lane are read in order: the chat, the sender
    raw: bytes
    account: str = ""  # the provider's name of the account it came to, where a door serves several
    strict: bool = False  # dropped where no endpoint has that account: strangers' talk is not ours to keep
    moved_to: str = ""  # the account goes on under this name


class AttachmentRef(Struct, frozen=True, kw_only=True):
    """A file: its bytes came with the message (`content`) or the provider keeps it (`provider_ref`)."""

    kind: str  # photo, voice, audio, video, animation, sticker, document, message
    provider_ref: str = ""
    content: bytes | None = None
    name: str = ""  # as the sender called it: show it, never use it as a path
    content_type: str = ""  # as the sender claims
    size: int | None = None  # bytes, as claimed
    content_id: str = ""  # mail: how the HTML part names it ("cid:"), without brackets


class Place(Struct, frozen=True, kw_only=True):
    """A point that the sender gave, in degrees of WGS 84."""

    latitude: float
    longitude: float
    label: str = ""  # a venue's name and address
    accuracy_m: float | None = None


class ContactCard(Struct, frozen=True, kw_only=True):
    """A person's card that was sent; `is_sender` when the sender shared their own."""

    name: str
    phone: str
    is_sender: bool = False


class Post(Struct, frozen=True, kw_only=True):
    """The public text under which something was said."""

    id: str
    text: str = ""
    url: str = ""
    author: str = ""
    said_at: datetime | None = None


class Forwarded(Struct, frozen=True, kw_only=True):
    """Somebody else's words that the sender passed on, as far as the forward tells of them."""

    name: str = ""
    address: str = ""  # in the adapter's space; "" where the first author stays hidden
    said_at: datetime | None = None  # UTC
    subject: str = ""
    text: str = ""  # where it stands apart from the forwarder's own words; "": `Reading.text` holds it
    note: str = ""  # the forwarder's own words beside it


class Receipt(Struct, frozen=True, kw_only=True):
    """What became of something that we sent earlier."""

    provider_id: str  # the id that `send` gave, or "" when the report does not name it
    state: str  # sent, delivered, read, failed, delayed
    reason: str = ""
    status: str = ""  # the provider's own code, such as "5.1.1"
    recipient: str = ""
    until: datetime | None = None  # speaks of everything that went into this conversation up to then, UTC
    key: str = ""  # the parcel's idempotency key, where the provider gives it back
    also: tuple[str, ...] = ()  # other spellings under which `send` may have given the same id


class AddressChange(Struct, frozen=True, kw_only=True):
    """The same conversation continues under another address."""

    old: str
    new: str


class Unreachable(Struct, frozen=True, kw_only=True):
    """An address that takes nothing more: it blocked us, or it bounced for good."""

    address: str
    reason: str
    about: tuple[str, ...] | None = None  # ids of ours that it names, where nothing else proves it


class Reading(Struct, frozen=True, kw_only=True):
    """What an adapter makes of one arrival."""

    form: Form
    sender: Sender | None = None
    thread: str = ""  # the conversation's id at the provider
    text: str = ""
    html: str = ""  # sanitised; beside `text`, never instead of it
    subject: str = ""
    said_at: datetime | None = None  # UTC, as the provider says
    sequence: int = 0  # the provider's order inside the lane
    message_id: str = ""
    reply_to: str = ""  # provider id of the message answered
    references: tuple[str, ...] = ()  # mail: every id of In-Reply-To and References, nearest last
    reference: str = ""  # what our own signed reply token says, "" when there is none or it is forged
    quoted: str = ""  # mail: what was quoted below the new text
    signature: str = ""
    attachments: tuple[AttachmentRef, ...] = ()
    location: Place | None = None
    contact: ContactCard | None = None
    command: str = ""  # without the slash, lower case
    argument: str = ""
    edits: str = ""  # id of the message that this one replaces or takes back
    receipts: tuple[Receipt, ...] = ()  # one report may name several recipients
    # blocked, unblocked, moved, joined, left; template: `argument` is name/language, `command` its new state
    event: str = ""
    opens: bool = False  # nothing was said, and the provider's window opens all the same: they rang
    call: CallNews | None = None  # a step of a telephone call; voice mail is a message beside it
    seat: SeatNews | None = None
    address_change: AddressChange | None = None
    unreachable: Unreachable | None = None
    reply_address: str = ""  # mail: a Reply-To that differs from the sender; shown, not obeyed
    copied_to: tuple[str, ...] = ()  # mail: shown; never a participant
    forwarded_from: str = ""
    forwarded: Forwarded | None = None
    group: bool = False  # said in a group, not in private
    public: bool = False  # everybody can read it, and would read an answer in the same place
    post: Post | None = None  # what it was said under
    root: str = ""  # provider id of the first message of the chain of answers that this one stands in
    album: str = ""  # files with the same name here were sent as one message
    auto: str = ""  # why it counts as written by a machine, "" when a person wrote it
    verified: bool | None = None  # does the sender own the address; None: nobody could tell
    warnings: tuple[str, ...] = ()


class Slot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an approved text wants beside the gaps in its words.

    kind  text (in the heading), image, video, document (a https address that the provider fetches), url (the
          end of a button's address), code (what a button copies)
    """

    name: str  # of the gap that stands for it in our copy of the text
    kind: str
    index: int = 0  # of the button
    param: str = ""  # its name at the provider, where it has one
    begins: str = ""  # of the button's address
    sample: str = ""  # what the provider saw when it approved the text
    value: str = ""


class Filled(Struct, frozen=True, kw_only=True):
    """A text that the provider approved beforehand, with what stands in its gaps, in their order."""

    name: str
    language: str  # as the provider spells it: "tr", "pt_BR"
    values: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # of the gaps, where the provider names them instead of counting
    slots: tuple[Slot, ...] = ()  # with their values


class ParcelFile(Struct, frozen=True, kw_only=True):
    """A file that goes out with a parcel."""

    name: str
    content_type: str
    content: bytes


class Parcel(Struct, frozen=True, kw_only=True):
    """One answer on its way to one address."""

    to: str
    text: str
    language: str = ""
    thread: str = ""
    in_reply_to: str = ""  # provider id of the message answered
    references: tuple[str, ...] = ()  # mail: ids of the thread so far, oldest first
    subject: str = ""
    idempotency_key: str = ""  # the same for every attempt
    reference: str = ""  # what an answer shall carry back to us, sealed in the reply token
    attachments: tuple[ParcelFile, ...] = ()
    auto: bool = False  # written by a machine: an acknowledgement
    done: tuple[str, ...] = ()  # parts that an earlier attempt handed over: they are not sent again
    at: datetime | None = None  # the moment of writing, UTC; mail puts it into the Date field
    heard_at: datetime | None = None  # the resident's last word here, UTC: opens a provider's window
    way: str = ""  # one of the ways that the channel's `terms` offered, "" for its usual one
    template: Filled | None = None  # goes out instead of `text` where the window is over
    buttons: tuple[str, ...] = ()  # short answers to press, where the provider has them
    place: Place | None = None  # a point that goes out beside the text


class Sent(Struct, frozen=True, kw_only=True):
    """The provider took it. `parts` names every message when the text had to be cut."""

    provider_id: str
    parts: tuple[str, ...] = ()


class Limits(Struct, frozen=True, kw_only=True):
    """How fast and how much an endpoint may send; 0 means no limit."""

    per_second: float = 0  # whole endpoint
    per_address_per_second: float = 0
    per_minute: int = 0  # whole endpoint; what is too much waits for the next minute
    text_length: int = 0  # of one message, as the provider counts; longer texts are cut in parts
    file_bytes: int = 25 * 1024 * 1024  # largest file that `fetch` can bring


class Finding(Struct, frozen=True, kw_only=True):
    """One line of a check-up: `ok`, or what is wrong and what to do."""

    ok: bool
    text: str  # a whole English sentence, a `Sentence` where it can be said in another language too


class Catch(Struct, frozen=True, kw_only=True):
    """A handful that a collector fetched. Call `accepted` only after the arrivals are committed."""

    arrivals: tuple[Arrival, ...]
    cursor: str  # store it with the arrivals; the next `collect` starts here
    accepted: Callable[[], None]


class Adapter(Protocol):
    """What every channel can do; one that cannot says so with RejectedError or ForgedError."""

    @property
    def limits(self) -> Limits:
        """How fast and how much may be sent."""

    @property
    def address_space(self) -> str:
        """Inside which world an address is unique: 'email', 'phone', or 'telegram', 'bale'."""

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """Pass when the caller knows one of `secrets`; else ForgedError. Constant time."""

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """Cut one knock into arrivals. Raises UnreadableError. Cheap: the door waits for it."""

    def read(self, raw: bytes) -> Reading:
        """Say what one arrival means. Raises UnreadableError and nothing else."""

    def send(self, parcel: Parcel) -> Sent:
        """Hand one parcel to the provider. Raises BusyError, RejectedError or UnsureError."""

    def fetch(self, provider_ref: str, *, max_bytes: int) -> AbstractContextManager[Iterator[bytes]]:
        """Open a file that the provider keeps. Raises BusyError or RejectedError, also while reading."""

    def check(self) -> list[Finding]:
        """Try the endpoint from outside and say what works. Never raises."""


class Collector(Protocol):
    """An adapter that fetches by itself: a mailbox, long polling."""

    def collect(self, cursor: str, *, wait_s: float) -> Iterator[Catch]:
        """Yield what is new since `cursor` ("" at the first time), waiting at most `wait_s` for the first.

        Ends when nothing came in time or when everything was given. Raises BusyError (try again after a
        pause) or RejectedError (a person must repair the settings).
        """


class Account(Struct, frozen=True, kw_only=True):
    """What an adapter is built from: one endpoint's plain settings and secrets, and the network client."""

    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    http: httpx.Client
    url: str = ""  # where the provider reaches this endpoint's door from outside: https://…/hooks/…
    country: str = ""  # of the municipality, two letters (ISO 3166)

    @property
    def region(self) -> str:
        """Whose local telephone numbers are meant: the account's own `region`, else the city's country."""
        return self.settings.get("region", "").strip().upper() or self.country


def is_yes(setting: str) -> bool:
    """A setting that is switched on, however a file or a form spells it."""
    return setting.strip().lower() in {"yes", "true", "1", "on"}
