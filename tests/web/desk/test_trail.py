"""What the journal keeps of people's ways in, and of who looked at what is private."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.town import PASSWORD
from tests.web.desk.seat import seated
from vefa.directory import accounts, second_factor
from vefa.directory.models import Staff
from vefa.inbox.models import Contact
from vefa.journal.models import Event
from vefa.web.desk import guessing, trail

pytestmark = pytest.mark.django_db
SIGN_IN, SECOND = reverse("desk:sign-in"), reverse("desk:second")


def told(staff) -> list[tuple[str, str]]:
    """What the journal keeps of somebody: what, and who did it."""
    return list(Event.objects.filter(subject=f"staff:{staff.pk}").order_by("id").values_list("kind", "actor"))


def come(name: str, password: str = PASSWORD, *, near: str = "203.0.113.9") -> Client:
    client = Client(REMOTE_ADDR=near)
    client.post(SIGN_IN, {"username": name, "password": password})
    return client


def test_who_came_in_and_from_where_is_kept(town, settings):
    come("derya")
    own = f"staff:{town.derya.pk}"
    assert told(town.derya) == [("staff.signed_in", own)]
    assert Event.objects.get().data == {"near": "203.0.113.0/24", "second": False}

    settings.SECOND_FACTOR = True
    come("derya")  # the code is owed: they are not in yet
    assert told(town.derya) == [("staff.signed_in", own)]


def test_a_sign_in_with_a_code_is_kept_once_the_code_is_right(town, monkeypatch):
    monkeypatch.setattr(second_factor, "_step_of", lambda _secret, code, now: 7 if code == "123456" else None)
    second_factor.confirm(staff=town.derya, secret="A" * 32, code="123456", now=timezone.now())
    Staff.objects.update(totp_last_step=0)
    client = come("derya")
    client.post(SECOND, {"code": "000000"})
    assert not Event.objects.filter(kind="staff.signed_in").exists()

    client.post(SECOND, {"code": "123456"})
    assert Event.objects.get(kind="staff.signed_in").data["second"] is True


def test_wrong_tries_are_kept_once_when_they_close_the_door(town):
    for _try in range(9):
        come("Derya", "guess")
        come("nobody", "guess")
    assert told(town.derya) == [("staff.shut_out", "system")]
    assert Event.objects.get().data == {"near": "203.0.113.0/24", "step": "password"}


def test_a_network_that_is_shut_out_fills_no_journal_by_naming_everybody(town):
    for _try in range(61):
        guessing.of_network.allows("203.0.113.0/24")
    for name in ("derya", "murat", "ayse"):
        come(name, "guess")
    assert not Event.objects.exists()


def test_wrong_codes_that_close_the_door_are_kept(town, settings):
    settings.SECOND_FACTOR = True
    client = come("derya")
    for _try in range(9):
        client.post(SECOND, {"code": "000000"})
    assert told(town.derya) == [("staff.shut_out", "system")]
    assert Event.objects.get().data["step"] == "code"


def test_changed_credentials_are_kept(town):
    client, own = seated(town.derya), f"staff:{town.derya.pk}"
    words = {"form": "password", "old": PASSWORD, "new": "başka uzun bir söz 137"}
    client.post(reverse("desk:profile"), words)
    client.post(reverse("desk:leave-everywhere"))

    assert told(town.derya) == [("staff.password_changed", own), ("staff.signed_out_everywhere", own)]


def test_what_the_command_on_the_machine_does_to_an_account_is_kept(town, now):
    new = accounts.NewStaff(username="nur", name="Nur Ay", role="operator")
    nur = accounts.add(new, password=PASSWORD, now=now)
    accounts.set_active(nur, active=False, now=now)
    accounts.set_password(nur, password="başka uzun bir söz 137", now=now)
    second_factor.reset(staff=nur, now=now)

    done = ["staff.let_in", "staff.kept_out", "staff.password_changed", "staff.second_factor_forgotten"]
    assert told(nur) == [(kind, "system") for kind in done]


def test_who_opens_a_persons_page_or_an_original_is_kept_and_once_for_a_while(town, pothole_case):
    client = seated(town.derya)
    contact = Contact.objects.get()
    pages = [
        reverse("desk:citizen", args=[pothole_case.citizen_id]),
        reverse("desk:original", args=[pothole_case.pk, contact.pk]),
    ]
    for page in (*pages, *pages):
        assert client.get(page).status_code == 200
    seen = Event.objects.filter(kind__in=["citizen.seen", "contact.original_seen"]).order_by("id")
    assert list(seen.values_list("subject", "actor")) == [
        (f"citizen:{pothole_case.citizen_id}", f"staff:{town.derya.pk}"),
        (f"contact:{contact.pk}", f"staff:{town.derya.pk}"),
    ]
    for page in pages:
        assert seated(town.selin).get(page).status_code == 200
    assert seen.count() == 4


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa", "en"])
def test_who_audits_reads_it_in_their_language(town, pothole_case, language):
    come("derya")
    seated(town.selin).get(reverse("desk:citizen", args=[pothole_case.citizen_id]))
    accounts.set_active(town.murat, active=False, now=timezone.now())

    page = seated(town.orhan).get(reverse("desk:trail"), {"speak": language}).content.decode()

    for words in ("Derya", "Selin", "Murat", "203.0.113.0/24"):
        assert words in page
    assert page.count('<li class="event ') == 3
    assert page.index("Murat") < page.index("Selin") < page.index("203.0.113.0/24")


def test_a_long_trail_goes_on_where_the_page_ends(town, monkeypatch):
    monkeypatch.setattr(trail, "PAGE", 2)
    for name in ("derya", "murat", "ayse"):
        come(name)
    client = seated(town.orhan)
    client.cookies["vefa_language"] = "en"
    page = client.get(reverse("desk:trail")).content.decode()
    older = re.search(r'href="(\?before=[^"]+)"', page)
    assert older is not None
    rest = client.get(reverse("desk:trail") + html.unescape(older[1])).content.decode()
    assert (page.count("event-words"), rest.count("event-words"), "Older" in rest) == (2, 1, False)
    for odd in ("yesterday", "9" * 30, "²"):
        assert client.get(reverse("desk:trail"), {"before": odd}).status_code == 200


def test_what_happened_in_one_moment_is_all_there_when_a_page_ends_in_it(town, now, monkeypatch):
    monkeypatch.setattr(trail, "PAGE", 2)
    names = ["Nur Ay", "Ece Dal", "Can Er", "Ela Su", "Efe Taş"]
    for name in names:  # one load of many accounts has one moment
        new = accounts.NewStaff(username=name.split()[0].lower(), name=name, role="operator")
        accounts.add(new, password=PASSWORD, now=now)
    client, seen, address = seated(town.orhan), [], reverse("desk:trail")
    while address:
        page = client.get(address).content.decode()
        seen += [name for name in names if name in page]
        older = re.search(r'href="(\?before=[^"]+)"', page)
        address = reverse("desk:trail") + html.unescape(older[1]) if older else ""
    assert sorted(seen) == sorted(names)
