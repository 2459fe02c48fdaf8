"""What may be shown to everybody."""

from vefa.cases.models import Kind
from vefa.directory.models import Service

SHOWN_KINDS = {Kind.REQUEST, Kind.DANGER}


def is_public(*, service: Service | None, kind: str, private: bool, unsure: bool) -> bool:
    """Whether a matter may stand on the public list without anybody looking at it first."""
    return service is not None and service.public and kind in SHOWN_KINDS and not private and not unsure
