"""The providers' rules in words: every code that an adapter uses has a sentence in every language."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import httpx
import pytest
from django.utils.translation import gettext, override

from vefa.channels.manners import Ruled, Standing, Tariff, Terms
from vefa.channels.port import Account
from vefa.channels.registry import CHANNELS
from vefa.channels.whatsapp import codes
from vefa.kit import speaking
from vefa.web.ui import terms

NOW = datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
THREADS = ("", "7", "comment/1", "live/1", "post/1", "mention/1", "dm/1", "direct/1", "thread/1")
HEARD = (None, NOW - timedelta(hours=1), NOW - timedelta(hours=30), NOW - timedelta(days=9))
OWN_WAYS = ((), ("private",), ("public", "private"))
SETTINGS: tuple[dict[str, str], ...] = ({}, {"human_agent": "yes"}, {"chat_id": "-100500"})
PEOPLE = (("7", True), ("7", False), ("-100500", False))


def every() -> list[Terms]:
    """The rules of every channel in every standing that one can be in."""
    found = []
    for channel, settings in product(CHANNELS.values(), SETTINGS):
        account = Account(settings=settings, secrets={}, http=httpx.Client(), url="")
        adapter = channel.build(account)
        if not isinstance(adapter, Ruled):
            continue
        for thread, heard_at, ways, public, (address, alone) in product(
            THREADS, HEARD, OWN_WAYS, (True, False), PEOPLE
        ):
            standing = Standing(
                now=NOW, heard_at=heard_at, thread=thread, public=public, own_ways=ways,
                own_written_at=(NOW,) * len(ways), address=address, alone=alone,
            )  # fmt: skip
            found.append(adapter.terms(standing))
    return found


EVERY = every()


def test_every_notice_of_every_adapter_has_its_sentence():
    codes_used = {code for one in EVERY for code in one.notices}
    # the search finds something at all
    assert {"whatsapp_window", "private_unstarted", "private_hidden"} <= codes_used
    assert codes_used - terms.NOTICES.keys() == set()


def test_every_way_of_every_adapter_has_a_name():
    assert {way for one in EVERY for way in one.ways} - terms.WAYS.keys() == set()


def test_every_unit_of_every_adapter_can_be_counted():
    for one in EVERY:
        assert isinstance(terms.length("Çukur 🌳", one), str)


@pytest.mark.parametrize("language", ["tr", "ru", "kk", "fa"])
def test_sentences_are_translated(language):
    with override(language):
        for sentence in (*terms.NOTICES.values(), *terms.REFUSALS.values()):
            said = str(sentence)
            with override("en"):
                assert said != str(sentence)
        for words in codes._FINAL.values():
            assert gettext(words) != words


def test_the_time_left_is_said_and_its_end():
    assert terms.left(Terms(), NOW) == ("", False)
    with override("en"):
        assert terms.left(Terms(until=NOW + timedelta(hours=5)), NOW) == ("5 hours left", False)
        assert terms.left(Terms(until=NOW + timedelta(minutes=50)), NOW)[1]
        assert terms.left(Terms(until=NOW), NOW) == ("the time for a free answer is over", True)


def test_lengths_are_counted_as_the_provider_does():
    with override("en"):
        assert terms.length("ağ🌳", Terms(length=10)) == "3 of 10 characters"
        assert terms.length("ağ🌳", Terms(length=10, counted="utf16")) == "4 of 10 characters"
        assert terms.length("ağ🌳", Terms(length=10, counted="utf8")) == "7 of 10 bytes"
        assert terms.length("ağ🌳", Terms(length=280, counted="x")) == "4 of 280 characters"
    assert terms.length("x", Terms()) == ""
    assert terms.is_over("ağ🌳", Terms(length=6, counted="utf8"))
    assert not terms.is_over("ağ🌳", Terms(length=6))


def test_an_sms_says_its_messages_its_price_and_what_makes_it_dear():
    tariff = Tariff(price="0.25", currency="TRY")
    with override("en"):
        plain = terms.length("Yol acik", Terms(counted="sms", tariff=tariff))
        dear = terms.length("Yolda şu an çalışıyoruz" * 6, Terms(counted="sms", tariff=tariff))
    assert plain.startswith("1 message · ")
    assert f"{Decimal('0.25'):f} TRY" in plain
    assert "dearer because of" in dear
    assert terms.length(" ", Terms(counted="sms", tariff=tariff)) == ""


def test_a_sign_that_the_centres_charset_lacks_makes_an_sms_dear():
    text = "Ücret 5 € " * 8
    with override("en"):
        plain, dear = (
            terms.length(text, Terms(counted="sms", tariff=Tariff(charset=charset)))
            for charset in ("", "latin-1")
        )
    assert plain.startswith("1 message · ")
    assert dear.startswith("2 messages · ")
    assert dear.endswith("dearer because of €")


def test_a_failure_is_told_in_the_readers_language_with_the_providers_own_words():
    reason = codes.told(131026, "Message undeliverable")
    with override("tr"):
        told = speaking.told(reason)
    assert told.endswith(": 131026 Message undeliverable")
    assert not told.startswith("this number")
    assert speaking.told("") == ""
    assert speaking.told("no connection: ConnectError") == "no connection: ConnectError"
