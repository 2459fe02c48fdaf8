"""What may be shown to everybody."""

from vefa.cases.models import Kind
from vefa.cases.moves import MoveNotAllowedError
from vefa.directory.models import Service

SHOWN_KINDS = {Kind.REQUEST, Kind.DANGER}


class NotShownError(MoveNotAllowedError):
    """Cases of this service are shown to nobody, and so is a case of no service."""


def is_public(*, service: Service | None, kind: str, private: bool, unsure: bool) -> bool:
    """Whether a matter may stand on the public list without anybody looking at it first."""
    return service is not None and service.public and kind in SHOWN_KINDS and not private and not unsure


def may_be_shown(service: Service | None) -> bool:
    """Whether a person may show a case of this service to everybody."""
    return service is not None and service.public
