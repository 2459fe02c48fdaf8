"""Any gateway that speaks HTTP, talked to as its description says."""

from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import httpx
import msgspec
from msgspec import structs

from vefa.channels.cleaning import clean_line
from vefa.channels.manners import Answer
from vefa.channels.port import (
    Arrival,
    BusyError,
    Call,
    Finding,
    ForgedError,
    Form,
    Parcel,
    Reading,
    Receipt,
    RejectedError,
    SendError,
    Sent,
    UnreadableError,
    UnsureError,
    because,
)
from vefa.channels.sms import numbers, signing
from vefa.channels.sms.alphabets import Encoding
from vefa.channels.sms.calling import DEFAULT_PAUSE_S, REPAIR_PAUSE_S, call
from vefa.channels.sms.describing import Description, DescriptionError, described, filled
from vefa.channels.sms.encoding import normal, parts
from vefa.channels.sms.knocks import Knock, arrival, fields, knock_of, report_name, reread, text_at
from vefa.channels.sms.line import Line, check_sendable, known_as
from vefa.channels.sms.moments import from_words
from vefa.kit.saying import Sentence

_UNKNOWN = "neither a message nor a report, by the gateway's description"


@dataclass(frozen=True, kw_only=True)
class Described(Line):
    """One account at such a gateway. `description` is a name of ours (netgsm, smsc) or TOML."""

    @cached_property
    def described(self) -> Description:
        """The description. Raises DescriptionError."""
        return described(self.setting("description"))

    @property
    def turkish(self) -> bool:
        """As the description says; the account may overrule it."""
        with suppress(DescriptionError):
            return self.described.turkish or super().turkish
        return False

    @property
    def thanks(self) -> Answer:
        """What the gateway wants to hear."""
        with suppress(DescriptionError):
            return Answer(body=self.described.thanks.encode())
        return Answer()

    def verify(self, call: Call, secrets: Sequence[str], /) -> None:
        """By secret in the query, by Basic authentication, or by HMAC-SHA256 (`signing`)."""
        try:
            plan = self.described
        except DescriptionError as error:
            raise ForgedError(str(error)) from None
        if plan.proof == "query":
            super().verify(call, secrets)
        elif plan.proof == "basic":
            known_as(_password(call.headers.get("authorization", "")), secrets)
        else:
            signing.check(plan, call, secrets)

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """One for each message or report; several where the body is a list, whatever else stands in it."""
        knock = knock_of(call)
        found = fields(knock)
        if not (several := self._several(found)):
            return (self._arrival(knock, found, call.at),)
        if not any(self._is_known(one) for one in several):
            raise UnreadableError(_UNKNOWN)
        return tuple(self._one_of_several(one, call.at) for one in several)

    def _one_of_several(self, found: Any, at: datetime | None) -> Arrival:
        """What is neither a message nor a report is kept: the messages beside it are no reason to lose it."""
        knock = Knock(kind="application/json", body=msgspec.json.encode(found).decode())
        if self._is_known(found):
            return self._arrival(knock, found, at)
        return arrival(knock, "", self.lane(text_at(found, self._plan().inbound.sender)), heard=at)

    def _several(self, found: dict[str, Any]) -> list[Any]:
        at = self._plan().list_at
        if not at:
            return list(found.values()) if found and all(name.isdecimal() for name in found) else []
        inner: Any = found
        for step in at.split("."):
            inner = inner.get(step) if isinstance(inner, dict) else None
        return inner if isinstance(inner, list) else []

    def _arrival(self, knock: Knock, found: Any, at: datetime | None) -> Arrival:
        plan = self._plan()
        sender, state = text_at(found, plan.inbound.sender), text_at(found, plan.report.state)
        message, report = text_at(found, plan.inbound.id), text_at(found, plan.report.id)
        if self._is_message(found):
            heard = None if text_at(found, plan.inbound.at) else at
            name = f"message:{message}"[:200] if message else ""
            return arrival(knock, name, self.lane(sender), heard=heard)
        if state and report:
            return arrival(knock, report_name(report, state, text_at(found, plan.report.at)), report)
        raise UnreadableError(_UNKNOWN)

    def _is_known(self, found: Any) -> bool:
        report = self._plan().report
        return self._is_message(found) or bool(text_at(found, report.state) and text_at(found, report.id))

    def _is_message(self, found: Any) -> bool:
        plan = self._plan().inbound
        given = found.get(plan.text) if isinstance(found, dict) else None
        return bool(text_at(found, plan.sender)) and (given is not None or bool(text_at(found, plan.text)))

    def _plan(self) -> Description:
        try:
            return self.described
        except DescriptionError as error:
            raise UnreadableError(str(error)) from None

    def read(self, raw: bytes) -> Reading:
        """See `arrivals`."""
        plan = self._plan()
        found = fields(reread(raw), {plan.inbound.text, plan.report.reason})
        if not self._is_message(found):
            return _report(plan, found)
        message = self.message(text_at(found, plan.inbound.sender), text_at(found, plan.inbound.text))
        said_at, number = from_words(text_at(found, plan.inbound.at)), text_at(found, plan.inbound.id)
        return structs.replace(message, said_at=said_at, message_id=number)

    def send(self, parcel: Parcel) -> Sent:
        """One call with the whole text; the gateway cuts it."""
        check_sendable(parcel)
        try:
            plan = self.described
        except DescriptionError as error:
            raise BusyError(
                because("the description of the gateway is wrong", error), retry_after_s=REPAIR_PAUSE_S
            ) from None
        request = filled(plan.request, self._values(plan, parcel))
        url, how = self.setting("url") or plan.url, {**_body(plan, request), **self._key(plan)}
        return _judged(plan, call(self.account.http, plan.method, url, **how))

    def _values(self, plan: Description, parcel: Parcel) -> dict[str, str]:
        encoding = parts(parcel.text, turkish=self.turkish).encoding
        kind = encoding if encoding in {Encoding.GSM, Encoding.UCS2} else "turkish"
        return {
            "to": parcel.to,
            "digits": parcel.to.removeprefix("+"),
            "national": numbers.national(parcel.to, region=self.region),
            "text": normal(parcel.text),
            "sender": self.setting("sender"),
            "account": self.setting("account"),
            "password": self.secret("password"),
            "key": parcel.idempotency_key,
            "coding": plan.codings.get(kind, plan.codings.get("other", "")),
            "report_url": self.account.url,
        }

    def _key(self, plan: Description) -> dict[str, Any]:
        if plan.auth == "basic":
            return {"auth": httpx.BasicAuth(self.setting("account"), self.secret("password"))}
        if plan.auth == "bearer":
            return {"headers": {"Authorization": f"Bearer {self.secret('password')}"}}
        return {}

    def check(self) -> list[Finding]:
        """Whether the description can be used and somebody answers at its address; nothing is sent."""
        try:
            plan = self.described
        except DescriptionError as error:
            return [Finding(ok=False, text=error.said)]
        try:
            call(self.account.http, "HEAD", self.setting("url") or plan.url)
        except SendError as error:
            return [
                Finding(
                    ok=False, text=Sentence("The gateway does not answer: %(reason)s.", reason=error.reason)
                )
            ]
        text = Sentence("The gateway answers; whether it knows the account shows the first message.")
        return [Finding(ok=True, text=text)]


