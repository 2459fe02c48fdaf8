"""Ayşe, the administrator, adds accounts, changes them, and never sees a secret twice."""

import json
import logging
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.triage.groups.street import group
from tests.web.desk.seat import seated
from vefa.channels import looking
from vefa.channels.accounts import secrets_of
from vefa.channels.looking import Look, keep
from vefa.channels.models import Endpoint, Owner, Subscription, Template
from vefa.channels.port import Finding
from vefa.channels.registry import CHANNELS
from vefa.channels.sealing import seal
from vefa.dialogue import watching
from vefa.directory.queries import directory
from vefa.journal.models import Event
from vefa.triage.groups.sweeping import tell_erased
from vefa.web.desk.endpoint_forms import lines_of

pytestmark = pytest.mark.django_db
TOKEN = "700100:a-token-that-nobody-may-see"
PARTICULARS = {"owner": "institution", "language": "tr", "default_unit": "contact", "name_tr": "Şehir botu"}
BOT = {"key": "sehir-bot", "field-token": TOKEN, **PARTICULARS}


@pytest.fixture
def ayse(town):
    """Ayşe, who reads English today."""
    client = seated(town.ayse)
    client.cookies["vefa_language"] = "en"
    return client


def add(client, channel: str, **data: str):
    return client.post(reverse("desk:endpoint-add", args=[channel]), data, follow=True)


def acts() -> list[str]:
    return list(
        Event.objects.filter(subject__startswith="endpoint:").order_by("id").values_list("kind", flat=True)
    )


def do(client, endpoint: Endpoint, name: str, **data: str):
    return client.post(reverse("desk:endpoint-act", args=[endpoint.pk, name]), data, follow=True)


def page_of(client, endpoint: Endpoint, name: str = "endpoint") -> str:
    return str(client.get(reverse(f"desk:{name}", args=[endpoint.pk])).content.decode())


def test_a_bot_is_added_and_waits_to_be_looked_at(ayse, town):
    page = add(ayse, "telegram", **BOT).content.decode()

    bot = Endpoint.objects.get(key="sehir-bot")
    assert (bot.names, bot.owner, bot.default_unit_key) == (
        {"tr": "Şehir botu"},
        Owner.INSTITUTION,
        "contact",
    )
    assert (bot.subscription, bot.looked_at, bot.active) == (Subscription.ANEW, None, True)
    held = secrets_of(bot)
    assert held["token"] == TOKEN
    assert len(held["secret"]) > 30  # made up, since the provider is told by us
    assert "/hooks/telegram/sehir-bot" in page
    assert acts() == ["endpoint.added"]
    assert Event.objects.get(kind="endpoint.added").actor == f"staff:{town.ayse.pk}"


def test_an_account_of_a_unit(ayse, town):
    add(ayse, "telegram", **BOT | {"owner": "unit:roads", "personal": "on", "retention_days": "30"})

    bot = Endpoint.objects.get(key="sehir-bot")
    assert (bot.owner, bot.unit_key, bot.personal, bot.retention_days) == (Owner.UNIT, "roads", True, 30)
    listed = ayse.get(reverse("desk:endpoints")).content.decode()
    assert "Roads" in listed


def required(key: str) -> list[str]:
    return [line.name for line in lines_of(CHANNELS[key]) if line.required and line.name != "door"]


def filled(key: str) -> dict[str, str]:
    """Everything that a channel demands, with values that could be real."""
    words = {"address": "sehir@pinarova.example", "door": "city-bot"}
    lines = [line for line in lines_of(CHANNELS[key]) if line.required]
    return {
        f"field-{line.name}": words.get(line.name)
        or (line.choices[0] if line.choices else "gizli-soz-1" if line.secret else "905")
        for line in lines
    }


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_every_channel_has_a_form_that_asks_for_what_is_missing(ayse, town, channel):
    page = ayse.get(reverse("desk:endpoint-add", args=[channel])).content.decode()
    names = [line.name for line in lines_of(CHANNELS[channel])]
    assert all(f'name="field-{name}"' in page for name in names)

    for missing in required(channel):
        data = {"key": "yeni", **PARTICULARS, **filled(channel)}
        del data[f"field-{missing}"]
        answer = ayse.post(reverse("desk:endpoint-add", args=[channel]), data)
        assert answer.status_code == 422, missing
        assert f'id="id_field-{missing}_error"' in answer.content.decode(), missing
    assert not Endpoint.objects.filter(key="yeni").exists()


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_every_channel_is_added_with_what_it_demands(ayse, town, channel):
    answer = add(ayse, channel, key="yeni", **PARTICULARS, **filled(channel))

    assert answer.status_code == 200
    endpoint = Endpoint.objects.get(key="yeni")
    assert endpoint.channel == channel
    secrets = [line.name for line in CHANNELS[channel].fields if line.secret and line.required]
    assert all(secrets_of(endpoint)[name] == "gizli-soz-1" for name in secrets)
    assert "gizli-soz-1" not in page_of(ayse, endpoint) + page_of(ayse, endpoint, "endpoint-settings")
    assert "gizli-soz-1" not in json.dumps(endpoint.settings)


