"""Files that go along with an answer: what the composer offers, what is kept of them, what is refused."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from tests.heic import APPLE
from tests.web.desk.rules import SEES_EVERYTHING, STAFF
from tests.web.desk.seat import seated
from tests.web.desk.test_answering import approve, line, page_of, send, wrote_by
from vefa.cases import lifecycle
from vefa.cases.lifecycle import Assignment
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.dialogue import enclosing, writing
from vefa.dialogue.models import Draft, Enclosure, Reply
from vefa.dialogue.writing import Words
from vefa.inbox import orphans

__all__ = ["line", "wrote_by"]
pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
FIELD = 'type="file"'
REFUSED = {  # each with a word of its sentence
    "eleven": "en çok 10 dosya",
    "empty": "boş.pdf\u2069 dosyası boş",
    "page": "gezi.jpg",
    "torn": "yarım.png",
    "too large": "film.pdf",
    "together": "birlikte 1 MB",
    "odt": "plan.odt",
}


@pytest.fixture(autouse=True)
def disk(settings, tmp_path) -> Path:
    """An empty folder of files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(tmp_path, "files")


def photo(*, form: str = "JPEG", side: int = 40, mode: str = "RGB") -> bytes:
    """A picture by a camera that knows where it was."""
    exif = Image.Exif()
    exif[0x010F] = "Ali's phone"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new(mode, (side, side), "teal").save(out, form, **({"exif": exif} if form == "JPEG" else {}))
    return out.getvalue()


