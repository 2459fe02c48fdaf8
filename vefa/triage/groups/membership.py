"""Whether the bot is in its group: what the provider tells when somebody adds or removes it."""

from collections.abc import Iterable
from datetime import datetime

from vefa.channels.models import Endpoint
from vefa.channels.port import Form
from vefa.inbox.models import Contact

REMOVED = "The bot was removed from the group: nobody is heard there, and no answer arrives. Add it again."


def note(contacts: Iterable[Contact], *, now: datetime) -> None:
    """Show on the endpoint that the bot was removed, until it is back."""
    for contact in contacts:
        if contact.form != Form.EVENT:
            continue
        event = contact.details.get("event")
        mine = Endpoint.objects.filter(pk=contact.endpoint_id)
        if event == "removed":
            mine.update(trouble=REMOVED, trouble_at=now)
        elif event == "joined":
            mine.filter(trouble=REMOVED).update(trouble="", trouble_at=None)