def test_an_account_behind_another_door_needs_no_keys_of_its_own(ayse, town):
    page = ayse.get(reverse("desk:endpoint-add", args=["telegram_group"])).content.decode()
    assert '<option value="city-bot">' in page
    assert '<option value="letters">' not in page  # a mailbox has no door
    data = {**PARTICULARS, **filled("messenger"), "field-door": "city-bot"}
    secrets = [line.name for line in CHANNELS["messenger"].fields if line.secret]
    bare = {name: value for name, value in data.items() if name.removeprefix("field-") not in secrets}

    add(ayse, "messenger", key="ikinci-sayfa", **bare)

    second = Endpoint.objects.get(key="ikinci-sayfa")
    assert second.settings["door"] == "city-bot"
    assert second.subscription == ""  # nobody pushes to it
    assert secrets_of(second) == {}


@pytest.mark.parametrize("key", ["", "Büyük", "boş luk", "../x", "-a", "a" * 61, "city-bot"])
def test_a_short_name_that_cannot_be_is_explained(ayse, town, key):
    answer = ayse.post(reverse("desk:endpoint-add", args=["telegram"]), BOT | {"key": key})

    assert answer.status_code == 422
    assert 'id="id_key_error"' in answer.content.decode()
    assert Endpoint.objects.count() == 5


def test_a_secret_that_no_header_can_carry_is_explained(ayse, town):
    answer = ayse.post(reverse("desk:endpoint-add", args=["telegram"]), BOT | {"field-secret": "boş luk"})

    assert answer.status_code == 422
    assert 'id="id_field-secret_error"' in answer.content.decode()


@pytest.mark.parametrize(
    ("channel", "field", "wrong", "right", "kept"),
    [
        ("email", "imap_port", ["abc", "0", "65536", "993.5"], "993", "993"),
        ("email", "smtp_port", ["۰", "۶۵۵۳۶"], "۵۸۷", "587"),
        ("sms", "price", ["cheap", "-1", "1,2,3"], "0,25", "0,25"),
        ("sms", "price", ["۱٫۲٫۳"], "۰٫۲۵", "0.25"),
    ],
)
def test_a_number_that_cannot_be_one_is_explained_beside_it(ayse, town, channel, field, wrong, right, kept):
    data = {"key": "yeni", **PARTICULARS, **filled(channel)}
    for text in wrong:
        answer = ayse.post(reverse("desk:endpoint-add", args=[channel]), data | {f"field-{field}": text})
        assert answer.status_code == 422, text
        assert f'id="id_field-{field}_error"' in answer.content.decode()

    add(ayse, channel, **data | {f"field-{field}": right})
    assert Endpoint.objects.get(key="yeni").settings[field] == kept


def test_what_was_typed_stays_but_a_secret_does_not(ayse, town):
    answer = ayse.post(
        reverse("desk:endpoint-add", args=["telegram"]),
        BOT | {"key": "Büyük", "field-api_base": "https://b.example"},
    )

    page = answer.content.decode()
    assert "https://b.example" in page
    assert TOKEN not in page


def test_an_unknown_channel_is_not_there(ayse, town):
    assert ayse.get(reverse("desk:endpoint-add", args=["pigeon"])).status_code == 404


def test_no_secret_is_ever_told(ayse, town, caplog):
    """Not on a page, not in the journal, not in a log, not in a settings column, not in a session."""
    caplog.set_level(logging.DEBUG)
    add(ayse, "telegram", **BOT)
    bot = Endpoint.objects.get(key="sehir-bot")
    ayse.post(reverse("desk:endpoint-settings", args=[bot.pk]), {"field-token": f"{TOKEN}-2"})
    do(ayse, bot, "rotate", seal=seal_on(page_of(ayse, bot)))
    bot.refresh_from_db()
    hidden = {TOKEN, *secrets_of(bot).values()} - {""}

    names = ("endpoint", "endpoint-settings", "endpoint-particulars", "endpoint-hours", "endpoint-try")
    seen = "".join(page_of(ayse, bot, name) for name in names)
    seen += ayse.get(reverse("desk:endpoints")).content.decode()
    seen += json.dumps(list(Event.objects.values_list("data", flat=True))) + caplog.text
    seen += json.dumps([bot.settings, bot.health]) + str(dict(ayse.session))
    assert len(hidden) == 4
    assert not [secret for secret in hidden if secret in seen]


