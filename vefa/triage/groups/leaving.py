"""Who does not want to be read in groups: nothing of theirs is kept from then on, and what was kept goes.

What they asked of the city stays: a case is an act of the city's, and its words belong to it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from vefa.channels.port import Form
from vefa.citizens.models import Address
from vefa.inbox import files
from vefa.inbox.models import Attachment, Contact
from vefa.journal.record import Happening, record
from vefa.kit.text import words
from vefa.triage.groups.words import words_of_groups
from vefa.triage.models import GroupMessage

DECLINED = "declined"  # the form of a contact whose words were not kept
_STOP = {"stop", "dur", "стоп", "тоқта", "тоқтат"}
_FEW = 12  # words: longer texts may only quote it
_BLANK: dict[str, object] = {
    "raw": b"", "text": "", "html": "", "quoted": "", "subject": "", "place_text": "", "lat": None,
    "lon": None, "details": {}, "warnings": [],
}  # fmt: skip


def obey(contacts: Sequence[Contact], *, now: datetime) -> list[Contact]:
    """Opt people out and in as they say; the contacts that may be read."""
    readable = []
    for contact in contacts:
        address = contact.conversation.address if contact.conversation else None
        if address is None:
            readable.append(contact)
        elif _stops(contact):
            _opt_out(address, now=now)
            _tell(contact, "group.stopped", now)
            _blank(contact)
        elif address.opted_out_at and _begins(contact):
            opt_in(address)
            _tell(contact, "group.resumed", now)
        elif address.opted_out_at:
            _blank(contact)
        else:
            readable.append(contact)
    _forget_files([one.pk for one in contacts if one.form == DECLINED])
    return readable


def forget_talk(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Erase what those have said who left with these contacts; after the contacts were written down."""
    left = {one.conversation.address_id for one in contacts if one.conversation and _left(one, now)}
    if not left:
        return
    talk = GroupMessage.objects.filter(author_id__in=left, case=None)
    ids = set(talk.values_list("contact_id", flat=True))
    erase(ids)
    for contact in contacts:
        if contact.pk in ids:
            _blank(contact)
    talk.update(signs=[])


def _left(contact: Contact, now: datetime) -> bool:
    return contact.conversation is not None and contact.conversation.address.opted_out_at == now


def _opt_out(address: Address, *, now: datetime) -> None:
    """Keep nothing of this person from now on."""
    Address.objects.filter(pk=address.pk).update(opted_out_at=now)
    address.opted_out_at = now


def opt_in(address: Address) -> None:
    """The person wants to be read again."""
    Address.objects.filter(pk=address.pk).update(opted_out_at=None)
    address.opted_out_at = None


def erase(contact_ids: Collection[int]) -> None:
    """Take the words and files out of these contacts; that something came is all that is left."""
    ids = list(contact_ids)
    _forget_files(ids)
    Contact.objects.filter(id__in=ids, links=None).update(form=DECLINED, **_BLANK)


def _stops(contact: Contact) -> bool:
    if contact.form == Form.COMMAND:
        return str(contact.details.get("command", "")) in _STOP
    said = words(contact.text) if contact.form == Form.MESSAGE and len(contact.text) < 200 else []
    return 0 < len(said) <= _FEW and "leave_me" in words_of_groups().found(said)


def _begins(contact: Contact) -> bool:
    return contact.form == Form.START


def _blank(contact: Contact) -> None:
    """Nothing of it is written: `finish` writes the rest of the contact, the raw bytes go here."""
    contact.form = DECLINED
    for name, value in _BLANK.items():
        setattr(contact, name, value.copy() if isinstance(value, dict | list) else value)
    Contact.objects.filter(pk=contact.pk).update(raw=b"")


def _forget_files(contact_ids: Collection[int]) -> None:
    if not contact_ids:
        return
    rows = Attachment.objects.filter(contact_id__in=contact_ids, contact__links=None)
    for row in rows:
        if row.path:
            files.remove(row.path)
    rows.delete()


def _tell(contact: Contact, kind: str, now: datetime) -> None:
    """The flow answers in the group, in a line."""
    data = {"contact_id": contact.pk}
    subject = f"conversation:{contact.conversation_id}"
    record([Happening(kind=kind, subject=subject, actor="resident", at=now, data=data)])
