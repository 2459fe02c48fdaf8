"""The telephone calls in which something on a case was said, with what was recorded."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from vefa.calls import queries
from vefa.calls.models import Call
from vefa.dialogue.queries import Entry
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.web.desk.call_lines import line_of
from vefa.web.ui import words
from vefa.web.ui.linking import link_to
from vefa.web.ui.shapes import Spoken

RECORDING, VOICEMAIL = "recording", "voicemail"


def calls_in(staff: Staff, entries: Iterable[Entry], *, now: datetime) -> Mapping[int, Spoken]:
    """By contact: its call, for who may see it in the list of calls; nothing is read where there is none."""
    told = [one.contact.pk for one in entries if one.contact and _is_call(one.contact.details)]
    if not told or not can(staff, Action.PRIVATE):
        return {}
    calls = queries.written_down(staff, told, now=now)
    return {call.contact_id: _spoken(call) for call in calls if call.contact_id}


def _is_call(details: Mapping[str, object]) -> bool:
    told = details.get("telephone")
    return isinstance(told, dict) and bool(told.get("call"))


def _spoken(call: Call) -> Spoken:
    line = line_of(call)
    parts = [line.state, words.digits(line.talked), call.staff.name if call.staff else ""]
    return Spoken(
        words=" · ".join(part for part in parts if part),
        recording=link_to("desk:recording", call.pk, RECORDING) if vars(call)["is_recorded"] else "",
        voicemail=link_to("desk:recording", call.pk, VOICEMAIL) if vars(call)["has_voicemail"] else "",
    )
