"""From a form to a receipt: one draw of a number, one insert, and the resident's link is good."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from vefa.channels.queries import door_of
from vefa.inbox import intake, together
from vefa.inbox.files import StoredFile
from vefa.inbox.intake import Accepted, Incoming
from vefa.kit import ids
from vefa.web.portal import places
from vefa.web.portal.drawing import drawer

CHANNEL = "portal"
WAKE_EVERY_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a resident sends. `details` says what it belongs to: {"case": id} or {"supports": id}."""

    text: str
    language: str
    files: tuple[StoredFile, ...] = ()
    place_text: str = ""
    lat: float | None = None
    lon: float | None = None
    area: str = ""
    service: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    phone: str = ""
    email: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def send(report: Report, *, token: str, now: datetime) -> Accepted:
    """Keep a new report: it survives a crash from now on. The same token gets the first receipt again."""
    reference = drawer.take(at=now)
    arrival = _arrival(report, token=token, now=now, reference=reference, secret=ids.secret())
    return keep(arrival)


def add(report: Report, *, token: str, lane: str, now: datetime) -> Accepted:
    """Keep a further word on something that was sent before; `lane` keeps such words in order."""
    return keep(_arrival(report, token=token, now=now, lane=lane))


def receipt_address(accepted: Accepted) -> str:
    """Where the resident finds the receipt, and later everything that happens."""
    return reverse("portal:received", args=[accepted.reference, accepted.secret])


def _arrival(report: Report, *, token: str, now: datetime, lane: str = "", **receipt: Any) -> Incoming:
    return Incoming(
        endpoint_id=door_of(CHANNEL),
        external_id=f"form:{token}",
        lane=lane,
        raw=_canonical(report, now),
        received_at=now,
        details=_kept_details(report),
        files=report.files,
        **receipt,
    )


def _canonical(report: Report, now: datetime) -> bytes:
    """The form as JSON with its keys in order: the same form always gives the same bytes."""
    said = {
        "text": report.text,
        "language": report.language,
        "place_text": report.place_text,
        "lat": report.lat,
        "lon": report.lon,
        "area": report.area,
        "service": report.service,
        "answers": dict(report.answers),
        "name": report.name,
        "phone": report.phone,
        "email": report.email,
        "said_at": now.isoformat(),
        **report.details,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _kept_details(report: Report) -> dict[str, Any]:
    area = places.by_key(report.area)
    chosen = {
        "service": report.service,
        "area_id": area.id if area else None,
        "answers": dict(report.answers),
        "place_text": report.place_text,
    }
    return {**{name: value for name, value in chosen.items() if value}, **report.details}


def keep(arrival: Incoming) -> Accepted:
    """Keep one arrival for good and wake the workers now and then; who comes together shares a commit."""
    accepted = together.row.keep(arrival)
    _wake_sometimes()
    return accepted


class _LastWake:
    at = 0.0


def _wake_sometimes() -> None:
    """A hint to the workers, at most twenty times a second: they look by themselves every second."""
    moment = time.monotonic()
    if moment - _LastWake.at >= WAKE_EVERY_S:
        _LastWake.at = moment
        intake.wake()
