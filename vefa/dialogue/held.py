"""Acknowledgements of mails that came too soon after one another: said an hour later, one after the other.

Who wrote by mail has the number from nowhere else; who filled in a form read it on the page.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from vefa.dialogue.audience import BY_HAND, Listener
from vefa.dialogue.models import Reply
from vefa.dialogue.sparing import UNPROVED
from vefa.dialogue.writing import Words
from vefa.journal.record import Happening, record

LATER = timedelta(hours=1)
_NEVER: Mapping[int, int] = {}
type Row = tuple[Listener, Words]


def lay_back(
    rows: Sequence[Row], said: Sequence[Row], *, now: datetime, tries: Mapping[int, int] = _NEVER
) -> None:
    """Try in an hour what was not said now, as often as a day's measure could still take it.

    `tries` counts by case how often that was done already.
    """
    causes = {words.cause for _, words in said}
    held = [one for one, words in rows if words.cause not in causes and _by_mail(one)]
    record(
        Happening(
            kind="acknowledgement.held",
            subject=f"held:{one.case.pk}",
            actor="system",
            at=now,
            due_at=now + LATER,
            data={"case_id": one.case.pk, "tries": tries.get(one.case.pk, 0) + 1},
        )
        for one in held
        if tries.get(one.case.pk, 0) + 1 < UNPROVED.a_day
    )


def told_meanwhile(case_ids: Collection[int]) -> set[int]:
    """Those of these cases on which something was said that bears the number."""
    replies = Reply.objects.filter(case_id__in=case_ids, taken_back_at=None)
    return set(replies.values_list("case_id", flat=True))


def _by_mail(one: Listener) -> bool:
    return one.conversation is not None and one.conversation.endpoint.channel not in BY_HAND