def seal_on(page: str) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_secret_is_entered_anew_and_the_rest_stays(ayse, town):
    add(ayse, "telegram", **BOT)
    bot = Endpoint.objects.get(key="sehir-bot")
    before = secrets_of(bot)

    ayse.post(reverse("desk:endpoint-settings", args=[bot.pk]), {"field-polling": "yes"})
    bot.refresh_from_db()
    assert (secrets_of(bot), bot.settings["polling"]) == (before, "yes")

    ayse.post(reverse("desk:endpoint-settings", args=[bot.pk]), {"field-token": "1:yeni"})
    bot.refresh_from_db()
    assert secrets_of(bot) == before | {"token": "1:yeni"}
    assert "polling" not in bot.settings  # it was emptied
    told = Event.objects.get(kind="endpoint.secret_entered")
    assert told.data == {"secret": "token"}


def test_an_account_of_the_folder_begins_to_work_when_it_gets_its_keys(ayse, town):
    Endpoint.objects.filter(pk=town.bot.pk).update(active=False)
    assert "waits for its keys" in page_of(ayse, town.bot)

    ayse.post(reverse("desk:endpoint-settings", args=[town.bot.pk]), {"field-token": TOKEN})

    town.bot.refresh_from_db()
    assert town.bot.active
    assert town.bot.subscription == Subscription.ANEW
    assert secrets_of(town.bot).keys() == {"token", "secret"}


def test_a_secret_is_rotated_shown_once_and_the_old_one_ended(ayse, town):
    add(ayse, "telegram", **BOT)
    bot = Endpoint.objects.get(key="sehir-bot")
    old = secrets_of(bot)["secret"]
    page = page_of(ayse, bot)

    shown = do(ayse, bot, "rotate", seal=seal_on(page)).content.decode()
    bot.refresh_from_db()
    new = secrets_of(bot)["secret"]
    assert new in shown
    assert old not in shown
    assert secrets_of(bot)["old_secret"] == old
    assert bot.subscription == Subscription.ANEW

    again = do(ayse, bot, "rotate", seal=seal_on(page)).content.decode()  # the button pressed twice
    bot.refresh_from_db()
    assert new not in again
    assert secrets_of(bot)["secret"] == new

    do(ayse, bot, "end-old")
    bot.refresh_from_db()
    assert "old_secret" not in secrets_of(bot)
    assert acts()[-2:] == ["endpoint.secret_rotated", "endpoint.old_secret_ended"]


def test_a_channel_whose_provider_gives_the_secret_has_nothing_to_rotate(ayse, town):
    town.mailbox.sealed = seal({"imap_password": "x"})
    town.mailbox.save()
    assert 'name="seal"' not in page_of(ayse, town.mailbox)

    do(ayse, town.mailbox, "rotate", seal="")

    assert secrets_of(Endpoint.objects.get(pk=town.mailbox.pk)) == {"imap_password": "x"}


def test_pause_resume_retire_and_back_again(ayse, town):
    for name in ("pause", "pause", "resume", "retire", "retire", "restore", "look"):
        assert do(ayse, town.bot, name).status_code == 200

    town.bot.refresh_from_db()
    assert (town.bot.retired_at, town.bot.outbound_paused) == (None, False)
    assert acts() == ["endpoint.paused", "endpoint.resumed", "endpoint.retired", "endpoint.restored"]
    assert do(ayse, town.bot, "explode").status_code == 404
    assert "Ayşe Kurt" in page_of(ayse, town.bot)


def test_particulars_are_changed_and_the_change_is_told(ayse, town):
    data = {**PARTICULARS, "name_fa": "ربات شهر", "owner": "mayor", "retention_days": "90"}
    ayse.post(reverse("desk:endpoint-particulars", args=[town.bot.pk]), data)
    ayse.post(reverse("desk:endpoint-particulars", args=[town.bot.pk]), data)  # nothing new: nothing told

    town.bot.refresh_from_db()
    assert (town.bot.owner, town.bot.retention_days) == (Owner.MAYOR, 90)
    assert town.bot.name("fa") == "ربات شهر"
    told = Event.objects.get(kind="endpoint.changed")
    assert told.data["changes"]["owner"] == ["institution", "mayor"]


