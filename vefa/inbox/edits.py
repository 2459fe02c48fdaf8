"""An edited or withdrawn message and the one that it speaks of."""

from collections.abc import Sequence
from datetime import datetime

from vefa.channels.port import Form
from vefa.inbox.models import Contact
from vefa.kit.saying import gettext_noop

EDIT_ALONE = gettext_noop("It changes a message that never reached us.")

Said = tuple[int, str]  # conversation and message; or endpoint and name


def find_edited(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Join each edit to the contact that it changes; that one keeps its words and is marked.

    An edit of a message that never came is itself the message: nothing said is lost.
    """
    edits = [contact for contact in contacts if contact.form == Form.EDIT]
    if not edits:
        return
    here = {_said(contact): contact for contact in contacts if contact.form != Form.EDIT}
    found = _kept({_said_before(edit) for edit in edits})
    for edit in edits:
        earlier = here.get(_said_before(edit))
        if earlier:
            earlier.edited_at = now
        contact_id = earlier.pk if earlier else found.get(_said_before(edit))
        if contact_id is None:
            edit.form = Form.MESSAGE
            edit.warnings = [*edit.warnings, EDIT_ALONE]
        else:
            edit.details["edited_contact_id"] = contact_id
    Contact.objects.filter(id__in=found.values()).update(edited_at=now)


def find_withdrawn(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Join each deletion to the contact that its sender took back; that one is marked and shown no more.

    Its words stay in the raw form alone, for whoever may see the original. What never came needs no mark.
    """
    deletions = [contact for contact in contacts if contact.form == Form.DELETION]
    if not deletions:
        return
    said = [contact for contact in contacts if contact.form != Form.DELETION]
    here = {_said(contact): contact for contact in said}
    named = {_named(contact): contact for contact in said}
    found = _kept({_said_before(deletion) for deletion in deletions if deletion.conversation_id})
    found |= _kept_by_name(
        {_named_before(deletion) for deletion in deletions if not deletion.conversation_id}
    )
    for deletion in deletions:
        before = _said_before(deletion) if deletion.conversation_id else _named_before(deletion)
        earlier = (here if deletion.conversation_id else named).get(before)
        if earlier:
            earlier.deleted_at = now
        contact_id = earlier.pk if earlier else found.get(before)
        if contact_id is not None:
            deletion.details["withdrawn_contact_id"] = contact_id
    Contact.objects.filter(id__in=found.values()).update(deleted_at=now)


def _kept(wanted: set[Said]) -> dict[Said, int]:
    rows = Contact.objects.filter(
        conversation_id__in={conversation_id for conversation_id, _ in wanted},
        message_id__in={message_id for _, message_id in wanted},
    ).exclude(form=Form.EDIT)
    facts = rows.order_by("-id").values_list("conversation_id", "message_id", "id")
    return {(conversation_id or 0, message_id): pk for conversation_id, message_id, pk in facts}


def _kept_by_name(wanted: set[Said]) -> dict[Said, int]:
    """Where the provider does not say in which conversation, the thing itself has its name at the door."""
    if not wanted:
        return {}
    rows = Contact.objects.filter(
        endpoint_id__in={endpoint_id for endpoint_id, _ in wanted},
        external_id__in={name for _, name in wanted},
    )
    facts = rows.values_list("endpoint_id", "external_id", "id")
    return {(endpoint_id, name): pk for endpoint_id, name, pk in facts}


def _named(contact: Contact) -> Said:
    return contact.endpoint_id, contact.external_id


def _named_before(deletion: Contact) -> Said:
    return deletion.endpoint_id, str(deletion.details.get("edits", ""))


def _said(contact: Contact) -> Said:
    return contact.conversation_id or 0, contact.message_id


def _said_before(edit: Contact) -> Said:
    return edit.conversation_id or 0, str(edit.details.get("edits", ""))
