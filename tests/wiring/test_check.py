"""`vefa check` speaks the municipality's language, or the one that is asked for."""

import re
import shutil
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import override

from tests.providers.telegram_bot_api import TelegramBotApi
from tests.wiring.machine import vefa
from vefa.channels.models import Endpoint
from vefa.channels.port import Finding
from vefa.channels.sealing import seal
from vefa.directory.models import Municipality
from vefa.inbox.models import Attachment, Contact
from vefa.journal.models import Event, Heartbeat
from vefa.kit.saying import Sentence
from vefa.kit.speaking import spoken
from vefa.wiring import checkup, clock
from vefa.wiring.cli import check
from vefa.wiring.cli.command import CommandError

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(town, capsys):
    """What the command prints of a database in order, and its exit code."""

    def tell(language: str) -> tuple[int, str]:
        code = check.tell([], language=language, endpoints=False)
        return code, capsys.readouterr().out

    return tell


def test_the_municipalitys_language_is_spoken_unless_another_is_asked_for(told, monkeypatch):
    Municipality.objects.update(default_language="ru")
    assert check.own_language() == "ru"
    code, russian = told("ru")
    assert code == 1  # no worker has been heard here
    assert "Муниципалитет загружен." in russian
    assert "A municipality is loaded." in told("en")[1]
    assert re.search("[آ-ی]", told("fa")[1])
    assert "loaded" not in told("kk")[1] + told("tr")[1]
    Municipality.objects.all().delete()
    assert check.own_language() == "en"  # nobody has said yet what is spoken here
    monkeypatch.setenv("VEFA_LANGUAGE", "fa")
    assert check.named_language() == "fa"


def test_the_marks_are_the_same_in_every_language(told):
    shapes = {
        language: tuple(line[:3] for line in told(language)[1].splitlines()[:-1])
        for language in check.LANGUAGES
    }
    assert len(set(shapes.values())) == 1
    assert "FIX" in shapes["tr"]


def test_a_language_that_nobody_speaks_here_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setenv("VEFA_LANGUAGE", "klingon")
    with pytest.raises(CommandError, match="must be one of tr, ru, kk, fa, en"):
        check.named_language()


def test_what_a_provider_says_itself_stays_as_it_is():
    said = Sentence("The bot is in “%(title)s” as %(state)s.", title="Çarşı", state="member")
    with override("ru"):
        assert "Çarşı" in spoken(Finding(ok=True, text=said).text)
        assert "The bot" not in spoken(said)
        assert spoken("Bad Gateway") == "Bad Gateway"
        assert spoken("") == ""


