"""Every address of the desk, asked for by everybody: what is not declared here is not allowed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.web.desk.rules import (
    BOT,
    CALLS,
    FOREIGN_OWNERS,
    MISSING,
    OWNERS,
    PLAIN,
    RULES,
    SEES_EVERYTHING,
    STAFF,
    Rule,
)
from tests.web.desk.seat import nine_days_more, result_of, seated
from vefa.calls.models import Call, CallBack
from vefa.cases import lifecycle, promises
from vefa.cases.incidents import gathering
from vefa.cases.incidents.gathering import Plan
from vefa.cases.lifecycle import Assignment
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.citizens.models import Likeness, Merge
from vefa.dialogue import writing
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.writing import Words
from vefa.directory.access import MAY, can
from vefa.directory.models import Role
from vefa.inbox import files
from vefa.inbox.models import (
    Attachment,
    AttachmentState,
    Contact,
    ContactState,
    Delegation,
    Meeting,
    MeetingLine,
    PaperRun,
    PrivateMessage,
    StaffAddress,
)
from vefa.journal.models import Event
from vefa.triage.models import GroupMessage
from vefa.web.desk.urls import urlpatterns

pytestmark = pytest.mark.django_db
CONTENT = "What contact {} brought along."


def stored(contact: Contact, now: Any) -> Attachment:
    """A file that came with a contact and lies on the disk; its content tells whose it is."""
    kept = files.store([CONTENT.format(contact.pk).encode()], name="x.txt", limit_bytes=1000)
    return Attachment.objects.create(
        contact=contact, kind=kept.kind, name=kept.name, key=kept.key, path=kept.path, due_at=now,
        content_type=kept.content_type, size=kept.size, state=AttachmentState.STORED,
    )  # fmt: skip


class Folder:
    """A case with everything that hangs on it, and the address of each."""

    def __init__(self, case: Case, *, town: Any, other: Any, now: Any) -> None:
        self.case = case
        contact = Contact.objects.get(links__case=case)
        reply = writing.write(case=case, words=Words(text="Geldi.", language="tr"), by=town.reza, now=now)
        sent = Delivery.objects.get(reply=reply)
        Delivery.objects.filter(pk=sent.pk).update(state=DeliveryState.UNCERTAIN)
        promise = result_of(case)
        assert case.citizen is not None
        extension = promises.extend(
            promise_id=promise.pk, wish=nine_days_more(promise), by=town.reza, now=now
        )
        likeness = Likeness.objects.create(older=case.citizen, newer=other, found_at=now)
        merge = Merge.objects.create(kept=case.citizen, absorbed=other, by="staff:1", at=now)
        attachment = stored(contact, now)
        self.things: dict[str, list[Any]] = {
            "case": [case.pk], "contact": [case.pk, contact.pk], "reply": [case.pk, reply.pk],
            "extension": [extension.pk], "file": [attachment.key], "delivery": [sent.pk],
            "incident": [self._incident(town, now)],
            "citizen": [case.citizen_id], "likeness": [likeness.pk], "merge": [merge.pk],
            **self._calls(town, now), **self._private(town, contact, now), **self._group(now),
            **self._listed(town, now),
        }  # fmt: skip

    def _incident(self, town: Any, now: Any) -> int:
        """An incident behind this very case."""
        given = Plan(name="Sel", service_ids=(town.tree.pk,), area_id=None, since=now)
        return gathering.declare(plan=given, case_ids=[self.case.pk], by=town.derya, now=now).pk

    def _listed(self, town: Any, now: Any) -> dict[str, list[Any]]:
        """Forms that were printed and a speaker's line: the headman's, or of who is far from him."""
        by = town.hasan if self.case.area_id == town.carsi.id else town.ayse
        meeting = Meeting.objects.create(
            endpoint=town.bot, name="Halk", day=now, by=town.ayse, opened_at=now, area_id=self.case.area_id
        )
        said = Contact.objects.create(
            endpoint=town.bot, external_id=f"m{meeting.pk}", lane="m", received_at=now, due_at=now, raw=b"{}"
        )
        line = MeetingLine.objects.create(meeting=meeting, contact=said, text="Çukur", by=by, at=now)
        return {
            "paper run": [PaperRun.objects.create(by=by, at=now, language="tr").pk],
            "meeting": [meeting.pk], "meeting line": [meeting.pk, line.pk],
        }  # fmt: skip

    def _group(self, now: Any) -> dict[str, list[Any]]:
        """A group of neighbours, and something said there; one is for roads, one for nobody here."""
        own = not Endpoint.objects.filter(channel="telegram_group").exists()
        place = Endpoint.objects.create(
            key=f"group-{self.case.pk}", channel="telegram_group",
            default_unit_key="roads" if own else "golkiyi_office",
        )  # fmt: skip
        said = Contact.objects.create(
            endpoint=place, external_id="1", lane="1", received_at=now, due_at=now, raw=b"{}",
            form="message", text="selam", state=ContactState.HANDLED,
        )  # fmt: skip
        row = GroupMessage.objects.create(
            endpoint=place, contact=said, message_id="1", said_at=now, made="chatter"
        )
        return {"group": [place.key], "group message": [place.key, row.pk]}

    def _private(self, town: Any, contact: Contact, now: Any) -> dict[str, list[Any]]:
        """A private message with a file, who is let in to its account, and a linked telephone."""
        own = contact.endpoint.pk == BOT and not Endpoint.objects.filter(owner="mayor").exists()
        account = Endpoint.objects.create(
            key=f"line-{self.case.pk}", channel="telegram", personal=True,
            owner="mayor" if own else "unit", unit_key="" if own else "golkiyi_office",
        )  # fmt: skip
        said = Contact.objects.create(
            endpoint=account, external_id="1", lane="1", received_at=now, due_at=now, raw=b"{}",
            form="message", state=ContactState.HANDLED,
        )  # fmt: skip
        message = PrivateMessage.objects.create(contact=said, endpoint=account, arrived_at=now)
        let_in = Delegation.objects.create(
            endpoint=account, staff=town.reza, from_at=now, until=now, given_by=town.ayse, given_at=now
        )
        telephone = StaffAddress.objects.create(staff=town.sevgi, space="telegram", value=account.key,
                                                linked_at=now)  # fmt: skip
        file = stored(said, now)
        return {
            "private": [message.pk], "private-file": [file.key], "delegation": [let_in.pk],
            "telephone": [telephone.pk],
        }  # fmt: skip

    def _calls(self, town: Any, now: Any) -> dict[str, list[Any]]:
        """A call in vain on the hotline, and the task to call back."""
        task = CallBack.objects.create(
            number=f"+90532{self.case.pk:07}", endpoint=town.hotline, missed=1, first_at=now, last_at=now
        )
        sound = Contact.objects.create(
            endpoint=town.hotline, external_id=f"c{self.case.pk}", lane="1", received_at=now, due_at=now,
            raw=b"{}", state=ContactState.HANDLED,
        )  # fmt: skip
        stored(sound, now)
        call = Call.objects.create(
            endpoint=town.hotline, call=f"c{self.case.pk}", began_at=now, ended_at=now, state="missed",
            call_back=task, caller=task.number, recording=sound,
        )  # fmt: skip
        return {"call": [call.pk], "call back": [task.pk], "recording": [call.pk, "recording"]}

    def words_of(self, about: str) -> list[Any]:
        """What stands in the address."""
        kind, _, name = about.partition(":")
        if kind == "incident act":
            return [*self.things["incident"], name]
        return [self.case.pk, name] if kind == "act" else self.things[kind]


@pytest.fixture
def folders(town, wrote, now, settings, tmp_path) -> tuple[Folder, Folder]:
    """A pothole in Çarşı that is everybody's here, and a tree in İskele that is a foreign matter to some."""
    settings.MEDIA_ROOT = tmp_path
    settings.SUGGEST_URL, settings.SUGGEST_MODEL = "http://127.0.0.1:9/v1", "small"  # else no such page
    passer_by = wrote("Can Er", "7003", "Selam", now=now).citizen
    own = wrote("Ali Demir", "7001", "Okulun önünde çukur var", now=now)
    to = Assignment(unit_id=town.roads.pk, staff_id=town.kemal.pk, reason="")
    lifecycle.assign(case_id=own.pk, to=to, by=town.derya, now=now)
    foreign = wrote(
        "Naz Ak", "7002", "Ağaç devrildi", now=now, service=town.tree, area_id=town.iskele.id
    )  # fmt: skip
    return (
        Folder(own, town=town, other=passer_by, now=now),
        Folder(foreign, town=town, other=passer_by, now=now),
    )


