"""Derya sits down at the desk, finds what waits, answers, and reports what became of it."""

import re
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import seated
from vefa.cases.models import Case, Note, Outcome, State
from vefa.channels.models import Endpoint
from vefa.citizens.models import Address, Citizen
from vefa.dialogue.models import Delivery, DeliveryState, Draft, Reply
from vefa.inbox.models import Attachment, Contact
from vefa.journal import replay
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db


def only(found: list[str]) -> str:
    """What every form of the page says alike."""
    assert len(set(found)) == 1
    return found[0]


def page_of(client: Client, case: Case) -> str:
    return client.get(reverse("desk:case", args=[case.id])).content.decode()


def test_nobody_comes_in_without_signing_in(client, pothole_case):
    answer = client.get(reverse("desk:case", args=[pothole_case.id]))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("desk:sign-in"))


def test_the_queue_shows_what_waits(town, pothole_case):
    page = seated(town.derya).get(reverse("desk:list", args=["new"])).content.decode()

    assert pothole_case.reference in page
    assert "Okulun önünde çukur var" in page


def test_opening_a_case_leaves_a_trace(town, pothole_case):
    page_of(seated(town.derya), pothole_case)

    sight = pothole_case.sights.get()
    assert (sight.staff, sight.role) == (town.derya, "operator")


def test_an_answer_is_laid_down_and_can_be_taken_back(town, pothole_case):
    client = seated(town.derya)
    client.post(reverse("desk:reply", args=[pothole_case.id]), {"text": "Yarın bakıyoruz.", "do": "send"})
    reply = Reply.objects.get()
    assert Delivery.objects.get().state == DeliveryState.QUEUED

    client.post(reverse("desk:take-back", args=[pothole_case.id, reply.id]))

    assert Delivery.objects.get().state == DeliveryState.TAKEN_BACK
    assert Draft.objects.get().text == "Yarın bakıyoruz."


def test_an_unfilled_variable_keeps_the_answer_here(town, pothole_case):
    client = seated(town.derya)

    answer = client.post(
        reverse("desk:reply", args=[pothole_case.id]), {"text": "Neden: {reason}", "do": "send"}
    )

    assert answer.status_code == 422
    assert "Neden: {reason}" in answer.content.decode()
    assert not Reply.objects.exists()


def test_what_is_typed_is_kept_on_the_server(town, pothole_case):
    client = seated(town.derya)

    client.post(reverse("desk:draft", args=[pothole_case.id]), {"text": "Sayın Ali"})

    assert "Sayın Ali" in page_of(seated(town.derya), pothole_case)


def test_a_note_stays_inside(town, pothole_case):
    client = seated(town.derya)

    client.post(reverse("desk:reply", args=[pothole_case.id]), {"text": "Ekip 4 yakında", "do": "note"})

    assert Note.objects.get().text == "Ekip 4 yakında"
    assert not Reply.objects.exists()


def act(client: Client, case: Case, name: str, **data: object):
    return client.post(reverse("desk:act", args=[case.id, name]), data)


def test_not_possible_needs_a_reason_and_the_way_to_object(town, pothole_case):
    client = seated(town.derya)

    refused = act(client, pothole_case, "end", outcome="not_possible", reason="Özel yol")
    assert refused.status_code == 422
    assert "Özel yol" in refused.content.decode()

    act(
        client,
        pothole_case,
        "end",
        outcome="not_possible",
        reason="Özel yol",
        objection="30 gün içinde yazın",
    )
    pothole_case.refresh_from_db()
    assert (pothole_case.state, pothole_case.outcome) == (State.ENDED, Outcome.NOT_POSSIBLE)


def test_whoever_comes_second_is_told_and_loses_nothing(town, pothole_case):
    client = seated(town.derya)
    version = only(re.findall(r'name="version" value="(\d+)"', page_of(client, pothole_case)))
    act(seated(town.reza), pothole_case, "take")

    answer = act(client, pothole_case, "transfer", unit=town.parks.id, reason="Ağaç kökü", version=version)

    assert answer.status_code == 409
    assert "Ağaç kökü" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("take", {}, State.WORKING),
        ("ask", {"question": "Hangi sokak?"}, State.WAITING),
        ("plan", {"day": f"{timezone.localdate() + timedelta(days=9):%d.%m.%Y}"}, State.PLANNED),
    ],
)
def test_a_case_moves(town, pothole_case, name, data, state):
    assert act(seated(town.derya), pothole_case, name, **data).status_code == 302

    pothole_case.refresh_from_db()
    assert pothole_case.state == state