def test_residents_who_come_by_https_need_a_proxy_that_is_named(settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://pinarova.example", ["pinarova.example"]
    settings.PROXIES = []
    (found,) = checkup.way_in()
    assert not found.ok
    assert "VEFA_PROXIES is empty" in found.text

    settings.PROXIES = [ip_network("10.0.0.5")]
    (found,) = checkup.way_in()
    assert (found.ok, str(found.text)) == (True, "VEFA_PROXIES names who ends TLS.")

    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    lost, _ = checkup.way_in()
    assert not lost.ok
    assert "VEFA_HOSTS does not name pinarova.example" in lost.text


def test_an_installation_on_this_machine_alone_needs_no_proxy(settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS, settings.PROXIES = "http://127.0.0.1:8137", ["127.0.0.1"], []
    assert list(checkup.way_in()) == []


def only(findings: Iterable[Finding], word: str) -> Finding:
    """The one finding that speaks of something."""
    (found,) = [one for one in findings if word in one.text]
    return found


def test_a_disk_without_room_is_named(tmp_path):
    told = only(checkup.configuration(Path("/proc")), "GB are free")  # where no disk has any room
    assert (told.ok, told.text[:4]) == (False, "Only")
    free = shutil.disk_usage(tmp_path).free
    assert only(checkup.configuration(tmp_path), "GB are free").ok == (free > checkup.SMALLEST_DISK)


def test_the_disk_of_files_is_measured_with_what_stays_free_on_it(tmp_path, settings):
    settings.MEDIA_ROOT, settings.FILES_RESERVE_MB = tmp_path / "not" / "there yet", 0
    free = shutil.disk_usage(tmp_path).free
    told = only(checkup.configuration(tmp_path), "Files have room")
    assert told.ok == (free > checkup.ROOM_FOR_FILES)

    settings.FILES_RESERVE_MB = free // 1_000_000 + 10
    told = only(checkup.configuration(tmp_path), "Files have room")
    assert not told.ok
    assert f"only 0.0 GB under {tmp_path}" in told.text
    assert "VEFA_FILES_RESERVE_MB" in told.text

    settings.MEDIA_ROOT, settings.FILES_RESERVE_MB = Path("/proc/files"), 0
    assert not only(checkup.configuration(tmp_path), "Files have room").ok


def test_of_a_clock_no_more_is_said_than_is_known(tmp_path):
    told = [one for one in checkup.configuration(tmp_path) if "machine's clock" in one.text]
    assert [(one.ok, one.text.startswith("NTP keeps")) for one in told] == [(True, clock.is_kept())]


def test_an_address_without_tls_is_named_with_what_to_do(tmp_path, settings):
    settings.PUBLIC_URL = "http://pinarova.example"
    told = only(checkup.configuration(tmp_path), "VEFA_PUBLIC_URL")
    assert not told.ok
    assert "put a proxy that ends TLS before Vefa" in told.text


def test_a_database_that_is_away_is_named_with_what_to_do(tmp_path):
    away = {"VEFA_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    found = vefa("check", "--language", "en", home=tmp_path, extra=away)
    assert found.returncode == 1, found.stderr
    (line,) = [line for line in found.stdout.splitlines() if "database cannot" in line]
    assert line.startswith("FIX  The database cannot be used (")
    assert line.endswith("): start it, or correct VEFA_DATABASE_URL.")


@pytest.fixture
def pretends():
    """The database answers a function of PostgreSQL in its own way: pretends("name(arguments)", "answer")."""

    def pretend(function: str, kind: str, answer: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA IF NOT EXISTS pretended")
            cursor.execute(
                f"CREATE FUNCTION pretended.{function} RETURNS {kind} LANGUAGE sql AS $$ SELECT {answer} $$"
            )
            cursor.execute("SET LOCAL search_path = pretended, pg_catalog, public")

    return pretend


def test_a_database_in_order_is_new_up_to_date_and_on_time(town):
    assert [found.ok for found in checkup.database()] == [True, True, True]


@pytest.mark.parametrize(("number", "fit"), [(140011, False), (150000, True)])
def test_an_old_postgresql_is_named(town, pretends, number, fit):
    pretends("current_setting(text)", "text", f"'{number}'::text")
    told = only(checkup.database(), f"PostgreSQL {number // 10000}.{number % 10000}")
    assert (told.ok, "too old" in told.text) == (fit, not fit)


@pytest.mark.parametrize(("off_s", "fit"), [(-90, False), (90, False), (0, True)])
def test_clocks_that_differ_are_named_with_the_difference(town, pretends, off_s, fit):
    pretends("clock_timestamp()", "timestamptz", f"pg_catalog.clock_timestamp() + interval '{off_s} s'")
    told = only(checkup.database(), "time" if fit else "NTP")
    assert told.ok == fit
    if not fit:
        differ = re.search(r"differ by (\d+) s", told.text)
        assert differ
        assert 60 < int(differ[1]) < 120


def test_tables_that_lack_a_step_are_named(town):
    ((room, last),) = MigrationLoader(connection).graph.leaf_nodes("journal")
    MigrationRecorder(connection).record_unapplied(room, last)
    assert not only(checkup.database(), "tables lack 1 steps").ok


def test_a_portal_that_takes_nothing_is_named(town):
    assert next(checkup.web_form()).ok
    Endpoint.objects.filter(channel="portal").update(active=False, retired_at=timezone.now())
    assert not next(checkup.web_form()).ok


def test_a_worker_that_has_been_silent_for_a_minute_is_named(town):
    assert not next(checkup.worker()).ok
    Heartbeat.objects.create(name="worker:1", at=timezone.now())
    assert next(checkup.worker()).ok
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert not next(checkup.worker()).ok


def test_what_waits_too_long_and_what_is_stuck_is_told_as_healthz_counts_it(town):
    now = timezone.now()
    assert [(one.ok, str(one.text)) for one in checkup.work()] == [
        (True, "Nothing waits to be handled."), (True, "Nothing is stuck."),
    ]  # fmt: skip

    came = now - timedelta(minutes=20)
    arrived = {"endpoint": town.bot, "lane": "1", "received_at": came, "due_at": came, "raw": b"{}"}
    one = Contact.objects.create(external_id="1", **arrived)
    Contact.objects.create(external_id="2", state="parked", handled_at=now, **arrived)
    Attachment.objects.create(contact=one, kind="photo", state="failed", due_at=now)
    facts = {"kind": "case.opened", "actor": "triage", "at": came}
    Event.objects.create(subject="case:1", due_at=came, **facts)
    troubles = {"silent": {"since": now.isoformat(), "about": {}}}
    Endpoint.objects.filter(pk=town.bot.pk).update(alarmed_at=now, health={"troubles": troubles})

    told = {str(found.text): found.ok for found in checkup.work()}
    assert [(" ".join(text.split()[:4]), ok) for text, ok in told.items()] == [
        ("Messages that wait: 1,", False),
        ("Residents are told what", False),
        ("Stuck are 1 messages", False),
        ("Given up were 1", True),
        ("In trouble: city-bot. Accounts", False),
    ]
    assert "0 steps that nothing followed, 0 answers in doubt: see to them" in " ".join(told)
    assert "what happened 20 minutes late: start one more" in " ".join(told)
    assert "1, the oldest for 20 minutes: start one more `vefa work`" in next(iter(told))

    Contact.objects.filter(pk=one.pk).update(due_at=now, received_at=now)
    assert next(checkup.work()).ok


def bot_at(town, provider: TelegramBotApi, token: str) -> None:
    """The city's bot is the only account, and speaks to this provider with this token."""
    Endpoint.objects.exclude(pk=town.bot.pk).update(active=False)
    town.bot.settings = {"api_base": provider.base, "polling": "yes"}
    town.bot.sealed = seal({"token": token})
    town.bot.save()


def test_a_provider_is_asked_and_what_it_says_decides(town, capsys):
    with TelegramBotApi.running() as provider:
        bot_at(town, provider, provider.token)
        assert {found.ok for found in checkup.endpoints()} == {True}
        assert "getMe" in provider.calls
        check.tell([], language="en", endpoints=True)
        assert "ok   Endpoint city-bot: " in capsys.readouterr().out

        bot_at(town, provider, "123456:another")
        assert False in {found.ok for found in checkup.endpoints()}


def test_a_provider_that_cannot_be_reached_is_named(town, capsys):
    with TelegramBotApi.running() as provider:
        bot_at(town, provider, provider.token)
    assert check.tell([], language="en", endpoints=True) == 1
    assert "FIX  Endpoint city-bot: " in capsys.readouterr().out


def test_a_port_that_is_none_is_named(town):
    Endpoint.objects.exclude(pk=town.mailbox.pk).update(active=False)
    ports = {"imap_host": "127.0.0.1", "imap_port": "abc", "smtp_host": "127.0.0.1", "smtp_port": "70000"}
    Endpoint.objects.filter(pk=town.mailbox.pk).update(settings=ports)
    told = [str(one.text) for one in checkup.endpoints() if not one.ok]
    assert told == [
        "Endpoint letters: The mailbox cannot be read: the port is no number from 1 to 65535.",
        "Endpoint letters: Mail cannot be sent: the port is no number from 1 to 65535.",
    ]


def test_an_account_whose_secrets_open_no_more_is_named_and_the_others_are_asked(town, settings):
    with TelegramBotApi.running() as provider:
        bot_at(town, provider, provider.token)
        Endpoint.objects.create(
            key="another", channel="telegram", settings={"api_base": provider.base}, sealed=b"of another key"
        )
        told = list(checkup.endpoints())
    assert not only(told, "Endpoint another: ").ok
    assert all(one.ok for one in told if "city-bot" in one.text)
    assert any("city-bot" in one.text for one in told)
