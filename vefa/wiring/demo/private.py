"""The mayor's own line in the demo city: what people wrote to her alone, and who reads it with her."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from vefa.channels.models import Endpoint
from vefa.citizens.models import Address, Citizen
from vefa.directory.models import Role, Staff
from vefa.inbox import delegating
from vefa.inbox.delegating import Grant
from vefa.inbox.models import (
    Contact,
    ContactState,
    Conversation,
    PrivateMessage,
    PrivateSight,
    PrivateState,
)
from vefa.kit.text import fold

LINE = "mayor_line"
ASSISTANT = "emre"
FIRST = 7_990_000_001  # Telegram accounts that nobody has


@dataclass(frozen=True)
class Said:
    """One message: who, in which language, how long ago, and what became of it."""

    name: str
    language: str
    ago: timedelta
    text: str
    state: PrivateState = PrivateState.OPEN


MESSAGES = (
    Said("Hatice Koç", "tr", timedelta(minutes=50),
         "Başkanım, annem 84 yaşında, üç gündür asansör çalışmıyor, merdivenden inemiyor. Çarşı mahallesi."),
    Said("Марина Ким", "ru", timedelta(hours=2),
         "Госпожа мэр, возле школы на Приозёрной снова яма, дети идут по дороге. Посмотрите, пожалуйста."),
    Said("Айгүл Серік", "kk", timedelta(hours=3),
         "Құрметті әкім, саябақтағы шам төртінші күн жанбай тұр, кешке қорқынышты."),
    Said("زهرا کریمی", "fa", timedelta(hours=9),
         "خانم شهردار، دیروز در دیدار مردمی قول دادید پسرم را برای کارآموزی معرفی کنید. هنوز خبری نشده است."),
    Said("Tom Baker", "en", timedelta(hours=11),
         "Dear Mayor, thank you for coming to our street on Saturday. The children still talk about it."),
    Said("Serkan Uysal", "tr", timedelta(hours=13),
         "Sayın Başkan, belediyedeki bir memurla ilgili size özel olarak anlatmak istediğim bir konu var."),
    Said("Nuray Şen", "tr", timedelta(days=1, hours=2),
         "Başkanım düğünümüze bekleriz, 14 Aralık akşamı.", PrivateState.KEPT),
    Said("Emine Balcı", "tr", timedelta(days=1, hours=5),
         "Hayırlı olsun başkanım, yeni otobüs hattı çok iyi oldu.", PrivateState.ANSWERED),
)  # fmt: skip


@transaction.atomic
def tell_private(*, now: datetime) -> int:
    """Write the messages and let the assistant in; how many there are, none where they are there already."""
    line = Endpoint.objects.filter(key=LINE, retired_at=None).first()
    mayor = Staff.objects.filter(role=Role.MAYOR, retired_at=None).order_by("id").first()
    if line is None or mayor is None or PrivateMessage.objects.filter(endpoint=line).exists():
        return 0
    assistant = Staff.objects.filter(username=ASSISTANT, retired_at=None).first()
    if assistant is not None:
        grant = Grant(from_at=now - timedelta(days=30), may_answer=True, may_file=True)
        delegating.give(endpoint=line, to=assistant, grant=grant, by=mayor, now=now)
    for number, said in enumerate(MESSAGES):
        _write(line, said, number, mayor, now)
    return len(MESSAGES)


def _write(line: Endpoint, said: Said, number: int, mayor: Staff, now: datetime) -> None:
    at = now - said.ago
    account = FIRST + number
    person = Citizen.objects.create(
        name=said.name, folded_name=fold(said.name), language=said.language, created_at=at
    )
    address = Address.objects.create(
        space="telegram", value=str(account), citizen=person, shown_name=said.name, created_at=at
    )
    talk = Conversation.objects.create(
        endpoint=line, address=address, thread=str(account), language=said.language, last_contact_at=at,
        created_at=at,
    )  # fmt: skip
    contact = Contact.objects.create(
        endpoint=line, external_id=str(number + 1), lane=str(account), received_at=at, due_at=at,
        raw=_raw(said, number, account, at), form="message", conversation=talk, citizen=person, said_at=at,
        message_id=str(number + 1), text=said.text, language=said.language, state=ContactState.HANDLED,
        handled_at=at,
    )  # fmt: skip
    settled = said.state != PrivateState.OPEN
    message = PrivateMessage.objects.create(
        contact=contact, endpoint=line, state=said.state, arrived_at=at,
        settled_at=at + timedelta(hours=1) if settled else None, settled_by=mayor if settled else None,
    )  # fmt: skip
    if settled:
        seen_at = at + timedelta(minutes=58)
        PrivateSight.objects.create(message=message, staff=mayor, first_at=seen_at, last_at=seen_at)


def _raw(said: Said, number: int, account: int, at: datetime) -> bytes:
    """The update as Telegram would have pushed it, so that filing can read it again."""
    message = {
        "message_id": number + 1, "date": int(at.timestamp()), "text": said.text,
        "chat": {"id": account, "type": "private", "first_name": said.name},
        "from": {"id": account, "first_name": said.name, "language_code": said.language},
    }  # fmt: skip
    return json.dumps({"update_id": number + 1, "message": message}, ensure_ascii=False).encode()
