"""Coming in: name and password, then a code that is good once; and going out everywhere."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pyotp
import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from tests.town import PASSWORD
from tests.web.desk.seat import seated
from vefa.directory import second_factor
from vefa.directory.models import Staff
from vefa.journal.models import Event
from vefa.web.desk import guessing
from vefa.web.desk.door import EPOCH
from vefa.web.desk.sign_in import TOO_MANY_HERE

pytestmark = pytest.mark.django_db
LIST = "/desk/lists/open"
SECOND, ANEW = "/desk/second", "/desk/profile/second-step"


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


def drawn(client: Client) -> str:
    """The secret that the page shows to be scanned; empty where it shows none."""
    shown = re.search(r'<code class="ltr" dir="ltr">(\w+)</code>', client.get(SECOND).content.decode())
    return shown[1] if shown else ""


def code_of(secret: str, *, ahead: int = 0) -> str:
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


def try_as(name: str, *, browser: Client | None = None, near: str = "203.0.113.9") -> bool:
    """Whether the door opens for who knows the password."""
    words = {"username": name, "password": PASSWORD}
    answer = (browser or Client()).post(reverse("desk:sign-in"), words, REMOTE_ADDR=near)
    with override("tr"):
        assert answer.status_code == 302 or str(TOO_MANY_HERE) in answer.content.decode()
    return answer.status_code == 302


def guess_at(name: str, *, near: str = "203.0.113.9", browser: Client | None = None) -> guessing.Guess:
    """Who guesses, and is wrong; as the door counts it before it looks at the password."""
    request = RequestFactory(REMOTE_ADDR=near).post("/desk/sign-in")
    request.COOKIES = {key: one.value for key, one in (browser or Client()).cookies.items()}
    return guessing.Guess(request, name=name)


def guess_from_everywhere(*names: str) -> None:
    for block in range(40):
        for name in names:
            guess_at(name, near=f"10.0.{block}.1").allowed()


def test_too_many_tries_from_one_network_are_told_to_wait_however_the_name_is_written(town):
    tries = [guess_at("derya", near=f"203.0.113.{last}").allowed() for last in range(6)]

    assert tries == [True] * 6
    assert not try_as("Derya")
    assert not try_as("derya", near="::ffff:203.0.113.200")


def test_an_outsider_who_guesses_does_not_keep_anybody_out(town):
    assert sum(guess_at("derya").allowed() for _ in range(200)) == 6

    assert try_as("derya", near="198.51.100.7")  # in a browser that nobody has seen yet
    assert not try_as("derya", near="203.0.113.9")


def test_guesses_from_everywhere_slow_down_strangers_and_never_a_browser_that_has_signed_in(town):
    own = Client()
    assert try_as("derya", browser=own, near="198.51.100.7")
    own.post(reverse("desk:sign-out"))
    guess_from_everywhere("derya")

    assert not try_as("derya", near="198.51.100.8")
    assert try_as("derya", browser=own, near="10.0.1.1")  # even beside whoever guesses
    assert guess_at("murat", near="198.51.100.8").allowed()


def test_a_known_browser_has_six_tries_of_its_own_and_only_for_whom_it_is_known(town):
    own = Client()
    assert try_as("derya", browser=own)
    assert [guess_at("derya", browser=own).allowed() for _ in range(7)] == [True] * 6 + [False]
    assert not try_as("derya", browser=own)

    assert [guess_at("murat", browser=own).allowed() for _ in range(7)] == [True] * 6 + [False]
    assert not try_as("murat")  # counted as any stranger's


def test_two_people_at_one_computer_are_both_known(town):
    shared = Client()
    assert try_as("derya", browser=shared)
    assert try_as("murat", browser=shared)
    guess_from_everywhere("derya", "murat")

    assert guess_at("derya", browser=shared).allowed()
    assert guess_at("murat", browser=shared).allowed()
    assert not guess_at("derya").allowed()


FORGED = {
    "nothing": "",
    "made up": "made up",
    "signed for another use": signing.dumps(["1", "2"], salt="another"),
    "of another shape": signing.dumps({"a": 1}, salt=guessing.SALT),
    "known for somebody else": signing.dumps(
        ["1", salted_hmac(guessing.SALT, "murat", algorithm="sha256").hexdigest()[:20]], salt=guessing.SALT
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_mark_of_a_browser_helps_nobody(town, what):
    forger = Client()
    forger.cookies[guessing.cookie_name()] = FORGED[what]
    tries = [guess_at("derya", browser=forger, near=f"10.0.{block}.1").allowed() for block in range(31)]
    assert tries == [True] * 30 + [False]


def test_signing_in_is_no_guess(town):
    for _ in range(70):
        guess = guess_at("derya", near="198.51.100.7")
        assert guess.allowed()
        guess.was_right()


def test_the_mark_of_a_browser_names_nobody_and_no_script_reads_it(town, settings):
    client = Client()
    settings.SESSION_COOKIE_SECURE = True
    assert try_as("derya", browser=client)
    kept = client.cookies[guessing.cookie_name()]
    assert (kept["httponly"], kept["secure"], kept["samesite"]) == (True, True, "Lax")
    assert "derya" not in str(signing.loads(kept.value, salt=guessing.SALT))


def test_the_second_step_is_set_up_and_leads_on_to_where_one_wanted(town, at_the_door):
    assert at_the_door.get(LIST)["Location"] == reverse("desk:second")

    answer = give(at_the_door, code_of(drawn(at_the_door)))

    assert answer["Location"] == LIST
    assert at_the_door.get(LIST).status_code == 200
    assert refreshed(town.derya).totp_confirmed_at is not None


def refreshed(staff):
    staff.refresh_from_db()
    return staff


def test_a_code_is_good_once(town, at_the_door):
    code = code_of(drawn(at_the_door))
    give(at_the_door, code)

    again = half_way_in(refreshed(town.derya))
    assert give(again, code).status_code == 422
    assert again.get(LIST)["Location"] == reverse("desk:second")


def half_way_in(staff) -> Client:
    client = seated(staff)
    session = client.session
    session["second"] = False
    session.save()
    return client


def test_a_wrong_code_stays_outside_and_six_are_too_many(town, at_the_door):
    right = code_of(drawn(at_the_door))
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(6):
        assert give(at_the_door, wrong).status_code == 422

    answer = give(at_the_door, right)

    assert answer.status_code == 422
    assert at_the_door.get(LIST)["Location"] == reverse("desk:second")


def test_the_code_may_be_typed_with_spaces_and_in_persian_digits(town, at_the_door):
    code = code_of(drawn(at_the_door))
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


@pytest.fixture
def own_secret(town, now) -> str:
    """Derya has a telephone that shows her codes; the next one is still good."""
    secret = second_factor.draw()
    second_factor.confirm(staff=town.derya, secret=secret, code=code_of(secret, ahead=-1), now=timezone.now())
    return secret


def test_a_new_telephone_counts_from_its_first_code_and_ends_every_other_sign_in(town, own_secret):
    here, there = seated(town.derya), seated(town.derya)
    before = here.cookies["vefa"].value
    words = {"password": PASSWORD, "code": code_of(own_secret)}

    assert here.post(ANEW, words)["Location"] == SECOND
    new = drawn(here)
    assert new not in {"", own_secret}
    assert give(here, code_of(new))["Location"] == reverse("desk:profile")

    assert here.get(LIST).status_code == 200
    assert here.cookies["vefa"].value != before
    assert there.get(LIST)["Location"].startswith(reverse("desk:sign-in"))
    assert give(half_way_in(refreshed(town.derya)), code_of(own_secret, ahead=1)).status_code == 422
    told = Event.objects.filter(kind="staff.second_factor_changed").values_list("actor", "data__first")
    assert list(told) == [(f"staff:{town.derya.pk}", True), (f"staff:{town.derya.pk}", False)]


@pytest.mark.parametrize("wrong", ["password", "code", "nothing given"])
def test_who_merely_sits_at_an_open_desk_sets_up_no_telephone(town, own_secret, wrong):
    client = seated(town.derya)
    words = {"password": PASSWORD, "code": code_of(own_secret)} | {wrong: "000000"}

    answer = client.post(ANEW, {} if wrong == "nothing given" else words)

    assert answer.status_code == 422
    assert client.get(SECOND)["Location"] == reverse("desk:profile")
    assert drawn(half_way_in(town.derya)) == ""


def test_a_new_telephone_that_was_never_confirmed_leaves_the_old_one_in_force(town, own_secret, settings):
    client = seated(town.derya)
    client.post(ANEW, {"password": PASSWORD, "code": code_of(own_secret)})
    new = drawn(client)
    half = half_way_in(town.derya)

    assert drawn(half) == ""  # who knows but the password is shown nothing to scan
    assert give(half, code_of(new)).status_code == 422
    assert half.get(LIST)["Location"] == SECOND
    assert give(half, code_of(own_secret, ahead=1)).status_code == 302

    session = client.session
    session["drawn_until"] = timezone.now().timestamp() - 1
    session.save()
    assert client.get(SECOND)["Location"] == reverse("desk:profile")


def test_of_two_who_set_up_the_first_telephone_one_wins(town, strict):
    one, two = half_way_in(town.derya), half_way_in(town.derya)
    code = code_of(drawn(two))
    assert give(one, code_of(drawn(one))).status_code == 302

    assert give(two, code)["Location"] == reverse("desk:sign-in")


def test_where_no_second_step_is_owed_the_password_opens_the_way_to_one(town):
    client = seated(town.derya)
    assert client.get(SECOND)["Location"] == reverse("desk:profile")

    client.post(ANEW, {"password": PASSWORD})
    assert give(client, code_of(drawn(client))).status_code == 302

    assert refreshed(town.derya).totp_confirmed_at is not None


def test_a_password_is_not_guessed_from_an_open_desk(town):
    client = seated(town.derya)
    for _ in range(6):
        assert client.post(ANEW, {"password": "guess"}).status_code == 422
    assert client.post(ANEW, {"password": PASSWORD}).status_code == 422
    words = {"form": "password", "old": PASSWORD, "new": "başka uzun bir söz 137"}
    assert client.post(reverse("desk:profile"), words).status_code == 422


def test_a_page_that_wakes_up_after_the_sign_in_ended_is_sent_to_the_door_whole(town):
    client = Client()
    answer = client.get(LIST, headers={"HX-Request": "true"})
    door = f"{reverse('desk:sign-in')}?next=%2Fdesk%2Flists%2Fopen"
    assert (answer.status_code, answer["HX-Redirect"]) == (401, door)


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"Referer": "http://testserver/desk/cases/5?act=end"}, "/desk/cases/5?act=end"),
        ({"Referer": "http://elsewhere.example/desk/cases/5"}, "/desk/"),
        ({"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/new?call=7"}, "/desk/new?call=7"),
        ({}, "/desk/"),
    ],
)
def test_who_is_sent_to_the_door_from_a_form_comes_back_to_its_page(town, headers, page):
    answer = Client().post(reverse("desk:hints"), {}, headers=headers)
    door = answer.headers.get("HX-Redirect") or answer.headers["Location"]
    assert door == f"{reverse('desk:sign-in')}?{urlencode({'next': page})}"


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