def _body(plan: Description, request: Any) -> dict[str, Any]:
    if plan.shape == "json":
        return {"json": request}
    flat = {name: str(value) for name, value in request.items()}
    return {"query": flat} if plan.shape == "query" or plan.method == "GET" else {"data": flat}


def _judged(plan: Description, answer: httpx.Response) -> Sent:
    """What the answer says, in the order: mend it, later, dead, refused, taken."""
    found, means = _decoded(answer), plan.answer
    said = clean_line(text_at(found, means.reason) or answer.text, limit=200)
    theirs = f"{answer.status_code} {said}".strip()
    reason = because("the gateway refuses it", theirs)
    if means.repair.shows(found) or answer.status_code in {401, 403, 404}:
        raise BusyError(
            because("the account or its settings are wrong", theirs), retry_after_s=REPAIR_PAUSE_S
        )
    if means.later.shows(found):
        raise BusyError(reason, retry_after_s=DEFAULT_PAUSE_S)
    gone = means.gone.shows(found)
    if gone or not answer.is_success or means.bad.shows(found):
        raise RejectedError(reason, unreachable=gone)
    number = _id(means.id, found, answer)
    if number and (means.good.shows(found) or not means.good.at):
        return Sent(provider_id=number[:200])
    if text_at(found, means.good.at) and not means.good.shows(found):
        raise RejectedError(reason)
    raise UnsureError(because("the answer lacks what the description names", answer.status_code))


def _id(path: str, found: Any, answer: httpx.Response) -> str:
    if not path.startswith("#"):
        return text_at(found, path)
    words, place = answer.text.split(), path[1:]
    return words[int(place) - 1] if place.isdecimal() and 0 < int(place) <= len(words) else ""


def _decoded(answer: httpx.Response) -> Any:
    """JSON, or the words of a plain text by their number."""
    try:
        return msgspec.json.decode(answer.content)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return {f"#{at}": word for at, word in enumerate(answer.text.split()[:9], start=1)}


def _report(plan: Description, found: Any) -> Reading:
    number, state = text_at(found, plan.report.id), text_at(found, plan.report.state)
    if not number or not state:
        raise UnreadableError(_UNKNOWN)
    known = "delivered" if state in plan.report.delivered else "delayed"
    known = "failed" if state in plan.report.failed else known
    reason = clean_line(text_at(found, plan.report.reason)) if known == "failed" else ""
    receipt = Receipt(provider_id=number, key=number, state=known, reason=reason, status=state)
    return Reading(form=Form.RECEIPT, receipts=(receipt,))


def _password(header: str) -> str:
    kind, _, token = header.partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return b64decode(token.strip(), validate=True).decode().partition(":")[2]
    except ValueError:  # binascii.Error and UnicodeDecodeError are ones
        return ""
