"""What became of something that we sent, as the statuses tell it in any order."""

from vefa.channels.cleaning import clean_line
from vefa.channels.port import Receipt, Unreachable
from vefa.channels.whatsapp.codes import GONE, told
from vefa.channels.whatsapp.contents import without_words
from vefa.channels.whatsapp.shapes import Status

# A voice that was played was read, and more.
_STATES = {"delivered": "delivered", "read": "read", "played": "read", "failed": "failed", "sent": "sent"}


def receipt(status: Status) -> Receipt:
    """The report in the port's words; what it costs is nobody's business here."""
    error = status.errors[0] if status.errors else None
    return Receipt(
        provider_id=clean_line(status.id),
        state=_STATES.get(status.status, clean_line(status.status, limit=40)),
        reason=told(error.code, without_words(status.errors)) if error else "",
        status=str(error.code) if error else "",
        recipient=clean_line(status.recipient_id or status.recipient_user_id),
        key=clean_line(status.biz_opaque_callback_data),
    )


def unreachable(status: Status) -> Unreachable | None:
    """The address takes nothing, says the report."""
    gone = [error for error in status.errors if error.code in GONE]
    address = clean_line(status.recipient_id or status.recipient_user_id)
    if status.status != "failed" or not gone or not address:
        return None
    return Unreachable(address=address, reason=told(gone[0].code, without_words(gone)))
