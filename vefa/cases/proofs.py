"""Files that show the work: an after-photo, kept with the case."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from vefa.cases.models import Case, Proof
from vefa.cases.moves import By, actor_of
from vefa.inbox.files import StoredFile


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


def named(keys: Iterable[UUID]) -> set[UUID]:
    """Which of these files are proofs."""
    return set(Proof.objects.filter(key__in=keys).values_list("key", flat=True))