@pytest.mark.parametrize("day", ["05.01.2020", "01.01.2150"])
def test_a_day_that_cannot_be_meant_is_refused_beside_its_field(town, pothole_case, day):
    answer = act(seated(town.derya), pothole_case, "plan", day=day)

    assert "Bugünü veya daha sonraki bir günü yazın" in answer.content.decode()
    assert day in answer.content.decode()
    pothole_case.refresh_from_db()
    assert (pothole_case.state, pothole_case.planned_date) == (State.NEW, None)


def test_who_may_not_see_a_case_finds_none(town, pothole_case):
    assert seated(town.pelin).get(reverse("desk:case", args=[pothole_case.id])).status_code == 404


def test_who_may_only_read_is_shown_no_answer_box(town, pothole_case):
    client = seated(town.orhan)

    assert 'name="text"' not in page_of(client, pothole_case)
    answer = client.post(reverse("desk:reply", args=[pothole_case.id]), {"text": "x", "do": "send"})
    assert answer.status_code == 403


def test_the_link_by_which_a_resident_is_known_stands_nowhere_at_the_desk(town, pothole_case, now):
    while replay.react(REACTIONS, now=now, limit=200):
        pass
    link = f"/r/{pothole_case.reference}/{pothole_case.secret}"
    assert link in Reply.objects.get(case=pothole_case).text  # the resident gets it whole
    contact = Contact.objects.get()
    contact.text += f" https://vefa.example{link}"
    contact.save()

    for who in ("kemal", "orhan", "derya"):
        Case.objects.update(staff=town.kemal)
        page = page_of(seated(getattr(town, who)), pothole_case)
        assert f"/r/{pothole_case.reference}" in page, who
        assert pothole_case.secret not in page, who


def test_an_answer_with_the_residents_link_is_sent_whole(town, pothole_case):
    text = f"Buradan izleyin: https://vefa.example/r/{pothole_case.reference}/{pothole_case.secret}"
    client = seated(town.derya)
    client.post(reverse("desk:reply", args=[pothole_case.id]), {"text": text, "do": "send"})

    assert Reply.objects.get(staff=town.derya).text == text
    Delivery.objects.update(state=DeliveryState.FAILED, trouble="refused")
    for name, words in (("case", [pothole_case.id]), ("troubles", [])):
        assert pothole_case.secret not in client.get(reverse(f"desk:{name}", args=words)).content.decode()


def test_search_finds_by_number_name_and_words(town, pothole_case):
    client = seated(town.derya)
    for text in (pothole_case.reference, "cukur", "Ali"):
        answer = client.get(reverse("desk:search"), {"q": text}, follow=True)
        assert pothole_case.reference in answer.content.decode(), text


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa", "en"])
def test_every_page_speaks_every_language(town, pothole_case, language):
    client = seated(town.derya)
    addresses = [
        reverse("desk:list", args=["open"]),
        reverse("desk:case", args=[pothole_case.id]),
        reverse("desk:around", args=[pothole_case.id]),
        reverse("desk:phrases", args=[pothole_case.id]),
        reverse("desk:enter"),
        reverse("desk:drafts"),
        reverse("desk:troubles"),
        reverse("desk:profile"),
        reverse("desk:citizen", args=[pothole_case.citizen_id]),
    ]
    for address in addresses:
        answer = client.get(f"{address}?speak={language}")
        assert answer.status_code == 200, address
        assert f'lang="{language}"' in answer.content.decode()


def test_a_call_is_written_down_on_one_page(town, now):
    client = seated(town.derya)
    page = client.get(reverse("desk:enter")).content.decode()
    token = only(re.findall(r'name="token" value="([^"]+)"', page))
    data = {"channel": "phone", "text": "Sokak lambası yanmıyor", "phone": "0532 555 01 37", "language": "tr"}

    for _press in range(2):
        answer = client.post(reverse("desk:enter"), data | {"token": token}, follow=True)

    contact = Contact.objects.get()
    assert str(contact.reference) in answer.content.decode()
    assert contact.endpoint.channel == "phone"


