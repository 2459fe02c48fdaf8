"""A staff member's own telephone: linked to a channel by a one-time code, so that what they forward counts.

The code is shown once on the profile page and sent as `/link CODE` to a bot, a WhatsApp or SMS number, or to
the mailbox (its subject or its only words). Only its digest is kept; it is good for a quarter of an hour and
for one account. A mail links nobody unless our own mail server vouches for its sender.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from vefa.channels.port import Form
from vefa.directory.models import Staff
from vefa.inbox.models import Contact, StaffAddress
from vefa.journal.record import Happening, record

GOOD_FOR = timedelta(minutes=15)
COMMAND = "link"
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is mistaken for another
_LENGTH = 8
_SAID = re.compile(rf"\s*/?{COMMAND}\s+([{_LETTERS}]{{{_LENGTH}}})\s*", re.IGNORECASE)
MAIL = "email"

Place = tuple[str, str]  # address space and value


@dataclass(frozen=True)
class Tried:
    """What became of one code that somebody sent; `staff` is None where it was none of ours.

    unproved  the code is good, but no mail server of ours vouches for who sent it: nothing was linked
    """

    contact: Contact
    staff: Staff | None
    unproved: bool = False

    @property
    def is_all(self) -> bool:
        """Whether the contact says nothing else that somebody should read."""
        return self.staff is not None or not self.contact.text.strip() or _told(self.contact.text) != ""


@transaction.atomic
def new_code(staff: Staff, *, now: datetime) -> str:
    """A code for this person; an earlier one that nobody used is worth nothing any more."""
    StaffAddress.objects.filter(staff=staff, linked_at=None).delete()
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    StaffAddress.objects.create(staff=staff, code=_digest(code), code_until=now + GOOD_FOR)
    return code


def linked(staff: Staff) -> list[StaffAddress]:
    """The accounts that are linked to this person now, the first first."""
    rows = StaffAddress.objects.filter(staff=staff, linked_at__isnull=False, ended_at=None)
    return list(rows.order_by("linked_at", "id"))


@transaction.atomic
def unlink(address_id: int, *, staff: Staff, now: datetime) -> None:
    """What comes from that account is a resident's again. Raises LookupError for somebody else's."""
    rows = StaffAddress.objects.filter(pk=address_id, staff=staff, linked_at__isnull=False, ended_at=None)
    if not rows.update(ended_at=now):
        raise LookupError(f"no account {address_id} of {staff.username}'s")
    _tell("staff.unlinked", staff, now)


def asks_to_link(contact: Contact) -> bool:
    """Whether the contact is a code; in a group everybody could read it, so there it counts for nothing."""
    if contact.conversation_id is None or contact.details.get("group") or contact.details.get("public"):
        return False
    if contact.form == Form.COMMAND:
        return bool(contact.details.get("command") == COMMAND)
    return contact.form == Form.MESSAGE and bool(_code_in(contact))


def link(contacts: Sequence[Contact], *, now: datetime) -> list[Tried]:
    """Link the accounts that sent a good code. Call it in the transaction that marks them handled."""
    return [_try(one, now) for one in contacts]


def staff_at(places: Collection[Place]) -> dict[Place, Staff]:
    """Whose own accounts these are: linked ones, and the mail addresses that the directory knows."""
    found: dict[Place, Staff] = {}
    mails = {value for space, value in places if space == "email"}
    if mails:
        rows = Staff.objects.filter(is_active=True, retired_at=None).exclude(email="")
        for one in rows.annotate(mail=Lower("email")).filter(mail__in=mails).order_by("-id"):
            found["email", one.email.lower()] = one
    wanted = Q()
    for space, value in places:
        wanted |= Q(space=space, value=value)
    if wanted:
        linked_rows = StaffAddress.objects.filter(wanted, linked_at__isnull=False, ended_at=None)
        at_work = linked_rows.filter(staff__is_active=True, staff__retired_at=None)
        for row in at_work.select_related("staff"):
            found[row.space, row.value] = row.staff
    return found


def _try(contact: Contact, now: datetime) -> Tried:
    code = _code_in(contact)
    rows = StaffAddress.objects.select_for_update(of=("self",)).select_related("staff")
    waiting = rows.filter(code=_digest(code), linked_at=None, code_until__gt=now).first() if code else None
    talk = contact.conversation
    if waiting is None or talk is None:
        return Tried(contact, None)
    if talk.address.space == MAIL and contact.details.get("verified") is not True:
        return Tried(contact, None, unproved=True)
    place = {"space": talk.address.space, "value": talk.address.value}
    StaffAddress.objects.filter(**place, linked_at__isnull=False, ended_at=None).update(ended_at=now)
    waiting.space, waiting.value, waiting.code, waiting.linked_at = *place.values(), "", now
    waiting.save(update_fields=["space", "value", "code", "linked_at"])
    _tell("staff.linked", waiting.staff, now)
    return Tried(contact, waiting.staff)


def _code_in(contact: Contact) -> str:
    """The code that was sent, in capitals; "" where there is none."""
    if contact.form == Form.COMMAND:
        return str(contact.details.get("argument") or "").strip().upper()
    return _told(contact.text) or _told(contact.subject)


def _told(words: str) -> str:
    found = _SAID.fullmatch(words) if len(words) < 40 else None
    return found[1].upper() if found else ""


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _tell(kind: str, staff: Staff, now: datetime) -> None:
    record([Happening(kind=kind, subject=f"staff:{staff.pk}", actor=f"staff:{staff.pk}", at=now)])
