"""Endpoints are added, changed and retired; their secrets never lie open."""

from argparse import ArgumentParser

import pytest

from tests.providers.telegram_bot_api import TelegramBotApi
from vefa.channels.accounts import AccountError, NewEndpoint, add, endpoint_of, endpoints, secrets_of
from vefa.channels.loading import EndpointSection, Row
from vefa.channels.models import Endpoint
from vefa.channels.registry import CHANNELS
from vefa.journal.models import Event
from vefa.kit.loading import Line, Reading
from vefa.wiring.cli import endpoint as command
from vefa.wiring.cli.command import CommandError

pytestmark = pytest.mark.django_db
LONG_UNIT = "u" * 64  # a unit may be called so, an account keeps 60


def vefa_endpoint(*words: str) -> int:
    """`vefa endpoint …`, as typed."""
    parser = ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words))


def bot(**more: str) -> NewEndpoint:
    return NewEndpoint(key="ana", channel="telegram", language="tr", secrets={"token": "1:gizli", **more})


def file(*tables: dict[str, object]) -> tuple[list[Row], Reading]:
    reading = Reading()
    reading.declare("unit", "parks")
    reading.declare("unit", LONG_UNIT)
    lines = [Line("endpoints.toml", at + 1, values, table="endpoint") for at, values in enumerate(tables)]
    return EndpointSection().read(lines, reading), reading


def test_a_token_lies_sealed_in_the_table():
    add(bot())

    assert b"gizli" not in bytes(Endpoint.objects.get(key="ana").sealed)
    assert secrets_of(endpoint_of("ana"))["token"] == "1:gizli"


def test_a_second_endpoint_of_the_same_key_is_refused():
    add(bot())
    with pytest.raises(AccountError, match="already"):
        add(bot())


@pytest.mark.parametrize(("key", "secret"), [("Büyük", "a"), ("../x", "a"), ("", "a"), ("ana", "boş luk")])
def test_keys_and_secrets_that_no_url_or_header_can_carry_are_refused(key, secret):
    with pytest.raises(AccountError):
        add(NewEndpoint(key=key, channel="telegram", language="tr", secrets={"secret": secret}))


def test_a_retired_endpoint_is_not_listed_and_not_found():
    add(bot())
    vefa_endpoint("remove", "ana")

    assert endpoints() == []
    with pytest.raises(AccountError, match="none yet"):
        endpoint_of("ana")


def test_what_is_done_at_the_command_line_stands_in_the_journal_without_its_secrets():
    vefa_endpoint("add", "telegram", "--key", "ana", "--token", "1:gizli", "--secret", "mavi-kedi")
    for words in (
        ("pause", "ana"), ("resume", "ana"), ("rotate-secret", "ana"),
        ("set-secret", "ana", "token", "2:gizli"), ("remove", "ana"),
    ):  # fmt: skip
        vefa_endpoint(*words)

    told = list(Event.objects.order_by("id").values_list("kind", "actor", "data"))
    assert [kind.removeprefix("endpoint.") for kind, _, _ in told] == [
        "added", "paused", "resumed", "secret_rotated", "secret_entered", "retired",
    ]  # fmt: skip
    assert {actor for _, actor, _ in told} == {"system"}
    assert "gizli" not in str(told)
    assert "mavi" not in str(told)


def test_the_folders_endpoint_waits_for_its_keys_and_a_second_load_leaves_it_on(now):
    rows, reading = file({"key": "ana", "channel": "telegram", "active": False, "names": {"tr": "Ana hesap"}})
    EndpointSection().write(rows, now=now)
    vefa_endpoint("add", "telegram", "--key", "ana", "--token", "1:gizli")
    tally = EndpointSection().write(rows, now=now)

    assert reading.problems == []
    assert (tally.unchanged, endpoint_of("ana").active) == (1, True)
    assert endpoint_of("ana").name("tr") == "Ana hesap"


def test_what_the_file_no_longer_names_is_retired_and_what_a_person_added_stays(now):
    rows, _ = file(
        {"key": "web", "channel": "portal"}, {"key": "desk", "channel": "counter", "owner": "unit:parks"}
    )
    EndpointSection().write(rows, now=now)
    add(bot())
    tally = EndpointSection().write(rows[:1], now=now)

    assert tally.retired == 1
    assert [endpoint.key for endpoint in endpoints()] == ["ana", "web"]


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"key": "x", "channel": "smoke"}, "smoke"),
        ({"key": "x", "channel": "portal", "owner": "unit:nowhere"}, "nowhere"),
        ({"key": "x", "channel": "portal", "owner": "king"}, "king"),
        ({"key": "x" * 61, "channel": "portal"}, "“key” has 61 characters"),
        ({"key": "x", "channel": "portal", "owner": f"unit:{LONG_UNIT}"}, "“owner” names a unit whose key"),
        ({"key": "x", "channel": "portal", "default_unit": LONG_UNIT}, "“default_unit” names a unit whose"),
        ({"key": "x", "channel": "email", "settings": {"imap_password": "p"}}, "secret"),
        ({"channel": "portal"}, "key"),
    ],
)
def test_a_faulty_line_is_a_problem_that_says_what_is_wrong(values, what):
    _, reading = file(values)

    assert any(what in str(problem) for problem in reading.problems)


