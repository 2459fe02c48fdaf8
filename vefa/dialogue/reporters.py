"""Where those who reported matters can be reached: struck out of what is told to others about them."""

import re
from collections.abc import Mapping
from typing import Any

from vefa.cases.models import Case
from vefa.cases.tracking import NUMBERED, number_left
from vefa.citizens.hiding import without
from vefa.citizens.queries import addresses_of
from vefa.dialogue.audience import Listener
from vefa.directory.queries import municipality
from vefa.kit.text import digits_of

_REACHABLE = re.compile(r"\d|@|＠|\bat\b", re.IGNORECASE)


class Reporters:
    """Each matter is asked for once, and only for words that could name a number or a mailbox."""

    def __init__(self) -> None:
        self._ways: dict[int, list[str]] = {}

    def hidden(self, text: str, case_id: int) -> str:
        """The words without a number or mailbox of the one who reported this case."""
        if not _REACHABLE.search(text):
            return text
        if case_id not in self._ways:
            self._ways[case_id] = _ways_to(case_id)
        return without(text, self._ways[case_id], country=municipality().country)


def matter_of(one: Listener, data: Mapping[str, Any]) -> int:
    """Of which case an event tells this listener: their own, or the one that theirs follows."""
    return int(data.get("master_id") or (one.case.master_id if one.follower else 0) or one.case.pk)


def _ways_to(case_id: int) -> list[str]:
    """The numbers and mailboxes under which the city knows the reporter, but none that is the city's own."""
    rows = Case.objects.select_related("conversation__address").only("citizen_id", "conversation")
    case = rows.get(pk=case_id)
    own = case.conversation.address if case.conversation else None
    people = {case.citizen_id, own.citizen_id if own else None} - {None}
    known = [one for person in people if person for one in addresses_of(person)]
    ways = [one.value for one in known if "@" in one.value or one.last_digits or one.space in NUMBERED]
    ours = digits_of(municipality().phone)
    found = dict.fromkeys([*ways, number_left(case)])
    return [way for way in found if way and ("@" in way or digits_of(way) != ours)]
