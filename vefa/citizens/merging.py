"""Saying that two rows are one person, and taking it back without loss.

Nothing is moved: addresses, conversations and cases stay with the row that they came to, and the absorbed row
points at the one that is kept. `queries.same_person` finds them all.
"""

from datetime import datetime

from django.db import transaction

from vefa.citizens.models import Citizen, Merge
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

    It works in any order: a later merge of the one who was kept is left as it is.
    """
    stored = Merge.objects.select_for_update().get(id=merge_id)
    if stored.undone_at is not None:
        raise MergeError("this merge was undone before")
    absorbed = Citizen.objects.select_for_update().get(id=stored.absorbed_id)
    root_id = absorbed.merged_into_id
    Citizen.objects.filter(id__in=stored.moved_ids, merged_into_id=root_id).update(merged_into=absorbed)
    absorbed.merged_into = None
    absorbed.save(update_fields=["merged_into"])
    stored.undone_at, stored.undone_by = now, by
    stored.save(update_fields=["undone_at", "undone_by"])
    _tell("citizen.unmerged", stored, by=by, now=now, reason="")
    return stored


def _roots(*ids: int) -> list[Citizen]:
    """The rows that stand for these people, locked in the order of their ids."""
    known = Citizen.objects.in_bulk(ids)
    tops = [known[citizen_id].root_id for citizen_id in ids]
    rows = {row.pk: row for row in Citizen.objects.select_for_update().filter(id__in=tops).order_by("id")}
    return [rows[top] for top in tops]


def _tell(kind: str, stored: Merge, *, by: str, now: datetime, reason: str) -> None:
    data = {
        "merge_id": stored.pk,
        "kept_id": stored.kept_id,
        "absorbed_id": stored.absorbed_id,
        "reason": reason,
    }
    record([Happening(kind=kind, subject=f"citizen:{stored.kept_id}", actor=by, at=now, data=data)])
