"""What failed stands at the desk with its reason, and is tried again: what nothing followed, and files."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import result_of, seated
from vefa.cases import queries
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.queries import doubtful, in_trouble, troubled_delivery, troubles
from vefa.dialogue.sweeping import fail_retired
from vefa.dialogue.writing import Words, greet, write
from vefa.inbox.models import Attachment, AttachmentState, Contact, Conversation
from vefa.journal.models import Event
from vefa.journal.record import Happening, record
from vefa.journal.replay import react
from vefa.kit.claim import MAX_TRIES
from vefa.kit.ids import token
from vefa.web.desk import framing
from vefa.web.desk.trouble_lines import MISSED, lost, missed
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db


def stumble(events, now):
    raise ValueError("no phrase is called received")


@pytest.fixture
def unfollowed(pothole_case, now) -> Event:
    """What should follow the opening of Ali's case has failed five times."""
    for _ in range(MAX_TRIES):
        Event.objects.filter(kind="case.opened").update(due_at=now)
        react({"case.opened": [stumble]}, now=now)
    return Event.objects.get(kind="case.opened")


@pytest.fixture
def photo(pothole_case, now) -> Attachment:
    """Ali's photo, which the provider did not give."""
    return failed(Contact.objects.get(links__case=pothole_case), "çukur.jpg", now)


def failed(contact: Contact, name: str, now) -> Attachment:
    return Attachment.objects.create(
        contact=contact, kind="photo", name=name, state=AttachmentState.FAILED, tries=8,
        due_at=now, trouble="500 Internal Server Error", provider_ref="photo-1",
    )  # fmt: skip


def part_of(staff, name: str) -> str:
    """One part of the page, in English."""
    page: str = seated(staff).get(reverse("desk:troubles"), {"speak": "en"}).content.decode()
    return page.partition(f'aria-labelledby="{name}-heading"')[2].partition("</section>")[0]


def press(staff, name: str, which: object) -> int:
    return seated(staff).post(reverse(f"desk:{name}"), {"which": which}).status_code


def test_every_step_that_something_follows_has_words_for_what_is_missing():
    assert set(MISSED) == set(REACTIONS)


def test_what_did_not_follow_stands_there_with_its_case_its_reason_and_its_tries(
    town, unfollowed, pothole_case
):
    told = part_of(town.derya, "missed")

    assert f'href="{reverse("desk:case", args=[pothole_case.pk])}"' in told
    assert pothole_case.reference in told
    assert "The resident was not told that it arrived." in told
    assert "ValueError: no phrase is called received" in told
    assert re.search(r"Failed tries: 5\b", told)
    framing.forget()
    assert [one.href for one in framing.alarms(town.derya)] == [reverse("desk:troubles")]


def test_it_is_tried_again_and_the_resident_hears_after_all(town, unfollowed, pothole_case):
    assert press(town.derya, "follow-again", unfollowed.pk) == 302

    while react(REACTIONS, now=timezone.now() + timedelta(days=1)):
        pass
    unfollowed.refresh_from_db()
    assert (unfollowed.handled_at is not None, unfollowed.parked_at) == (True, None)
    assert Reply.objects.filter(case=pothole_case).count() == 1
    told = Event.objects.get(kind="event.retried")
    assert (told.actor, told.subject) == (f"staff:{town.derya.pk}", f"case:{pothole_case.pk}")
    assert "All that should follow has followed." in part_of(town.derya, "missed")


def test_all_at_once_are_those_that_failed_and_no_others(town, unfollowed, now):
    record(Happening(kind="case.noted", subject=f"case:{n}", actor="system", at=now) for n in (7, 8))
    Event.objects.filter(subject="case:7").update(handled_at=now, tries=3)
    Event.objects.filter(subject="case:8").update(tries=3)
    record([Happening(kind="endpoint.troubled", subject="endpoint:1", actor="system", at=now)])
    Event.objects.filter(kind="endpoint.troubled").update(parked_at=now, tries=5)

    assert press(town.ayse, "follow-again", "all") == 302

    assert not Event.objects.filter(parked_at__isnull=False).exists()
    again = Event.objects.filter(kind="event.retried")
    assert {one.data["kind"] for one in again} == {"case.opened", "endpoint.troubled"}
    assert set(Event.objects.filter(kind="case.noted").values_list("tries", flat=True)) == {3}


