"""From a parcel to the bytes of a mail."""

import hashlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape

from vefa.channels.cleaning import clean, clean_file_name, clean_line
from vefa.channels.email.tokens import plus_address, token
from vefa.channels.port import Parcel, ParcelFile, RejectedError

_RIGHT_TO_LEFT = {"fa"}
_LINK = re.compile(r"https?://[^\s<>\"']{1,500}[^\s<>\"'.,;:!?)\]]")
_ID_PART = re.compile(r"[^A-Za-z0-9_-]+")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_MOST_REFERENCES = 20
# A shorter limit would turn our long ids into encoded words, which no thread survives; RFC 5322 allows 998.
_LONG_LINES = SMTP.clone(max_line_length=990)


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Who writes: the mailbox, its name, and whether it takes plus-addresses."""

    address: str
    name: str = ""
    reply_key: str = ""
    plus_addressing: bool = False


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail ready for the envelope."""

    sender: str  # where a bounce comes back
    to: str
    message_id: str  # without brackets
    data: bytes


def letter(parcel: Parcel, writer: Writer) -> Letter:
    """The mail of a parcel. Raises RejectedError when the address or the text cannot make one."""
    to = _checked_address(parcel.to)
    if not (parcel.text.strip() or parcel.attachments):
        raise RejectedError("there is nothing to send")
    sealed = token(parcel.reference, writer.reply_key)
    back = plus_address(writer.address, sealed) if writer.plus_addressing else writer.address
    message_id = _message_id(parcel, writer, sealed)
    message = _headed(parcel, writer, back, message_id)
    _fill(message, parcel)
    return Letter(sender=back, to=to, message_id=message_id, data=message.as_bytes(policy=_LONG_LINES))


def _checked_address(address: str) -> str:
    """One address that can stand in an envelope; anything with blanks, brackets or line ends is refused."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or re.search(r"[\s<>,;\"\x00-\x1f\x7f]", address) or len(address) > 254:
        raise RejectedError("this is no mail address", unreachable=True)
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise RejectedError("the domain of this address cannot exist", unreachable=True) from None


def _message_id(parcel: Parcel, writer: Writer, sealed: str) -> str:
    """The same for every attempt, so that two deliveries of one answer are one in the resident's program."""
    key = parcel.idempotency_key or hashlib.sha256(f"{parcel.to}\0{parcel.text}".encode()).hexdigest()[:32]
    name = _ID_PART.sub("-", key)[:64]
    domain = writer.address.rpartition("@")[2]
    return f"{name}.{sealed}@{domain}" if sealed else f"{name}@{domain}"


def _headed(parcel: Parcel, writer: Writer, back: str, message_id: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((clean_line(writer.name), writer.address)) if writer.name else writer.address
    message["To"] = _checked_address(parcel.to)
    message["Subject"] = clean_line(parcel.subject, limit=200)
    message["Message-ID"] = f"<{message_id}>"
    if parcel.at:
        message["Date"] = format_datetime(parcel.at)
    if back != writer.address:
        message["Reply-To"] = back
    _thread(message, parcel)
    if parcel.auto:
        message["Auto-Submitted"] = "auto-replied"  # RFC 3834: no machine shall answer
        message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    return message


def _thread(message: EmailMessage, parcel: Parcel) -> None:
    answered = _id(parcel.in_reply_to)
    known = [*dict.fromkeys(_id(one) for one in (*parcel.references, parcel.in_reply_to))]
    known = [one for one in known if one]
    if answered:
        message["In-Reply-To"] = answered
    if known:
        kept = known if len(known) <= _MOST_REFERENCES else [known[0], *known[1 - _MOST_REFERENCES :]]
        message["References"] = " ".join(kept)


def _id(text: str) -> str:
    """An id in brackets; "" for what would tear the header."""
    bare = text.strip().strip("<>")
    return f"<{bare}>" if bare and re.fullmatch(r"[!-;=?-~]{1,500}", bare) else ""


def _fill(message: EmailMessage, parcel: Parcel) -> None:
    """Plain text for everybody, HTML beside it: only that can carry language and direction."""
    text = clean(parcel.text).strip() + "\n"
    message.set_content(text, cte="quoted-printable" if text.isascii() else "base64")
    message.add_alternative(_html(text, parcel.language), subtype="html", cte="base64")
    for file in parcel.attachments:
        _attach(message, file)
    if parcel.language:
        message["Content-Language"] = clean_line(parcel.language, limit=20)


def _attach(message: EmailMessage, file: ParcelFile) -> None:
    kind = (
        file.content_type.lower()
        if _TYPE.fullmatch(file.content_type.lower())
        else "application/octet-stream"
    )
    main, _, sub = kind.partition("/")
    if main in {"multipart", "message", "text"}:
        main, sub = "application", "octet-stream"
    name = clean_file_name(file.name) or "file"
    message.add_attachment(file.content, maintype=main, subtype=sub, filename=name)


def _html(text: str, language: str) -> str:
    direction = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
    paragraphs = "\n".join(
        f"<p>{_linked(paragraph).replace(chr(10), '<br>')}</p>" for paragraph in text.strip().split("\n\n")
    )
    lang = f' lang="{escape(clean_line(language, limit=20))}"' if language else ""
    return (
        f'<!DOCTYPE html>\n<html{lang} dir="{direction}"><head><meta charset="utf-8"></head>\n'
        f'<body><div{lang} dir="{direction}">\n{paragraphs}\n</div></body></html>\n'
    )


def _linked(text: str) -> str:
    """Escaped text whose addresses can be clicked."""
    pieces, end = [], 0
    for found in _LINK.finditer(text):
        pieces += [escape(text[end : found.start()]), f'<a href="{escape(found[0])}">{escape(found[0])}</a>']
        end = found.end()
    return "".join([*pieces, escape(text[end:])])
