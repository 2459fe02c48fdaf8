"""The judge of the fault stories sees each kind of wrong: a sound history is spoilt in one place at once."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.collected import Bale
from tests.faults.history import Evidence
from tests.faults.ledger import Ledger
from tests.faults.letters import said, update
from tests.faults.moods import MoodyBotApi
from tests.faults.neighbours import Dated, NamingViber, Neighbours
from tests.faults.tables import Tables
from tests.faults.telephone import Switchboard
from tests.providers.asterisk_manager import AsteriskManager
from tests.providers.meta_graph import MetaGraph
from tests.providers.sms_gateways import SmsGateway
from tests.providers.telegram_bot_api import Received
from tests.providers.whatsapp_cloud import WhatsAppCloud
from tests.providers.x_api import XApiServer

PHOTO = b"the bytes of a photo"
DIGEST = hashlib.sha256(PHOTO).hexdigest()
REFERENCE = "26-00001-4"


@pytest.fixture
def sound(tmp_path: Path) -> Evidence:
    """Derya writes twice over Telegram and fills in a form with a photo, Ali calls: all as it should be."""
    (tmp_path / "photo").write_bytes(PHOTO)
    sent = {
        "1": {**said("telegram", "Çukur var", chat=7, who=7), "copies": 2},
        "2": {**said("telegram", "Hâlâ var", chat=7, who=7), "copies": 2},
        "form:a": {"way": "portal", "text": "Lamba yanmıyor", "photo": DIGEST, "copies": 2},
        "c:began": {"way": "asterisk", "chat": "c", "call": "c", "ends": "missed"},
        "c:ended": {"way": "asterisk", "chat": "c", "call": "c", "ends": "missed"},
    }
    ledger = Ledger(
        sent=sent,
        acked={*sent},
        again=Counter({"1": 2, "2": 2, "form:a": 2}),
        refused=Counter({0: 3, 503: 1}),
        references={"form:a": {"26-00002-2"}},
    )
    provider = MoodyBotApi()
    provider.sent.append(received(f"Başvurunuz ulaştı: {REFERENCE}.", number=900))
    return Evidence(ledger, tables(), provider, neighbours(), tmp_path)


def received(text: str, *, number: int, at: float = 10.0, to: int = 7) -> Received:
    return Received(to, text, number, "sendMessage", {}, {}, at)


def tables() -> Tables:
    return Tables(
        contacts=[
            contact(1, "1", "Çukur var"),
            contact(2, "2", "Hâlâ var"),
            contact(3, "form:a", "Lamba yanmıyor", channel="portal", reference="26-00002-2"),
            contact(4, "c:began", "", channel="asterisk"),
            contact(5, "c:ended", "", channel="asterisk"),
        ],
        cases=[
            {"case_id": 1, "contact_id": 1, "opened": True, "reference": REFERENCE},
            {"case_id": 1, "contact_id": 2, "opened": False, "reference": REFERENCE},
            {"case_id": 2, "contact_id": 3, "opened": True, "reference": "26-00002-2"},
        ],
        events=[event(1, "case:1"), event(2, "case:2")],
        deliveries=[
            delivery(1, "handed_over", "900", "event:1:0"),
            delivery(2, "shown", "", "event:2:0") | {"channel": None},
        ],
        photos=[{"external_id": "form:a", "state": "stored", "sha256": DIGEST, "path": "photo"}],
        calls=[{"call": "c", "state": "missed", "answered_by": "", "rung": [], "ended_at": 5}],
    )


def contact(number: int, name: str, text: str, **more: Any) -> dict[str, Any]:
    row = {"id": number, "external_id": name, "text": text, "reference": None, "state": "handled"}
    return {**row, "handled_at": number, "channel": "telegram", **more}


def event(number: int, subject: str) -> dict[str, Any]:
    return {"id": number, "kind": "case.opened", "subject": subject, "handled_at": 1, "parked_at": None}


def delivery(number: int, state: str, provider_id: str, cause: str) -> dict[str, Any]:
    row = {"id": number, "state": state, "scheduled": False, "resent": 0, "channel": "telegram"}
    return {**row, "provider_id": provider_id, "cause": cause}


def neighbours() -> Neighbours:
    viber, x = NamingViber(sent=Dated()), XApiServer(posts=Dated(), direct=Dated())
    gateway = SmsGateway("kannel", sent=Dated())
    return Neighbours(
        cloud=WhatsAppCloud(received=Dated()), graph=MetaGraph(sent=Dated()), insta=MetaGraph(sent=Dated()),
        gateway=gateway, viber=viber, x=x, bale=Bale(MoodyBotApi()), board=Switchboard(AsteriskManager()),
        post=None,
    )  # fmt: skip


def row_of(rows: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    rows[0].update(changes)
    return rows[0]


def photo_spoilt(e: Evidence) -> None:
    (e.files / "photo").write_bytes(b"other bytes")


type Spoil = Callable[[Evidence], object]
# By verdict: what a broken product would leave behind.
SPOILT: dict[str, list[Spoil]] = {
    "never acknowledged": [lambda e: e.ledger.acked.discard("2")],
    "repetition without receipt": [lambda e: e.ledger.again.subtract({"2": 1})],
    "another receipt": [
        lambda e: e.ledger.references["form:a"].add("26-00009-9"),
        lambda e: e.tables.contacts[2].update(reference="26-00009-9"),
    ],
    "refused otherwise": [
        lambda e: e.ledger.refused.update({500: 1}),
        lambda e: e.ledger.refused.update([404]),
    ],
    "held by its provider": [lambda e: e.neighbours.bale.bot.updates.append(update(5, 7, "Merhaba"))],
    "lost": [lambda e: e.tables.contacts.pop(1), lambda e: e.tables.contacts.pop(2)],
    "never sent": [lambda e: e.tables.contacts.append(contact(9, "9", "x"))],
    "stored twice": [lambda e: e.tables.contacts.append(contact(9, "2", "Hâlâ var"))],
    "other words": [
        lambda e: row_of(e.tables.contacts, text="Çukur"),
        lambda e: row_of(e.tables.contacts, text=""),
    ],
    "not handled": [lambda e: row_of(e.tables.contacts, state="waiting")],
    "parked though sound": [lambda e: row_of(e.tables.contacts, state="parked")],
    "out of order": [
        lambda e: row_of(e.tables.contacts, handled_at=3),
        lambda e: (row_of(e.tables.contacts, id=2), e.tables.contacts[1].update(id=1)),
    ],
    "two cases of one contact": [
        lambda e: e.tables.cases.append({"case_id": 3, "contact_id": 1, "opened": True, "reference": "x"})
    ],
    "words of no case": [lambda e: e.tables.cases.pop(1)],
    "words of two cases": [
        lambda e: e.tables.cases.append({"case_id": 2, "contact_id": 2, "opened": False, "reference": "x"})
    ],
    "opened by a later word": [
        lambda e: (row_of(e.tables.cases, opened=False), e.tables.cases[1].update(opened=True))
    ],
    "call lost": [lambda e: e.tables.calls.clear()],
    "call twice": [lambda e: e.tables.calls.append(dict(e.tables.calls[0]))],
    "call that nobody made": [lambda e: e.tables.calls.append({**e.tables.calls[0], "call": "d"})],
    "call with another end": [
        lambda e: row_of(e.tables.calls, state="answered"),
        lambda e: row_of(e.tables.calls, ended_at=None),
    ],
    "case that was not told": [lambda e: e.tables.events.pop()],
    "case told twice": [lambda e: e.tables.events.append(event(3, "case:2"))],
    "reaction twice": [lambda e: e.tables.deliveries.append(delivery(3, "shown", "", "event:2:0"))],
    "reaction missing": [lambda e: e.tables.deliveries.pop()],
    "event parked": [lambda e: row_of(e.tables.events, parked_at=1)],
    "event not handled": [lambda e: row_of(e.tables.events, handled_at=None)],
    "delivery without an end": [
        lambda e: row_of(e.tables.deliveries, state="leased"),
        lambda e: row_of(e.tables.deliveries, state="queued"),
    ],
    "said to be sent, never seen": [
        lambda e: e.provider.sent.clear(),
        lambda e: row_of(e.tables.deliveries, channel="viber"),
    ],
    "sent twice blindly": [
        lambda e: e.provider.sent.append(replace(e.provider.sent[0], message_id=901, at=100.0)),
        lambda e: e.provider.sent.extend(replace(e.provider.sent[0], at=at) for at in (700.0, 1400.0)),
    ],
    "read by a stranger": [lambda e: e.provider.sent.append(replace(e.provider.sent[0], chat_id=8))],
    "broke the provider's form": [lambda e: e.neighbours.viber.faults.append("no text")],
    "photo lost": [photo_spoilt, lambda e: (e.files / "photo").unlink(), lambda e: e.tables.photos.clear()],
    "photo twice": [lambda e: e.tables.photos.append(dict(e.tables.photos[0]))],
}


def test_a_sound_history_is_found_sound(sound):
    assert not {name: found for name, found in sound.faults().items() if found}
    assert len([*sound.numbers_read()]) == 1


def test_one_repetition_after_the_doubt_is_none(sound):
    sound.provider.sent.append(replace(sound.provider.sent[0], message_id=901, at=700.0))
    assert sound.faults()["sent twice blindly"] == []
    sound.provider.sent.reverse()  # as a folder of mails is read
    assert sound.faults()["sent twice blindly"] == []


def test_what_was_sent_at_once_is_handled_as_it_came(sound):
    for key in ("1", "2"):
        sound.ledger.sent[key]["since"] = 0
    first, second, *_ = sound.tables.contacts
    first.update(id=2, handled_at=2)
    second.update(id=1, handled_at=1)
    assert sound.faults()["out of order"] == []
    second.update(handled_at=3)
    assert sound.faults()["out of order"] == ["1"]


def test_every_verdict_has_its_story(sound):
    assert sound.faults().keys() == SPOILT.keys()


@pytest.mark.parametrize(
    ("verdict", "spoil"),
    [(name, spoil) for name, spoils in SPOILT.items() for spoil in spoils],
    ids=[f"{name} {number}" for name, spoils in SPOILT.items() for number, _ in enumerate(spoils)],
)
def test_a_history_that_is_spoilt_is_found_out(sound, verdict, spoil):
    spoil(sound)
    assert sound.faults()[verdict]


def test_what_an_exchange_said_is_owed_while_its_listener_lives():
    board = Switchboard(AsteriskManager(), deaths=[100.0])
    board.said += [("before", 10.0, False), ("heard", 20.0, True), ("away", 30.0, False)]
    board.said += [("too late", 95.0, True), ("dead", 100.5, False), ("again", 110.0, True)]
    board.said += [("away again", 120.0, False)]

    assert board.owed() == {"heard", "away", "again", "away again"}
