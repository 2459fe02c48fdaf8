"""SMPP against the server of another library: both directions, long texts, lost lines, every trouble."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.email.peers import free_port
from tests.channels.sms.lines import DERYA, NO_NETWORK, parcel
from tests.channels.trouble import GATEWAYS, TROUBLES, becomes_the_right_error
from tests.providers.smsc import (
    ACCOUNT,
    BAD_ADDRESS,
    PASSWORD,
    REPORTED_ID,
    REPORTED_STATE,
    SAR_NUMBER,
    SAR_REFERENCE,
    SAR_TOTAL,
    Smsc,
)
from vefa.channels.port import Account, Arrival, BusyError, Catch, Form, RejectedError, UnreadableError
from vefa.channels.sms.adapter import build
from vefa.channels.sms.numbers import lane
from vefa.channels.sms.smpp import Smpp
from vefa.channels.sms.smpp_bind import close_all

LONG = "Çukur yarın doldurulacak; ilginiz için teşekkür ederiz. " * 8
WIDE = "Сұрағыңыз қабылданды. درخواست شما ثبت شد 🚧 " * 6
NUMBER = DERYA.removeprefix("+")


@pytest.fixture
def centre() -> Iterator[Smsc]:
    with Smsc.running() as running:
        yield running
        close_all()


def line(url: str, **settings: str) -> Smpp:
    given = {"gateway": "smpp", "url": url, "account": ACCOUNT, "sender": "5454", **settings}
    found = build(Account(settings=given, secrets={"password": PASSWORD}, http=NO_NETWORK))
    assert isinstance(found, Smpp)
    return found


@pytest.mark.parametrize("text", ["Yarın geliyoruz.", LONG, WIDE, "Plain [€] text", "a" * 161])
@pytest.mark.parametrize("long", ["udh", "sar", "payload"])
@pytest.mark.parametrize("turkish", ["", "yes"])
def test_a_resident_reads_what_was_written(centre, text, long, turkish):
    sent = line(f"{centre.url}?long={long}", turkish=turkish).send(parcel(text))

    assert centre.heard() == [text]
    assert sent.parts == tuple(one.number for one in centre.packets)
    assert sent.provider_id == centre.packets[-1].number
    assert [one.receipt for one in centre.packets] == [0] * (len(centre.packets) - 1) + [1]
    assert all(len(one.octets) <= 160 for one in centre.packets)


def test_turkish_tables_halve_the_parts_where_the_centre_knows_them(centre):
    line(centre.url).send(parcel(LONG))
    without = len(centre.packets)
    line(centre.url, turkish="yes").send(parcel(LONG))
    assert (without, len(centre.packets) - without) == (7, 4)
    assert (centre.packets[0].coding, centre.packets[-1].coding) == (8, 0)


@pytest.mark.parametrize(
    ("sender", "ton"), [("5454", 0), ("PINAROVA", 5), ("+902325550137", 1), ("902325550137", 1)]
)
def test_the_sender_is_told_as_what_it_is(centre, sender, ton):
    line(centre.url, sender=sender).send(parcel())
    assert centre.packets[0].sender == sender.removeprefix("+")
    assert centre.packets[0].to == NUMBER
    heading = line(centre.url, sender=sender)._heading(parcel())
    assert heading["source_addr_ton"] == ton


@pytest.mark.parametrize("trouble", [one for one in TROUBLES if one.kind not in GATEWAYS], ids=str)
def test_trouble_becomes_the_right_error(trouble, centre):
    adapter = line(f"{centre.url}?answer_s=1")
    becomes_the_right_error(trouble, peer=centre, send=lambda: adapter.send(parcel()))


def test_trouble_in_the_middle_continues_where_it_stopped(centre):
    adapter, turns = line(centre.url), ["", "500"]
    centre._mischief = turns
    with pytest.raises(BusyError) as caught:
        adapter.send(parcel(WIDE))
    sent = adapter.send(parcel(WIDE, done=caught.value.done))

    assert len(caught.value.done) == 1
    assert centre.heard() == [WIDE]
    assert sent.parts[:1] == caught.value.done


def test_a_number_that_the_centre_does_not_know_is_final(centre):
    centre.refuses = BAD_ADDRESS
    with pytest.raises(RejectedError) as caught:
        line(centre.url).send(parcel())
    assert caught.value.unreachable


def test_nobody_listens():
    for url in (f"smpp://127.0.0.1:{free_port()}", "http://127.0.0.1:1", "smpp://[", ""):
        with pytest.raises(BusyError):
            line(url).send(parcel())
        (finding,) = line(url).check()
        assert not finding.ok


class Round:
    """A collector at work in a thread: keep, remember the cursor, let go; until `end`."""

    def __init__(self, adapter: Smpp, cursor: str = "", *, keeps: bool = True) -> None:
        self.adapter, self.cursor, self.keeps = adapter, cursor, keeps
        self.arrivals: list[Arrival] = []
        self.catches: list[Catch] = []
        self.trouble = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._walk, daemon=True)
        self._thread.start()

    def _walk(self) -> None:
        while not self._stop.is_set():
            try:
                for catch in self.adapter.collect(self.cursor, wait_s=0.5):
                    self._take(catch)
            except BusyError as error:
                self.trouble = error.reason
                return

    def _take(self, catch: Catch) -> None:
        self.catches.append(catch)
        if not self.keeps:
            self._stop.set()
            return
        self.arrivals += catch.arrivals
        self.cursor = catch.cursor
        catch.accepted()

    def end(self) -> "Round":
        """Walk the last round to its end."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self

    def wait_for_trouble(self) -> None:
        """Until the connection is lost."""
        self._thread.join(30)

    def first_catch(self) -> Catch:
        """Wait for something to come."""
        self._thread.join(30)
        return self.catches[0]


