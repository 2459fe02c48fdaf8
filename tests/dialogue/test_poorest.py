"""The poorest matter that may be: whatever the system says of itself, nothing in it is left unsaid or unsent.

No service, no area, no unit, no moment, no name; the city and the body that has it have no telephone, and
staff write no more than they must. Every sentence that comes with Vefa or with the demo city is said to it.
"""

import re
import tomllib
import uuid
from datetime import timedelta
from importlib import resources
from pathlib import Path

import pytest

import vefa.wiring
from tests.triage.groups.street import group
from vefa.cases import lifecycle, promises
from vefa.cases.lifecycle import Ending
from vefa.cases.models import Case, Outcome, Proof
from vefa.cases.opening import Opening, open_cases
from vefa.cases.promises import Wish
from vefa.cases.support import support
from vefa.channels import queries as accounts
from vefa.channels.models import Endpoint, Owner
from vefa.citizens.models import Citizen
from vefa.dialogue.models import Phrase, Reply
from vefa.dialogue.voices import signed
from vefa.dialogue.writing import Words, write
from vefa.directory import queries
from vefa.directory.models import Municipality
from vefa.directory.version import mark_changed
from vefa.inbox.models import Contact
from vefa.journal.models import Event
from vefa.journal.record import Happening, record
from vefa.journal.replay import react
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
LANGUAGES = ("tr", "ru", "kk", "fa", "en")
OFFICE = {str(day): [["08:30", "17:30"]] for day in range(5)}
SHIPPED = resources.files("vefa.dialogue").joinpath("phrases.toml")
DEMO = Path(vefa.wiring.__file__).parent / "demo" / "city" / "phrases.toml"
NOBODY_SAYS = {"working", "verdict_asked", "unreadable", "office_hours"}  # kept for what is to come
WITH_A_TELEPHONE = {"keyword_helped"}
TO_STRANGERS = (
    "contact.started", "keyword.stopped", "keyword.started", "keyword.helped", "keyword.spoken",
    "verdict.solved", "verdict.unclear", "group.stopped", "group.resumed",
)  # fmt: skip


def automatic(book) -> dict[str, dict[str, str]]:
    rows = tomllib.loads(book.read_text(encoding="utf-8"))["phrase"]
    return {row["key"]: row for row in rows if row.get("automatic")}


@pytest.fixture(params=[SHIPPED, DEMO], ids=["shipped", "demo"])
def book(request, town):
    """The sentences in use, all of them new to the city or its own."""
    rows = automatic(request.param)
    if request.param is DEMO:
        Phrase.objects.bulk_create(
            Phrase(key=key, titles=row["title"], texts=row["texts"], automatic=True)
            for key, row in rows.items()
        )
    return {key: row["texts"] for key, row in rows.items()}


@pytest.fixture(autouse=True)
def _poor(town, book):
    Municipality.objects.update(phone="", emergency_number="")
    Endpoint.objects.filter(pk=town.bot.pk).update(opening_hours=OFFICE)
    town.bot.opening_hours = OFFICE
    accounts.forget()
    mark_changed()
    queries.forget()
    yield
    accounts.forget()