def test_the_week_is_typed_day_by_day(ayse, town):
    week = {f"day_{day}": "08:30-12:30, 13:30–17:30" for day in range(4)} | {"day_4": "۹:۰۰-۱۲:۰۰"}
    address = reverse("desk:endpoint-hours", args=[town.bot.pk])

    assert ayse.post(address, week | {"day_5": "sabah"}).status_code == 422
    ayse.post(address, week)

    town.bot.refresh_from_db()
    assert town.bot.opening_hours["0"] == [["08:30", "12:30"], ["13:30", "17:30"]]
    assert town.bot.opening_hours["4"] == [["09:00", "12:00"]]
    assert "5" not in town.bot.opening_hours
    assert 'value="08:30-12:30, 13:30-17:30"' in page_of(ayse, town.bot, "endpoint-hours")

    ayse.post(address, {})
    town.bot.refresh_from_db()
    assert town.bot.opening_hours == {}


def test_the_page_says_in_words_what_is_wrong(ayse, town):
    now = timezone.now()
    bad = Look(findings=(Finding(ok=False, text="The bot does not answer: 401."),))
    for _ in range(2):
        keep(town.bot.pk, bad, now=now)
    watching.watch(now=now)

    page = page_of(ayse, town.bot)
    assert "The bot does not answer: 401." in page
    assert "Compare the keys and settings" in page
    assert "does not work" in ayse.get(reverse("desk:endpoints")).content.decode()
    assert 'class="alarm"' in page
    troubled = seated(town.derya).get(reverse("desk:troubles")).content.decode()
    assert "The bot does not answer: 401." in troubled
    assert reverse("desk:endpoint", args=[town.bot.pk]) not in troubled  # an operator may not administer


def test_texts_that_the_provider_approved_or_not_are_listed(ayse, town):
    number = Endpoint.objects.create(key="wa", channel="whatsapp", language="tr")
    for status, reason in (("approved", ""), ("rejected", "INVALID_FORMAT")):
        Template.objects.create(
            endpoint=number, name=f"hazir_{status}", language="tr", status=status, reason=reason,
            text="Sayın {{1}}, kaydınız bitti.", gaps=1, seen_at=timezone.now(),
        )  # fmt: skip
    page = page_of(ayse, number)
    assert all(one in page for one in ("hazir_approved", "not approved", "INVALID_FORMAT", "Sayın {{1}}"))
    assert "hazir_approved" not in page_of(ayse, town.bot)


def test_every_unit_can_own_an_account(ayse, town):
    page = ayse.get(reverse("desk:endpoint-add", args=["telegram"])).content.decode()
    assert all(f'value="unit:{unit.key}"' in page for unit in directory().units.values())


def test_the_page_asks_again_until_the_look_and_what_follows_from_it_are_written(ayse, town):
    now = timezone.now()
    Endpoint.objects.update(looked_at=now - timedelta(hours=1))
    keep(town.bot.pk, Look(), now=now - timedelta(minutes=59))
    assert "every 2s" not in page_of(ayse, town.bot)

    do(ayse, town.bot, "look")
    assert "every 2s" in page_of(ayse, town.bot)
    assert looking.take(town.bot.pk, now=now) is not None  # the worker has begun
    assert "every 2s" in page_of(ayse, town.bot)
    keep(town.bot.pk, Look(), now=now)
    assert "every 2s" in page_of(ayse, town.bot)
    Endpoint.objects.update(looked_at=now - timedelta(seconds=30))
    assert "every 2s" not in page_of(ayse, town.bot)


def test_the_page_says_how_long_talk_is_kept_and_what_was_erased_last(town, ayse, now):
    def words(endpoint: Endpoint, name: str = "endpoint") -> str:
        return re.sub(r"\s+", " ", page_of(ayse, endpoint, name))

    assert "nothing is erased" in words(town.bot)
    town.bot.retention_days = 7
    town.bot.save()
    assert "7 days · nothing was old enough yet" in words(town.bot)
    tell_erased({town.bot.pk: 12}, now=now)
    shown = words(town.bot)
    assert "7 days · erased last" in shown
    assert "(12)" in shown
    street = group()
    assert "30 days" in words(street)
    assert "Empty: after 30 days." in words(street, "endpoint-particulars")
    assert "Empty: nothing is erased." in words(town.bot, "endpoint-particulars")
