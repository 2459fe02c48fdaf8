"""A call that is written down: what the form knows already, and what becomes of it beside a case."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from vefa.calls import queries
from vefa.calls.applying import other_end
from vefa.calls.models import Call
from vefa.cases.queries import open_case
from vefa.channels.models import Endpoint
from vefa.channels.queries import door_of
from vefa.citizens.numbers import shown
from vefa.citizens.queries import people_at
from vefa.directory.access import Action, can
from vefa.directory.models import Service, Staff
from vefa.directory.queries import directory
from vefa.inbox import intake
from vefa.inbox.intake import Incoming
from vefa.web.desk.call_lines import Matter, matters_of

PHONE = "phone"


@dataclass(frozen=True)
class Caller:
    """Who is on the telephone: the call, if an exchange told of it, and what they may be calling about."""

    call: Call | None = None
    matters: list[Matter] = field(default_factory=list)
    about: int = 0  # the case that was chosen

    @property
    def initial(self) -> dict[str, Any]:
        """What the form is filled with."""
        if self.call is None:
            return {}
        country = directory().municipality.country
        citizen = self.call.citizen.root if self.call.citizen else None
        number = other_end(self.call)
        known = {
            "channel": PHONE,
            "phone": shown(number, country=country) if number else "",
            "name": citizen.name if citizen and citizen.name else self.call.caller_name,
        }
        return known | ({"language": citizen.language} if citizen and citizen.language else {})


def caller_of(staff: Staff, request: HttpRequest, *, now: datetime) -> Caller:
    """From the call that the form was opened from, else from the number typed into it."""
    asked = request.POST or request.GET
    call = queries.call_of(staff, _int(asked.get("call", "")), now=now)
    chosen = open_case(staff, _int(asked.get("about", "")))
    if not can(staff, Action.PRIVATE):
        return Caller(call)
    citizen_id = call.citizen_id if call else _owner(asked.get("phone", ""))
    return Caller(call, matters_of(staff, citizen_id), chosen.pk if chosen else 0)


def _owner(typed: str) -> int | None:
    people = people_at(typed, country=directory().municipality.country, limit=1) if typed.strip() else []
    return people[0] if people else None


def details(caller: Caller, *, channel: str, spot: bool, line: int | None) -> dict[str, Any]:
    """What the contact is told beside its words."""
    found: dict[str, Any] = {"case": caller.about} if caller.about else {}
    if spot:
        found["on_the_spot"] = True
    if channel == PHONE:
        call = {"call": caller.call.pk} if caller.call else {}
        found["telephone"] = call | ({"line": line} if line else {})
    return found


def count(call: Call, service: Service, *, staff: Staff, token: UUID, now: datetime) -> None:
    """Keep that a call was answered on the spot, with its subject. Raises NoDoorError."""
    country = directory().municipality.country
    sheet = {
        "phone": shown(other_end(call), country=country),
        "name": "" if call.direction == "out" else call.caller_name,
        "said_at": now.isoformat(),
    }
    facts = {
        "service": service.code,
        "taken_by": staff.pk,
        "on_the_spot": True,
        "telephone": {"call": call.pk},
    }
    intake.accept(
        [
            Incoming(
                endpoint_id=door_of(PHONE),
                external_id=f"desk:{token}",
                lane="",
                raw=json.dumps(sheet, ensure_ascii=False, sort_keys=True).encode(),
                received_at=now,
                details=facts,
            )
        ]
    )
    intake.wake()


def lines(language: str) -> list[tuple[str, str]]:
    """Whose line a call may have come on, where there are several."""
    found: list[Endpoint] = queries.lines()
    return [(str(one.pk), one.name(language)) for one in found] if len(found) > 1 else []


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
