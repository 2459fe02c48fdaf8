"""Following a report: by its link, or by its number and the end of a telephone number."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.journeys.conftest import Worker
from tests.town import Town
from tests.web.portal.resident import POTHOLE, Resident, picture
from vefa.cases import promises
from vefa.cases.doubling import double
from vefa.cases.lifecycle import Ending, ask, end, note, plan, refer, take
from vefa.cases.models import Case, Outcome, Promise, State
from vefa.dialogue.writing import Words, write
from vefa.inbox.models import Contact
from vefa.web.portal import limits

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def later(monkeypatch) -> Callable[..., None]:
    """Lets time pass for keys that are good for an hour."""
    real, passed = time.time, timedelta()

    def pass_by(**some: int) -> None:
        nonlocal passed
        passed += timedelta(**some)
        monkeypatch.setattr(time, "time", lambda: real() + passed.total_seconds())

    return pass_by


@pytest.fixture
def mine(ayse: Resident, worker: Worker) -> str:
    """Ayşe's report, which has become a case."""
    address = ayse.sends(phone="0532 123 45 67", name="Ayşe Yılmaz", photos={"photos": [picture()]})
    worker.work()
    return address


def the_case() -> Case:
    return Case.objects.get()


def test_the_link_shows_what_was_told_and_what_happens_now(ayse, mine, town):
    page = ayse.sees(mine)

    assert POTHOLE in page
    assert "Roads deals with it" in page.replace("<bdi>", "").replace("</bdi>", "")
    assert "We want to be done by" in page


@pytest.mark.parametrize("wrong", ["x", "A" * 24, "%00", "Ayşe"])
def test_a_forged_secret_opens_nothing(ayse, mine, wrong):
    reference = mine.split("/")[2]

    for page in ("", "/received"):
        Resident().sees(f"/r/{reference}/{wrong}{page}", status=404)
    Resident().sees(f"/r/26-99999-9/{mine.split('/')[3]}", status=404)
    assert Resident().says(f"/r/{reference}/{wrong}", "mine!").status_code == 404


def looked_up(reference: str, digits: str, *, of: Resident | None = None, at: str = "127.0.0.1") -> Any:
    """What `/r` answers to somebody who calls from an address."""
    asked = {"reference": reference, "digits": digits}
    return (of or Resident()).client.post("/r", asked, REMOTE_ADDR=at)