def test_a_promise_and_a_word_of_a_talk_are_shown_with_their_case(town, pothole_case, now):
    contact = Contact.objects.get(links__case=pothole_case)
    record(
        Happening(kind=kind, subject=subject, actor="system", at=now, data=data)
        for kind, subject, data in (
            ("promise.told_by_day", f"promise:{result_of(pothole_case).pk}", {}),
            ("keyword.helped", "conversation:1", {"contact_id": contact.pk}),
            ("incident.answer_awaited", f"joined:{pothole_case.pk}", {"case_id": pothole_case.pk}),
        )
    )
    Event.objects.exclude(kind="case.opened").filter(data__isnull=False).update(parked_at=now)

    found = {one.kind: one.case for one in missed(town.derya)}

    assert found["promise.told_by_day"] == found["keyword.helped"] == pothole_case
    assert found["incident.answer_awaited"] == pothole_case


def test_nobody_sees_what_failed_of_a_case_that_is_not_theirs(town, unfollowed, photo, wrote, now):
    foreign = wrote("Naz Ak", "7002", "Ağaç devrildi", now=now, service=town.tree, area_id=town.iskele.id)
    failed(Contact.objects.get(links__case=foreign), "ağaç.jpg", now)
    Event.objects.filter(subject=f"case:{foreign.pk}").update(parked_at=now)
    record([Happening(kind="endpoint.troubled", subject="endpoint:1", actor="system", at=now)])
    Event.objects.filter(kind="endpoint.troubled").update(parked_at=now)

    assert {one.case.pk for one in missed(town.murat) if one.case} == {unfollowed_case(unfollowed)}
    assert [one.kind for one in missed(town.murat)] == ["case.opened"]
    assert [one.name for one in lost(town.murat)] == ["çukur.jpg"]
    assert foreign.pk in {one.case.pk for one in missed(town.derya) if one.case}
    assert {one.name for one in lost(town.derya)} == {"çukur.jpg", "ağaç.jpg"}


def unfollowed_case(event: Event) -> int:
    return int(event.subject.partition(":")[2])


def test_only_those_who_may_try_anything_again(town, unfollowed, photo):
    for name, thing in (("follow-again", unfollowed), ("fetch-again", photo)):
        assert press(town.murat, name, thing.pk) == 403
        assert press(town.derya, name, "everything") == 404
        assert press(town.derya, name, 987_654_321) == 302  # somebody was faster
    unfollowed.refresh_from_db()
    photo.refresh_from_db()
    assert unfollowed.parked_at is not None
    assert photo.state == AttachmentState.FAILED


def test_a_file_that_never_came_stands_there_and_is_fetched_again(town, photo, pothole_case, now):
    told = part_of(town.derya, "lost")
    assert "çukur.jpg" in told
    assert "500 Internal Server Error" in told
    assert pothole_case.reference in told
    assert re.search(r"Failed tries: 8\b", told)
    stored = Attachment.objects.create(
        contact=photo.contact, kind="photo", state=AttachmentState.STORED, due_at=now, path="x"
    )

    assert press(town.derya, "fetch-again", "all") == 302

    photo.refresh_from_db()
    stored.refresh_from_db()
    assert (photo.state, photo.tries) == (AttachmentState.WAITING, 0)
    assert stored.state == AttachmentState.STORED
    assert Event.objects.get(kind="contact.file_retried").data == {"attachment_id": photo.pk}
    assert "Every file is here." in part_of(town.derya, "lost")


def test_the_name_of_a_file_to_somebodys_own_account_is_shown_to_nobody(town, now):
    account = Endpoint.objects.create(key="leyla", channel="telegram", personal=True, owner="mayor")
    said = Contact.objects.create(
        endpoint=account, external_id="1", lane="1", received_at=now, due_at=now, raw=b"{}", form="message"
    )
    failed(said, "gizli.jpg", now)

    told = part_of(town.ayse, "lost")

    assert "500 Internal Server Error" in told
    assert "gizli" not in told


def test_a_contact_that_could_not_be_handled_says_how_often_it_was_tried(town, now):
    Contact.objects.create(
        endpoint=town.bot, external_id="p", lane="p", received_at=now, due_at=now, raw=b"<x>", tries=8,
        state="parked", handled_at=now, trouble="The worker ended while it handled this.",
    )  # fmt: skip
    told = part_of(town.derya, "parked")
    assert re.search(r"Failed tries: 8\b", told)
    assert "Five" not in told
    spoken = seated(town.derya).get(reverse("desk:troubles"), {"speak": "ru"}).content.decode()
    assert "The worker ended" not in spoken


