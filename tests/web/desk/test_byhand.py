"""What people write down for others: speakers at a meeting, a list on paper, a letter with its pages."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as conf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.inbox.leyla import work
from tests.web.desk.byhand import PNG, begun, photo, rows, soon, words
from vefa.cases import lifecycle
from vefa.cases.models import Case, Outcome
from vefa.dialogue.models import Reply
from vefa.inbox.files import full_path
from vefa.inbox.models import Attachment, Contact, Meeting, MeetingLine
from vefa.journal.replay import react
from vefa.wiring.flow import REACTIONS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doors_by_hand")]


def test_each_speaker_is_kept_at_once_under_a_number_of_their_own(town, derya):
    page = begun(derya)
    for text, name in (("Yolda büyük çukur var", "Ali Demir"), ("Parkta lamba yanmıyor", "")):
        sent = {"text": text, "name": name, "token": uuid4(), "phone": "0532 000 00 01" if name else ""}
        assert derya.post(page, sent).url == page

    shown = words(derya.get(page))
    assert "2 speakers" in shown
    assert shown.index("lamba") < shown.index("çukur")
    work(soon())
    case = Case.objects.get(title="Yolda büyük çukur var")
    assert case.citizen is not None
    assert (case.channel, case.unit, case.citizen.name) == ("meeting", town.roads, "Ali Demir")
    assert set(MeetingLine.objects.values_list("reference", flat=True)) == set(
        Case.objects.values_list("reference", flat=True)
    )


def test_with_htmx_only_the_list_comes_back_with_an_empty_line(derya):
    page = begun(derya)
    sent = {"text": "Çukur", "token": uuid4()}
    answer = derya.post(page, sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in words(answer)
    assert str(sent["token"]) not in words(answer)


def test_a_line_that_is_sent_twice_is_kept_once_and_an_empty_one_not_at_all(derya):
    page = begun(derya)
    sent = {"text": "Çukur var", "token": uuid4()}
    derya.post(page, sent)
    derya.post(page, sent)
    assert derya.post(page, {"text": " ", "token": uuid4()}).status_code == 422
    assert MeetingLine.objects.count() == Contact.objects.count() == 1


def test_a_line_is_struck_out_before_and_after_it_is_a_case(derya):
    page = begun(derya)
    for text in ("Yanlış yazdım", "Bu da yanlış"):
        derya.post(page, {"text": text, "token": uuid4()})
    first, second = MeetingLine.objects.order_by("pk")
    derya.post(f"{page}/lines/{first.pk}")
    work(soon())
    assert list(Case.objects.values_list("title", flat=True)) == ["Bu da yanlış"]

    derya.post(f"{page}/lines/{second.pk}")
    assert Case.objects.get().outcome == Outcome.WITHDRAWN
    assert "0 speakers" in words(derya.get(page))
    assert derya.post(f"{page}/lines/{second.pk}").status_code == 404


def test_a_line_whose_case_was_cut_into_parts_is_struck_out_after_them(town, derya):
    page = begun(derya)
    derya.post(page, {"text": "Yanlış yazdım", "token": uuid4()})
    work(soon())
    piece = lifecycle.Piece(title="Lamba", text="", service_id=town.street_light.pk)
    lifecycle.part(case_id=Case.objects.get().pk, piece=piece, by=town.derya, now=soon())

    answer = derya.post(f"{page}/lines/{MeetingLine.objects.get().pk}", follow=True)
    assert "Parts of its case have no outcome yet: end them first." in words(answer)


def test_speakers_are_named_to_who_may_know_and_their_lines_struck_out_by_who_typed_them(
    town, derya, at_desk
):
    derya.post(reverse("desk:meetings"), {"name": "Halk günü", "area": town.carsi.pk})
    page = reverse("desk:meeting", args=[Meeting.objects.get().pk])
    derya.post(page, {"text": "Çukur", "name": "Ali Demir", "phone": "0532 000 00 01", "token": uuid4()})
    hasan = at_desk(town.hasan)
    hasan.post(page, {"text": "Lamba", "name": "Naz Ak", "phone": "0532 000 00 02", "token": uuid4()})
    hers, his = MeetingLine.objects.order_by("pk")

    shown = words(hasan.get(page))
    assert ("Çukur" in shown, "Ali Demir" in shown, "000 00 01" in shown) == (True, False, False)
    assert ("Lamba" in shown, "Naz Ak" in shown) == (True, True)
    assert "Ali Demir" in words(derya.get(page))
    assert f"{page}/lines/{hers.pk}" not in shown

    assert hasan.post(f"{page}/lines/{hers.pk}").status_code == 404
    assert derya.post(f"{page}/lines/{his.pk}").status_code == 302
    assert list(MeetingLine.objects.filter(taken_back_at=None)) == [hers]


def test_a_meeting_elsewhere_is_not_a_headmans(town, derya, at_desk):
    derya.post(reverse("desk:meetings"), {"name": "İskele halk günü", "area": town.iskele.pk})
    page, hasan = reverse("desk:meeting", args=[Meeting.objects.get().pk]), at_desk(town.hasan)

    assert "İskele halk günü" not in words(hasan.get(reverse("desk:meetings")))
    assert hasan.get(page).status_code == 404
    assert hasan.post(page, {"text": "Lamba", "token": uuid4()}).status_code == 404

    own = hasan.post(reverse("desk:meetings"), {"name": "Köy odası"})  # his own, wherever it is
    assert hasan.get(own.url).status_code == 200


LIST = [
    {"text": "Yolda çukur var", "place": "Okul önü", "name": "Ali Demir", "phone": "0532 000 00 01"},
    {"text": "Lamba yanmıyor", "place": "Pazar"},
    {"text": "Ağaç kurudu"},
]


def test_a_headmans_list_becomes_cases_with_its_photo_in_one_go(town, at_desk):
    hasan = at_desk(town.hasan)
    hasan.cookies[conf.LANGUAGE_COOKIE_NAME] = "en"
    assert 'value="Hasan Muhtar"' in words(hasan.get(reverse("desk:batch")))

    answer = hasan.post(reverse("desk:batch"), rows(*LIST, who="Hasan Muhtar", photos=[photo()]))
    assert "3 lines are kept." in words(answer)
    work(soon())

    assert Case.objects.count() == 3
    contact = Contact.objects.get(text="Yolda çukur var")
    assert contact.details["passed_on"]["name"] == "Hasan Muhtar"
    assert contact.place_text == "Okul önü"
    paths = set(Attachment.objects.values_list("path", flat=True))
    assert len(paths) == 3  # each its own, so that one can go without the others
    assert all(full_path(path).read_bytes() == PNG for path in paths)
    assert "Passed on by Hasan Muhtar." in words(
        at_desk_english(at_desk, town.derya).get(f"/desk/cases/{contact.links.get().case_id}")
    )


def at_desk_english(at_desk, staff):
    client = at_desk(staff)
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_a_wrong_line_holds_up_no_other_and_nothing_typed_is_lost(derya):
    page = reverse("desk:batch")
    wrong = {"place": "Pazar yeri", "name": "Naz Ak"}
    sent = rows(LIST[0], wrong, LIST[2], who="Hasan", photos=[photo()])
    answer = derya.post(page, sent)
    shown = words(answer)
    assert answer.status_code == 422
    assert "2 lines are kept." in shown
    assert 'name="place-2" value="Pazar yeri"' in shown
    assert 'name="text-1"' not in shown
    stored = re.search(r'name="stored" value="([^"]+)"', shown)
    assert stored

    mended = {
        "token": sent["token"], "who": "Hasan", "stored": stored[1], "text-2": "Tezgâhlar yolda",
        "place-2": "Pazar yeri", "name-2": "Naz Ak",
    }  # fmt: skip
    assert "1 line is kept." in words(derya.post(page, mended))
    assert Contact.objects.count() == 3
    assert Attachment.objects.count() == 3


def test_a_list_that_is_sent_twice_is_kept_once(derya):
    page = reverse("desk:batch")
    sent = rows(*LIST, who="Hasan")
    first, second = words(derya.post(page, sent)), words(derya.post(page, sent))
    numbers = re.compile(r"\d\d-\d{5}-\d")
    assert set(numbers.findall(first)) == set(numbers.findall(second))
    assert Contact.objects.count() == 3


def test_forty_lines_are_the_most_and_an_empty_page_is_asked_for_lines(derya):
    page = reverse("desk:batch")
    derya.post(page, rows(*[{"text": f"Dert {number}"} for number in range(45)], who="Hasan"))
    assert Contact.objects.count() == 40
    assert derya.post(page, rows(who="Hasan")).status_code == 422
    forged = rows({"text": "x"}, who="Hasan", stored="forged")
    assert derya.post(page, forged).status_code == 200
    assert not Attachment.objects.exists()


def test_a_file_that_we_do_not_take_keeps_no_line_and_says_so(derya):
    bad = SimpleUploadedFile("virus.exe", b"MZ\x90\x00" * 50)
    answer = derya.post(reverse("desk:batch"), rows(*LIST, who="Hasan", photos=[bad]))
    assert answer.status_code == 422
    assert 'value="Lamba yanmıyor"' in words(answer)
    assert not Contact.objects.exists()


def test_a_letter_comes_with_all_its_pages(derya):
    sent = {
        "channel": "letter", "text": "Dilekçe özeti: yol bozuk", "language": "tr", "token": str(uuid4()),
        "scan": [photo("1.png"), photo("2.png"), photo("3.png")],
    }  # fmt: skip
    assert derya.post(reverse("desk:enter"), sent).status_code == 302
    assert derya.post(reverse("desk:enter"), sent | {"scan": [photo("1.png")]}).status_code == 302
    assert list(Attachment.objects.order_by("id").values_list("name", flat=True)) == [
        "1.png", "2.png", "3.png",
    ]  # fmt: skip


def lying() -> dict[str, bytes]:
    """Every kept file with its content; and nothing else lies in the folder."""
    root = Path(conf.MEDIA_ROOT)
    kept = {path: full_path(path).read_bytes() for path in Attachment.objects.values_list("path", flat=True)}
    assert {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()} == set(kept)
    return kept


def test_no_form_overwrites_a_file_that_was_kept(town, derya, at_desk):
    letter = {"channel": "letter", "text": "Yol bozuk", "language": "tr", "token": str(uuid4())}
    derya.post(reverse("desk:enter"), letter | {"scan": [photo()]})
    before = lying()
    assert list(before.values()) == [PNG]
    other = SimpleUploadedFile("2.txt", b"another page altogether")

    again = derya.post(reverse("desk:enter"), letter | {"scan": [other]})
    assert again.status_code == 302
    assert lying() == before

    other.seek(0)
    forged = letter | {"token": str(Attachment.objects.get().key), "scan": [other]}
    at_desk(town.hasan).post(reverse("desk:enter"), forged)
    assert lying().items() > before.items()


def test_a_list_that_is_sent_again_with_another_photo_keeps_the_first(derya):
    sent = rows(LIST[0], who="Hasan")
    derya.post(reverse("desk:batch"), sent | {"photos": [photo()]})
    path = Attachment.objects.get().path

    derya.post(reverse("desk:batch"), sent | {"photos": [SimpleUploadedFile("2.txt", b"another photo")]})

    assert (Attachment.objects.get().path, full_path(path).read_bytes()) == (path, PNG)


def test_pages_of_a_letter_that_was_not_kept_are_asked_for_again(derya):
    letter = {"channel": "letter", "text": "", "language": "tr", "token": str(uuid4()), "scan": [photo()]}
    answer = derya.post(reverse("desk:enter"), letter)
    assert answer.status_code == 422
    assert "Choose the files again." in words(answer)
    assert not Attachment.objects.exists()


def test_the_photo_of_an_outcome_that_was_refused_is_shown_to_nobody_and_asked_for_again(derya, pothole_case):
    act = reverse("desk:act", args=[pothole_case.pk, "end"])
    outcome = {"outcome": "not_possible", "proof": photo(), "version": pothole_case.version}
    answer = derya.post(act, outcome)
    assert answer.status_code == 422  # no reason was given
    assert "Choose the files again." in words(answer)
    assert not pothole_case.proofs.exists()


def test_done_by_one_photo_without_a_word_ends_the_parts_too_and_is_told(derya, town, now, pothole_case):
    piece = lifecycle.Piece(title="Bir çukur daha", text="", service_id=town.pothole.pk)
    part = lifecycle.part(case_id=pothole_case.pk, piece=piece, by=town.derya, now=now)
    sent = {"outcome": "done", "proof": photo(), "with_parts": "on", "version": pothole_case.version + 1}

    answer = derya.post(reverse("desk:act", args=[pothole_case.pk, "end"]), sent)
    while react(REACTIONS, now=soon()):
        pass

    assert answer.status_code == 302, words(answer)
    assert set(Case.objects.values_list("outcome", flat=True)) == {Outcome.DONE}
    told = Reply.objects.filter(case__in=[pothole_case, part], phrase_key="done")
    assert all("yapıldı. Fotoğraf ve ayrıntı" in reply.text for reply in told)
    assert told.count() == 2
