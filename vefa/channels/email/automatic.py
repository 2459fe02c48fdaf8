"""Which mail a machine wrote: nobody answers it by machine again (RFC 3834, section 2)."""

import re
from email.message import Message

from vefa.channels.email.headers import addresses, field, raw_fields

# A machine's answer to something of ours: an absence note, "we got your message".
_REPLY_FIELDS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder", "x-mail-autoreply")
_LIST_FIELDS = ("list-id", "list-unsubscribe", "list-post", "list-help", "mailing-list", "x-mailing-list")
_BULK = {"bulk", "list", "junk", "auto_reply"}
_NOBODY = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|listserv|majordomo)\b", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"^(?:(?:auto(?:matic|mated|matische?)?|ot?omatik)[\s_-]*(?:reply|response|antwort|yanıt|cevap)\b"
    r"|auto[- ]?respon(?:se|der)|авто(?:матический)?[\s-]?ответ|авто(?:матты)?[\s-]?жауап|پاسخ خودکار"
    r"|جواب خودکار|réponse automatique)",
    re.IGNORECASE,
)
# So begin complaints too ("Нет на месте крышки люка"): only an answer to something is an absence note.
_ABSENCE = re.compile(
    r"^(?:auto:|out of (?:the )?office|ofis dışı|(?:on )?vacation\b|away from (?:my )?(?:mail|desk)"
    r"|вне офиса|нет на месте|я в отпуске|кеңседен тыс|abwesenheit)",
    re.IGNORECASE,
)


def answered_by_machine(message: Message) -> str:
    """Why this is a machine's answer; "" when it is not."""
    kind = auto_submitted(message)
    if kind.startswith("auto-replied"):
        return "auto-submitted: auto-replied"
    for name in _REPLY_FIELDS:
        if raw_fields(message, name) and field(message, name).lower() not in {"no", "false"}:
            return name
    if field(message, "Precedence").lower() == "auto_reply":
        return "precedence: auto_reply"
    subject = field(message, "Subject")
    if _SUBJECT.match(subject) or (_ABSENCE.match(subject) and _answers(message)):
        return "subject of an absence note"
    return ""


def _answers(message: Message) -> bool:
    return bool(raw_fields(message, "In-Reply-To") or raw_fields(message, "References"))


def written_by_machine(message: Message) -> str:
    """Why nobody should answer this by machine; "" when a person seems to have written it."""
    if why := answered_by_machine(message):
        return why
    if (kind := auto_submitted(message)) not in {"", "no"}:
        return f"auto-submitted: {kind}"
    if (precedence := field(message, "Precedence").lower()) in _BULK:
        return f"precedence: {precedence}"
    if name := next((name for name in _LIST_FIELDS if raw_fields(message, name)), ""):
        return name
    return _by_envelope(message)


def _by_envelope(message: Message) -> str:
    """What the envelope and the sender tell."""
    if any(value.strip() == "<>" for value in raw_fields(message, "Return-Path")):
        return "null return-path"
    suppress = field(message, "X-Auto-Response-Suppress").lower()
    if "all" in suppress or "autoreply" in suppress:
        return "x-auto-response-suppress"
    senders = addresses(message, "From", "Sender")
    if senders and _NOBODY.match(senders[0][1]):
        return "sender takes no mail"
    return ""


def auto_submitted(message: Message) -> str:
    """The keyword of RFC 3834, without its parameters; "" when the field is missing."""
    return field(message, "Auto-Submitted").lower().partition(";")[0].strip()
