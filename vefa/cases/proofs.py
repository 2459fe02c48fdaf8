"""Files that show the work: an after-photo, kept with the case."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from vefa.cases.models import Case, Proof
from vefa.cases.moves import By, actor_of
from vefa.inbox.files import StoredFile


@dataclass(frozen=True)
class Pictured:
    """The cases of which residents may see a photo: their own, or one of their parts'."""

    own: set[int] = field(default_factory=set)
    in_parts: set[int] = field(default_factory=set)


def add(*, case: Case, file: StoredFile, by: By, now: datetime) -> Proof:
    """Keep a stored file as proof of the work on a case; `cases.ending` asks for its id."""
    return Proof.objects.create(
        case=case,
        key=file.key,
        path=file.path,
        content_type=file.content_type,
        size=file.size,
        by=actor_of(by),
        at=now,
    )


def of_case(case: Case) -> list[Proof]:
    """The proofs of a case, the first first."""
    return list(Proof.objects.filter(case=case).order_by("at", "id"))


def shown(case: Case, *, with_parts: bool) -> list[Proof]:
    """What residents may see of the work, the first first; its own resident knows parts by the whole."""
    here = Q(case=case) | Q(case__parent=case) if with_parts else Q(case=case)
    return list(Proof.objects.filter(here, public=True).order_by("at", "id"))


def pictured(case_ids: Collection[int]) -> Pictured:
    """Of which of these cases, and of whose parts, residents may see a photo; at most one statement."""
    if not case_ids:
        return Pictured()
    here = Q(case__in=case_ids) | Q(case__parent__in=case_ids)
    photos = Proof.objects.filter(here, public=True, content_type__startswith="image/").order_by("id")
    found = list(photos.values_list("case_id", "case__parent_id"))
    return Pictured({case_id for case_id, _ in found}, {whole_id for _, whole_id in found if whole_id})


def named(keys: Iterable[UUID]) -> set[UUID]:
    """Which of these files are proofs."""
    return set(Proof.objects.filter(key__in=keys).values_list("key", flat=True))
