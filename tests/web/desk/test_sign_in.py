"""Coming in: name and password, then a code that is good once; and going out everywhere."""

from datetime import timedelta

import pyotp
import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from tests.town import PASSWORD
from tests.web.desk.seat import seated
from vefa.directory import second_factor
from vefa.directory.models import Staff
from vefa.web.desk import sign_in
from vefa.web.desk.door import EPOCH

pytestmark = pytest.mark.django_db
LIST = "/desk/lists/open"


@pytest.fixture
def strict(settings):
    """The city asks everybody for a second step."""
    settings.SECOND_FACTOR = True


@pytest.fixture
def at_the_door(town, strict) -> Client:
    """Derya has given her password and owes a code."""
    client = Client()
    answer = client.post(reverse("desk:sign-in"), {"username": "derya", "password": PASSWORD, "next": LIST})
    assert answer["Location"] == reverse("desk:second")
    return client


def code_of(staff, *, ahead: int = 0) -> str:
    secret = second_factor.pending(staff=staff)
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=30 * ahead))


def give(client: Client, code: str):
    return client.post(reverse("desk:second"), {"code": code})


def test_a_wrong_password_says_no_more_than_that(town):
    answers = [
        Client().post(reverse("desk:sign-in"), {"username": name, "password": "no such word"})
        for name in ("derya", "nobody")
    ]
    assert [one.status_code for one in answers] == [422, 422]
    words = [one.content.decode() for one in answers]
    assert words[0].replace("derya", "nobody").split("</form>")[1] == words[1].split("</form>")[1]


def test_too_many_tries_are_told_to_wait(town):
    for _ in range(6):
        assert sign_in.tries_of_name.allows("derya")

    answer = Client().post(reverse("desk:sign-in"), {"username": "Derya", "password": PASSWORD})

    with override("tr"):
        assert str(sign_in.TOO_MANY) in answer.content.decode()


def test_the_second_step_is_set_up_and_leads_on_to_where_one_wanted(town, at_the_door):
    assert at_the_door.get(LIST)["Location"] == reverse("desk:second")
    page = at_the_door.get(reverse("desk:second")).content.decode()
    assert second_factor.pending(staff=refreshed(town.derya)) in page

    answer = give(at_the_door, code_of(refreshed(town.derya)))

    assert answer["Location"] == LIST
    assert at_the_door.get(LIST).status_code == 200
    assert refreshed(town.derya).totp_confirmed_at is not None


def refreshed(staff):
    staff.refresh_from_db()
    return staff


def test_a_code_is_good_once(town, at_the_door):
    staff = refreshed(town.derya)
    at_the_door.get(reverse("desk:second"))
    code = code_of(refreshed(staff))
    give(at_the_door, code)

    again = half_way_in(staff)
    assert give(again, code).status_code == 422
    assert again.get(LIST)["Location"] == reverse("desk:second")


def half_way_in(staff) -> Client:
    client = seated(staff)
    session = client.session
    session["second"] = False
    session.save()
    return client


def test_a_wrong_code_stays_outside_and_six_are_too_many(town, at_the_door):
    at_the_door.get(reverse("desk:second"))
    right = code_of(refreshed(town.derya))
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(6):
        assert give(at_the_door, wrong).status_code == 422

    answer = give(at_the_door, right)

    assert answer.status_code == 422
    assert at_the_door.get(LIST)["Location"] == reverse("desk:second")


def test_the_code_may_be_typed_with_spaces_and_in_persian_digits(town, at_the_door):
    at_the_door.get(reverse("desk:second"))
    code = code_of(refreshed(town.derya))
    persian = " ".join(chr(0x06F0 + int(digit)) for digit in code)

    assert give(at_the_door, persian.replace(" ", "", 3)).status_code == 302


def test_nobody_is_led_out_of_the_house(town):
    data = {"username": "derya", "password": PASSWORD, "next": "https://elsewhere.example/desk/"}
    answer = Client().post(reverse("desk:sign-in"), data)
    assert answer["Location"] == reverse("desk:queue")


def test_signing_out_everywhere_ends_every_other_browser(town):
    here, there = seated(town.derya), seated(town.derya)
    assert there.get(LIST).status_code == 200

    here.post(reverse("desk:leave-everywhere"))

    for client in (here, there):
        assert client.get(LIST)["Location"].startswith(reverse("desk:sign-in"))


def test_a_new_password_keeps_this_browser_and_ends_the_others(town):
    here, there = seated(town.derya), seated(town.derya)
    words = {"form": "password", "old": PASSWORD, "new": "başka uzun bir söz 137"}

    assert here.post(reverse("desk:profile"), words).status_code == 302

    assert here.get(LIST).status_code == 200
    assert there.get(LIST).status_code == 302
    assert refreshed(town.derya).check_password("başka uzun bir söz 137")


def test_a_password_is_not_changed_without_the_old_one_nor_to_a_short_one(town):
    client = seated(town.derya)
    for words in ({"old": "wrong", "new": "başka uzun bir söz 137"}, {"old": PASSWORD, "new": "short"}):
        assert client.post(reverse("desk:profile"), {"form": "password"} | words).status_code == 422
    assert refreshed(town.derya).check_password(PASSWORD)


def test_a_new_telephone_is_asked_for_its_code_at_once(town):
    client = seated(town.derya)
    before = second_factor.begin(staff=town.derya)

    answer = client.post(reverse("desk:new-second-step"))

    assert answer["Location"] == reverse("desk:second")
    assert second_factor.pending(staff=refreshed(town.derya)) != before


def test_a_page_that_wakes_up_after_the_sign_in_ended_is_sent_to_the_door_whole(town):
    client = Client()
    answer = client.get(LIST, headers={"HX-Request": "true"})
    door = f"{reverse('desk:sign-in')}?next=%2Fdesk%2Flists%2Fopen"
    assert (answer.status_code, answer["HX-Redirect"]) == (401, door)


def test_who_was_behind_a_session_last_is_only_a_guess(town):
    client = seated(town.derya)
    for person in (town.derya, town.murat, town.derya):
        session = client.session
        session[SESSION_KEY], session[EPOCH] = str(person.pk), person.session_epoch
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        assert f"<bdi>{person.name}</bdi>" in client.get(LIST).content.decode()


def test_a_page_asks_for_session_and_person_at_once_and_nobody_is_kept_after_leaving(town):
    client = seated(town.derya)
    page = LIST
    client.get(page)
    with CaptureQueriesContext(connection) as caught:
        client.get(page)
    assert caught.captured_queries[0]["sql"].count("EXECUTE ") == 2

    Staff.objects.filter(pk=town.derya.pk).update(retired_at=timezone.now())
    assert client.get(page).status_code == 302
    Staff.objects.filter(pk=town.derya.pk).update(retired_at=None)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get(page).status_code == 302