def test_what_a_retired_account_did_not_send_stands_there_and_says_that_it_has_no_other_way(
    town, pothole_case, now
):
    write(case=pothole_case, words=Words(text="Geliyoruz.", language="tr"), by=town.derya, now=now)
    sent = Delivery.objects.get(reply__staff=town.derya)
    Endpoint.objects.filter(deliveries=sent).update(retired_at=now, active=False)
    assert fail_retired(now=now + timedelta(hours=1)) == 1

    failed = part_of(town.ayse, "failed")
    assert "Geliyoruz." in failed
    assert "the account by which it should have left is retired" in failed
    again = reverse("desk:settle", args=[sent.pk])
    page = seated(town.ayse).post(f"{again}?speak=en", {"do": "again"}, follow=True).content.decode()
    sent.refresh_from_db()
    assert sent.state == "failed"
    assert "Its account is retired, and no other one reaches this address" in page


@pytest.fixture
def greeting(pothole_case, now) -> Delivery:
    """The bot greets Ali; the provider answered garbage, and did so again when it was sent once more."""
    ali = Conversation.objects.get(contacts__links__case=pothole_case)
    greet([(ali, Words(text="Hoş geldiniz.", language="tr", cause="event:1:0"))], now=now)
    Delivery.objects.filter(reply__cause="event:1:0").update(
        state="uncertain", resent=1, trouble="answered garbage", ended_at=now
    )
    return Delivery.objects.get(reply__cause="event:1:0")


def test_a_greeting_in_doubt_stands_there_and_is_settled_though_it_has_no_case(town, greeting):
    assert doubtful() == 1
    told = part_of(town.derya, "uncertain")
    assert "Hoş geldiniz." in told
    assert "answered garbage" in told

    settle = reverse("desk:settle", args=[greeting.pk])
    assert seated(town.derya).post(settle, {"do": "arrived"}).status_code == 302

    greeting.refresh_from_db()
    assert greeting.state == "delivered"
    assert doubtful() == 0
    assert "Nothing is in doubt." in part_of(town.derya, "uncertain")
    event = Event.objects.get(kind="delivery.settled")
    assert (event.subject, event.actor) == (f"reply:{greeting.reply_id}", f"staff:{town.derya.pk}")


def test_a_greeting_that_failed_is_counted_listed_and_sent_again(town, greeting):
    Delivery.objects.filter(pk=greeting.pk).update(state="failed")
    assert in_trouble(DeliveryState.FAILED).count() == 1
    assert "Hoş geldiniz." in part_of(town.derya, "failed")

    settle = reverse("desk:settle", args=[greeting.pk])
    assert seated(town.derya).post(settle, {"do": "again"}).status_code == 302

    greeting.refresh_from_db()
    assert greeting.state == "queued"


def test_what_has_no_case_is_for_those_who_see_every_case(town, greeting):
    own = queries.visible_to(town.murat)
    assert troubles(own, everything=False).uncertain == []
    assert troubled_delivery(greeting.pk, visible=own, everything=False) is None


@pytest.mark.parametrize("state", ["uncertain", "failed"])
def test_what_somebody_answered_in_private_is_neither_counted_nor_shown_here(town, greeting, state):
    said = Contact.objects.get(conversation=greeting.conversation)
    Reply.objects.filter(pk=greeting.reply_id).update(answers=said, automatic=False, staff=town.ayse)
    Delivery.objects.filter(pk=greeting.pk).update(state=state)

    assert in_trouble(DeliveryState(state)).count() == 0
    assert "Hoş geldiniz." not in part_of(town.derya, state)
    settle = reverse("desk:settle", args=[greeting.pk])
    assert seated(town.derya).post(settle, {"do": "arrived"}).status_code == 404


def test_of_many_failures_the_latest_are_shown(greeting, now):
    Delivery.objects.filter(pk=greeting.pk).update(state="failed", queued_at=now - timedelta(days=9))
    later = Delivery.objects.create(
        reply=greeting.reply, key=token(), state="failed", due_at=now, queued_at=now
    )
    assert troubles(Case.objects.none(), everything=True, limit=1).failed == [later]