def test_the_command_adds_lists_pauses_and_retires(capsys):
    vefa_endpoint("add", "telegram", "--key", "ana", "--token", "1:gizli", "--secret", "parola")
    vefa_endpoint(
        "add", "email", "--key", "posta", "--address", "a@p.example", "--imap-host", "imap.p.example"
    )
    vefa_endpoint("pause", "ana")
    vefa_endpoint("list")
    told = capsys.readouterr().out

    assert "/hooks/telegram/ana" in told
    assert "sending is paused" in told
    assert "gizli" not in told
    assert secrets_of(endpoint_of("posta"))["reply_key"]
    vefa_endpoint("resume", "ana")
    vefa_endpoint("remove", "posta")
    assert [(endpoint.key, endpoint.outbound_paused) for endpoint in endpoints()] == [("ana", False)]


def test_the_command_tells_telegram_where_to_push_and_a_change_of_secret_leaves_the_old_one_good(capsys):
    with TelegramBotApi.running(token="1:gizli") as api:
        vefa_endpoint("add", "telegram", "--key", "ana", "--token", "1:gizli", "--api-base", api.base)
        vefa_endpoint("set-webhook", "ana", "--public-url", "https://pinarova.example/")
        found = endpoint_of("ana")
        assert (found.subscription, found.settings["public_url"]) == ("keep", "https://pinarova.example")
        first = dict(api.webhook)
        vefa_endpoint("rotate-secret", "ana", "--public-url", "https://pinarova.example")
        code = vefa_endpoint("check", "ana")

    kept = secrets_of(endpoint_of("ana"))
    assert first["url"] == "https://pinarova.example/hooks/telegram/ana"
    assert (kept["old_secret"], kept["secret"]) == (first["secret_token"], api.webhook["secret_token"])
    assert code == 0
    assert "@pinarova_bot" in capsys.readouterr().out


def test_the_command_makes_up_no_secret_that_the_provider_makes():
    twilio = ["add", "sms", "--key", "hat", "--gateway", "twilio", "--sender", "MG1", "--account", "AC1"]
    with pytest.raises(CommandError, match="--secret"):
        vefa_endpoint(*twilio)
    vefa_endpoint(*twilio, "--secret", "auth-token-1")
    with pytest.raises(CommandError, match="set-secret"):
        vefa_endpoint("rotate-secret", "hat")
    assert secrets_of(endpoint_of("hat")) == {"secret": "auth-token-1"}


def test_the_command_adds_a_second_number_behind_the_door_of_the_first(capsys):
    first = ["add", "whatsapp", "--key", "hat", "--phone-number-id", "1", "--waba-id", "9"]
    with pytest.raises(CommandError, match="Missing: --token, --secret"):
        vefa_endpoint(*first)
    vefa_endpoint(*first, "--token", "EAAG", "--secret", "f00d")
    second = ["add", "whatsapp", "--key", "su", "--phone-number-id", "2"]
    with pytest.raises(CommandError, match=r"“hat” has the door for this waba_id.*--door hat"):
        vefa_endpoint(*second, "--waba-id", "9", "--token", "EAAG", "--secret", "f00d")
    with pytest.raises(CommandError, match="no endpoint “hut”"):
        vefa_endpoint(*second, "--door", "hut")
    vefa_endpoint(*second, "--door", "hat")

    assert "through the door of hat" in capsys.readouterr().out
    su = endpoint_of("su")
    assert (su.settings, secrets_of(su)) == ({"phone_number_id": "2", "door": "hat"}, {})


@pytest.mark.parametrize(
    ("channel", "name"), [("viber", "token"), ("x", "api_secret"), ("x", "client_secret")]
)
def test_the_command_keeps_the_proof_that_it_replaces(channel, name, capsys):
    first = {"token": "eski", "api_secret": "eski", "client_secret": "eski"}
    add(NewEndpoint(key="hat", channel=channel, language="tr", secrets=first))
    vefa_endpoint("set-secret", "hat", name, "yeni")

    keeps = f"old_{name}" in CHANNELS[channel].proofs
    held = secrets_of(endpoint_of("hat"))
    assert (held[name], held.get(f"old_{name}")) == ("yeni", "eski" if keeps else None)
    assert ("stays good" in capsys.readouterr().out) == keeps


def test_the_command_takes_no_port_that_is_none():
    with pytest.raises(CommandError, match="--smtp-port is 5x: write a number from 1 to 65535"):
        vefa_endpoint("add", "email", "--key", "posta", "--address", "a@p.example", "--smtp-port", "5x")
    assert endpoints() == []


def test_the_command_says_what_cannot_be_done():
    vefa_endpoint("add", "portal", "--key", "web")
    for words in (["check", "lost"], ["set-webhook", "web", "--public-url", "https://p.example"]):
        with pytest.raises(CommandError):
            vefa_endpoint(*words)
