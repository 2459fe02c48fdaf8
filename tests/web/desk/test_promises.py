"""What staff do about promises on a case's page: say why one is late, say that their own word is kept."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.town import Town
from tests.web.desk.seat import nine_days_more, result_of, seated
from vefa.cases import lifecycle, promises, rules
from vefa.cases.clocks import clock_of
from vefa.cases.ending import Ending
from vefa.cases.models import Case, Outcome, Promise, PromiseKind
from vefa.directory.queries import directory
from vefa.journal.models import Event

pytestmark = pytest.mark.django_db
WHY = "Asfalt santrali arızalı, <parça> bekliyoruz"


def address(name: str, *words: object) -> str:
    return reverse(f"desk:{name}", args=words)


def page(client: Client, case: Case) -> str:
    return client.get(address("case", case.pk)).content.decode()


def promised(town: Town, case: Case) -> Promise:
    now = timezone.now()
    due = now + timedelta(hours=5)
    return promises.given(case_id=case.pk, text="Bugün ararız", due_at=due, by=town.derya, now=now)


@pytest.fixture
def late(pothole_case) -> Promise:
    """The result, which has not come by the moment that was promised."""
    promises.sweep_broken(now=timezone.now())
    return result_of(pothole_case)


def test_why_it_is_late_is_said_at_the_desk_and_read_by_the_resident(town, pothole_case, late, client):
    derya = seated(town.derya)
    form = derya.get(address("act-form", pothole_case.pk, "explain"), headers={"HX-Request": "true"})
    assert f'<option value="{late.pk}"' in form.content.decode()

    asked = derya.post(
        address("act", pothole_case.pk, "explain"), {"promise": late.pk, "why": WHY, "version": "1"}
    )

    assert asked.status_code == 302, asked.content.decode()
    event = Event.objects.get(kind="promise.explained")
    assert (event.actor, event.data) == (f"staff:{town.derya.pk}", {"promise_id": late.pk, "why": WHY})
    shown = "&lt;parça&gt; bekliyoruz"
    assert shown in page(derya, pothole_case)
    assert shown in derya.get(address("around", pothole_case.pk)).content.decode()
    report = reverse("portal:track", args=[pothole_case.reference, pothole_case.secret])
    assert shown in client.get(report).content.decode()


def test_without_words_nothing_is_said_and_the_choice_stays(town, pothole_case, late):
    refused = seated(town.derya).post(
        address("act", pothole_case.pk, "explain"), {"promise": late.pk, "why": " "}
    )

    assert refused.status_code == 422
    assert f'<option value="{late.pk}" selected' in refused.content.decode()
    assert not Event.objects.filter(kind="promise.explained").exists()


def test_what_was_said_can_be_said_better(town, pothole_case, late):
    derya = seated(town.derya)
    answer = Promise.objects.get(kind="first_answer")
    derya.post(address("act", pothole_case.pk, "explain"), {"promise": answer.pk, "why": WHY})

    form = derya.get(address("case", pothole_case.pk), {"act": "explain"}).content.decode()  # without htmx
    assert "&lt;parça&gt; bekliyoruz</textarea>" in form
    derya.post(address("act", pothole_case.pk, "explain"), {"promise": answer.pk, "why": "Kar yağdı"})

    answer.refresh_from_db()
    assert answer.broken_why == "Kar yağdı"


def test_a_later_reason_stands_before_that_of_an_earlier_extension(town, pothole_case, client):
    promise = result_of(pothole_case)
    at = pothole_case.opened_at
    wish = nine_days_more(promise)
    asked = promises.extend(promise_id=promise.pk, wish=wish, by=town.kemal, now=at)
    promises.approve(extension_id=asked.pk, by=town.murat, now=at)
    promises.sweep_broken(now=timezone.now())

    promises.explain(promise_id=promise.pk, why="Asfalt yok", by=town.murat, now=timezone.now())

    report = client.get(reverse("portal:track", args=[pothole_case.reference, pothole_case.secret]))
    assert "Asfalt yok" in report.content.decode()
    assert wish.reason not in report.content.decode()


@pytest.mark.parametrize("day", ["15.12.2062", "31.12.9999", "2199-12-31", "1.1.1700"])
def test_more_time_than_any_calendar_has_is_refused_in_words(town, pothole_case, day):
    asked = {"promise": result_of(pothole_case).pk, "day": day, "reason": "Kar"}
    answer = seated(town.derya).post(address("act", pothole_case.pk, "extend"), asked)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode() or "errorlist" in answer.content.decode()


def test_nobody_explains_what_is_in_time_or_a_promise_of_another_case(town, pothole_case, wrote, now):
    derya = seated(town.derya)
    assert 'id="act-explain"' not in page(derya, pothole_case)
    foreign = wrote("Ayşe Kaya", "7005", "Burada da çukur var", now=now)
    promises.sweep_broken(now=timezone.now())
    words = {"promise": result_of(foreign).pk, "why": WHY}

    assert derya.post(address("act", pothole_case.pk, "explain"), words).status_code == 422


def test_a_word_that_was_given_is_kept_and_is_not_kept_after_all(town, pothole_case):
    given = promised(town, pothole_case)
    derya = seated(town.derya)
    assert 'id="act-unkeep"' not in page(derya, pothole_case)
    assert "Bugün ararız" in derya.get(address("case", pothole_case.pk), {"act": "keep"}).content.decode()

    assert derya.post(address("act", pothole_case.pk, "keep"), {"promise": given.pk}).status_code == 302
    given.refresh_from_db()
    assert given.kept_at
    assert not given.broken_at
    assert Event.objects.filter(kind="promise.kept", actor=f"staff:{town.derya.pk}").exists()
    assert derya.post(address("act", pothole_case.pk, "keep"), {"promise": given.pk}).status_code == 422

    assert derya.post(address("act", pothole_case.pk, "unkeep"), {"promise": given.pk}).status_code == 302
    assert Promise.objects.filter(pk=given.pk, kept_at=None).exists()
    assert Event.objects.get(kind="promise.unkept").data["promise_id"] == given.pk


def test_what_was_taken_for_kept_in_the_nick_of_time_is_found_late_by_the_sweeper(town, pothole_case):
    given = promised(town, pothole_case)
    due = rules.due_of(clock_of(given))
    promises.keep(promise_id=given.pk, by=town.derya, now=due + timedelta(minutes=1))

    promises.unkeep(promise_id=given.pk, by=town.derya, now=due + timedelta(minutes=2))

    given.refresh_from_db()
    assert given.broken_at is None
    promises.sweep_broken(now=due + timedelta(minutes=3))
    assert Event.objects.filter(kind="promise.broken", data__promise_id=given.pk).exists()
    with pytest.raises(promises.PromiseOverError):
        promises.unkeep(promise_id=given.pk, by=town.derya, now=due + timedelta(minutes=4))


def test_only_words_of_people_are_kept_by_hand_and_nothing_after_the_outcome(town, pothole_case):
    derya = seated(town.derya)
    words = {"promise": result_of(pothole_case).pk}
    assert derya.post(address("act", pothole_case.pk, "keep"), words).status_code == 422
    given = promised(town, pothole_case)
    ending = Ending(outcome=Outcome.ANSWERED, reason="Baktık")
    lifecycle.end(case_id=pothole_case.pk, ending=ending, by=town.derya, now=timezone.now())

    shown = page(derya, pothole_case)

    assert not [name for name in ("keep", "unkeep", "explain") if f'id="act-{name}"' in shown]
    assert given.pk


@pytest.mark.parametrize("typed", ["17:30", "17.30", "۱۷:۳۰", "17:30:00"])
def test_the_hour_of_a_promise_is_read_as_people_type_it(town, pothole_case, typed):
    words = {"text": "Ararız", "day": "12.04.2027", "hour": typed}
    act = address("act", pothole_case.pk, "promise")
    assert seated(town.reza).post(act, words).status_code == 302
    given = Promise.objects.get(case=pothole_case, kind=PromiseKind.GIVEN)
    zone = ZoneInfo(directory().municipality.timezone)
    assert given.due_at
    assert f"{given.due_at.astimezone(zone):%d.%m.%Y %H:%M:%S}" == "12.04.2027 17:30:00"


def test_what_is_no_hour_is_said_and_stays_as_it_was_typed(town, pothole_case):
    act = address("act", pothole_case.pk, "promise")
    for typed in ("half past five", "25:00", "17:30:00:00:1", "۹۹"):
        words = {"text": "Ararız", "day": "12.04.2027", "hour": typed}
        answer = seated(town.derya).post(act, words)
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.content.decode()
        assert "14:30" in answer.content.decode()
    shown = seated(town.derya).get(address("case", pothole_case.pk), {"act": "promise"})
    assert 'value="17:00"' in shown.content.decode()