@pytest.mark.parametrize("who", ["derya", "murat", "selin", "hasan", "leyla", "olga", "ayse", "orhan"])
def test_the_queue_costs_at_most_eight_statements(town, pothole_case, django_assert_max_num_queries, who):
    client = seated(getattr(town, who))
    client.get(reverse("desk:list", args=["open"]))

    with django_assert_max_num_queries(8):
        client.get(reverse("desk:list", args=["open"]), {"unit": "roads", "channel": "telegram"})


@contextmanager
def costing(*, statements, trips):
    """At most so many statements, and round trips to the database: one trip may carry several."""
    with CaptureQueriesContext(connection) as caught:
        yield
    said = [one["sql"] for one in caught.captured_queries]
    assert sum(sql.count("EXECUTE ") or 1 for sql in said) <= statements, said
    assert len(said) <= trips, said


@pytest.mark.parametrize("who", ["derya", "murat", "selin", "leyla", "ayse", "orhan"])
def test_a_case_costs_at_most_ten_statements_in_three_round_trips(town, pothole_case, who):
    client = seated(getattr(town, who))
    page_of(client, pothole_case)  # the first look marks it as read, which costs one more
    client.get(reverse("desk:list", args=["open"]))  # from which one comes

    with costing(statements=10, trips=3):
        page_of(client, pothole_case)


def test_a_case_of_a_form_that_is_answered_by_mail_and_has_files_costs_no_more(town, pothole_case, now):
    contact = Contact.objects.get(links__case=pothole_case)
    Attachment.objects.create(contact=contact, kind="image", name="çukur.jpg", key=uuid4(), due_at=now)
    Endpoint.objects.create(key="posta", channel="email", language="tr")
    talk = pothole_case.conversation
    Endpoint.objects.filter(pk=talk.endpoint_id).update(channel="portal")
    Address.objects.filter(pk=talk.address_id).update(space="email", value="ali@posta.example")
    twin = Citizen.objects.create(merged_into=pothole_case.citizen, created_at=now)
    Address.objects.create(space="phone", value="+905325554433", citizen=twin, created_at=now)
    client = seated(town.derya)
    page_of(client, pothole_case)

    with costing(statements=10, trips=4):
        page = page_of(client, pothole_case)
    assert "ali@posta.example" in page
    assert "+90 532 555 44 33" in page  # the person's, under whatever row it came in

    Case.objects.update(channel="portal")
    Contact.objects.update(raw=b'{"email": "ali@posta.example", "phone": "0532 555 11 22"}')
    with costing(statements=10, trips=4):
        page = page_of(client, pothole_case)
    assert "+90 532 555 11 22" in page


def test_a_case_with_files_drafts_and_notes_costs_no_more(town, pothole_case, now):
    contact = Contact.objects.get(links__case=pothole_case)
    Attachment.objects.create(contact=contact, kind="image", name="çukur.jpg", key=uuid4(), due_at=now)
    client = seated(town.selin)
    client.post(reverse("desk:reply", args=[pothole_case.pk]), {"text": "Ekip 4 yakında", "do": "note"})
    client.post(reverse("desk:draft", args=[pothole_case.pk]), {"text": "Sayın Ali"})
    page_of(client, pothole_case)

    with costing(statements=10, trips=4):
        page = page_of(client, pothole_case)
    assert all(one in page for one in ("çukur.jpg", "Ekip 4 yakında", "Sayın Ali"))


def test_why_an_address_takes_nothing_more_is_said_in_the_readers_language(town, pothole_case, now):
    reached = Address.objects.filter(citizen=pothole_case.citizen)
    page = reverse("desk:citizen", args=[pothole_case.citizen_id])
    client = seated(town.derya)
    for why, words in (
        ("passed_on", "siz söyleyin"),
        ("Our account there has blocked this person.", "Oradaki hesabımız bu kişiyi engellemiş."),
    ):
        reached.update(unreachable_at=now, unreachable_why=why)
        assert words in client.get(page, {"speak": "tr"}).content.decode()
        assert why not in client.get(page, {"speak": "tr"}).content.decode()


def test_who_is_lost_at_the_desk_is_led_back_to_the_desk(town):
    lost = seated(town.derya).get(reverse("desk:case", args=[999_999]))
    assert lost.status_code == 404
    assert 'class="button" href="/desk/"' in lost.content.decode()
