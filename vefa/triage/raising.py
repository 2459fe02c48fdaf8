"""What is said further of a case may tell of danger: then the case is an emergency from now on."""

from collections.abc import Iterable
from datetime import datetime

from vefa.cases.models import Case
from vefa.cases.moves import Told, changed, locked
from vefa.triage.advice import Advice
from vefa.triage.matter import speaks_of_danger
from vefa.triage.tone import EMERGENCY


def raise_urgency(said: Iterable[tuple[int, Advice]], *, now: datetime) -> None:
    """Raise the cases about which danger was spoken; one that follows another raises that one, too.

    Nothing is lowered, and what a person was asked stays asked. Without such words the database is asked
    nothing. Call it in the transaction.
    """
    ids = {case_id for case_id, advice in said if speaks_of_danger(advice)}
    if not ids:
        return
    masters = Case.objects.filter(id__in=ids, master__isnull=False).values_list("master_id", flat=True)
    for case_id in sorted(ids.union(masters)):
        case = locked(case_id)
        if case.urgency < EMERGENCY:
            data = {"changes": {"urgency": [case.urgency, EMERGENCY]}, "unit_id": case.unit_id}
            case.urgency = EMERGENCY
            changed(case, "urgency", told=Told(kind="case.described", by="triage", at=now, data=data))