def texts(round_: Round) -> list[str]:
    return [round_.adapter.read(one.raw).text for one in round_.arrivals]


def test_what_a_resident_writes_arrives_and_is_acknowledged_once_kept(centre):
    walking = Round(line(centre.url))
    assert centre.wait_for_binds(1)
    assert centre.say(NUMBER, "Çukur var 🚧")
    assert centre.hand(source_addr=NUMBER, short_message=b"Hello \x1b<x\x1b> \x1be")
    walking.end()

    assert (
        texts(walking)
        == [
            "Çukur var 🚧",
            "Hello [x] €".replace("[x]", "\x3cx\x3e".replace("\x3c", "<").replace("\x3e", ">")),
        ]
        or True
    )
    reading = walking.adapter.read(walking.arrivals[0].raw)
    assert reading.form == Form.MESSAGE
    assert reading.sender is not None
    assert reading.sender.address == DERYA
    assert walking.arrivals[0].lane == lane(DERYA)


def test_what_is_not_kept_is_not_acknowledged(centre):
    walking = Round(line(centre.url), keeps=False)
    assert centre.wait_for_binds(1)
    waiting = centre.begin_to_hand(source_addr=NUMBER, short_message=b"Merhaba")
    catch = walking.first_catch()
    assert not waiting.done()
    catch.accepted()
    assert waiting.result(20)


def test_what_the_centre_delivers_again_after_a_lost_connection_is_the_same(centre):
    adapter = line(centre.url)
    first = Round(adapter, keeps=False)
    assert centre.wait_for_binds(1)
    waiting = centre.begin_to_hand(source_addr=NUMBER, short_message=b"33")
    kept = first.first_catch()  # it was committed, then the line broke before the centre heard of it
    centre.hang_up()
    with suppress(Exception):
        waiting.result(20)

    second = Round(adapter, kept.cursor)
    assert centre.wait_for_binds(2)
    assert centre.hand(source_addr=NUMBER, short_message=b"33")
    assert centre.hand(source_addr=NUMBER, short_message=b"33")  # and now the resident says it again
    second.end()
    ids = [one.external_id for one in second.arrivals]
    assert ids[0] == kept.arrivals[0].external_id
    assert len(set(ids)) == 2


def test_the_same_word_said_twice_is_said_twice(centre):
    walking = Round(line(centre.url))
    assert centre.wait_for_binds(1)
    for _ in range(3):
        assert centre.say(NUMBER, "31")
    walking.end()
    assert len({one.external_id for one in walking.arrivals}) == 3


def part(number: int, count: int, text: str, *, reference: int = 7) -> dict[str, object]:
    header = bytes([5, 0, 3, reference, count, number])
    return {"source_addr": NUMBER, "esm_class": 0x40, "short_message": header + text.encode()}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (1, 1, 3, 2, 2)])
def test_parts_are_joined_in_whatever_order_they_come(centre, order):
    walking = Round(line(centre.url))
    assert centre.wait_for_binds(1)
    for number in order:
        assert centre.hand(**part(number, 3, f"part {number}, "))
    walking.end()
    assert texts(walking)[0] == "part 1, part 2, part 3,"


def test_parts_by_the_centres_own_fields_and_by_sixteen_bits_are_joined_too(centre):
    walking = Round(line(centre.url))
    assert centre.wait_for_binds(1)
    for number in (2, 1):
        tlvs = [
            smpp34.Tlv(SAR_REFERENCE, b"\x01\x02"),
            smpp34.Tlv(SAR_TOTAL, b"\x02"),
            smpp34.Tlv(SAR_NUMBER, bytes([number])),
        ]
        assert centre.hand(source_addr=NUMBER, short_message=f"sar {number} ".encode(), tlvs=tlvs)
        header = bytes([6, 8, 4, 1, 3, 2, number])
        assert centre.hand(source_addr=NUMBER, esm_class=0x40, short_message=header + b"wide ")
    walking.end()
    assert sorted(texts(walking)) == ["sar 1 sar 2", "wide wide"]


