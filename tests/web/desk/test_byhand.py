"""What people write down for others: speakers at a meeting, a list on paper, forms from a dark day."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as conf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests.inbox.leyla import work
from vefa.cases.models import Case, Outcome
from vefa.channels import queries as doors
from vefa.channels.models import Endpoint
from vefa.citizens.models import Citizen
from vefa.inbox import paper
from vefa.inbox.files import full_path
from vefa.inbox.models import Attachment, Contact, MeetingLine, PaperForm, PaperRun
from vefa.kit.ids import read_reference

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "0005fe02fea70000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def _doors(town, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    settings.UNDO_S = 10
    for channel in ("meeting", "headman", "letter"):
        Endpoint.objects.create(key=channel, channel=channel, names={"en": channel}, language="tr",
                                default_unit_key="contact")  # fmt: skip
    doors.forget()
    yield
    doors.forget()


@pytest.fixture
def derya(town, at_desk):
    """The operator, reading English."""
    client = at_desk(town.derya)
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = "en"
    return client


def words(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def soon():
    return timezone.now() + timedelta(seconds=30)


def photo(name="liste.png"):
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def rows(*given, **more) -> dict[str, Any]:
    """What a page with lines sends: each given as a mapping."""
    sent = {f"{name}-{number}": value for number, one in enumerate(given, 1) for name, value in one.items()}
    return {"token": str(uuid4()), **sent, **more}


def begun(derya) -> str:
    answer = derya.post(reverse("desk:meetings"), {"name": "Çarşı halk günü", "place": "Düğün salonu"})
    assert answer.status_code == 302
    return str(answer.url)


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


def printed(derya, count=3) -> list[PaperForm]:
    answer = derya.post(reverse("desk:paper"), {"count": count, "language": "tr"})
    assert answer.status_code == 302
    run = PaperForm.objects.order_by("-id").values_list("run", flat=True)[0]
    return list(PaperForm.objects.filter(run=run).order_by("id"))


def sheet(form, at, **more) -> dict[str, Any]:
    local = at.astimezone(ZoneInfo("Europe/Istanbul"))
    return {
        "reference": form.reference, "day": local.strftime("%d.%m.%Y"), "hour": local.strftime("%H:%M"),
        "text": "Okul önünde çukur var",
    } | more  # fmt: skip


def test_printed_numbers_are_reserved_for_good(derya):
    first, second = printed(derya), printed(derya)
    numbers = [form.reference for form in (*first, *second)]
    assert len(set(numbers)) == 6
    assert all(read_reference(number) == number for number in numbers)
    page = begun(derya)
    derya.post(page, {"text": "Çukur", "token": uuid4()})
    assert MeetingLine.objects.get().reference not in numbers


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa", "en"])
def test_the_sheets_stand_in_their_own_language(derya, language):
    derya.post(reverse("desk:paper"), {"count": 2, "language": language})
    run = paper.runs()[0]
    shown = words(derya.get(reverse("desk:paper-run", args=[run.pk])))
    assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"' in shown
    assert shown.count('class="paper"') == 2
    assert {"tr": "Yolda çukur", "fa": "چاله در خیابان"}.get(language, "") in shown
    for form in PaperForm.objects.all():
        assert f"/r/{form.reference}/{form.secret}" in shown


def test_a_form_that_came_back_is_not_printed_again(derya):
    form, other = printed(derya, 2)
    run = reverse("desk:paper-run", args=[form.run_id])
    derya.post(reverse("desk:paper-enter"), rows(sheet(form, timezone.now()), channel="counter"))

    shown = words(derya.get(run))
    assert form.secret not in shown
    assert other.secret in shown

    derya.post(reverse("desk:paper-enter"), rows(sheet(other, timezone.now()), channel="counter"))
    assert "nothing is left to print" in words(derya.get(run))


def test_the_links_on_printed_sheets_are_for_who_printed_them_and_who_sees_everything(town, derya, at_desk):
    (form,) = printed(derya, 1)
    run = reverse("desk:paper-run", args=[form.run_id])
    hasan = at_desk(town.hasan)

    assert hasan.get(run).status_code == 404
    assert run not in words(hasan.get(reverse("desk:paper")))
    assert at_desk(town.ayse).get(run).status_code == 200

    (own,) = printed(hasan, 1)
    assert own.secret in words(hasan.get(reverse("desk:paper-run", args=[own.run_id])))


def test_what_was_written_on_paper_keeps_its_number_and_its_moment(town, derya):
    form, other, _last = printed(derya)
    PaperRun.objects.update(at=timezone.now() - timedelta(days=3))
    at = (timezone.now() - timedelta(days=2)).replace(second=0, microsecond=0)
    answer = derya.post(
        reverse("desk:paper-enter"),
        rows(sheet(form, at, name="Ali Demir", service=town.pothole.pk), channel="counter"),
    )
    assert "1 line is kept." in words(answer)
    work(soon())

    case = Case.objects.get()
    assert (case.reference, case.secret, case.opened_at) == (form.reference, form.secret, at)
    assert case.service == town.pothole
    assert case.promises.exclude(started_at=at).count() == 0  # its clocks run from the paper's moment
    assert Citizen.objects.get().name == "Ali Demir"
    left = words(derya.get(reverse("desk:paper")))
    assert other.reference in left
    assert form.reference not in left


def test_a_number_that_is_used_unknown_or_mistyped_is_refused_and_the_others_are_kept(derya):
    form, other, third = printed(derya)
    now = timezone.now()
    page = reverse("desk:paper-enter")
    sent = rows(sheet(form, now), channel="counter")
    derya.post(page, sent)
    assert "1 line is kept." in words(derya.post(page, sent))  # the same page again
    mistyped = other.reference[:-1] + str((int(other.reference[-1]) + 1) % 10)
    answer = derya.post(
        page,
        rows(
            sheet(form, now), sheet(other, now, reference=mistyped),
            sheet(other, now, reference="26-99999-1"),
            sheet(third, now), channel="counter",
        ),
    )  # fmt: skip
    shown = words(answer)
    assert answer.status_code == 422
    assert "This number is entered already." in shown
    assert f"?q={form.reference}" in shown
    assert shown.count("No form with this number was printed.") == 2
    assert "1 line is kept." in shown
    assert Contact.objects.count() == 2

    by_phone = derya.post(page, rows(sheet(form, now), channel="phone"))
    assert "This number is entered already." in words(by_phone)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": "01.01.2020"}, "The form was printed later than this"),
        ({"day": "01.01.2099"}, "The form was printed later than this"),
        ({"day": "dün"}, "Write the day as day, month and year"),
        ({"hour": "öğlen"}, "Write the time as hours and minutes"),
        ({"hour": "25:10"}, "Write the time as hours and minutes"),
        ({"text": ""}, "What is wanted?"),
    ],
)
def test_a_moment_that_cannot_be_is_said_beside_its_line(derya, change, said):
    form, *_rest = printed(derya)
    answer = derya.post(
        reverse("desk:paper-enter"), rows(sheet(form, timezone.now()) | change, channel="counter")
    )
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Contact.objects.exists()


def test_days_and_times_are_read_in_persian_digits(derya):
    form, *_rest = printed(derya)
    PaperRun.objects.update(at=timezone.now() - timedelta(days=400))
    typed = sheet(form, timezone.now()) | {"day": "۱/۳/۱۴۰۵", "hour": "۹:۳۰"}
    answer = derya.post(reverse("desk:paper-enter"), rows(typed, channel="counter"))
    said = Contact.objects.first()
    assert said is not None, words(answer)[:300]
    assert said.received_at.astimezone(ZoneInfo("Europe/Istanbul")).strftime("%Y-%m-%d %H:%M") == (
        "2026-05-22 09:30"
    )
