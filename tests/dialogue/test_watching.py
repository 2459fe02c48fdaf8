"""The bot falls silent; those who must know hear of it once, and once more when it is over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from vefa.channels.looking import Look, keep
from vefa.channels.models import Endpoint
from vefa.channels.port import Finding
from vefa.dialogue import watching
from vefa.dialogue.alarm_words import words_of
from vefa.dialogue.measuring import sending
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.dialogue.writing import Words, write
from vefa.inbox import heard
from vefa.inbox.models import Contact, Heard
from vefa.journal import replay
from vefa.journal.models import Event
from vefa.kit.saying import Sentence
from vefa.kit.speaking import spoken
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Pınarova
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def busy_bot(town) -> Endpoint:
    """A bot that hears thirty people an hour by day, on every weekday of ten weeks."""
    hours = [NOON - number * HOUR for number in range(1, 70 * 24)]
    Heard.objects.bulk_create(
        Heard(endpoint=town.bot, hour=hour, count=30)
        for hour in hours
        if hour.weekday() < 5 and 6 <= hour.hour < 16
    )
    Endpoint.objects.filter(pk=town.bot.pk).update(last_in_at=NOON)
    found: Endpoint = town.bot
    return found


@pytest.fixture
def mailed(settings) -> Callable[[], list[str]]:
    """What the mail address of the setting has heard so far."""
    settings.ALARM_MAIL = ["Nobet@pinarova.example"]

    def read() -> list[str]:
        while replay.react(REACTIONS, now=timezone.now(), limit=100):
            pass
        rows = Delivery.objects.filter(conversation__address__value="nobet@pinarova.example")
        return [row.reply.text for row in rows.select_related("reply").order_by("id")]

    return read


def kinds() -> list[str]:
    found = Event.objects.filter(kind__startswith="endpoint.").order_by("id")
    return list(found.values_list("kind", flat=True))


def test_a_channel_that_falls_silent_is_told_of_once_and_when_it_is_over(busy_bot, town, mailed):
    watching.watch(now=NOON + 14 * MINUTE)
    assert mailed() == []

    for minute in range(16, 40):
        watching.watch(now=NOON + minute * MINUTE)

    busy_bot.refresh_from_db()
    assert busy_bot.alarmed_at == NOON + 16 * MINUTE
    assert list(busy_bot.health["troubles"]) == ["silent"]
    (alarm,) = mailed()
    assert alarm.startswith("city-bot: ")
    assert f"/desk/endpoints/{busy_bot.pk}" in alarm
    assert Delivery.objects.get().endpoint == town.mailbox

    Endpoint.objects.filter(pk=busy_bot.pk).update(last_in_at=NOON + 40 * MINUTE)
    for minute in (41, 42):
        watching.watch(now=NOON + minute * MINUTE)

    busy_bot.refresh_from_db()
    assert (busy_bot.alarmed_at, busy_bot.health["troubles"]) == (None, {})
    assert len(mailed()) == 2
    assert kinds() == ["endpoint.troubled", "endpoint.recovered"]


def test_nobody_is_mailed_where_nobody_asked_for_it(busy_bot, mailed, settings):
    settings.ALARM_MAIL = []
    watching.watch(now=NOON + 30 * MINUTE)
    mailed()
    assert kinds() == ["endpoint.troubled"]
    assert not Reply.objects.exists()


def test_without_a_mailbox_the_alarm_still_stands_at_the_desk(busy_bot, mailed, town, caplog):
    Endpoint.objects.filter(pk=town.mailbox.pk).update(active=False)
    watching.watch(now=NOON + 30 * MINUTE)
    assert mailed() == []
    assert "no mailbox" in caplog.text
    assert Event.objects.filter(parked_at=None, kind="endpoint.troubled").exists()


def test_a_second_mailbox_tells_of_the_first(town, mailed):
    second = Endpoint.objects.create(
        key="second", channel="email", language="tr", owner="unit", unit_key="works"
    )
    for _ in range(2):
        keep(town.mailbox.pk, Look(findings=(Finding(ok=False, text="IMAP: refused."),)), now=NOON)
    watching.watch(now=NOON)
    (alarm,) = mailed()
    assert "IMAP: refused." in alarm
    assert Delivery.objects.get().endpoint == second


def test_what_a_look_found_is_told_in_the_language_of_whoever_reads_it(town, mailed):
    pattern = "Kannel does not answer: %(reason)s. Check the address of sendsms."
    said = Sentence(pattern, reason="no connection: ConnectError")
    for _ in range(2):
        keep(town.bot.pk, Look(findings=(Finding(ok=False, text=said),)), now=NOON)
    watching.watch(now=NOON)

    (alarm,) = mailed()
    assert "Kannel yanıt vermiyor: bağlantı yok: ConnectError." in alarm
    assert "does not answer" not in alarm
    town.bot.refresh_from_db()
    about = town.bot.health["troubles"]["broken"]["about"]
    assert about["reason"] == said  # for machines, and for who reads English
    for language in ("tr", "ru", "kk", "fa"):
        with override(language):
            assert spoken(said) in words_of("broken", about)
            assert "no connection" not in words_of("broken", about)
            assert "no connection" not in words_of("stumbling", {"reason": "no connection: ConnectError"})


def test_what_is_found_now_stands_there_and_the_alarm_is_told_once(town, mailed):
    for number, words in enumerate(("removed", "removed", "deaf")):
        keep(town.bot.pk, Look(findings=(Finding(ok=False, text=words),)), now=NOON + number * MINUTE)
        watching.watch(now=NOON + number * MINUTE)
    town.bot.refresh_from_db()
    broken = town.bot.health["troubles"]["broken"]
    assert (broken["about"], broken["since"]) == ({"reason": "deaf"}, (NOON + MINUTE).isoformat())
    assert kinds() == ["endpoint.troubled"]
    assert len(mailed()) == 1


def test_a_provider_that_works_again_ends_its_alarm(town, mailed):
    bad, good = Finding(ok=False, text="401"), Finding(ok=True, text="answers")
    for number, finding in enumerate((bad, bad, bad, good)):
        keep(town.bot.pk, Look(findings=(finding,)), now=NOON + number * MINUTE)
        watching.watch(now=NOON + number * MINUTE)
    assert kinds() == ["endpoint.troubled", "endpoint.recovered"]
    assert len(mailed()) == 2


def test_trouble_that_lasts_is_told_and_one_that_passes_is_not(town):
    def stumble(words: str, minute: int) -> None:
        Endpoint.objects.filter(pk=town.mailbox.pk).update(trouble=words)
        watching.watch(now=NOON + minute * MINUTE)

    stumble("no connection", 0)
    stumble("", 3)
    stumble("no connection", 4)
    stumble("no connection", 8)
    assert kinds() == []
    stumble("refused password", 9)
    assert kinds() == ["endpoint.troubled"]
    town.mailbox.refresh_from_db()
    assert town.mailbox.health["troubles"]["stumbling"]["about"] == {"reason": "refused password"}


def test_answers_that_wait_and_answers_that_fail(town, talks, opens, now):
    for number in range(10):
        case = opens(talks(str(7000 + number)))
        write(case=case, words=Words(text="Geliyoruz", language="tr"), by=town.derya, now=now)
    failed = Delivery.objects.order_by("id")[:5].values("pk")
    Delivery.objects.filter(pk__in=failed).update(state=DeliveryState.FAILED)

    found = sending(now=now + 20 * MINUTE)[town.bot.pk]
    assert (found.tried, found.failed, found.oldest_due_at) == (5, 5, now)
    watching.watch(now=now + 20 * MINUTE)

    town.bot.refresh_from_db()
    assert list(town.bot.health["troubles"]) == ["stuck", "failing"]
    Endpoint.objects.filter(pk=town.bot.pk).update(outbound_paused=True)
    watching.watch(now=now + 21 * MINUTE)
    town.bot.refresh_from_db()
    assert list(town.bot.health["troubles"]) == ["failing"]
    assert sending(now=now + timedelta(days=2))[town.bot.pk].tried == 0


def test_an_account_that_is_retired_raises_no_alarm(busy_bot):
    watching.watch(now=NOON + 30 * MINUTE)
    Endpoint.objects.filter(pk=busy_bot.pk).update(active=False, retired_at=NOON)
    watching.watch(now=NOON + 31 * MINUTE)
    assert kinds() == ["endpoint.troubled"]


def test_figures_stand_on_the_page(town, talks, now):
    address = talks("7001").address
    address.unreachable_at = now
    address.save()
    watching.note_measures(town.bot.pk, now=now)
    town.bot.refresh_from_db()
    assert town.bot.health["measured"] == {
        "at": now.isoformat(), "tried": 0, "failed": 0, "unreachable": 1,
    }  # fmt: skip


def test_contacts_are_counted_by_the_hour_and_once(town, now):
    def arrive(number: int, at: datetime) -> None:
        Contact.objects.create(
            endpoint=town.bot, external_id=str(number), lane="a", raw=b"", received_at=at, due_at=at
        )

    start = now.replace(minute=0)
    for number in range(6):
        arrive(number, start + number * 25 * MINUTE)
    heard.tally(now=start + 2 * HOUR + 10 * MINUTE)
    arrive(7, start + 119 * MINUTE)  # its commit came late
    heard.tally(now=start + 3 * HOUR)
    heard.tally(now=start + 3 * HOUR)

    assert heard.heard_by(town.bot.pk) == {start: 3, start + HOUR: 3, start + 2 * HOUR: 1}