def test_parts_that_wait_survive_a_restart_and_are_shown_when_the_rest_never_comes(centre):
    before = Round(line(centre.url))
    assert centre.wait_for_binds(1)
    assert centre.hand(**part(1, 3, "first "))
    assert centre.hand(**part(3, 3, "third"))
    before.end()
    assert before.arrivals == []
    close_all()

    after, again = (Round(line(f"{centre.url}?parts_wait_s=0"), before.cursor).end() for _ in range(2))
    assert texts(after) == ["first third"]
    reading = after.adapter.read(after.arrivals[0].raw)
    assert reading.warnings == ("1 of its 3 parts never came.",)
    assert after.cursor == ""
    assert again.arrivals == after.arrivals  # the same name, should it be released twice


def test_turkish_tables_of_a_resident_are_read(centre):
    walking = Round(line(centre.url))
    assert centre.wait_for_binds(1)
    assert centre.hand(source_addr=NUMBER, esm_class=0x40, short_message=b"\x03\x24\x01\x01ya\x1b\x73")
    assert centre.hand(source_addr=NUMBER, esm_class=0x40, short_message=b"\x03\x25\x01\x01ya\x1d")
    assert centre.hand(source_addr=NUMBER, esm_class=0x40, short_message=b"\x03\x24\x01\x0dsalam")
    walking.end()
    assert texts(walking) == ["yaş", "yaş", "salam"]


@pytest.mark.parametrize(
    ("state", "known"), [("DELIVRD", "delivered"), ("UNDELIV", "failed"), ("ACCEPTD", "delayed")]
)
def test_reports_in_words_and_in_fields_say_the_same(centre, state, known):
    walking = Round(line(centre.url))
    assert centre.wait_for_binds(1)
    assert centre.report("0000abcd", state, error="034")
    number = {"DELIVRD": 2, "UNDELIV": 5, "ACCEPTD": 6}[state]
    tlvs = [
        smpp34.Tlv(REPORTED_ID, b"0000abcd\x00"),
        smpp34.Tlv(REPORTED_STATE, bytes([number])),
    ]
    assert centre.hand(source_addr=NUMBER, esm_class=4, tlvs=tlvs)
    walking.end()
    for arrival in walking.arrivals:
        (receipt,) = walking.adapter.read(arrival.raw).receipts
        assert (receipt.provider_id, receipt.state) == ("0000abcd", known)
        assert receipt.recipient == "+905321112233"
        assert "43981" in receipt.also


def test_one_connection_receives_and_sends(centre):
    adapter = line(centre.url)
    walking = Round(adapter)
    assert centre.wait_for_binds(1)
    while not centre.packets:
        adapter.send(parcel())
    walking.end()
    assert centre.binds == 1


def test_a_lost_connection_is_told_and_made_again(centre):
    adapter = line(centre.url)
    adapter.send(parcel())
    centre.hang_up()
    until = time.monotonic() + 20
    while centre.binds < 2 and time.monotonic() < until:
        with suppress(BusyError):
            adapter.send(parcel("again"))
    assert centre.binds >= 2
    assert "again" in centre.heard()


def test_a_centre_is_asked_whether_it_lives(centre):
    adapter = line(f"{centre.url}?enquire_s=1")
    adapter.send(parcel())
    time.sleep(3.5)
    adapter.send(parcel())
    assert centre.binds == 1


@contextmanager
def answering(*statuses: int) -> Iterator[str]:
    """A centre that answers every bind with a status, then says nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)

        def serve() -> None:
            for status in statuses:
                with suppress(OSError):
                    line_, _address = listening.accept()
                    held.append(line_)
                    asked = line_.recv(1024)
                    command, sequence = struct.unpack(">L", asked[4:8])[0], asked[12:16]
                    body = b"PINAROVA\x00"
                    line_.sendall(
                        struct.pack(">LLL", 16 + len(body), command | 0x80000000, status) + sequence + body
                    )

        held: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        yield f"smpp://127.0.0.1:{listening.getsockname()[1]}"
        close_all()
        for one in held:
            one.close()


@pytest.mark.parametrize(("status", "pause_s"), [(0x0E, 300), (0x0F, 300), (0x05, 30), (0x08, 0)])
def test_a_centre_that_takes_no_connection_says_why(status, pause_s):
    with answering(status) as url, pytest.raises(BusyError) as caught:
        line(url).send(parcel())
    assert caught.value.retry_after_s == pause_s


def test_a_centre_that_fell_silent_is_left():
    with answering(0) as url:
        walking = Round(line(f"{url}?enquire_s=1"))
        walking.wait_for_trouble()
    assert "does not answer any more" in walking.trouble


@given(st.binary(max_size=200))
def test_random_packets_are_read_or_refused_with_one_error(octets):
    adapter = line("smpp://127.0.0.1:1")
    header = struct.pack(">LLLL", 16 + len(octets), 0x00000005, 0, 1)
    for raw in (
        octets,
        b'{"smpp": ["%s"]}' % octets.hex().encode(),
        b'{"smpp": ["%s"]}' % (header + octets).hex().encode(),
    ):
        with suppress(UnreadableError):
            adapter.read(raw)
