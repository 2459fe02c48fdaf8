"""What residents of the town say, as contacts that were read, and the cases that come of it."""

from datetime import datetime
from itertools import count
from typing import Any

from tests.town import Town
from vefa.cases.models import Case
from vefa.cases.opening import Opening, open_cases
from vefa.citizens.models import Address, Citizen
from vefa.inbox.models import Contact, Conversation
from vefa.kit.text import fold

_numbers = count(1)


def heard(town: Town, text: str, *, at: datetime, who: str = "Ali Veli", **facts: Any) -> Contact:
    """A message of `who` to the city's bot (or `on` another endpoint), read and waiting to be handled."""
    endpoint = facts.pop("on", town.bot)
    number = next(_numbers)
    citizen = Citizen.objects.filter(name=who).first()
    if citizen is None:
        citizen = Citizen.objects.create(name=who, folded_name=fold(who), language="tr", created_at=at)
    address, _ = Address.objects.get_or_create(
        space=endpoint.channel, value=fold(who), defaults={"citizen": citizen, "created_at": at}
    )
    conversation, _ = Conversation.objects.get_or_create(
        endpoint=endpoint, address=address, thread="", defaults={"created_at": at}
    )
    return Contact.objects.create(
        endpoint=endpoint, external_id=str(number), lane=fold(who), received_at=at, raw=text.encode(),
        form="message", conversation=conversation, citizen=citizen, message_id=str(number),
        said_at=at, text=text, due_at=at, **facts,
    )  # fmt: skip


def opening(contact: Contact, **facts: Any) -> Opening:
    """What triage makes of a contact, unless `facts` say otherwise."""
    given: dict[str, Any] = {
        "title": contact.text, "text": contact.text, "language": "tr", "kind": "request", "urgency": 0,
        "service": None, "area_id": None, "unsure": False, "actor": "triage",
    }  # fmt: skip
    return Opening(contact=contact, **(given | facts))


def opened(town: Town, text: str = "Çarşıda yolda büyük çukur var", *, now: datetime, **facts: Any) -> Case:
    """A case in the Çarşı about a pothole, unless `facts` say otherwise."""
    said = {name: facts.pop(name) for name in ("who", "on", "lat", "lon", "place_text") if name in facts}
    given = {"service": town.pothole, "area_id": town.carsi.id} | facts
    (case_id,) = open_cases([opening(heard(town, text, at=now, **said), **given)], now=now)
    return Case.objects.get(id=case_id)
