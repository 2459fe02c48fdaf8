"""Saying that two rows are one person, and taking it back without loss.

Nothing is moved: addresses, conversations and cases stay with the row that they came to, and the absorbed row
points at the one that is kept. `queries.same_person` finds them all.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from vefa.citizens.models import Citizen, Likeness, Merge
from vefa.citizens.queries import same_person
from vefa.journal.record import Happening, record


class MergeError(Exception):
    """The two are one person already, or this merge was undone before."""


@transaction.atomic
def merge(*, kept_id: int, absorbed_id: int, reason: str, by: str, now: datetime) -> Merge:
    """Let one person stand for two; whoever was absorbed earlier comes along. Raises MergeError.

    by  who says so, as the journal names them: "staff:3"
    """
    kept, absorbed = _roots(kept_id, absorbed_id)
    if kept.pk == absorbed.pk:
        raise MergeError(f"{kept_id} and {absorbed_id} are one person already")
    followers = list(Citizen.objects.filter(merged_into=absorbed).order_by("id").values_list("id", flat=True))
    Citizen.objects.filter(id__in=[absorbed.pk, *followers]).update(merged_into=kept)
    stored = Merge.objects.create(
        kept=kept, absorbed=absorbed, moved_ids=followers, reason=reason, by=by, at=now
    )
    _tell("citizen.merged", stored, by=by, now=now, reason=reason)
    return stored


@transaction.atomic
def unmerge(*, merge_id: int, by: str, now: datetime) -> Merge:
    """Let the absorbed person stand for themselves again, with all who came along. Raises MergeError.

    It works in any order: a later merge of the one who was kept is left as it is, and so is one of somebody
    who came along, was then taken out, and was merged again.
    Whether the two are one, as it was suggested, is an open question again.
    """
    stored = Merge.objects.select_for_update().get(id=merge_id)
    if stored.undone_at is not None:
        raise MergeError("this merge was undone before")
    _hold_likenesses([stored.absorbed_id, *stored.moved_ids])
    (root,) = _roots(stored.absorbed_id)
    absorbed = Citizen.objects.select_for_update().get(id=stored.absorbed_id)
    Citizen.objects.filter(id__in=_still_with(stored), merged_into=root).update(merged_into=absorbed)
    absorbed.merged_into = None
    absorbed.save(update_fields=["merged_into"])
    _ask_again(absorbed.pk)
    stored.undone_at, stored.undone_by = now, by
    stored.save(update_fields=["undone_at", "undone_by"])
    _tell("citizen.unmerged", stored, by=by, now=now, reason="")
    return stored


def _hold_likenesses(people: Collection[int]) -> None:
    """Lock what is said of these before they are: whoever decides on a likeness locks it first as well."""
    rows = Likeness.objects.select_for_update().filter(Q(older__in=people) | Q(newer__in=people))
    list(rows.order_by("id").values_list("id"))


def _ask_again(parted_id: int) -> None:
    """Nobody has decided any more whether somebody who was parted from others is one of them."""
    people = same_person(parted_id)
    accepted = Likeness.objects.filter(Q(older__in=people) | Q(newer__in=people), accepted=True)
    between = accepted.exclude(older__in=people, newer__in=people)
    between.update(accepted=None, decided_at=None, by="")


def _still_with(stored: Merge) -> list[int]:
    """Those who came along with the absorbed one and whom merges in force still join to them."""
    merges = Merge.objects.filter(absorbed_id__in=stored.moved_ids, undone_at=None).order_by("id")
    kept_of = dict(merges.values_list("absorbed_id", "kept_id"))
    return [
        citizen_id for citizen_id in stored.moved_ids if stored.absorbed_id in _above(citizen_id, kept_of)
    ]


def _above(citizen_id: int, kept_of: Mapping[int, int]) -> set[int]:
    """Everybody by whom somebody was kept, and by whom those were, in these merges."""
    found: set[int] = set()
    while citizen_id in kept_of and kept_of[citizen_id] not in found:
        citizen_id = kept_of[citizen_id]
        found.add(citizen_id)
    return found


def _roots(*ids: int) -> list[Citizen]:
    """The rows that stand for these people, locked in the order of their ids.

    Whoever waited for the lock asks again: the one who had it may have merged or un-merged them.
    """
    tops = _tops(ids)
    rows = Citizen.objects.select_for_update().filter(id__in=tops.values()).order_by("id")
    locked = {row.pk: row for row in rows}
    return [locked[tops[one]] for one in ids] if _tops(ids) == tops else _roots(*ids)


def _tops(ids: Collection[int]) -> dict[int, int]:
    known = Citizen.objects.in_bulk(list(ids))
    return {citizen_id: known[citizen_id].root_id for citizen_id in ids}


def _tell(kind: str, stored: Merge, *, by: str, now: datetime, reason: str) -> None:
    data = {
        "merge_id": stored.pk,
        "kept_id": stored.kept_id,
        "absorbed_id": stored.absorbed_id,
        "reason": reason,
    }
    record([Happening(kind=kind, subject=f"citizen:{stored.kept_id}", actor=by, at=now, data=data)])
