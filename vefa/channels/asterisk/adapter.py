"""Asterisk's manager interface: translates both ways, stores nothing, decides nothing."""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from vefa.channels.asterisk.events import call_news, file_of, seat_news
from vefa.channels.asterisk.following import Follower
from vefa.channels.asterisk.listening import Ears, managers
from vefa.channels.asterisk.wire import Line
from vefa.channels.doorless import no_webhook
from vefa.channels.manners import REGION, Channel, Field
from vefa.channels.port import (
    Account,
    Arrival,
    AttachmentRef,
    BusyError,
    Call,
    Catch,
    Finding,
    Form,
    Limits,
    Parcel,
    Reading,
    RejectedError,
    Sender,
    SendError,
    Sent,
    UnreadableError,
    because,
    is_yes,
)
from vefa.channels.telephone import CallNews, Step
from vefa.channels.telephony.adapter import Telephony
from vefa.channels.telephony.numbers import international, national
from vefa.kit.saying import Sentence, gettext_noop

RING_MS = 30_000
_EXTENSION = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_CATCH_S = 5.0  # a look at whether we are still wanted


class _Kept(msgspec.Struct, frozen=True):
    call: str
    event: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Asterisk:
    """One exchange, heard through one manager or several at once.

    settings  hosts, username, plain, region, dial_channel, dial_context, dial_prefix, files_url
    secrets   password
    """

    settings: MappingProxyType[str, str]
    password: str
    files: Telephony  # recordings lie on a web server beside the exchange
    region: str = ""  # whose local numbers are meant, two letters

    @property
    def limits(self) -> Limits:
        """People set the pace."""
        return Limits()

    @property
    def address_space(self) -> str:
        """Callers are known by their numbers."""
        return "phone"

    def verify(self, _call: Call, _secrets: Sequence[str], /) -> None:
        """Nothing is pushed here: ForgedError."""
        raise no_webhook("a manager connection")

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """Nothing is pushed here: UnreadableError."""
        raise UnreadableError(f"a manager connection takes no body of {len(call.body)} bytes")

    def collect(self, cursor: str, *, wait_s: float) -> Iterator[Catch]:
        """Listen for good: events that nobody hears are gone. Every few seconds an empty catch.

        Raises BusyError or RejectedError when no manager can be heard.
        """
        follower = Follower()
        ears = Ears(self._managers())
        with closing(ears):
            ears.open()
            while True:
                events = ears.next(wait_s=min(wait_s, _CATCH_S))
                found = {one.external_id: one for event in events for one in follower.arrivals(event)}
                yield Catch(arrivals=tuple(found.values()), cursor=cursor, accepted=_nothing)

    def read(self, raw: bytes) -> Reading:
        """What one event says. Raises UnreadableError."""
        try:
            kept = msgspec.json.decode(raw, type=_Kept)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise UnreadableError(f"no event: {type(error).__name__}") from None
        if seat := seat_news(kept.event):
            return Reading(form=Form.CALL, seat=seat, said_at=seat.at)
        news = call_news(kept.event, kept.call)
        if news is None:
            return Reading(form=Form.UNKNOWN)
        files = _files(news, kept.event)
        if news.step == Step.VOICEMAIL:
            return self._message(news, files)
        return Reading(form=Form.CALL, call=news, said_at=news.at, attachments=files)

    def _message(self, news: CallNews, files: tuple[AttachmentRef, ...]) -> Reading:
        """What somebody said to the machine is a message of theirs."""
        address = international(news.caller, region=self.region)
        sender = Sender(address=address, phone=address if address.startswith("+") else "")
        return Reading(
            form=Form.MESSAGE,
            sender=sender,
            thread=address,
            said_at=news.at,
            message_id=f"{news.call}:voicemail",
            attachments=files,
            call=news,
        )

    def send(self, parcel: Parcel) -> Sent:
        """A person calls: RejectedError."""
        raise RejectedError(because("this answer is given by a person, by voice", f"{len(parcel.text)}"))

    def fetch(self, provider_ref: str, *, max_bytes: int) -> AbstractContextManager[Iterator[bytes]]:
        """The recording, from the web server beside the exchange. Raises BusyError or RejectedError."""
        name = provider_ref.rpartition("/")[2] if "://" not in provider_ref else provider_ref
        return self.files.fetch(name, max_bytes=max_bytes)

    def dial(self, *, extension: str, number: str) -> None:
        """Ring the extension, then connect it. Raises BusyError, RejectedError or UnsureError."""
        if not (_EXTENSION.fullmatch(extension) and _NUMBER.fullmatch(number)):
            raise RejectedError("this is no extension, or no number")
        channel = self._setting("dial_channel", "PJSIP/{extension}").replace("{extension}", extension)
        with closing(self._line()) as line:
            answer = line.ask(
                "Originate",
                Channel=channel,
                Context=self._setting("dial_context", "from-internal"),
                Exten=self._setting("dial_prefix", "") + national(number, region=self.region),
                Priority="1",
                Timeout=str(RING_MS),
                CallerID=number,
                Async="true",
            )
        if answer.get("response", "").lower() != "success":
            raise RejectedError(
                because("the exchange does not dial", answer.get("message", "no reason given"))
            )

    def check(self) -> list[Finding]:
        """Sign in at every manager and ask how it is."""
        try:
            known = self._managers()
        except SendError as error:
            return [Finding(ok=False, text=f"{error.reason}.")]
        return [_finding(one) for one in known]

    def _line(self) -> Line:
        """A connection to the first manager that lets us in. Raises what the last one said."""
        trouble: SendError = BusyError("no manager")
        for manager in self._managers():
            try:
                return Line(manager, events="off")
            except SendError as error:
                trouble = error
        raise trouble

    def _managers(self) -> Any:
        return managers(
            self.settings.get("hosts", ""),
            username=self.settings.get("username", ""),
            password=self.password,
            plain=is_yes(self.settings.get("plain", "")),
        )

    def _setting(self, name: str, default: str) -> str:
        return self.settings.get(name) or default