def test_the_number_and_the_end_of_the_telephone_number_open_it_for_an_hour(mine, town, worker, later):
    reference, secret = mine.split("/")[2:]
    ending = Ending(outcome=Outcome.DONE, reason="Filled", waiver="At night")
    end(case_id=the_case().id, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    reader = Resident()
    opened = looked_up(reference.replace("-", " "), "۴۵۶۷", of=reader).headers["Location"]

    page = reader.sees(opened)
    assert POTHOLE in page
    assert "stays open for an hour" in page
    assert secret not in page
    assert reader.client.get(the_photo(opened)).status_code == 200
    reader.sees(f"{opened}/received", status=404)
    Resident().sees(opened.replace("26-", "27-"), status=404)

    later(minutes=61)
    assert reader.client.get(opened).headers["Location"] == "/r"
    said = reader.says(opened, "The hole is back", verdict="not_solved")
    worker.work()
    assert "The hole is back" in reader.sees(said.headers["Location"])
    later(hours=12)
    assert reader.says(opened, "More").status_code == 404
    assert reader.client.get(said.headers["Location"]).headers["Location"] == "/r"


def the_photo(opened: str) -> str:
    """The address of the photo of the only report."""
    return f"{opened}/file/{Contact.objects.get(reference__isnull=False).attachments.get().key}"


def test_wrong_digits_and_unknown_numbers_get_the_same_answer(mine):
    reference, guesser = mine.split("/")[2], Resident()

    for number, digits in ((reference, "0000"), ("26-00042-8", "4567"), ("26-00042-8", "0000")):
        answer = guesser.client.post("/r", {"reference": number, "digits": digits})
        assert answer.status_code == 422
        assert answer.context["form"].errors.as_data().keys() == {"reference"}
        assert "We find no report with this reference" in answer.content.decode()


def test_guessing_digits_ends_soon_for_the_whole_network_and_for_nobody_else(mine):
    reference = mine.split("/")[2]

    tries = [looked_up(reference, f"{n:04}", at=f"2001:db8:1:2::{n:x}").status_code for n in range(9)]

    assert tries == [422] * 8 + [429]
    assert looked_up(reference, "4567", at="2001:db8:1:2:f::1").status_code == 429
    assert looked_up(reference, "4567", at="2001:db8:1:3::1").status_code == 302
    assert [looked_up(reference, "4567", at="203.0.113.9").status_code for _ in range(30)] == [302] * 30


def test_who_tries_report_after_report_is_slowed_down_and_found_in_the_log(mine, monkeypatch, caplog):
    monkeypatch.setattr(limits, "lookups_of_all", limits.Limit(times=15, window_s=60))
    limits.sweeps_told.forget()
    reference = mine.split("/")[2]
    for n in range(18):
        looked_up("26-00042-8", "0000", at=f"203.0.{n // 2}.7")

    tries = [looked_up("26-00042-8", "0001", at="198.51.100.4").status_code for _ in range(4)]

    assert tries == [422] * 3 + [429]
    assert looked_up(reference, "4567", at="192.0.2.1").status_code == 302
    assert caplog.text.count("guessing telephone numbers") == 1


def test_the_page_never_shows_who_somebody_is(ayse, mine):
    page = ayse.sees(mine)

    assert "Yılmaz" not in page
    assert "123 45 67" not in page
    assert "1234567" not in page


def test_an_answer_is_shown_once_it_cannot_be_taken_back(ayse, mine, town):
    words = Words(text="Ekibimiz yarın geliyor.", language="tr")
    write(case=the_case(), words=words, by=town.derya, now=timezone.now())
    assert words.text not in ayse.sees(mine)

    write(case=the_case(), words=words, by=town.derya, now=timezone.now() - timedelta(minutes=1))

    page = ayse.sees(mine)
    assert words.text in page
    assert 'lang="tr"' in page


def test_a_note_between_staff_is_never_shown(ayse, mine, town):
    note(case_id=the_case().id, text="This man calls every day", by=town.derya, now=timezone.now())

    assert "every day" not in ayse.sees(mine)


@pytest.mark.parametrize(
    ("move", "status"),
    [
        (lambda town, at: {"do": take, "by": town.derya, "now": at}, "Being looked at"),
        (lambda town, at: {"do": plan, "day": at.date(), "by": town.derya, "now": at}, "Planned for"),
        (
            lambda town, at: {"do": ask, "question": "Which side?", "by": town.derya, "now": at},
            "We need something",
        ),
        (
            lambda town, at: {"do": refer, "agency_id": town.power.id, "by": town.derya, "now": at},
            "Sent to Ova",
        ),
        (
            lambda town, at: {
                "do": end,
                "ending": Ending(outcome=Outcome.NOT_POSSIBLE, reason="No", objection="Write"),
                "by": town.derya,
                "now": at,
            },
            "Not possible",
        ),
    ],
)
def test_the_status_says_where_it_stands(ayse, mine, town, move, status):
    given = move(town, timezone.now())
    given.pop("do")(case_id=the_case().id, **given)

    assert status in ayse.sees(mine)


def test_a_promise_that_was_moved_says_why(ayse, mine, town):
    promise = Promise.objects.get(kind="resolution")
    later = timezone.now() + timedelta(days=30)
    wish = promises.Wish(due_at=later, reason="The asphalt is late")
    asked = promises.extend(promise_id=promise.id, wish=wish, by=town.derya, now=timezone.now())
    promises.approve(extension_id=asked.id, by=town.leyla, now=timezone.now())

    page = ayse.sees(mine)

    assert "The asphalt is late" in page
    assert "first promised for" in page


def test_why_a_promise_was_moved_names_its_reporter_to_nobody_whose_case_follows(ayse, mine, town, worker):
    master = the_case()
    followed = ayse.sends(phone="0532 765 43 21", text="Same hole", photos={"photos": [picture()]})
    worker.work()
    twin = Case.objects.exclude(pk=master.pk).get()
    double(case_id=twin.pk, master_id=master.pk, by=town.derya, now=timezone.now())
    promise = Promise.objects.get(kind="resolution", case=master)
    wish = promises.Wish(due_at=timezone.now() + timedelta(days=30), reason="We called 123 45 67 about it")
    asked = promises.extend(promise_id=promise.id, wish=wish, by=town.derya, now=timezone.now())
    promises.approve(extension_id=asked.id, by=town.leyla, now=timezone.now())

    assert wish.reason in ayse.sees(mine)
    assert "We called ••• about it" in ayse.sees(followed)
    assert "123 45 67" not in ayse.sees(followed)


def test_something_added_reaches_the_case(ayse, mine, worker):
    ayse.says(mine, "It got deeper", photos=[picture("deep.png", form="PNG")])
    worker.work()

    page = ayse.sees(mine)
    assert "It got deeper" in page
    assert Case.objects.count() == 1
    assert the_case().unread


def test_the_same_click_twice_adds_once(ayse, mine, worker):
    ayse.says(mine, "It got deeper")
    ayse.says(mine, "It got deeper")

    assert Contact.objects.count() == 2


def test_something_added_before_the_worker_came_is_not_another_case(ayse, worker):
    mine = ayse.sends()
    ayse.says(mine, "One more thing")

    worker.work()

    assert Case.objects.count() == 1
    assert "One more thing" in ayse.sees(mine)


def test_an_answer_to_our_question_lets_the_work_go_on(ayse, mine, worker, town):
    ask(case_id=the_case().id, question="Which side?", by=town.derya, now=timezone.now())
    assert "Answer us" in ayse.sees(mine)

    ayse.says(mine, "The left one")
    worker.work()

    assert the_case().state == State.WORKING


@pytest.fixture
def done(mine: str, town) -> str:
    """The same report, done."""
    ending = Ending(outcome=Outcome.DONE, reason="Filled", waiver="At night")
    end(case_id=the_case().id, ending=ending, by=town.derya, now=timezone.now())
    return mine


def test_not_solved_begins_again(ayse, done, worker):
    ayse.says(done, "Still there", verdict="not_solved")
    worker.work()

    assert (the_case().state, the_case().reopened) == (State.NEW, 1)


def test_who_heard_not_possible_is_asked_for_an_objection_and_not_whether_it_is_solved(
    ayse, mine, town, worker
):
    ending = Ending(outcome=Outcome.NOT_POSSIBLE, reason="Private ground", objection="Write to the mayor")
    end(case_id=the_case().id, ending=ending, by=town.derya, now=timezone.now())

    page = ayse.sees(mine)
    assert "Do you object?" in page
    assert "Is it solved?" not in page

    ayse.says(mine, "It is the city's ground", verdict="not_solved")
    worker.work()
    assert (the_case().state, the_case().reopened) == (State.NEW, 1)


def test_an_answer_is_not_called_done(ayse, mine, town):
    end_with(Outcome.ANSWERED, town)

    for page in (ayse.sees(mine), ayse.sees(f"/cases/{the_case().id}")):
        assert "Answered" in page
        assert not re.search(r"\bDone\b", page)
    assert "Is it solved?" in ayse.sees(mine)


def test_who_took_it_back_is_not_asked_whether_it_is_solved_and_may_begin_again(ayse, mine, town, worker):
    end_with(Outcome.WITHDRAWN, town)

    page = ayse.sees(mine)
    assert "Taken back" in page
    assert "Is it solved?" not in page
    assert "still wrong" not in page
    assert not re.search(r"\bDone\b", ayse.sees(f"/cases/{the_case().id}"))

    ayse.says(mine, "It came back", verdict="not_solved")
    worker.work()
    assert (the_case().state, the_case().reopened) == (State.NEW, 1)


def end_with(outcome: Outcome, town: Town) -> None:
    ending = Ending(outcome=outcome, reason="On Tuesdays")
    end(case_id=the_case().id, ending=ending, by=town.derya, now=timezone.now())


def test_not_solved_needs_a_word_about_what_is_wrong(ayse, done):
    page = ayse.says(done, "", verdict="not_solved")

    assert page.status_code == 422
    assert "what is still wrong" in page.content.decode()


def test_solved_leaves_the_case_as_it_is(ayse, done, worker):
    ayse.says(done, "", verdict="solved")
    worker.work()

    assert the_case().state == State.ENDED


def test_a_photo_is_shown_behind_the_link_only(ayse, mine):
    key = Contact.objects.get().attachments.get().key

    shown = ayse.client.get(f"{mine}/file/{key}")

    assert shown.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    Resident().sees(f"/r/{mine.split('/')[2]}/{'x' * 24}/file/{key}", status=404)


def test_a_page_with_a_secret_is_kept_by_nobody(ayse, mine):
    page = ayse.client.get(mine)

    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_the_page_takes_few_statements(ayse, mine, django_assert_max_num_queries):
    ayse.sees(mine)
    with django_assert_max_num_queries(9):
        ayse.sees(mine)


def test_photos_that_were_chosen_before_the_language_was_changed_are_asked_for_again(ayse):
    mine = ayse.sends()

    page = ayse.says(mine, "half a sentence", speak="en", photos=[picture()])

    assert page.status_code == 200
    assert "half a sentence" in page.content.decode()
    assert "Choose the photos again." in page.content.decode()
    assert Contact.objects.count() == 1
