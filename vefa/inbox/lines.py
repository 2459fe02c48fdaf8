"""What people write down for others, line by line: a meeting's speakers, a headman's list, forms on paper.

Every line takes the same way as a web form: durable and once, with its own number, before anybody is told so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vefa.inbox import intake, numbers
from vefa.inbox.files import StoredFile
from vefa.inbox.intake import Accepted, Incoming
from vefa.kit import ids


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one person wants, as somebody else wrote it down."""

    text: str
    place_text: str = ""
    name: str = ""
    phone: str = ""
    language: str = ""
    area_id: int | None = None
    service: str = ""  # its code


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line on its way in.

    external_id  the same for every try: made of the page's token and the line's number
    said_at      when the person said it, UTC; the clocks of its case run from there
    reference    a number that was given out before; "" draws a new one
    """

    line: Line
    endpoint_id: int
    external_id: str
    said_at: datetime
    now: datetime
    due_at: datetime | None = None
    reference: str = ""
    secret: str = ""
    files: tuple[StoredFile, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


def enter(entry: Entry) -> Accepted:
    """Keep one line for good; a repeated one gives the first one's number. Must not be in a transaction."""
    reference = entry.reference or numbers.draw(1, at=entry.now)[0]
    return intake.accept(
        [
            Incoming(
                endpoint_id=entry.endpoint_id,
                external_id=entry.external_id,
                lane="",
                raw=_form(entry),
                received_at=entry.said_at,
                due_at=entry.due_at or entry.now,
                reference=reference,
                secret=entry.secret or ids.secret(),
                details=_details(entry),
                files=entry.files,
            )
        ]
    )[0]


def _form(entry: Entry) -> bytes:
    line = entry.line
    sheet = {
        "text": line.text, "place_text": line.place_text, "name": line.name, "phone": line.phone,
        "language": line.language, "said_at": entry.said_at.isoformat(),
    }  # fmt: skip
    return json.dumps(sheet, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _details(entry: Entry) -> dict[str, Any]:
    line = entry.line
    own = {"service": line.service, "area_id": line.area_id, "place_text": line.place_text}
    return {name: value for name, value in {**own, **entry.details}.items() if value}
