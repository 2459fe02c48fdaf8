"""However a matter ends, its resident hears of it: with words or without, with a photo or without."""

import uuid

import pytest

from vefa.cases import lifecycle
from vefa.cases.lifecycle import Ending, Piece
from vefa.cases.models import Outcome, Proof
from vefa.cases.support import support
from vefa.dialogue.models import Delivery, Phrase, Reply
from vefa.dialogue.writing import Words, write
from vefa.directory import queries
from vefa.directory.version import mark_changed
from vefa.journal.models import Event
from vefa.journal.replay import react, retry
from vefa.kit.claim import MAX_TRIES
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
LANGUAGES = ("tr", "ru", "kk", "fa", "en")
DONE = {"tr": "yapıldı", "ru": "сделано", "kk": "орындалды", "fa": "انجام شد", "en": "is done"}
ANSWERED = {
    "tr": "yanıtladık",
    "ru": "ответили",
    "kk": "жауап бердік",
    "fa": "پاسخ دادیم",
    "en": "have answered",
}
PHOTO = {"tr": "Fotoğraf", "ru": "Фото", "kk": "Фото", "fa": "عکس", "en": "Photo"}


def everything_follows(now) -> None:
    while react(REACTIONS, now=now):
        pass
    assert not Event.objects.exclude(tries=0).exists(), list(
        Event.objects.exclude(tries=0).values_list("trouble", flat=True)
    )


def last_to(conversation) -> str:
    """What was said to somebody last."""
    return Delivery.objects.filter(conversation=conversation).latest("id").reply.text


def proof_of(case, now, **facts) -> Proof:
    return Proof.objects.create(
        **{"case": case, "key": uuid.uuid4(), "path": "x", "content_type": "image/jpeg", "size": 1, **facts},
        by="staff:1", at=now,
    )  # fmt: skip


@pytest.fixture
def ends(town, now):
    """Somebody of the staff ends a case; then everything follows."""

    def end(case, outcome, **facts) -> None:
        ending = Ending(outcome=outcome, **facts)
        lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=now)
        everything_follows(now)

    return end


@pytest.mark.parametrize("language", LANGUAGES)
def test_done_with_a_photo_and_no_words(talks, opens, ends, now, language):
    case = opens(talks(language=language))
    ends(case, Outcome.DONE, proof_ids=(proof_of(case, now).pk,))

    told = last_to(case.conversation)
    assert DONE[language] in told
    assert PHOTO[language] in told
    assert case.secret in told
    assert "  " not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_done_without_a_photo_promises_none(talks, opens, ends, language):
    first, second = opens(talks("7001", language=language)), opens(talks("7002", language=language))
    ends(first, Outcome.DONE, waiver="gece", reason="Dolduruldu.")
    ends(second, Outcome.DONE, waiver="gece", reason="  \n")

    for case in (first, second):
        told = last_to(case.conversation)
        assert DONE[language] in told
        assert PHOTO[language] not in told
        assert case.secret in told
    assert "Dolduruldu." in last_to(first.conversation)


@pytest.mark.parametrize(
    "hidden", [{"public": False}, {"content_type": "application/pdf"}], ids=["kept back", "no photo"]
)
def test_a_photo_that_the_resident_cannot_see_is_not_promised(talks, opens, ends, now, hidden):
    case = opens(talks(language="en"))
    ends(case, Outcome.DONE, reason="Filled.", proof_ids=(proof_of(case, now, **hidden).pk,))
    assert "Photo" not in last_to(case.conversation)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answered_without_words_after_a_reply(talks, opens, ends, town, now, language):
    case = opens(talks(language=language))
    write(case=case, words=Words(text="Bakıyoruz", language="tr"), by=town.derya, now=now)
    ends(case, Outcome.ANSWERED)

    assert ANSWERED[language] in last_to(case.conversation)
    assert Reply.objects.latest("id").phrase_key == "answered"


def test_not_possible_and_withdrawn_with_the_words_that_they_need(talks, opens, ends):
    first, second = opens(talks("7001", language="en")), opens(talks("7002", language="en"))
    ends(first, Outcome.NOT_POSSIBLE, reason="Private ground.", objection="Write to us.")
    ends(second, Outcome.WITHDRAWN, reason="You asked")
    assert "Private ground." in last_to(first.conversation)
    assert "withdrawn" in last_to(second.conversation)


def test_who_reported_the_same_and_who_stands_behind_it_hear_it_too(talks, opens, ends, town, now):
    master, twin = opens(talks("7001", language="en")), opens(talks("7002", language="en"))
    behind = talks("7003", language="en")
    contact = opens(behind).links.get().contact
    support(case_id=master.pk, citizen_id=behind.address.citizen_id, contact=contact, now=now)
    lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)
    ends(master, Outcome.DONE, proof_ids=(proof_of(master, now).pk,))

    assert "Photo and details" in last_to(master.conversation)
    assert "Photo and details" in last_to(twin.conversation)  # their page shows the master's course
    assert last_to(behind).endswith(f"Details: http://testserver/cases/{master.pk}")  # that page shows none


