"""From the bytes of one mail to a reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from vefa.channels.cleaning import clean_line
from vefa.channels.email.automatic import answered_by_machine, written_by_machine
from vefa.channels.email.bodies import Body, body_of
from vefa.channels.email.bounces import Report, report_of
from vefa.channels.email.forwarding import enclosed_files, forwarded
from vefa.channels.email.headers import addresses, field, ids, moment, raw_field
from vefa.channels.email.identity import verified
from vefa.channels.email.parsing import parsed
from vefa.channels.email.quoting import Folded, folded
from vefa.channels.email.tokens import opened
from vefa.channels.port import AttachmentRef, Form, Reading, Sender, Unreachable, UnreadableError
from vefa.kit.saying import Sentence

OVERSIZE_FIELD = "X-Vefa-Oversize"  # set by our own collector in front of a header without its body
UNFETCHED_FIELD = "X-Vefa-Unfetched"  # the same, where the server could not hand over the mail: its number
_MOST_COPIES = 50
_MOST_NAMED = 20  # ids in one report
_LONGEST_SIGNATURE = 2000  # characters
_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_FORMS = {"bounce": Form.BOUNCE, "receipt": Form.RECEIPT, "complaint": Form.EVENT}


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """What reading needs to know of our side."""

    address: str = ""
    reply_keys: Sequence[str] = ()
    authserv_id: str = ""  # our mail server's name in Authentication-Results


def read(raw: bytes, mailbox: Mailbox) -> Reading:
    """What one mail says. Raises UnreadableError and nothing else."""
    try:
        return _read(parsed(raw), mailbox)
    except UnreadableError:
        raise
    # On hostile bytes the parser of the standard library raises almost anything; the mail must stay visible.
    except Exception as error:
        raise UnreadableError(f"the mail could not be read: {type(error).__name__}") from error


def _read(message: Message, mailbox: Mailbox) -> Reading:
    sender = _sender(message)
    body = body_of(message)
    report = report_of(message)
    layers = Folded(body.text()) if report else folded(body.text())
    references = _references(message)
    message_id = next(iter(ids(raw_field(message, "Message-ID"))), "")
    return Reading(
        form=_form(message, report),
        sender=sender,
        thread=references[0] if references else message_id,
        text=layers.text,
        html=body.html(),
        subject=field(message, "Subject"),
        said_at=moment(field(message, "Date")),
        message_id=message_id,
        reply_to=next(iter(ids(raw_field(message, "In-Reply-To"))), "")
        or (references[-1] if references else ""),
        references=references,
        reference=_reference(message, references, report, mailbox),
        quoted=layers.quoted,
        signature=layers.signature[:_LONGEST_SIGNATURE],
        attachments=_files(body, message, report),
        receipts=report.receipts if report else (),
        event="complaint" if report and report.kind == "complaint" else "",
        unreachable=_unreachable(report),
        reply_address=_reply_address(message, sender),
        copied_to=_copies(message, mailbox),
        forwarded=None if report else forwarded(message, body, text=body.text()),
        auto=f"{report.kind} report" if report else written_by_machine(message),
        verified=verified(message, _domain(sender), mailbox.authserv_id),
        warnings=_warnings(message, sender, body),
    )


def sender_address(message: Message) -> str:
    """Whom a mail says it is from, in lower case; "" when it says nothing. Not proof of anything."""
    for name in ("From", "Sender", "Return-Path"):
        if found := addresses(message, name):
            return found[0][1]
    return ""


def _sender(message: Message) -> Sender | None:
    address = sender_address(message)
    if not address:
        return None
    names = (name for name, found in addresses(message, "From", "Sender") if found == address)
    language = field(message, "Content-Language").partition(",")[0].lower()
    return Sender(address=address, name=next(names, ""), language_hint=clean_line(language, limit=20))


def _domain(sender: Sender | None) -> str:
    return sender.address.rpartition("@")[2] if sender else ""


def _form(message: Message, report: Report | None) -> Form:
    if report:
        return _FORMS[report.kind]
    return Form.AUTO_REPLY if answered_by_machine(message) else Form.MESSAGE


def _references(message: Message) -> tuple[str, ...]:
    """The thread, oldest first; In-Reply-To stands last where References lacks it."""
    found = [*ids(raw_field(message, "References")), *ids(raw_field(message, "In-Reply-To"))]
    return tuple(dict.fromkeys(found))


def _reference(message: Message, references: tuple[str, ...], report: Report | None, mailbox: Mailbox) -> str:
    """What our own token says, wherever it came back: in an address, an id, or a bounced message's id."""
    addressed = [address for _, address in addresses(message, *_ADDRESSED)]
    returned = report.original_ids if report else ()
    return opened([*addressed, *references, *returned], mailbox.reply_keys)


def _files(body: Body, message: Message, report: Report | None) -> tuple[AttachmentRef, ...]:
    """The mail's own files, then those of a mail that it encloses."""
    return (*body.files, *(() if report else enclosed_files(message)))


def _unreachable(report: Report | None) -> Unreachable | None:
    """Whom it says to be gone: anybody can write such a report, so it counts only about a mail of ours."""
    if report is None or not report.dead:
        return None
    address = report.dead[0]
    reasons = (one.reason or one.status for one in report.receipts if one.recipient == address)
    reason = next(reasons, "") or report.kind
    return Unreachable(address=address, reason=reason, about=report.original_ids[:_MOST_NAMED])


def _reply_address(message: Message, sender: Sender | None) -> str:
    """A Reply-To elsewhere: shown to the operator, never obeyed by itself."""
    found = addresses(message, "Reply-To")
    return found[0][1] if found and sender and found[0][1] != sender.address else ""


def _copies(message: Message, mailbox: Mailbox) -> tuple[str, ...]:
    everybody = (address for _, address in addresses(message, "To", "Cc"))
    others = (address for address in everybody if address != mailbox.address.lower())
    return tuple(dict.fromkeys(others))[:_MOST_COPIES]


def _warnings(message: Message, sender: Sender | None, body: Body) -> tuple[str, ...]:
    found = list(body.warnings)
    if sender is None:
        found.append(Sentence("It names no sender."))
    if len({address for _, address in addresses(message, "From")}) > 1:
        found.append(Sentence("It names several senders."))
    if size := field(message, OVERSIZE_FIELD):
        found.append(
            Sentence("It is too large (%(size)s bytes): the whole of it is in the mailbox.", size=size)
        )
    if number := field(message, UNFETCHED_FIELD).partition(" ")[0]:
        found.append(
            Sentence(
                "The mail server could not hand it over: it is in the mailbox under the number %(number)s.",
                number=number,
            )
        )
    return tuple(found)
