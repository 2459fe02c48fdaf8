"""Emoji under a message, and messages that were taken back: shown where they belong, never a case."""

from collections.abc import Sequence
from datetime import datetime

from vefa.cases.models import CaseContact
from vefa.cases.signs import show_signs
from vefa.channels.port import Form
from vefa.dialogue.models import Delivery
from vefa.inbox.models import Contact

Said = tuple[int, str]  # conversation and the provider's id of a message


def take_signs(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Three statements to find the cases of a whole batch, none where nobody gave a sign."""
    thumbs = [
        one for one in contacts if one.form == Form.REACTION and one.conversation_id and one.reply_to_id
    ]
    back = {
        one.details["withdrawn_contact_id"]: one
        for one in contacts
        if one.form == Form.DELETION and one.details.get("withdrawn_contact_id")
    }
    cases = _spoken_of([(one.conversation_id or 0, one.reply_to_id) for one in thumbs]) if thumbs else {}
    reacted = [
        (cases[said], one) for one in thumbs if (said := (one.conversation_id or 0, one.reply_to_id)) in cases
    ]
    links = CaseContact.objects.filter(contact_id__in=back).order_by("id") if back else []
    taken_back = [(link.case_id, back[link.contact_id]) for link in links]
    if reacted or taken_back:
        show_signs(reacted, taken_back, now=now)


def _spoken_of(wanted: Sequence[Said]) -> dict[Said, int]:
    """The case of each message, ours or theirs."""
    talks, names = {talk for talk, _ in wanted}, {name for _, name in wanted}
    theirs = CaseContact.objects.filter(
        contact__conversation_id__in=talks, contact__message_id__in=names
    ).order_by("id")
    ours = Delivery.objects.filter(
        conversation_id__in=talks, provider_id__in=names, reply__case__isnull=False
    ).order_by("id")
    found = {
        (talk or 0, name): case_id
        for talk, name, case_id in theirs.values_list(
            "contact__conversation_id", "contact__message_id", "case_id"
        )
    }
    return found | {
        (talk or 0, name): case_id or 0
        for talk, name, case_id in ours.values_list("conversation_id", "provider_id", "reply__case_id")
    }