class Poor:
    """Who says something, and what the city's staff do about it."""

    def __init__(self, town, talks, language, now):
        self.town, self.talks, self.language, self.now = town, talks, language, now
        self.street = group(language=language)

    def follows(self, now=None) -> None:
        while react(REACTIONS, now=now or self.now):
            pass

    def opens(self, who, *, endpoint=None, public=False, **facts) -> Case:
        talk = self.talks(who, endpoint=endpoint, language=self.language)
        talk.public, talk.thread = public, who if public else ""
        talk.save()
        contact = Contact.objects.create(
            endpoint=talk.endpoint, external_id=who, lane=who, received_at=self.now, due_at=self.now,
            raw=b"{}", form="message", conversation=talk, message_id="1", said_at=self.now, text="?",
        )  # fmt: skip
        said = {
            "contact": contact, "title": "?", "text": "", "language": self.language, "kind": "request",
            "urgency": 2, "service": None, "area_id": None, "unsure": False, "actor": "triage", **facts,
        }  # fmt: skip
        (case_id,) = open_cases([Opening(**said)], now=self.now)
        Case.objects.filter(pk=case_id).update(unit=None, due_at=None, answer_due_at=None)
        self.follows()
        return Case.objects.get(pk=case_id)

    def does(self, do, case, **facts) -> None:
        do(case_id=case.pk, by=self.town.derya, now=self.now, **facts)
        Case.objects.update(unit=None, due_at=None, answer_due_at=None)
        self.follows()

    def ends(self, case, outcome, **facts) -> None:
        self.does(lifecycle.end, case, ending=Ending(outcome=outcome, **facts))

    def photo(self, case) -> tuple[int]:
        proof = Proof.objects.create(
            case=case, key=uuid.uuid4(), path="x", content_type="image/png", size=1, by="staff:1", at=self.now
        )
        return (proof.pk,)

    def ends_every_way(self, case) -> None:
        """Every outcome, one after the other, with as few words as it needs and with some."""
        write(case=case, words=Words(text="?", language="en"), by=self.town.derya, now=self.now)
        bare: dict[Outcome, dict[str, object]] = {one: {} for one in (Outcome.DONE, Outcome.ANSWERED)}
        told: dict[Outcome, dict[str, object]] = {
            one: {"reason": "?"} for one in (Outcome.DONE, Outcome.ANSWERED, Outcome.WITHDRAWN)
        }
        told |= {
            Outcome.NOT_POSSIBLE: {"reason": "?", "objection": "?"},
            Outcome.PASSED_ON: {"agency_id": self.town.power.pk},
        }
        for ways in (bare, told):
            for outcome, facts in ways.items():
                self.ends(case, outcome, **facts)
                self.does(lifecycle.reopen, case, reason="")
        for words in ({}, {"reason": "?"}):
            self.ends(case, Outcome.DONE, proof_ids=self.photo(case), **words)
            self.does(lifecycle.reopen, case, reason="")

    def lives_through_everything(self, case) -> None:
        self.does(lifecycle.ask, case, question="?")
        self.does(lifecycle.resume, case)
        self.does(lifecycle.plan, case, day=self.now.date() + timedelta(days=30))
        self.does(lifecycle.refer, case, agency_id=self.town.power.pk)
        self.does(lifecycle.resume, case)
        self.ends_every_way(case)

    def is_late(self, case, *, planned) -> None:
        """A promise is moved, then broken."""
        due = self.now + timedelta(days=1)
        promise = promises.given(case_id=case.pk, text="?", due_at=due, by=self.town.derya, now=self.now)
        wish = Wish(due_at=due + timedelta(hours=1), reason="?")
        asked = promises.extend(promise_id=promise.pk, wish=wish, by=self.town.derya, now=self.now)
        promises.approve(extension_id=asked.pk, by=self.town.leyla, now=self.now)
        if planned:
            self.does(lifecycle.plan, case, day=self.now.date() + timedelta(days=30))
        self.follows()

    def is_a_stranger(self) -> None:
        talk = self.talks("stranger", language=self.language)
        subject = f"conversation:{talk.pk}"
        record(
            Happening(kind=kind, subject=subject, actor="resident", at=self.now, data={})
            for kind in TO_STRANGERS
        )
        self.follows()


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_happens_is_told(town, talks, now, book, language):
    poor = Poor(town, talks, language, now)
    poor.is_a_stranger()
    poor.opens("thanks", kind="thanks")
    alone, open_to_all = poor.opens("alone"), poor.opens("comment", public=True)
    in_group = poor.opens("group", endpoint=poor.street, public=True)
    twin, behind = poor.opens("twin"), poor.opens("behind")
    poor.does(lifecycle.double, twin, master_id=alone.pk)
    contact = behind.links.get().contact
    citizen_id = Citizen.objects.get(cases=behind).pk
    support(case_id=alone.pk, citizen_id=citizen_id, contact=contact, now=now)
    for case in (alone, open_to_all, in_group):
        poor.lives_through_everything(case)
    for case in (alone, in_group, behind):
        poor.is_late(case, planned=case == behind)
    promises.sweep_broken(now=now + timedelta(days=3))
    poor.follows(now + timedelta(days=3, hours=6))

    troubled = Event.objects.exclude(tries=0)
    assert not troubled.exists(), list(troubled.values_list("kind", "trouble"))
    assert not Event.objects.filter(handled_at=None, due_at__lte=now).exists()
    said = [*Reply.objects.values_list("text", flat=True), *signatures(language)]
    assert not [text for text in said if re.search(r"\{\w*\}|  |\s[.,،]", text)]
    unsaid = {key for key, texts in book.items() if not any(pattern(texts[language]).search(s) for s in said)}
    assert unsaid <= NOBODY_SAYS | WITH_A_TELEPHONE


def signatures(language: str) -> list[str]:
    """What stands below an answer in somebody's name."""
    return [signed("?", key, language=language) for key in (Owner.MAYOR, "unit:roads", "unit:none")]


def pattern(text: str) -> re.Pattern[str]:
    """The sentence with anything in its gaps."""
    return re.compile(re.sub(r"\\\{[a-z_]+\\\}", ".+?", re.escape(text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_a_telephone_it_is_told(town, talks, now, book, language):
    Municipality.objects.update(phone="+902325550137")
    mark_changed()
    queries.forget()
    poor = Poor(town, talks, language, now)
    poor.is_a_stranger()

    said = list(Reply.objects.values_list("text", flat=True))
    wanted = WITH_A_TELEPHONE & book.keys()
    assert all(any(pattern(book[key][language]).search(text) for text in said) for key in wanted)
