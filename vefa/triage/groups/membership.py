"""Whether the bot is in its group: what the provider tells when somebody adds or removes it.

A bot may be added to any group. Of one that is no endpoint its number and title are noted, and nothing else.
"""

from collections.abc import Iterable
from datetime import datetime

from vefa.channels.models import Endpoint
from vefa.channels.port import Form
from vefa.inbox.models import Contact
from vefa.kit.saying import gettext_noop
from vefa.triage.groups.hearing import chat_of

STRANGE, MOST_STRANGE = "strange_groups", 20
REMOVED = gettext_noop(
    "The bot was removed from the group: nobody is heard there, and no answer arrives. Add it again."
)


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


def strange_groups(bot: Endpoint) -> dict[str, str]:
    """Titles of the groups to which somebody added this bot and that are no endpoints, by their numbers."""
    found = bot.settings.get(STRANGE)
    return {str(chat): str(title) for chat, title in found.items()} if isinstance(found, dict) else {}


def note_strange(contacts: Iterable[Contact]) -> None:
    """Remember the groups to which somebody added a bot, until they are endpoints or it is removed."""
    for contact in contacts:
        if contact.form != Form.EVENT or not contact.details.get("group"):
            continue
        bot = Endpoint.objects.select_for_update().get(pk=contact.endpoint_id)
        known, chat = strange_groups(bot), chat_of(contact)
        known.pop(chat, None)
        if contact.details.get("event") == "joined" and len(known) < MOST_STRANGE:
            known[chat] = contact.subject
        Endpoint.objects.filter(pk=bot.pk).update(settings={**bot.settings, STRANGE: known})


def forget_strange(bot: Endpoint, chat: str) -> None:
    """It is an endpoint now, or nobody wants it to be one."""
    known = strange_groups(bot)
    known.pop(chat, None)
    Endpoint.objects.filter(pk=bot.pk).update(settings={**bot.settings, STRANGE: known})