def upload(name: str, content: bytes = PDF, kind: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def on_disk(disk: Path) -> list[Path]:
    return [one for one in disk.rglob("*") if one.is_file()]


def page_account(channel: str, **settings: str) -> Endpoint:
    sealed = seal({"token": "t", "secret": "s", "imap_password": "p"})
    return Endpoint.objects.create(
        key=f"own-{channel}",
        channel=channel,
        language="tr",
        names={"tr": channel},
        settings=settings,
        sealed=sealed,
    )


@pytest.mark.parametrize(
    ("channel", "space", "thread", "words"),
    [
        ("telegram", "telegram", "", "kendi başına"),
        ("email", "email", "", "aynı iletide"),
        ("messenger", "messenger", "", "kendi başına"),
        ("messenger", "messenger", "comment/7", ""),
        ("instagram", "instagram", "", ""),
        ("viber", "viber", "", ""),
        ("sms", "phone", "", ""),
        ("counter", "phone", "", "sayfasında"),
    ],
)
def test_the_composer_offers_files_where_the_channel_takes_them(
    town, wrote_by, channel, space, thread, words
):
    account = page_account(channel, gateway="kannel", page_id="1", address="kent@example.org")
    page = page_of(town, wrote_by(account, 2, space=space, thread=thread))

    assert (FIELD in page) == bool(words)
    assert ('enctype="multipart/form-data"' in page) == bool(words)
    assert ("Bu yoldan dosya gönderilemez." in page) != bool(words)
    assert words in page


def test_whatsapp_takes_files_as_long_as_free_words_may_go(town, line, wrote_by):
    case = wrote_by(line, 2)
    assert FIELD in page_of(town, case)
    case.conversation.last_contact_at = timezone.now() - 30 * (timezone.now() - case.said_at) / 2
    case.conversation.save()
    assert FIELD not in page_of(town, case)


def test_a_photo_loses_its_place_and_a_paper_stays_as_it_is(town, wrote_by, disk):
    case = wrote_by(town.bot, 2, space="telegram")
    scan = upload("C:\\fakepath\\kaldırım.jpg", photo())
    answer = send(town, case, text="İşte.", files=[scan, upload("IMG_1.HEIC", APPLE), upload("karar")])

    assert answer.status_code == 302
    first, second, third = Enclosure.objects.filter(reply__staff=town.derya)
    assert (first.name, first.content_type) == ("kaldırım.jpg", "image/jpeg")
    assert (second.name, second.content_type) == ("IMG_1.jpg", "image/jpeg")
    assert (third.name, third.content_type, third.size) == ("karar.pdf", "application/pdf", len(PDF))
    kept = (disk / first.path).read_bytes()
    assert first.size == len(kept)
    assert b"Ali's phone" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert enclosing.count_of(Reply.objects.get(staff=town.derya)) == 3
    for file in on_disk(disk):
        assert "kaldırım" not in file.name


def test_files_stand_beside_the_answer_and_open_for_who_may_see_the_case(town, wrote_by, disk):
    case = wrote_by(town.bot, 2, space="telegram")
    send(town, case, text="Karar ektedir.", files=[upload("karar.pdf")])
    href = reverse("desk:file", args=[Enclosure.objects.get().key])

    assert href in page_of(town, case)
    assert "karar.pdf" in page_of(town, case)
    opened = seated(town.derya).get(href)
    assert opened.getvalue() == PDF
    assert opened["Content-Disposition"].startswith("attachment")


def test_a_file_opens_for_those_who_see_the_case_and_there_is_none_for_others(town, wrote, now):
    own = wrote("Ali Demir", "7001", "Okulun önünde çukur var", now=now)
    lifecycle.assign(
        case_id=own.pk, to=Assignment(unit_id=town.roads.pk, staff_id=town.kemal.pk), by=town.derya, now=now
    )
    foreign = wrote("Naz Ak", "7002", "Ağaç devrildi", now=now, service=town.tree, area_id=town.iskele.id)
    for case in (own, foreign):
        assert send(town, case, text="Karar ektedir.", files=[upload("karar.pdf")]).status_code == 302
    near, far = (Enclosure.objects.get(reply__case=case).key for case in (own, foreign))
    for role, name in STAFF.items():
        browser = seated(getattr(town, name))
        found = [browser.get(reverse("desk:file", args=[key])).status_code for key in (near, far, uuid4())]
        assert found == [200, 200 if role in SEES_EVERYTHING else 404, 404], role


def test_what_cannot_go_is_refused_in_a_sentence_and_the_words_stay(town, line, wrote_by, disk, settings):
    case = wrote_by(line, 2)
    settings.UPLOAD_LIMIT_MB = 1
    odt = b"PK\x03\x04" + b"\x00" * 22 + b"\x08\x00" + b"\x00" * 2 + b"mimetypeapplication/vnd.oasis."
    given = {
        "eleven": [upload(f"{number}.pdf") for number in range(11)],
        "empty": [upload("a.pdf"), upload("boş.pdf", b"")],
        "page": [upload("gezi.jpg", b"<html><script>1</script>", "image/jpeg")],
        "torn": [upload("yarım.png", photo(form="PNG")[:60], "image/png")],
        "too large": [upload("film.pdf", PDF + b" " * 1_000_000)],
        "together": [upload("a.pdf", PDF + b" " * 600_000), upload("b.pdf", PDF + b" " * 600_000)],
        "odt": [upload("plan.odt", odt + b"opendocument.text")],
    }
    for wrong, words in REFUSED.items():
        answer = send(town, case, text="Ekibimiz geliyor.", way="", files=given[wrong])
        page = answer.content.decode()
        assert answer.status_code == 422, wrong
        assert words in page, wrong
        assert "Dosyaları yeniden seçin." in page, wrong
        assert ">Ekibimiz geliyor.</textarea>" in page, wrong
        assert on_disk(disk) == [], wrong
    assert Draft.objects.get().text == "Ekibimiz geliyor."
    assert not Reply.objects.filter(staff=town.derya).exists()


def test_files_without_words_or_with_an_approved_text_do_not_go(town, line, wrote_by, disk):
    case, text = wrote_by(line, 2), approve(line, text="Merhaba", gaps=0)
    silent = send(town, case, text=" ", way="", files=[upload("a.pdf")])
    fixed = send(town, case, text="", way="template", template=text.pk, files=[upload("a.pdf")])

    assert [silent.status_code, fixed.status_code] == [422, 422]
    assert "onaylı metinle dosya" in fixed.content.decode()
    assert on_disk(disk) == []


def test_a_channel_without_files_refuses_them_also_from_a_forged_form(town, wrote_by, disk):
    case = wrote_by(page_account("viber"), 2, space="viber")
    answer = send(town, case, text="Buyurun", files=[upload("a.pdf")])

    assert answer.status_code == 422
    assert on_disk(disk) == []


def test_nothing_is_kept_where_a_colleague_was_faster(town, wrote_by, disk):
    case = wrote_by(town.bot, 2, space="telegram")
    writing.write(case=case, words=Words(text="Geldik.", language="tr"), by=town.reza, now=timezone.now())
    answer = send(town, case, text="Geliyoruz.", files=[upload("a.pdf")])

    assert answer.status_code == 409
    assert "Dosyaları yeniden seçin." in answer.content.decode()
    assert on_disk(disk) == []


def test_a_taken_back_answer_gives_its_words_back_and_asks_for_the_files(town, wrote_by):
    case = wrote_by(town.bot, 2, space="telegram")
    send(town, case, text="Karar ektedir.", files=[upload("karar.pdf")])
    href = reverse("desk:take-back", args=[case.pk, Reply.objects.get(staff=town.derya).pk])
    page = seated(town.derya).post(href, follow=True).content.decode()

    assert "Dosyaları yeniden seçin." in page
    assert ">Karar ektedir.</textarea>" in page


def test_a_page_with_files_costs_one_statement_more(
    town, wrote_by, django_assert_max_num_queries, django_assert_num_queries
):
    case = wrote_by(town.bot, 2, space="telegram")
    send(town, case, text="Karar ektedir.", files=[upload("karar.pdf"), upload("plan.pdf")])
    browser = seated(town.derya)
    browser.get(reverse("desk:case", args=[case.pk]))
    with django_assert_max_num_queries(11):
        browser.get(reverse("desk:case", args=[case.pk]))
    replies = list(Reply.objects.filter(staff=None))
    with django_assert_num_queries(0):
        assert enclosing.of_replies(replies) == {}


def test_files_of_answers_are_nobodys_orphans(town, wrote_by, disk):
    case = wrote_by(town.bot, 2, space="telegram")
    send(town, case, text="Karar ektedir.", files=[upload("karar.pdf")])
    kept = Enclosure.objects.get()
    later = timezone.now() + 3 * orphans.GRACE
    folder = int(kept.path[:2], 16)

    assert orphans.sweep_folder(folder, now=later, elsewhere=enclosing.named) == 0
    assert (disk / kept.path).exists()
    assert orphans.sweep_folder(folder, now=later, elsewhere=lambda _keys: set()) == 1
