"""The case, who stands behind it, what was promised on it, who has seen it, and incidents."""

from vefa.cases.models.beside import (
    Note,
    Proof,
    Sight,
)
from vefa.cases.models.case import (
    FAR,
    OPEN,
    QUEUE_FACTS,
    Case,
    CaseContact,
    Kind,
    Outcome,
    State,
    Supporter,
    Urgency,
)
from vefa.cases.models.incident import (
    Incident,
    IncidentCase,
    IncidentOrder,
    IncidentState,
)
from vefa.cases.models.promise import (
    Extension,
    Pause,
    Promise,
    PromiseKind,
)

__all__ = [
    "FAR",
    "OPEN",
    "QUEUE_FACTS",
    "Case",
    "CaseContact",
    "Extension",
    "Incident",
    "IncidentCase",
    "IncidentOrder",
    "IncidentState",
    "Kind",
    "Note",
    "Outcome",
    "Pause",
    "Promise",
    "PromiseKind",
    "Proof",
    "Sight",
    "State",
    "Supporter",
    "Urgency",
]
