"""The desk beside answering: several cases at once, more time, joining people, two at one case."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.inbox.leyla import line, write
from tests.triage.groups.street import Street, group
from tests.web.desk.seat import nine_days_more, result_of, seated
from vefa.cases import lifecycle, promises
from vefa.cases.models import Case, Extension, Outcome, Promise, State
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.citizens.models import Citizen, Likeness, Merge
from vefa.dialogue import writing
from vefa.dialogue.models import Delivery, DeliveryState, Draft, Reply
from vefa.dialogue.writing import Words
from vefa.inbox.models import Contact, ContactState, Meeting, PaperRun
from vefa.kit.sorting import in_order
from vefa.triage.models import Finding

pytestmark = pytest.mark.django_db


def address(name: str, *words: object) -> str:
    return reverse(f"desk:{name}", args=words)


# Several at once


@pytest.fixture
def three(wrote, now) -> list[Case]:
    """Three people wrote about holes in the road."""
    return [wrote(f"Ali {number}", f"80{number}", f"Çukur {number}", now=now) for number in range(3)]


def test_what_is_chosen_is_counted_before_anything_changes(town, three):
    page = seated(town.derya).get(address("bulk"), {"case": [one.pk for one in three]}).content.decode()

    assert all(one.reference in page for one in three)
    assert not Case.objects.exclude(state=State.NEW).exists()


def test_each_chosen_case_succeeds_or_fails_by_itself(town, three):
    lifecycle.end(
        case_id=three[2].pk,
        ending=lifecycle.Ending(outcome=Outcome.ANSWERED, reason="Bilgi verildi"),
        by=town.derya, now=timezone.now(),
    )  # fmt: skip

    client = seated(town.derya)
    answer = client.post(address("bulk-act", "take"), {"case": [one.pk for one in three]})

    page = client.get(answer.headers["Location"]).content.decode()
    assert Case.objects.filter(staff=town.derya).count() == 2
    assert all(one.reference in page for one in three)
    assert [page.count('class="late"'), page.count('class="kept-word"')] == [2, 2]  # a sum, then the case


def test_what_became_of_the_chosen_cases_is_read_again_without_doing_it_again(town, three):
    client = seated(town.derya)
    done = client.post(address("bulk-act", "take"), {"case": [one.pk for one in three]})
    lifecycle.assign(
        case_id=three[0].pk, to=lifecycle.Assignment(staff_id=town.reza.pk), by=town.derya, now=timezone.now()
    )

    pages = [client.get(done.headers["Location"]).content.decode() for _ in range(2)]

    assert [page.count('class="kept-word"') for page in pages] == [3, 3]
    assert Case.objects.filter(staff=town.derya).count() == 2
    assert seated(town.derya).get(done.headers["Location"]).headers["Location"] == address("queue")


def test_chosen_cases_follow_one_master(town, three):
    first, *others = three
    client = seated(town.derya)
    client.post(
        address("bulk-act", "double"), {"case": [one.pk for one in others], "master": first.reference}
    )

    assert Case.objects.filter(master=first).count() == 2


def test_a_foreign_case_is_not_slipped_into_the_chosen(town, three, wrote, now):
    foreign = wrote("Naz Ak", "7002", "Ağaç devrildi", now=now, service=town.tree, area_id=town.iskele.id)

    client = seated(town.murat)
    client.post(address("bulk-act", "take"), {"case": [three[0].pk, foreign.pk, "x", "99" * 20]})

    assert list(Case.objects.filter(staff=town.murat)) == [three[0]]


# More time


def test_more_time_is_asked_for_and_granted_by_somebody_else(town, pothole_case):
    promise = result_of(pothole_case)
    day = timezone.localdate() + timedelta(days=200)
    Promise.objects.update(due_at=timezone.now() + timedelta(days=3))
    words = {"promise": promise.pk, "day": f"{day:%d.%m.%Y}", "reason": "Asfalt santrali kapalı"}
    asked = seated(town.derya).post(address("act", pothole_case.pk, "extend"), words)
    assert asked.status_code == 302, asked.content.decode()
    extension = Extension.objects.get()
    shown = seated(town.derya).get(address("case", pothole_case.pk)).content.decode()
    assert "Derya Aksoy</bdi>" in shown.split("henüz karar verilmedi")[0].rpartition("<p")[2]

    murat = seated(town.murat)
    assert "Asfalt santrali kapalı" in murat.get(address("extensions")).content.decode()
    murat.post(address("decide-extension", extension.pk), {"do": "grant"})

    extension.refresh_from_db()
    promise.refresh_from_db()
    assert (extension.approved, extension.decided_by) == (True, town.murat)
    assert promise.due_at == extension.new_due_at
    assert "henüz karar verilmedi" not in murat.get(address("case", pothole_case.pk)).content.decode()


def test_nobody_grants_what_they_asked_for(town, pothole_case):
    promise = result_of(pothole_case)
    asked = promises.extend(
        promise_id=promise.pk, wish=nine_days_more(promise), by=town.murat, now=pothole_case.opened_at
    )

    assert seated(town.murat).post(address("decide-extension", asked.pk), {"do": "grant"}).status_code == 404


def test_the_clock_stands_still_with_a_reason_and_runs_again(town, pothole_case):
    Promise.objects.update(due_at=timezone.now() + timedelta(days=3))
    client = seated(town.derya)

    assert client.post(address("act", pothole_case.pk, "pause"), {"reason": ""}).status_code == 422
    client.post(address("act", pothole_case.pk, "pause"), {"reason": "Kazı izni bekleniyor"})
    assert "Kazı izni bekleniyor" in client.get(address("around", pothole_case.pk)).content.decode()
    assert (
        address("act", pothole_case.pk, "run")
        in client.get(address("case", pothole_case.pk)).content.decode()
    )

    client.post(address("act", pothole_case.pk, "run"))
    assert result_of(pothole_case).due_at is not None


# People


@pytest.fixture
def alike(pothole_case, wrote, now) -> Likeness:
    """Ali wrote from another account too."""
    second = wrote("Ali Demir", "7009", "Çukur hâlâ duruyor", now=now)
    return Likeness.objects.create(
        older=pothole_case.citizen, newer=second.citizen, reasons=["address:+905325550137"], found_at=now
    )


def test_two_people_are_one_and_are_parted_again(town, alike):
    client = seated(town.derya)
    page = client.get(address("citizen", alike.older_id)).content.decode()
    assert "+905325550137" in page

    client.post(address("merge", alike.pk), {"do": "same"})
    assert Citizen.objects.get(pk=alike.newer_id).merged_into_id == alike.older_id
    assert "7009" in client.get(address("citizen", alike.older_id)).content.decode()

    client.post(address("unmerge", Merge.objects.get().pk))
    assert Citizen.objects.get(pk=alike.newer_id).merged_into_id is None


def test_two_people_stay_two(town, alike):
    client = seated(town.derya)
    client.post(address("merge", alike.pk), {"do": "different"})
    client.post(address("merge", alike.pk), {"do": "same"})  # pressed by somebody who came later

    alike.refresh_from_db()
    assert alike.accepted is False
    assert not Merge.objects.exists()


# Two at one case


def test_a_second_answer_waits_until_the_first_was_read(town, pothole_case):
    client = seated(town.derya)
    hers = writing.write(
        case=pothole_case, words=Words(text="Ekip yolda.", language="tr"), by=town.reza, now=timezone.now()
    )

    answer = client.post(address("reply", pothole_case.pk), {"text": "Yarın bakıyoruz.", "do": "send"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.count("Ekip yolda.") >= 2  # in the conversation, and beside the question
    assert "Yarın bakıyoruz." in page
    assert Reply.objects.count() == 1
    assert Draft.objects.get().text == "Yarın bakıyoruz."

    again = {"text": "Yarın bakıyoruz.", "do": "send", "knowing": str(hers.pk)}
    assert client.post(address("reply", pothole_case.pk), again).status_code == 302
    assert Reply.objects.count() == 2


def test_an_older_answer_of_a_colleague_asks_nothing(town, pothole_case):
    before = timezone.now() - timedelta(minutes=3)
    writing.write(case=pothole_case, words=Words(text="Ekip yolda.", language="tr"), by=town.reza, now=before)

    answer = seated(town.derya).post(address("reply", pothole_case.pk), {"text": "Bitti.", "do": "send"})

    assert answer.status_code == 302


def test_the_draft_of_a_note_and_of_an_answer_do_not_mix(town, pothole_case):
    client = seated(town.derya)
    client.post(address("draft", pothole_case.pk), {"text": "Sayın Ali"})
    client.post(address("draft", pothole_case.pk) + "?box=note", {"text": "Ali kızgın"})
    client.post(address("reply", pothole_case.pk), {"text": "Ali kızgın", "do": "note"})

    assert {one.box: one.text for one in Draft.objects.all()} == {"reply": "Sayın Ali"}
    assert client.post(address("draft", pothole_case.pk) + "?box=x", {"text": "y"}).status_code == 404


def test_only_the_conversation_is_fetched_anew(town, pothole_case):
    client = seated(town.derya)
    part = client.get(address("talk", pothole_case.pk), headers={"HX-Request": "true"}).content.decode()

    assert "Okulun önünde çukur var" in part
    assert "<textarea" not in part
    assert client.get(address("talk", pothole_case.pk))["Location"] == address("case", pothole_case.pk)


# Forms that come when they are asked for


def test_a_form_is_drawn_only_where_it_is_opened(town, pothole_case):
    client = seated(town.derya)
    folded = client.get(address("case", pothole_case.pk)).content.decode()
    opened = client.get(address("case", pothole_case.pk), {"act": "transfer"}).content.decode()

    assert town.parks.name("tr") not in folded
    assert address("act-form", pothole_case.pk, "transfer") in folded
    assert town.parks.name("tr") in opened
    assert 'id="plan_day"' not in opened


def test_a_fetched_form_keeps_the_version_of_its_page(town, pothole_case):
    client, where = seated(town.derya), address("act-form", pothole_case.pk, "transfer")
    seen = pothole_case.version
    lifecycle.take(case_id=pothole_case.pk, by=town.reza, now=timezone.now())

    part = client.get(where, {"version": seen}, headers={"HX-Request": "true"}).content.decode()
    assert f'name="version" value="{seen}"' in part
    assert "<main" not in part

    sent = {"unit": town.parks.pk, "reason": "Ağaç kökü", "version": seen}
    assert client.post(address("act", pothole_case.pk, "transfer"), sent).status_code == 409


def test_a_form_that_came_too_late_says_so(town, pothole_case):
    client = seated(town.derya)
    ending = lifecycle.Ending(outcome=Outcome.ANSWERED, reason="Bilgi verildi")
    lifecycle.end(case_id=pothole_case.pk, ending=ending, by=town.reza, now=timezone.now())

    where = address("act-form", pothole_case.pk, "plan")
    part = client.get(where, headers={"HX-Request": "true"})
    assert part.status_code == 409
    assert address("case", pothole_case.pk) in part.content.decode()
    assert client.get(where)["Location"].startswith(address("case", pothole_case.pk) + "?act=plan")


# Looking behind


def test_the_original_is_text_and_never_a_page(town, pothole_case):
    contact = Contact.objects.get(links__case=pothole_case)
    page = seated(town.derya).get(address("original", pothole_case.pk, contact.pk)).content.decode()

    assert "&lt;b&gt;Okulun önünde çukur var&lt;/b&gt;" in page
    assert "<b>Okulun" not in page


def test_why_triage_thought_so(town, pothole_case, now):
    Finding.objects.create(
        contact=Contact.objects.get(links__case=pothole_case), case=pothole_case, version="1", language="tr",
        kind="request", matter="new_case", found_at=now, sure=True,
        evidence=[
            {"step": "service", "says": "pothole", "because": "says çukur", "confidence": 0.9},
            {"step": "area", "says": town.carsi.pk, "because": "names Çarşı", "confidence": 0.8},
        ],
    )  # fmt: skip
    client = seated(town.derya)

    page = client.get(address("around", pothole_case.pk) + "?speak=en").content.decode()

    assert "the words “çukur”" in page
    assert "names “Çarşı”" in page


def test_numbers_beside_the_lists_come_by_their_letters(town, pothole_case):
    counted = seated(town.derya).get(address("counts") + "?speak=en").json()
    assert (counted["n"], counted["m"]) == ("1", "0")


def test_who_may_do_little_is_shown_little(town, pothole_case):
    page = seated(town.hasan).get(address("case", pothole_case.pk)).content.decode()
    assert "/do/" not in page
    assert "<textarea" not in page
    assert "Ali Demir" not in page

    listed = seated(town.hasan).get(address("list", "open")).content.decode()
    assert 'id="bulk"' not in listed
    assert address("drafts") not in listed


# Every page


def test_every_page_of_the_desk_can_be_drawn(town, pothole_case, alike, now):
    Finding.objects.create(
        contact=Contact.objects.filter(links__case=pothole_case).get(), case=pothole_case, version="1",
        language="tr", kind="request", matter="new_case", found_at=now,
    )  # fmt: skip
    promise = result_of(pothole_case)
    promises.extend(promise_id=promise.pk, wish=nine_days_more(promise), by=town.reza, now=now)
    writing.write(case=pothole_case, words=Words(text="Ekip yolda.", language="tr"), by=town.reza, now=now)
    Delivery.objects.update(state=DeliveryState.UNCERTAIN)
    Contact.objects.create(
        endpoint=town.bot, external_id="p", lane="p", received_at=now, due_at=now, raw=b"<x>",
        state=ContactState.PARKED,
    )  # fmt: skip
    client, case = seated(town.ayse), pothole_case.pk
    contact = Contact.objects.get(links__case=pothole_case).pk
    for name, *named in (
        ["list", "open"], ["search"], ["case", case], ["around", case], ["phrases", case], ["enter"],
        ["entered", "26-00001-1"], ["drafts"], ["troubles"], ["profile"], ["citizen", alike.older_id],
        ["calls"], ["calls-bar"], ["wallboard"], ["copied"], ["endpoints"], ["endpoint-new"],
        ["endpoint-add", "telegram"], *([name, town.bot.pk] for name in _OF_AN_ACCOUNT),
        ["groups"], ["group", _group(now)], ["group-newer", "street"], ["announce"],
        ["extensions"], ["bulk"], ["original", case, contact], ["gallery"], ["new-second-step"], ["trail"],
    ):  # fmt: skip
        assert client.get(address(str(name), *named)).status_code == 200, name
    Endpoint.objects.filter(pk=town.bot.pk).update(sealed=seal({"secret": "bir-sır-2026"}))
    seal_on_page = client.get(address("endpoint", town.bot.pk)).content.decode()
    given = re.search(r'name="seal" value="([^"]*)"', seal_on_page)
    client.post(address("endpoint-act", town.bot.pk, "rotate"), {"seal": given[1] if given else ""})
    _own_accounts(town, now)
    client.get(address("case", case), {"act": "end"})
    client.get(client.post(address("bulk-act", "take"), {"case": [case]}).headers["Location"])
    client.logout()
    client.get(address("sign-in"))


_OF_AN_ACCOUNT = ("endpoint", "endpoint-particulars", "endpoint-settings", "endpoint-hours", "endpoint-try")


def _group(now) -> str:
    """A group in which something was said, by its key."""
    street = Street(group(), now=now)
    street.say("Bora", "akşam maç var mı")
    street.listen()
    return "street"


def _own_accounts(town, now) -> None:
    """The mayor's morning, her delegates, and what is written down for others."""
    client, message = seated(town.leyla), write(line(), "Bir ricam var", now=now)
    meeting = Meeting.objects.create(endpoint=town.bot, name="Halk", day=now, by=town.ayse, opened_at=now)
    sheets = PaperRun.objects.create(by=town.ayse, at=now, language="tr")
    for name, *named in (
        ["morning"], ["morning-thing", 1], ["private"], ["private-message", message.pk], ["delegations"],
        ["telephones"], ["meetings"], ["meeting", meeting.pk], ["batch"], ["paper"], ["paper-enter"],
        ["paper-run", sheets.pk],
    ):  # fmt: skip
        assert client.get(address(str(name), *named)).status_code == 200, name


def test_units_are_offered_in_the_order_of_the_readers_language(town, pothole_case):
    page = seated(town.derya).get(address("case", pothole_case.pk), {"act": "transfer"}).content.decode()
    offered = re.findall(r"<option[^>]*>([^<]+)</option>", page.partition('id="transfer_unit"')[2])
    names = [one for one in offered if one != "—"]

    assert names == in_order(names, str, language="tr")
    assert len(names) > 2
