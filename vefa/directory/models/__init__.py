"""The nouns of a municipality: what `vefa load` fills and an administrator edits.

Nothing here is ever deleted: a row that is no longer wanted gets `retired_at`, and old cases keep
pointing at it.
"""

from vefa.directory.models.base import Kept, Kind, Municipality, Named, Remit, Role, Source, Urgency
from vefa.directory.models.catalogue import Service, ServiceExample, ServiceGroup, ServiceUnit, ServiceVersion
from vefa.directory.models.days import Holiday, Shift
from vefa.directory.models.people import Staff
from vefa.directory.models.places import Agency, Area, Unit
from vefa.directory.models.transport import Line, Stop

__all__ = [
    "Agency",
    "Area",
    "Holiday",
    "Kept",
    "Kind",
    "Line",
    "Municipality",
    "Named",
    "Remit",
    "Role",
    "Service",
    "ServiceExample",
    "ServiceGroup",
    "ServiceUnit",
    "ServiceVersion",
    "Shift",
    "Source",
    "Staff",
    "Stop",
    "Unit",
    "Urgency",
]