def asked() -> Iterator[tuple[str, Rule]]:
    for name, rules in RULES.items():
        for rule in rules:
            yield name, rule


def ask(client: Client, name: str, rule: Rule, words: list[Any]) -> Any:
    """Ask, and undo what it did."""
    address = reverse(f"desk:{name}", args=words)
    with transaction.atomic():
        answer = client.get(address) if rule.method == "GET" else client.post(address, rule.data)
        if hasattr(answer, "streaming_content"):
            b"".join(answer.streaming_content)  # to its end: closing it would close the database too
        transaction.set_rollback(True)
    return answer


def test_every_address_is_declared():
    assert {pattern.name for pattern in urlpatterns} == set(RULES)


@pytest.mark.parametrize("role", STAFF)
def test_what_each_role_may(role, town, folders):
    own, foreign = folders
    staff = getattr(town, STAFF[role])
    client = seated(staff)
    wrong = []
    for name, rule in asked():
        if rule.right is None or rule.about == "parked":
            continue
        everything = role in SEES_EVERYTHING
        near = everything or rule.about not in CALLS
        near = role in OWNERS.get(rule.about, {role} if near else set())
        far = role in FOREIGN_OWNERS.get(rule.about, {role} if everything else set())
        places = [(own, near), (foreign, far)] if rule.about else [(None, True)]
        for folder, seen in places:
            words = folder.words_of(rule.about) if folder else PLAIN.get(name, [])
            answer = ask(client, name, rule, words)
            if not verdict(answer.status_code, staff, rule, seen=seen, name=name):
                wrong.append((name, rule.about, rule.data, seen, answer.status_code))
    assert wrong == []


