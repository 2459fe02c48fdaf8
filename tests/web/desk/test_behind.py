"""An answer where others stand behind the case: the composer asks who hears it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from vefa.cases.doubling import double
from vefa.cases.models import Case
from vefa.cases.support import support
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.dialogue import writing
from vefa.dialogue.drafts import keep
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.writing import Words
from vefa.inbox.models import Contact, Conversation

pytestmark = pytest.mark.django_db
TO_ALL, TO_ONE = 'name="hears" value="all" checked', 'name="hears" value="one" checked'


@pytest.fixture
def joined(pothole_case, wrote) -> Case:
    """Ayten said "me too" to the case of Ali."""
    now = timezone.now()
    hers = Contact.objects.get(links__case=wrote("Ayten Kaya", "7002", "Bizde de var", now=now))
    assert hers.conversation is not None
    citizen = hers.conversation.address.citizen_id
    support(case_id=pothole_case.pk, citizen_id=citizen, contact=hers, now=now)
    return Case.objects.get(pk=pothole_case.pk)


def page(client, case: Case) -> str:
    text: str = client.get(reverse("desk:case", args=[case.pk])).content.decode()
    return text


def send(client, case: Case, text: str, **more):
    return client.post(reverse("desk:reply", args=[case.pk]), {"do": "send", "text": text, **more})


def hearing() -> list[str]:
    rows = Delivery.objects.filter(reply=Reply.objects.latest("id"), conversation__isnull=False)
    return sorted(rows.values_list("conversation__address__value", flat=True))


def test_where_nobody_else_stands_behind_it_nothing_is_asked(derya, pothole_case):
    assert 'name="hears"' not in page(derya, pothole_case)


def test_the_writer_chooses_who_hears_it(derya, joined):
    shown = page(derya, joined)
    assert TO_ALL in shown
    assert "Who reported it and 1 more person" in shown

    assert send(derya, joined, "Ekip yolda.", hears="one").status_code == 302
    assert hearing() == ["7001"]
    assert send(derya, joined, "Çukur dolduruldu.", hears="all").status_code == 302
    assert hearing() == ["7001", "7002"]


def test_who_left_no_address_can_still_be_answered_alone(derya, joined):
    Case.objects.update(conversation=None)
    assert TO_ALL in page(derya, joined)
    refused = send(derya, joined, "Sizi 0532 111 22 33 numaranızdan aradık.", hears="all")
    assert refused.status_code == 422
    assert TO_ONE in refused.content.decode()
    assert send(derya, joined, "Sizi 0532 111 22 33 numaranızdan aradık.", hears="one").status_code == 302
    assert hearing() == []


@pytest.mark.parametrize("chosen", [{}, {"hears": "all"}])
def test_a_name_goes_to_nobody_else_by_oversight(derya, joined, chosen):
    text = "Sayın Ali Demir, yarın geliyoruz."
    refused = send(derya, joined, text, **chosen)
    shown = refused.content.decode()

    assert refused.status_code == 422
    assert "others who stand behind this case would read Ali Demir" in shown
    assert TO_ONE in shown
    assert text in shown
    assert not Reply.objects.exists()

    assert send(derya, joined, text, hears="one").status_code == 302
    assert hearing() == ["7001"]
    assert send(derya, joined, text, hears="all", insisted="yes").status_code == 302
    assert hearing() == ["7001", "7002"]


def test_a_draft_with_a_number_is_meant_for_one(derya, joined, town):
    text = "0532 111 22 33 doğru mu?"
    keep(case_id=joined.pk, staff=town.derya, box="reply", text=text, now=timezone.now())
    assert TO_ONE in page(derya, joined)


def test_the_secret_link_of_a_ready_sentence_goes_to_one(derya, joined):
    refused = send(derya, joined, f"/r/{joined.reference}/{joined.secret}", hears="all", insisted="yes")

    assert refused.status_code == 422
    assert "others would read the secret link" in refused.content.decode()
    assert 'name="insisted"' not in refused.content.decode()


@pytest.mark.parametrize("shown", [["7002"], ["7001", "7002"]])
def test_an_answer_that_somebody_only_reads_on_a_page_is_offered_to_be_taken_back(derya, joined, town, shown):
    Conversation.objects.filter(address__value__in=shown).update(endpoint=town.web)
    sent = {"do": "send", "text": "Ekip yolda."}
    told = derya.post(reverse("desk:reply", args=[joined.pk]), sent, follow=True)
    reply = Reply.objects.get()
    undo = reverse("desk:take-back", args=[joined.pk, reply.pk])
    assert set(reply.deliveries.values_list("state", flat=True)) >= {DeliveryState.SHOWN}
    assert undo in told.content.decode()
    stands = "The answer stands on the page of the case in 10 seconds." in told.content.decode()
    assert stands == ("7001" in shown)

    Reply.objects.update(written_at=timezone.now() - timedelta(seconds=11))
    assert undo not in page(derya, joined)
    derya.post(undo)
    reply.refresh_from_db()
    assert reply.taken_back_at is None


@pytest.fixture
def in_public(joined) -> Case:
    """Ali wrote it under a post."""
    account = Endpoint.objects.create(
        key="page", channel="messenger", language="tr", names={"tr": "Sayfa"},
        settings={"page_id": "1"}, sealed=seal({"token": "t", "secret": "s"}),
    )  # fmt: skip
    now = timezone.now()
    Conversation.objects.filter(address__value="7001").update(
        endpoint=account, thread="comment/7", public=True, last_contact_at=now
    )
    Contact.objects.filter(external_id="7001").update(endpoint=account, details={"public": True})
    return Case.objects.get(pk=joined.pk)


def test_in_public_nobody_is_promised_that_one_person_hears_it(derya, in_public, town):
    text = "0532 111 22 33 doğru mu?"
    keep(case_id=in_public.pk, staff=town.derya, box="reply", text=text, now=timezone.now())
    shown = page(derya, in_public)
    assert 'name="way" value="public" checked' in shown
    assert 'name="hears"' not in shown

    refused = send(derya, in_public, text, way="public").content.decode()
    assert "everybody would read" in refused
    assert 'name="hears"' not in refused


def test_in_private_under_a_post_who_hears_it_can_be_chosen(derya, in_public):
    text = f"/r/{in_public.reference}/{in_public.secret}"
    refused = send(derya, in_public, text, way="private")
    assert refused.status_code == 422
    assert 'name="way" value="private" checked' in refused.content.decode()
    assert TO_ONE in refused.content.decode()
    assert send(derya, in_public, text, way="private", hears="one").status_code == 302
    assert hearing() == ["7001"]


def test_who_reported_it_twice_can_be_answered_in_one_of_the_two(derya, town, pothole_case, wrote):
    now = timezone.now()
    again = wrote("Ali Demir", "7003", "Okulun önünde çukur var", now=now)
    Case.objects.filter(pk=again.pk).update(citizen=pothole_case.citizen)
    double(case_id=again.pk, master_id=pothole_case.pk, by=town.derya, now=now)
    assert 'name="hears"' not in page(derya, pothole_case)

    text = f"/r/{pothole_case.reference}/{pothole_case.secret}"
    refused = send(derya, pothole_case, text)
    assert refused.status_code == 422
    assert "answer only who reported it" in refused.content.decode()
    assert TO_ONE in refused.content.decode()
    assert send(derya, pothole_case, text, hears="one").status_code == 302
    assert hearing() == ["7001"]


def test_the_tick_tells_to_choose_the_others_and_what_goes_to_one_says_so(derya, joined):
    text = "Sayın Ali Demir, yarın geliyoruz."
    refused = send(derya, joined, text).content.decode()
    assert "The others may read it: choose them above, and send it as it is" in refused

    door = reverse("desk:reply", args=[joined.pk])
    ticked = {"do": "send", "text": text, "insisted": "yes"}
    alone = derya.post(door, {**ticked, "hears": "one"}, follow=True).content.decode()
    assert hearing() == ["7001"]
    assert "Nobody else hears it." in alone
    everybody = derya.post(door, {**ticked, "hears": "all"}, follow=True).content.decode()
    assert hearing() == ["7001", "7002"]
    assert "Nobody else hears it." not in everybody


def test_what_was_read_of_a_colleague_is_known_beside_the_tick(derya, joined, town):
    theirs = writing.write(
        case=joined, words=Words(text="Yola çıktık.", language="tr"), by=town.reza, now=timezone.now()
    )
    text = "Sayın Ali Demir, yarın geliyoruz."
    assert send(derya, joined, text).status_code == 409

    known = f'name="knowing" value="{theirs.pk}"'
    refused = send(derya, joined, text, knowing=theirs.pk)
    assert refused.status_code == 422
    assert 'name="insisted"' in refused.content.decode()
    assert known in refused.content.decode()
    sent = send(derya, joined, text, knowing=theirs.pk, insisted="yes", hears="all")
    assert sent.status_code == 302
    assert hearing() == ["7001", "7002"]
