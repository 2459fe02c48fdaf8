"""Any exchange that pushes its calls by HTTP: translates, stores nothing, decides nothing."""

import hashlib
import hmac
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from vefa.channels.gateways import check_gateway
from vefa.channels.manners import REGION, Answer, Channel, Field
from vefa.channels.port import (
    Account,
    Arrival,
    AttachmentRef,
    BusyError,
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
    TooLargeError,
    UnsureError,
    because,
)
from vefa.channels.telephone import CallNews, Step
from vefa.channels.telephony.fields import STATE, Fields, call_news, read_fields, seat_news, step_of
from vefa.channels.telephony.numbers import international
from vefa.kit.saying import Sentence, gettext_noop

_THANKS = Answer(body=b"{}", content_type="application/json")  # Zammad's answer: go on, nothing is changed
_POST = frozenset({"POST"})
_PARTED = frozenset({Step.OFFERED, Step.ANSWERED})  # of these each `who` is news of its own


@dataclass(frozen=True, kw_only=True)
class Telephony:
    """One exchange.

    settings  region, dial_url, files_url
    secrets   password: how we prove to the exchange who we are
    """

    http: httpx.Client
    region: str = ""
    dial_url: str = ""
    files_url: str = ""
    password: str = ""

    @property
    def limits(self) -> Limits:
        """People set the pace."""
        return Limits()

    @property
    def address_space(self) -> str:
        """Callers are known by their numbers."""
        return "phone"

    @property
    def methods(self) -> frozenset[str]:
        """As Zammad takes it."""
        return _POST

    @property
    def thanks(self) -> Answer:
        """An empty object, as Zammad's clients expect it where nothing is to be changed about the call."""
        return _THANKS

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """The token of the address, as with Zammad, or a bearer's. Constant time."""
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ")
        given = parse_qs(call.query).get("token", [bearer])[0].encode("utf-8", "surrogateescape")
        known = [hmac.compare_digest(given, secret.encode()) for secret in secrets if secret]
        if not any(known):
            raise ForgedError("the token is missing or wrong" if known else "no token is set")

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """Each step of a call once, by its call and event; where it rings and who answers by whom as well.

        What somebody does is told again and again: without a moment each telling is one of its own.
        """
        fields = read_fields(call.body)
        if fields.text("event").lower() == STATE:
            news = seat_news(fields)
            once = hashlib.sha256(call.body).hexdigest()[:16] if news.at else uuid.uuid4()
            return (Arrival(f"{STATE}:{news.who}:{once}", f"{STATE}:{news.who}", call.body),)
        return (Arrival(_name(fields), fields.text("callId"), call.body),)

    def read(self, raw: bytes) -> Reading:
        """What one push says. Raises UnreadableError."""
        fields = read_fields(raw)
        if fields.text("event").lower() == STATE:
            seat = seat_news(fields)
            return Reading(form=Form.CALL, seat=seat, said_at=seat.at)
        news = call_news(fields)
        files = self._files(news, fields)
        if news.step == Step.VOICEMAIL:
            return self._message(news, fields, files)
        return Reading(form=Form.CALL, call=news, said_at=news.at, attachments=files)

    def _message(self, news: CallNews, fields: Fields, files: tuple[AttachmentRef, ...]) -> Reading:
        """What somebody said to the machine is a message of theirs."""
        address = international(news.caller, region=self.region)
        sender = Sender(address=address, name=news.caller_name, phone=address if address[:1] == "+" else "")
        return Reading(
            form=Form.MESSAGE,
            sender=sender,
            thread=address,
            text=fields.text("text"),
            said_at=news.at,
            message_id=f"{news.call}:voicemail",
            attachments=files,
            call=news,
        )

    def _files(self, news: CallNews, fields: Fields) -> tuple[AttachmentRef, ...]:
        """What was recorded. An address outside `files_url` is not followed: it would be anybody's."""
        ref = fields.text("url")
        if news.step not in {Step.RECORDED, Step.VOICEMAIL} or not ref:
            return ()
        kind = "voice" if news.step == Step.VOICEMAIL else "audio"
        return (AttachmentRef(kind=kind, provider_ref=ref, name=urlsplit(ref).path.rpartition("/")[2]),)

    def send(self, parcel: Parcel) -> Sent:
        """A person calls: RejectedError."""
        raise RejectedError(because("this answer is given by a person, by voice", f"{len(parcel.text)}"))

    @contextmanager
    def fetch(self, provider_ref: str, *, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """The recording, from the exchange alone. Raises BusyError or RejectedError."""
        url = self._inside(provider_ref)
        try:
            with self.http.stream("GET", url, headers=self._proof()) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise _refused(answer)
                yield _capped(answer.iter_bytes(), max_bytes)
        except httpx.HTTPError as error:
            raise BusyError(because("the exchange does not give the file", type(error).__name__)) from error

    def _inside(self, ref: str) -> str:
        base = self.files_url.rstrip("/") + "/"
        if not self.files_url:
            raise RejectedError("files_url is not set: recordings stay at the exchange")
        url = ref if "://" in ref else base + ref.lstrip("/")
        if not url.startswith(base) or "/../" in url or "%2e" in url.lower():
            raise RejectedError("the recording does not lie below files_url")
        return url

    def dial(self, *, extension: str, number: str) -> None:
        """Ask the exchange to ring and connect. Raises BusyError, RejectedError or UnsureError."""
        if not self.dial_url:
            raise RejectedError("dial_url is not set: this exchange cannot be told to dial")
        url = self.dial_url.replace("{extension}", quote(extension, safe=""))
        try:
            answer = self.http.post(url.replace("{number}", quote(number, safe="")), headers=self._proof())
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise BusyError("the exchange does not answer") from error
        except httpx.HTTPError as error:
            raise UnsureError("nobody knows whether the exchange dials") from error
        if not answer.is_success:
            check_gateway(answer.status_code)
            raise _refused(answer)

    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.password}"} if self.password else {}

    def check(self) -> list[Finding]:
        """What can be known without a call."""
        dials = (
            Sentence("Click to dial is on.")
            if self.dial_url
            else Sentence("Click to dial is off: dial_url is not set.")
        )
        return [
            Finding(
                ok=True,
                text=Sentence("The exchange pushes its calls; make one and look at the page of calls."),
            ),
            Finding(ok=True, text=dials),
        ]