def build(account: Account) -> Asterisk:
    """The adapter of one endpoint."""
    files = Telephony(
        http=account.http,
        files_url=account.settings.get("files_url", ""),
        password=account.secrets.get("files_password", ""),
    )
    settings = MappingProxyType(dict(account.settings))
    return Asterisk(
        settings=settings,
        password=account.secrets.get("password", ""),
        files=files,
        region=account.region,
    )


def _files(news: CallNews, event: dict[str, str]) -> tuple[AttachmentRef, ...]:
    if news.step not in {Step.RECORDED, Step.VOICEMAIL}:
        return ()
    ref = file_of(event)
    kind = "voice" if news.step == Step.VOICEMAIL else "audio"
    return (AttachmentRef(kind=kind, provider_ref=ref[:400], name=ref.rpartition("/")[2]),)


def _finding(manager: Any) -> Finding:
    try:
        with closing(Line(manager, events="off")) as line:
            line.ask("Ping")
    except SendError as error:
        return Finding(
            ok=False,
            text=Sentence(
                "%(host)s:%(port)s: %(reason)s.", host=manager.host, port=manager.port, reason=error.reason
            ),
        )
    return Finding(
        ok=True,
        text=Sentence("%(host)s:%(port)s lets us in and answers.", host=manager.host, port=manager.port),
    )


def _nothing() -> None:
    """An exchange keeps nothing for us: there is nothing that it may forget."""


CHANNEL = Channel(
    key="asterisk",
    summary="an Asterisk exchange, heard by its manager interface",
    build=build,
    fields=(
        Field(
            name="hosts",
            leads=("password",),
            label=gettext_noop("Managers"),
            hint=gettext_noop("Host and port; two of them separated by a comma: pbx-a:5038, pbx-b:5038"),
            required=True,
        ),
        Field(name="username", label=gettext_noop("Name at the manager"), required=True),
        Field(name="password", label=gettext_noop("Password at the manager"), secret=True, required=True),
        Field(
            name="plain",
            label=gettext_noop("Send the password as it is"),
            hint=gettext_noop("Only where the manager gives no challenge and the line is safe."),
            yes_no=True,
        ),
        REGION,
        Field(
            name="dial_channel",
            label=gettext_noop("Channel that is rung"),
            hint=gettext_noop("PJSIP/{extension} where nothing is given."),
        ),
        Field(
            name="dial_context",
            label=gettext_noop("Context that dials"),
            hint=gettext_noop("from-internal where nothing is given."),
        ),
        Field(
            name="dial_prefix",
            label=gettext_noop("Digits before an outside number"),
            hint=gettext_noop("Such as 9; usually nothing."),
        ),
        Field(
            name="files_url",
            leads=("files_password",),
            label=gettext_noop("Folder of recordings"),
            hint=gettext_noop("The address below which the exchange keeps them; no other is fetched."),
        ),
        Field(
            name="files_password",
            label=gettext_noop("Password of the recordings"),
            hint=gettext_noop("Only where their address asks for one; it is sent there alone."),
            secret=True,
        ),
    ),
)
