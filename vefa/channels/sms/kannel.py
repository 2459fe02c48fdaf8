"""Kannel: messages and reports come by HTTP from its smsbox, ours go to its `sendsms`.

It joins long messages in both directions by itself. A report names the key that we gave with the message,
so it is known even when it comes before Kannel's own answer has been written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
from msgspec import structs

from vefa.channels.cleaning import clean_line
from vefa.channels.port import (
    Arrival,
    BusyError,
    Call,
    Finding,
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
from vefa.channels.sms.alphabets import Encoding
from vefa.channels.sms.calling import REPAIR_PAUSE_S, call
from vefa.channels.sms.encoding import normal, parts
from vefa.channels.sms.knocks import arrival, facts, fields, knock_of, report_name, reread, text_of
from vefa.channels.sms.line import Line, check_sendable
from vefa.channels.sms.moments import from_epoch
from vefa.kit.saying import Sentence

DEFAULT_URL = "http://127.0.0.1:13013/cgi-bin/sendsms"
_HEADERS = "x-kannel-"
_NAMING = frozenset({"from", "id", "dlr", "key", "at"})  # what the door must know
_TAKEN = ("0:", "3:")  # accepted for delivery, queued for later delivery
_STATES = {"1": "delivered", "2": "failed", "16": "failed"}  # handset, handset says no, centre says no
_MASK = 1 | 2 | 16
_REPORT = {"dlr": "%d", "why": "%A", "from": "%p", "at": "%T", "id": "%I"}  # Kannel fills them in
_GSM, _UCS2 = "0", "2"


@dataclass(frozen=True, kw_only=True)
class Kannel(Line):
    """A Kannel of the city's own, or of its provider."""

    @property
    def turkish(self) -> bool:
        """Kannel writes the default alphabet or UCS-2."""
        return False

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """One message or one report a knock, named by Kannel's own id."""
        knock = knock_of(call, headers=_HEADERS)
        found = facts(knock, _NAMING) if call.method == "GET" or "=" in knock.query else {}
        sender = str(found.get("from") or knock.headers.get("x-kannel-from", ""))
        number, state = str(found.get("id", "")), str(found.get("dlr", ""))
        if not sender and not state:
            raise UnreadableError("neither a sender nor a report")
        if state:
            name = report_name(found.get("key", ""), state, found.get("at", ""))
            return (arrival(knock, name, self.lane(sender)),)
        heard = None if found.get("at") else call.at
        name = f"message:{number}"[:200] if number else ""
        return (arrival(knock, name, self.lane(sender), heard=heard),)

    def read(self, raw: bytes) -> Reading:
        """A message by GET has its text in the query, one by POST in the body."""
        knock = reread(raw)
        found = fields(knock, {"text"}) if "=" in knock.query else {}
        if state := str(found.get("dlr", "")):
            return _report(state, found)
        text = str(found["text"]) if "text" in found else text_of(knock)
        sender = str(found.get("from") or knock.headers.get("x-kannel-from", ""))
        message = self.message(sender, text)
        said_at = from_epoch(str(found.get("at", "")))
        return structs.replace(message, said_at=said_at, message_id=str(found.get("id", "")))

    def send(self, parcel: Parcel) -> Sent:
        """Everything in one call; Kannel cuts and joins."""
        check_sendable(parcel)
        answer = call(
            self.account.http,
            "POST",
            self.setting("url", DEFAULT_URL),
            headers=_octets(self._headings(parcel)),
            content=normal(parcel.text).encode(),
        )
        return _judged(answer, parcel)

    def _headings(self, parcel: Parcel) -> dict[str, str]:
        latin = parts(parcel.text).encoding is Encoding.GSM
        return {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-Username": self.setting("account"),
            "X-Kannel-Password": self.secret("password"),
            "X-Kannel-From": self.setting("sender"),
            "X-Kannel-To": parcel.to,
            "X-Kannel-Coding": _GSM if latin else _UCS2,
            "X-Kannel-DLR-Mask": str(_MASK),
            "X-Kannel-DLR-Url": self._report_url(parcel.idempotency_key),
        }

    def _report_url(self, key: str) -> str:
        own = urlencode({"secret": self.secret("secret"), "key": key})
        return f"{self.account.url}?{own}&" + "&".join(f"{name}={sign}" for name, sign in _REPORT.items())

    def check(self) -> list[Finding]:
        """A call without a receiver: Kannel checks who calls before it misses the receiver."""
        url = self.setting("url", DEFAULT_URL)
        headings = {
            "X-Kannel-Username": self.setting("account"),
            "X-Kannel-Password": self.secret("password"),
        }
        try:
            answer = call(self.account.http, "POST", url, headers=_octets(headings), content=b"")
        except SendError as error:
            text = Sentence(
                "Kannel does not answer: %(reason)s. Check the address of sendsms.", reason=error.reason
            )
            return [Finding(ok=False, text=text)]
        if answer.status_code == httpx.codes.FORBIDDEN:
            return [
                Finding(
                    ok=False,
                    text=Sentence("Kannel refuses the name or the password: see its group for sendsms."),
                )
            ]
        if answer.status_code == httpx.codes.NOT_FOUND:
            return [
                Finding(
                    ok=False, text=Sentence("Kannel knows no such path: it usually ends in /cgi-bin/sendsms.")
                )
            ]
        return [Finding(ok=True, text=Sentence("Kannel takes what we send."))]


def _octets(headings: Mapping[str, str]) -> dict[bytes, bytes]:
    """A name of the city as sender may hold any letter."""
    return {name.encode(): value.encode() for name, value in headings.items()}


def _report(state: str, found: dict[str, str]) -> Reading:
    """1 the telephone has it, 2 it never will, 16 the centre refused; 4 and 8 are steps on the way."""
    key = str(found.get("key", ""))
    if not key:
        raise UnreadableError("a report that names no message")
    known = _STATES.get(state, "delayed")
    why = clean_line(str(found.get("why", "")))
    reason = "" if known == "delivered" else why
    receipt = Receipt(provider_id=key, key=key, state=known, reason=reason, status=state)
    return Reading(form=Form.RECEIPT, receipts=(receipt,), said_at=from_epoch(str(found.get("at", ""))))


def _judged(answer: httpx.Response, parcel: Parcel) -> Sent:
    said = clean_line(answer.text, limit=200)
    if answer.is_success:
        if said.startswith(_TAKEN):
            return Sent(provider_id=parcel.idempotency_key)
        raise UnsureError(because("Kannel never answers so", answer.status_code))
    theirs = f"{answer.status_code} {said}".strip()
    if answer.status_code in {403, 404}:
        raise BusyError(because("name, password or address is wrong", theirs), retry_after_s=REPAIR_PAUSE_S)
    raise RejectedError(because("the gateway refuses it", theirs))
