"""An edited message and its case; where the first words made none, the new ones are the message itself."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from vefa.cases.models import CaseContact
from vefa.cases.opening import follow
from vefa.channels.port import Form
from vefa.inbox.models import Contact, PrivateMessage
from vefa.triage.drawing import UNREADABLE

EDITED = "edited_contact_id"  # in the details of an edit: the contact that it changes
_SAID = {Form.MESSAGE, Form.START, Form.COMMAND, Form.UNKNOWN, UNREADABLE}  # by a person, to be read
_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,32}(?:@\w+)?")  # and nothing behind it


def take_alone(contacts: Sequence[Contact]) -> list[Contact]:
    """The edits of what opened no case and is nobody's private message: from now on messages to be read.

    Of several edits of one message the first is taken, the further ones change that. Call it again once these
    are read, until there are none: a keyword opens no case either. `contacts` are a whole batch.
    """
    edits = [one for one in contacts if one.form == Form.EDIT and one.details.get(EDITED)]
    known = _known({one.details[EDITED] for one in edits})
    edits = [one for one in edits if one.details[EDITED] not in known]
    if not edits:
        return []
    taken = _taken(edits, contacts)
    known = _known(taken.values())
    before = _before({one.details[EDITED] for one in edits} | set(taken.values()), contacts)
    alone: dict[int, Contact] = {}
    for one in edits:
        earlier = taken.get(one.details[EDITED], one.details[EDITED])
        if earlier in known:
            one.details[EDITED] = earlier
        elif _says_more(one, before.get(earlier)):
            alone.setdefault(earlier, one)
    for one in alone.values():
        one.form = Form.MESSAGE
    return list(alone.values())


def changed_before(contacts: Sequence[Contact]) -> dict[int, list[Contact]]:
    """By filed message what its sender made of it before somebody filed it, the last words last.

    A batch without such a message asks the database nothing.
    """
    changed = [one for one in contacts if one.edited_at and not one.deleted_at]
    filed = {one.pk: one.conversation_id for one in changed if one.details.get("filed")}
    if not filed:
        return {}
    rows = Contact.objects.filter(
        conversation_id__in=set(filed.values()),
        form=Form.EDIT,
        details__edited_contact_id__in=sorted(filed),
        deleted_at=None,
    )
    found: dict[int, list[Contact]] = defaultdict(list)
    for one in rows.order_by("id"):
        found[one.details[EDITED]].append(one)
    return found


def follow_edits(contacts: Iterable[Contact], *, now: datetime, quiet: Collection[int] = frozenset()) -> None:
    """The case of an edited message shows that the resident changed their words; `quiet`: see `follow`."""
    wanted: dict[int, list[Contact]] = defaultdict(list)
    for one in contacts:
        if one.form == Form.EDIT and one.details.get(EDITED):
            wanted[one.details[EDITED]].append(one)
    if not wanted:
        return
    links = CaseContact.objects.filter(contact_id__in=wanted).order_by("case_id", "id")
    rows = links.values_list("case_id", "contact_id")
    follow(
        [(case_id, one) for case_id, contact_id in rows for one in wanted[contact_id]], now=now, quiet=quiet
    )


def _known(contact_ids: Collection[int]) -> set[int]:
    """Those that stand in a case, or wait for whose account they came to."""
    if not contact_ids:
        return set()
    held = PrivateMessage.objects.filter(contact_id__in=contact_ids).values_list("contact_id", flat=True)
    links = CaseContact.objects.filter(contact_id__in=contact_ids)
    return {*links.values_list("contact_id", flat=True), *held}


def _taken(edits: Sequence[Contact], contacts: Sequence[Contact]) -> dict[int, int]:
    """By first contact the last of its edits that was taken as a message, in this batch or before."""
    rows = Contact.objects.filter(
        conversation_id__in={one.conversation_id for one in edits},
        form=Form.MESSAGE,
        details__edited_contact_id__in=sorted({one.details[EDITED] for one in edits}),
    )
    found = {
        int(first): pk for first, pk in rows.order_by("id").values_list("details__edited_contact_id", "pk")
    }
    return found | {
        one.details[EDITED]: one.pk
        for one in contacts
        if one.form == Form.MESSAGE and one.details.get(EDITED)
    }


def _before(contact_ids: Collection[int], contacts: Sequence[Contact]) -> Mapping[int, Contact]:
    """What was said before; of this batch as it was read, for nothing of that is written yet."""
    here = {one.pk: one for one in contacts if one.pk in contact_ids}
    return Contact.objects.only("form", "text").in_bulk([pk for pk in contact_ids if pk not in here]) | here


def _says_more(edit: Contact, before: Contact | None) -> bool:
    """Whether there is something new to be read in it, and a person had said the first words to us."""
    if before is None or before.form not in _SAID:
        return False
    words = edit.text.strip()
    return words != before.text.strip() and not _COMMAND.fullmatch(words)
