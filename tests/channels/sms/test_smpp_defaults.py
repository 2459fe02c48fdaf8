"""A centre that means a charset by data coding 0: both directions, and what it costs."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.channels.sms.lines import DERYA, parcel
from tests.channels.sms.test_smpp import Round, line, texts
from tests.providers.smsc import Smsc
from vefa.channels.counting import used
from vefa.channels.manners import Standing
from vefa.channels.sms.smpp import Smpp
from vefa.channels.sms.smpp_bind import close_all

STANDING = Standing(now=datetime(2026, 3, 29, tzinfo=UTC))
LATIN = "Çözüldü: https://sehir.example/a_b, info@c.tr [1]"


@pytest.fixture
def centre() -> Iterator[Smsc]:
    with Smsc.running() as running:
        running.default = "latin-1"
        yield running
        close_all()


def counted(adapter: Smpp, text: str) -> int:
    """What the composer says."""
    return used(text, adapter.terms(STANDING))


@pytest.mark.parametrize("long", ["udh", "sar", "payload"])
@pytest.mark.parametrize(
    ("text", "coding", "count"),
    [
        (LATIN, 0, 1),
        (LATIN * 5, 0, 2),
        ("Ücret 5 €", 8, 1),  # GSM has it, the charset has not
        ("Yapılan iş" * 10, 8, 2),
        ("ça va", 8, 1),  # the charset has it, no telephone hears it in GSM
        ("Шұңқыр", 8, 1),
    ],
)
def test_a_resident_reads_what_was_written_in_the_centres_own_charset(centre, text, coding, count, long):
    adapter = line(f"{centre.url}?default=Latin1&long={long}", turkish="yes")
    adapter.send(parcel(text))

    assert centre.heard() == [text]
    assert {one.coding for one in centre.packets} == {coding}
    assert counted(adapter, text) == count
    assert len(centre.packets) == (1 if long == "payload" else count)


def test_a_sign_of_several_octets_outgrows_no_packet(centre):
    centre.default = "utf-8"
    adapter, text = line(f"{centre.url}?default=utf-8"), "ü" * 160
    adapter.send(parcel(text))
    assert centre.heard() == [text]
    assert (len(centre.packets), counted(adapter, text)) == (3, 3)


@pytest.mark.parametrize("default", ["gsm", "GSM", "", "nobody-knows-it"])
def test_without_a_charset_the_alphabet_is_gsm(centre, default):
    centre.default = "gsm"
    adapter = line(f"{centre.url}?default={default}")
    walking = Round(adapter)
    assert centre.wait_for_binds(1)
    adapter.send(parcel(LATIN))
    assert centre.hand(source_addr=DERYA.removeprefix("+"), short_message=b"\x09ukur \x00")
    walking.end()

    assert (centre.heard(), centre.packets[0].coding) == ([LATIN], 0)
    assert texts(walking) == ["Çukur @"]


def test_what_residents_write_is_read_in_the_same_charset(centre):
    walking = Round(line(f"{centre.url}?default=latin-1"))
    assert centre.wait_for_binds(1)
    assert centre.hand(source_addr=DERYA.removeprefix("+"), short_message="Çok büyük @".encode("latin-1"))
    walking.end()
    assert texts(walking) == ["Çok büyük @"]


@pytest.mark.parametrize("url", ["", "smpp://["])
def test_an_answer_is_counted_also_where_the_address_is_wrong(url):
    assert counted(line(url, turkish="yes"), LATIN) == 1
