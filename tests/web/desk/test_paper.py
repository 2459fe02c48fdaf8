"""Forms from a dark day: printed before it, typed in after it, each under its own number."""

from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.inbox.leyla import work
from tests.web.desk.byhand import begun, rows, soon, words
from vefa.cases.models import Case
from vefa.citizens.models import Citizen
from vefa.inbox import paper
from vefa.inbox.models import Contact, MeetingLine, PaperForm, PaperRun
from vefa.kit.ids import read_reference

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doors_by_hand")]


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
    assert "yazdırılacak bir şey kalmadı" in words(derya.get(run))


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
