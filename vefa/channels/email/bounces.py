"""Mail servers' reports about what we sent: RFC 3464, what servers write instead, complaints (RFC 5965)."""

import re
from dataclasses import dataclass, field
from email.message import Message

from vefa.channels.cleaning import clean_line
from vefa.channels.email.automatic import auto_submitted
from vefa.channels.email.bodies import charset
from vefa.channels.email.charsets import decode
from vefa.channels.email.headers import addresses, ids, raw_field, raw_fields
from vefa.channels.email.headers import field as header
from vefa.channels.email.parsing import content, parts
from vefa.channels.email.sanitising import bare_words
from vefa.channels.port import Receipt

_STATES = {"failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "delivered"}
_ROBOT = re.compile(
    r"mailer-daemon|postmaster|mail ?delivery|mail-?daemon|microsoftexchange|mailadm|bounce|no-?reply|mmdf"
    r"|listserv|mail system|mdaemon|autoanswer",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|failed|report|has failed|problem|error|notification)"
    r"|failure notice|returned mail|return(?:ed)? to sender|mail (?:delivery|system error|could not|failure)"
    r"|mail error|error sending your mail"
    r"|(?:message|mail|delivery) (?:delayed|failure|failed|status|undeliverable|rejected)"
    r"|failed (?:mail|delivery)|could ?n.t be delivered|not be delivered|non.?delivery|nondeliverable"
    r"|user unknown|unable to deliver|service unavailable|mail for past"
    r"|iletilemedi|teslim edilemedi|не ?доставлен|недоставленн|уведомление о доставке|жеткізілмеді"
    r"|تحویل داده نشد|warning: (?:could not|message)|dsn:|deferred|не удалось доставить|\[bounce\]",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.-])([45]\d\d)[ -](?=[\w#<({\[])")
_ADDRESS = re.compile(r"<?([\w.+=%/!#$&'*?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>?")
_UNKNOWN_PERSON = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox|person|address)|does ?n[o']t exist"
    r"|mailbox (?:not found|unavailable|unknown|disabled)|recipient (?:unknown|rejected|not found)"
    r"|invalid recipient|unknown (?:recipient|address|local)|unrouteable|host (?:unknown|not found)"
    r"|domain not found|not our customer|account (?:has been )?(?:disabled|closed|inactive)|is not a valid",
    re.IGNORECASE,
)
_OURS = ("5.1.7", "5.1.8", "5.7.")  # our own address or server is not wanted: nothing about the receiver
_LATER = re.compile(
    r"delayed|will (?:continue to )?(?:be )?retr|still being retried|has not yet been", re.IGNORECASE
)
_ORIGINAL = re.compile(
    r"^[^\w\n]*(?:original message|.{0,60}(?:copy of (?:the|your) message|returned message|unsent message"
    r"|message (?:header|text) follow|headers? (?:of|from)|transcript of session ends|included below))",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_REPORT = 60_000


@dataclass(frozen=True)
class Report:
    """What a server tells about our mail."""

    kind: str  # bounce, receipt, complaint
    receipts: tuple[Receipt, ...] = ()
    original_ids: tuple[str, ...] = ()
    dead: tuple[str, ...] = field(default=())  # addresses that take nothing more


def report_of(message: Message) -> Report | None:
    """The report that this message is; None when it is no report."""
    kinds = {part.get_content_type() for part, _ in parts(message)}
    if "message/feedback-report" in kinds:
        return _complaint(message)
    if "message/disposition-notification" in kinds:
        return _read_receipt(message)
    receipts = _delivery_status(message)
    if not receipts and _looks_like_a_report(message):
        receipts = _free_form(message)
    if not receipts:
        return None
    return _delivery_report(message, receipts)


def _delivery_report(message: Message, receipts: tuple[Receipt, ...]) -> Report:
    ours = _original_ids(message)
    named = tuple(_naming(receipt, ours) for receipt in receipts)
    passed = all(receipt.state == "delivered" for receipt in named)
    dead = tuple(receipt.recipient for receipt in named if receipt.recipient and _is_dead(receipt))
    return Report("receipt" if passed else "bounce", named, ours, dead)


def _naming(receipt: Receipt, ours: tuple[str, ...]) -> Receipt:
    """The receipt with the id of our message, when the report names it."""
    return Receipt(
        provider_id=ours[0] if ours else "",
        state=receipt.state,
        reason=receipt.reason,
        status=receipt.status,
        recipient=receipt.recipient,
    )


def _delivery_status(message: Message) -> tuple[Receipt, ...]:
    """One receipt for each recipient block of RFC 3464."""
    found = []
    for part, _ in parts(message):
        if part.get_content_type() != "message/delivery-status":
            continue
        found += [receipt for block in _blocks(part) if (receipt := _block_receipt(block))]
    return tuple(found)


def _blocks(part: Message) -> list[Message]:
    inside = part.get_payload()
    return [block for block in inside if isinstance(block, Message)] if isinstance(inside, list) else []


def _block_receipt(block: Message) -> Receipt | None:
    recipient = _recipient(block, "Original-Recipient") or _recipient(block, "Final-Recipient")
    action, status = header(block, "Action").lower(), _status(header(block, "Status"))
    reason = header(block, "Diagnostic-Code").partition(";")[2] or header(block, "Diagnostic-Code")
    if not (action or status) or not (recipient or reason or action):
        return None
    # Servers write 5.0.0 beside a precise code in the words of the other side.
    told = _status(reason)
    precise = told if told and status.endswith(".0.0") else status
    state = _STATES.get(action.partition(" ")[0], "") or _state(precise)
    return Receipt(
        provider_id="", state=state, reason=clean_line(reason), status=precise or told, recipient=recipient
    )


def _recipient(block: Message, name: str) -> str:
    value = header(block, name)
    found = _ADDRESS.search(value.partition(";")[2] or value)
    return found[1].lower() if found else ""


def _status(text: str) -> str:
    found = _STATUS.search(text)
    return found[1] if found else ""


def _state(status: str) -> str:
    return {"2": "delivered", "4": "delayed"}.get(status[:1], "failed")


def _looks_like_a_report(message: Message) -> bool:
    """Servers without RFC 3464: a robot writes, or nobody does, about a delivery."""
    if raw_fields(message, "X-Failed-Recipients"):
        return True
    robot = any(_ROBOT.search(f"{name} {address}") for name, address in addresses(message, "From", "Sender"))
    robot = robot or bool(_ROBOT.search(raw_field(message, "From")))
    nobody = any(value.strip() == "<>" for value in raw_fields(message, "Return-Path"))
    if auto_submitted(message).startswith("auto-replied") and not robot:
        return False
    about = bool(_SUBJECT.search(header(message, "Subject")))
    status = message.get_content_type() == "multipart/report" and not about
    return (about and (robot or nobody)) or status


def _free_form(message: Message) -> tuple[Receipt, ...]:
    """Recipients, code and words out of a report's prose."""
    told = _prose(message)
    prose = told[: found.start()] if (found := _ORIGINAL.search(told)) and found.start() > 40 else told
    status, reply = _status(prose) or _status(told), _REPLY.search(prose) or _REPLY.search(told)
    reason = _reason_line(prose)
    later = (
        bool(_LATER.search(prose))
        or status.startswith("4")
        or header(message, "Subject").startswith("Warning")
    )
    state = "delayed" if later and not status.startswith("5") else "failed"
    recipients = _failed_recipients(message, prose)
    if not (recipients or status or reply or reason):
        return ()
    code = status or (reply[1] if reply else "")
    return tuple(
        Receipt(provider_id="", state=state, reason=reason, status=code, recipient=recipient)
        for recipient in recipients or ("",)
    )


def _prose(message: Message) -> str:
    """The words of a report, without the message that it returns."""
    texts = []
    for part, depth in parts(message):
        kind = part.get_content_type()
        if depth > 2 or not kind.startswith("text/") or kind == "text/rfc822-headers":
            continue
        text = decode(content(part)[:_LONGEST_REPORT], charset(part))
        texts.append(bare_words(text) if kind == "text/html" else text)
        if len(texts) == 2:
            break
    return "\n".join(texts)[:_LONGEST_REPORT]


def _reason_line(prose: str) -> str:
    """The line that says why, so that a person at the desk need not read the report."""
    for line in prose.splitlines():
        if len(line) < 500 and (_STATUS.search(line) or _REPLY.search(line) or _UNKNOWN_PERSON.search(line)):
            return clean_line(line.lstrip("> "))
    return ""


def _failed_recipients(message: Message, prose: str) -> tuple[str, ...]:
    """Whom the mail did not reach: as the server names them, else the first address that is not its own."""
    if named := addresses(message, "X-Failed-Recipients"):
        return tuple(dict.fromkeys(address for _, address in named))
    own = {address for _, address in addresses(message, "From", "To", "Sender", "Reply-To")}
    found = (address.lower() for address in _ADDRESS.findall(prose[:10_000]))
    other = [address for address in found if address not in own and not _ROBOT.search(address)]
    if other:
        return (other[0],)
    original = next((part for part, depth in parts(message) if depth and raw_field(part, "To")), None)
    return tuple(address for _, address in addresses(original, "To")[:1]) if original else ()


def _original_ids(message: Message) -> tuple[str, ...]:
    """The Message-ID of what came back: in the returned part or headers, in References, in the prose."""
    found: list[str] = []
    for part, depth in parts(message):
        if depth and (value := raw_field(part, "Message-ID")):
            found += ids(value)
        if part.get_content_type() == "text/rfc822-headers":
            found += _ids_in_text(decode(content(part)[:_LONGEST_REPORT]))
    found += ids(raw_field(message, "In-Reply-To")) + ids(raw_field(message, "References"))
    return tuple(dict.fromkeys(found or _ids_in_text(_prose(message))))


def _ids_in_text(text: str) -> tuple[str, ...]:
    found = re.search(r"^[> ]*message-id:\s*(<[^<>\s]{1,500}>)", text, re.IGNORECASE | re.MULTILINE)
    return ids(found[1]) if found else ()


def _is_dead(receipt: Receipt) -> bool:
    """Is the address gone for good, rather than full, slow, or displeased with one message?"""
    if receipt.state != "failed":
        return False
    if receipt.status.startswith(_OURS):
        return False
    return is_dead_status(receipt.status) or bool(_UNKNOWN_PERSON.search(receipt.reason))


def is_dead_status(status: str) -> bool:
    """Whether an enhanced code (RFC 3463) says that the receiver's address is gone."""
    return status.startswith(("5.1.", "5.2.1")) and not status.startswith(_OURS)


def _complaint(message: Message) -> Report:
    """A resident's provider says that our mail was marked as unwanted."""
    block = next(part for part, _ in parts(message) if part.get_content_type() == "message/feedback-report")
    fields = [*_blocks(block), block]
    named = [_recipient(one, name) for one in fields for name in ("Original-Rcpt-To", "Removal-Recipient")]
    dead = tuple(dict.fromkeys(address for address in named if address))
    return Report("complaint", (), _original_ids(message), dead)


def _read_receipt(message: Message) -> Report:
    """The resident's program says that our mail was shown, or thrown away unread (RFC 8098)."""
    part = next(
        part for part, _ in parts(message) if part.get_content_type() == "message/disposition-notification"
    )
    block = next(iter(_blocks(part)), part)
    said = header(block, "Disposition").lower()
    ours = ids(raw_field(block, "Original-Message-ID")) or _original_ids(message)
    receipt = Receipt(
        provider_id=ours[0] if ours else "",
        state="read" if "displayed" in said else "delivered",
        reason=said,
        recipient=_recipient(block, "Final-Recipient"),
    )
    return Report("receipt", (receipt,), ours)