def verdict(status: int, staff: Any, rule: Rule, *, seen: bool, name: str) -> bool:
    """Whether the answer is what the table says."""
    if rule.right and not can(staff, rule.right):
        return status == 403
    if not seen or name in MISSING or (name, rule.method) in MISSING:
        return status == 404
    if rule.also and not can(staff, rule.also):
        return status == 403
    return status in {200, 302, 409, 422}


def test_what_is_absent_and_what_is_forbidden_look_the_same(town, folders):
    _own, foreign = folders
    client = seated(town.murat)
    for name, rule in asked():
        if (
            rule.about
            and rule.right
            and can(town.murat, rule.right)
            and rule.about not in {"file", "parked", "private-file"}
        ):
            there = foreign.words_of(rule.about)
            absent = [987_654_321, *there[1:]]
            assert without_address(client, name, rule, there) == without_address(
                client, name, rule, absent
            ), name


def without_address(client: Client, name: str, rule: Rule, words: list[Any]) -> tuple[int, str]:
    answer = ask(client, name, rule, words)
    assert answer.status_code == 404, name
    return answer.status_code, answer.content.decode().replace(reverse(f"desk:{name}", args=words), "")


@pytest.mark.parametrize(
    ("name", "sees", "sees_not"),
    [
        ("file", ["derya", "leyla", "orhan"], ["murat", "selin", "kemal", "hasan"]),
        ("private-file", ["leyla"], ["derya", "murat", "ayse"]),
        ("recording", ["derya", "leyla", "ayse"], ["murat", "selin", "kemal"]),
    ],
)
def test_a_file_goes_to_those_who_may_see_what_it_came_with_and_to_nobody_else(
    town, folders, name, sees, sees_not
):
    own, foreign = folders
    words = (own if name == "private-file" else foreign).words_of(name)
    address = reverse(f"desk:{name}", args=words)
    for person in sees:
        answer: Any = seated(getattr(town, person)).get(address)
        assert answer.status_code == 200, person
        assert b"".join(answer.streaming_content).startswith(b"What contact "), person
    for person in sees_not:
        assert seated(getattr(town, person)).get(address).status_code == 404, person