def test_what_was_passed_on_is_told_to_who_reported_the_same(talks, opens, ends, town, now):
    master, twin = opens(talks("7001", language="en")), opens(talks("7002", language="en"))
    lifecycle.double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=now)
    lifecycle.refer(case_id=master.pk, agency_id=town.power.pk, by=town.derya, now=now)
    everything_follows(now)
    for case in (master, twin):
        assert case.reference in last_to(case.conversation)
        assert "Ova Electricity" in last_to(case.conversation)

    ends(master, Outcome.PASSED_ON, agency_id=town.power.pk)
    assert Reply.objects.filter(case=twin, phrase_key="passed_on").count() == 2


def test_a_body_without_a_telephone_is_named_without_one(talks, opens, town, now):
    case = opens(talks(language="en"))
    lifecycle.refer(case_id=case.pk, agency_id=town.power.pk, by=town.derya, now=now)
    everything_follows(now)
    assert last_to(case.conversation).startswith(
        "This is not the municipality's duty but that of Ova Electricity. We have sent them"
    )


def test_parts_that_end_with_their_whole_by_one_photo(talks, opens, ends, town, now):
    whole = opens(talks(language="en"))
    piece = Piece(title="Çukur", text="", service_id=town.pothole.pk)
    part = lifecycle.part(case_id=whole.pk, piece=piece, by=town.derya, now=now)
    ends(whole, Outcome.DONE, proof_ids=(proof_of(whole, now).pk,), with_parts=True)

    said = Reply.objects.filter(case__in=[whole, part], phrase_key="done")
    assert said.count() == 2
    assert all(f"Photo and details: http://testserver/r/{whole.reference}/" in one.text for one in said)


def test_the_photo_of_a_part_is_told_of_to_its_resident_and_to_nobody_else(talks, opens, ends, town, now):
    whole, twin = opens(talks("7001", language="en")), opens(talks("7002", language="en"))
    lifecycle.double(case_id=twin.pk, master_id=whole.pk, by=town.derya, now=now)
    piece = Piece(title="Çukur", text="", service_id=town.pothole.pk)
    part = lifecycle.part(case_id=whole.pk, piece=piece, by=town.derya, now=now)
    ends(part, Outcome.DONE, proof_ids=(proof_of(part, now).pk,))
    assert "Photo and details" in last_to(whole.conversation)

    ends(whole, Outcome.DONE, waiver="gece")
    assert "Photo and details" in last_to(whole.conversation)
    assert "Photo" not in last_to(twin.conversation)


def test_what_was_parked_is_told_when_somebody_tries_it_again(talks, opens, town, now):
    case = opens(talks(language="en"))
    ending = Ending(outcome=Outcome.DONE, waiver="gece")
    lifecycle.end(case_id=case.pk, ending=ending, by=town.derya, now=now)
    Event.objects.filter(kind="case.ended").update(
        parked_at=now, tries=MAX_TRIES, trouble="UnresolvedError: not filled in: outcome"
    )
    everything_else = Event.objects.filter(kind="case.ended").get()
    while react(REACTIONS, now=now):
        pass
    assert not Reply.objects.filter(phrase_key="done").exists()

    assert retry([everything_else.pk], by=f"staff:{town.ayse.pk}", now=now) == 1
    everything_follows(now)

    assert "is done" in last_to(case.conversation)


def own(key: str, text: str) -> None:
    """The city's own sentence of this key."""
    Phrase.objects.create(
        key=key, titles=dict.fromkeys(LANGUAGES, key), texts=dict.fromkeys(LANGUAGES, text), automatic=True
    )
    mark_changed()
    queries.forget()


def test_a_citys_own_sentence_is_said_with_a_photo_and_without(talks, opens, ends, now):
    own("done", "Bitti: {reference} {outcome}")
    case = opens(talks())
    ends(case, Outcome.DONE, reason="Dolduruldu.", proof_ids=(proof_of(case, now).pk,))
    assert last_to(case.conversation) == f"Bitti: {case.reference} Dolduruldu."


def test_where_the_citys_own_sentence_lacks_something_its_plain_one_is_said_or_else_ours(talks, opens, ends):
    own("done", "Bitti: {reference} {outcome}")
    first, second = opens(talks("7001")), opens(talks("7002"))
    ends(first, Outcome.DONE, waiver="gece")
    assert last_to(first.conversation).startswith(f"{first.reference} numaralı işiniz yapıldı. Ayrıntı: http")

    own("done_plain", "Bitti: {reference}")
    ends(second, Outcome.DONE, waiver="gece")
    assert last_to(second.conversation) == f"Bitti: {second.reference}"


def test_a_sentence_of_the_city_that_nothing_can_fill_keeps_nobody_waiting(talks, opens, now):
    own("received", "{agency} {date}: {reference}")
    case = opens(talks())
    everything_follows(now)
    assert last_to(case.conversation).startswith(f"Başvurunuz ulaştı: {case.reference}")