def build(account: Account) -> Telephony:
    """The adapter of one endpoint."""
    given = account.settings
    return Telephony(
        http=account.http,
        region=account.region,
        dial_url=given.get("dial_url", ""),
        files_url=given.get("files_url", ""),
        password=account.secrets.get("password", ""),
    )


CHANNEL = Channel(
    key="telephony",
    summary="a telephone exchange that pushes its calls",
    build=build,
    pushed=True,
    fields=(
        Field(
            name="secret",
            label=gettext_noop("Token of the address"),
            hint=gettext_noop("Proves who calls us; made up where you leave it empty."),
            secret=True,
            made_up=True,
        ),
        REGION,
        Field(
            name="dial_url",
            leads=("password",),
            label=gettext_noop("Address that dials"),
            hint=gettext_noop("With {extension} and {number} in it; without it numbers are only shown."),
        ),
        Field(
            name="files_url",
            leads=("password",),
            label=gettext_noop("Folder of recordings"),
            hint=gettext_noop("The address below which the exchange keeps them; no other is fetched."),
        ),
        Field(
            name="password",
            label=gettext_noop("Our key at the exchange"),
            hint=gettext_noop("Sent as a bearer token when we dial or fetch a recording."),
            secret=True,
        ),
    ),
)


def _name(fields: Fields) -> str:
    step, call = step_of(fields), fields.text("callId")
    whose = ",".join(fields.texts("answeringNumber")) if step in _PARTED else ""
    return f"{call}:{step}:{whose}" if whose else f"{call}:{step}"


def _refused(answer: httpx.Response) -> BusyError | RejectedError:
    if answer.status_code in {408, 425, 429} or answer.is_server_error:
        return BusyError(because("the exchange refuses it", answer.status_code))
    return RejectedError(because("the exchange refuses it", answer.status_code))


def _capped(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise TooLargeError(because("the file is larger than allowed", most))
        yield chunk