def test_what_hangs_on_one_case_is_not_reached_through_another(town, folders):
    own, foreign = folders
    client = seated(town.reza)

    mixed = [own.case.pk, foreign.things["reply"][1]]
    assert client.post(reverse("desk:take-back", args=mixed)).status_code == 404
    mixed = [own.case.pk, foreign.things["contact"][1]]
    assert client.get(reverse("desk:original", args=mixed)).status_code == 404

    promise = result_of(foreign.case)
    words = {"promise": promise.pk, "day": "01.06.2026", "reason": "Kar yağdı"}
    answer = client.post(reverse("desk:act", args=[own.case.pk, "extend"]), words)
    assert answer.status_code == 422


def test_nothing_changes_without_the_token_of_the_page(town, folders):
    own, _foreign = folders
    client = seated(town.ayse, enforce_csrf_checks=True)
    posts = [(name, rule) for name, rule in asked() if rule.method == "POST"]
    assert len(posts) > 30
    for name, rule in posts:
        words = parked_words(rule, own, name)
        assert ask(client, name, rule, words).status_code == 403, name


def parked_words(rule: Rule, own: Folder, name: str) -> list[Any]:
    if rule.about == "parked":
        return [1]
    return own.words_of(rule.about) if rule.about else PLAIN.get(name, [])


def test_looking_changes_nothing(town, folders):
    own, _foreign = folders
    client = seated(town.ayse)
    before = trace()
    for name, rules in RULES.items():
        words = parked_words(rules[0], own, name)
        answer = client.get(reverse(f"desk:{name}", args=words))
        if all(rule.method == "POST" for rule in rules):
            assert answer.status_code in {302, 405}, name  # or is led to the page of the form
    assert trace() == before


def trace() -> tuple[int, list[tuple[int, int, str]]]:
    seen = {"recording.heard", "citizen.seen", "contact.original_seen"}  # who looks at these is kept
    told = Event.objects.exclude(kind__in=seen)
    return told.count(), list(Case.objects.order_by("id").values_list("id", "version", "state"))


def test_fields_that_a_form_does_not_show_do_nothing(town, pothole_case):
    client = seated(town.derya)
    data = {
        "title": "Çukur", "kind": "request", "urgency": "0", "state": "ended", "reference": "1",
        "secret": "x", "staff": town.derya.pk, "private": "1", "citizen": "1", "supporters": "99",
    }  # fmt: skip

    client.post(reverse("desk:act", args=[pothole_case.pk, "describe"]), data)

    after = Case.objects.get(pk=pothole_case.pk)
    assert after.title == "Çukur"
    kept = ("state", "reference", "secret", "staff_id", "private", "citizen_id", "supporters")
    assert all(getattr(after, name) == getattr(pothole_case, name) for name in kept)


def test_a_parked_contact_is_let_go_by_those_who_may(town, now):
    parked = Contact.objects.create(
        endpoint=town.bot, external_id="p", lane="p", received_at=now, due_at=now, raw=b"<x>",
        state=ContactState.PARKED, trouble="no sense in it",
    )  # fmt: skip
    address = reverse("desk:again", args=[parked.pk])

    assert seated(town.murat).post(address).status_code == 403
    assert "no sense in it" in seated(town.derya).get(reverse("desk:troubles")).content.decode()
    assert seated(town.derya).post(address).status_code == 302

    parked.refresh_from_db()
    assert parked.state == ContactState.WAITING


def test_who_has_left_is_out_at_once(town, pothole_case):
    client = seated(town.derya)
    assert client.get(reverse("desk:list", args=["open"])).status_code == 200

    town.derya.is_active = False
    town.derya.save(update_fields=["is_active"])

    assert client.get(reverse("desk:list", args=["open"])).status_code == 302
    assert MAY[Role.OPERATOR]  # the role may as much as before: only the person is gone
