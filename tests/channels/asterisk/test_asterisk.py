"""An exchange heard over TCP: signing in, events into steps of calls, lines that break, dialling."""

import time
from collections.abc import Generator, Iterator
from itertools import islice
from pathlib import Path

import httpx
import pytest

from tests.channels.asterisk import flow
from tests.providers.asterisk_manager import AsteriskManager
from vefa.channels.asterisk.adapter import Asterisk, build
from vefa.channels.asterisk.events import direction_of, extension_of
from vefa.channels.asterisk.following import Follower
from vefa.channels.asterisk.wire import Splitter
from vefa.channels.port import Account, BusyError, Catch, Form, Reading, RejectedError, UnreadableError
from vefa.channels.telephone import Step

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "asterisk-ami"


@pytest.fixture
def manager() -> Iterator[AsteriskManager]:
    with AsteriskManager.running() as running:
        yield running
        assert running.faults == []


def adapter(*managers: AsteriskManager, **settings: str) -> Asterisk:
    given = {
        "hosts": ", ".join(one.place for one in managers),
        "username": "vefa",
        "region": "TR",
        **settings,
    }
    secrets = {"password": "a word of the exchange"}
    return build(Account(settings=given, secrets=secrets, http=httpx.Client()))


def heard(own: Asterisk, *managers: AsteriskManager) -> list[Reading]:
    """Listen until every manager has told its last event."""
    for number, manager in enumerate(managers):
        manager.event("Hangup", Uniqueid=f"end{number}", Linkedid=f"end{number}", Cause="16")
    last = {f"end{number}:ended" for number in range(len(managers))}
    found: dict[str, bytes] = {}
    catches: Iterator[Catch] = own.collect("", wait_s=20)
    for catch in catches:
        found |= {one.external_id: one.raw for one in catch.arrivals}
        if last <= found.keys():
            break
    assert isinstance(catches, Generator)
    catches.close()
    return [own.read(raw) for name, raw in found.items() if name not in last]


def steps(readings: list[Reading]) -> list[tuple[Step, tuple[str, ...]]]:
    return [(one.call.step, one.call.who) for one in readings if one.call]


def test_a_call_through_a_queue_is_followed_from_ring_to_recording(manager):
    manager.play(flow.ANSWERED)

    readings = heard(adapter(manager), manager)

    assert steps(readings) == [
        (Step.BEGAN, ()), (Step.QUEUED, ()), (Step.OFFERED, ("201",)), (Step.ANSWERED, ("201",)),
        (Step.RECORDED, ()), (Step.ENDED, ()),
    ]  # fmt: skip
    assert {one.call.call for one in readings if one.call} == {flow.CALL}
    began = readings[0].call
    assert began is not None
    assert (began.direction, began.caller, began.caller_name, began.called) == (
        "in", "05321112233", "Ali Demir", "02325550137",
    )  # fmt: skip
    (seat,) = [one.seat for one in readings if one.seat]
    assert (seat.who, seat.state, seat.queue) == ("201", "on_call", "hotline")
    recorded = next(one for one in readings if one.call and one.call.step == Step.RECORDED)
    assert [file.provider_ref for file in recorded.attachments] == ["/var/spool/asterisk/monitor/41.wav"]


def test_who_gives_up_in_the_queue_is_told_so(manager):
    manager.play(flow.ABANDONED)

    readings = heard(adapter(manager), manager)

    assert [step for step, _ in steps(readings)] == [
        Step.BEGAN, Step.QUEUED, Step.OFFERED, Step.LEFT, Step.ENDED,
    ]  # fmt: skip
    assert readings[-1].call is not None
    assert readings[-1].call.cause == "cancelled"


def test_two_managers_tell_everything_twice_and_it_counts_once(manager):
    with AsteriskManager.running() as other:
        manager.play(flow.ANSWERED)
        other.play(flow.ANSWERED)

        readings = heard(adapter(manager, other), manager, other)

    assert len(steps(readings)) == 6
    assert manager.connections == other.connections == 1


def test_while_one_of_two_managers_is_away_the_other_is_heard(manager):
    with AsteriskManager.running(refuse=True) as other:
        manager.play(flow.ANSWERED)

        readings = heard(adapter(other, manager), manager)

    assert len(steps(readings)) == 6


def test_a_line_that_breaks_is_taken_up_again(manager):
    with AsteriskManager.running() as other:  # while one is heard, a gap of the other is no trouble
        catches = adapter(manager, other).collect("", wait_s=20)
        manager.play(flow.BEGINNING)
        first = next(catch for catch in catches if catch.arrivals)
        manager.hang_up()
        deadline = time.monotonic() + 10
        while not manager.tell("Nothing") and time.monotonic() < deadline:
            time.sleep(0.05)  # what is said while it comes back may pass it by
        manager.play(flow.WAITING)

        second = next(catch for catch in islice(catches, 20) if catch.arrivals)

    assert [one.external_id for one in first.arrivals] == [f"{flow.CALL}:began"]
    assert [one.external_id for one in second.arrivals] == [f"{flow.CALL}:queued:hotline"]
    assert manager.connections == 2


def test_when_nobody_can_be_heard_the_worker_is_told_and_comes_again():
    with AsteriskManager.running(refuse=True) as manager, pytest.raises(BusyError):
        list(adapter(manager).collect("", wait_s=0.3))


def test_the_password_travels_only_where_it_may():
    with AsteriskManager.running(gives_challenge=False) as manager:
        with pytest.raises(RejectedError, match="plain"):
            adapter(manager).dial(extension="201", number="+905321112233")
        adapter(manager, plain="yes").dial(extension="201", number="+905321112233")

    assert [action["Action"] for action in manager.actions][:3] == ["Challenge", "Login", "Originate"]


def test_a_wrong_password_waits_for_a_person(manager):
    manager.password = "another word"
    with pytest.raises(RejectedError, match="Authentication failed"):
        list(adapter(manager).collect("", wait_s=0.3))
    assert [finding.ok for finding in adapter(manager).check()] == [False]


def test_a_number_is_dialled_from_the_extension(manager):
    adapter(manager, dial_prefix="9").dial(extension="201", number="+905321112233")

    (asked,) = [action for action in manager.actions if action["Action"] == "Originate"]
    assert asked["Channel"] == "PJSIP/201"
    assert asked["Exten"] == "905321112233"
    assert asked["Context"] == "from-internal"


@pytest.mark.parametrize("extension", ["201\r\nAction: Command", "", "2 0 1", "201/../x"])
def test_nothing_is_smuggled_into_what_is_dialled(manager, extension):
    with pytest.raises(RejectedError):
        adapter(manager).dial(extension=extension, number="+905321112233")
    assert [action for action in manager.actions if action["Action"] == "Originate"] == []


def test_a_refused_dialling_says_why(manager):
    manager.originate = "Extension does not exist."
    with pytest.raises(RejectedError, match="does not exist"):
        adapter(manager).dial(extension="201", number="+905321112233")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_messages_may_come_in_pieces_of_any_size(size):
    data = ("Asterisk Call Manager/7.0.3\r\n" + flow.ANSWERED).encode()
    splitter = Splitter()
    found = [
        message
        for start in range(0, len(data), size)
        for message in splitter.feed(data[start : start + size])
    ]
    assert found[0] == {"greeting": "Asterisk Call Manager/7.0.3"}
    assert len(found) == 1 + flow.ANSWERED.count("Event: ")


def test_a_message_without_an_end_is_no_manager():
    with pytest.raises(BusyError):
        list(Splitter().feed(b"x: " + b"y" * 300_000))


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"call": 1}', b"\xff\xfe", b'{"call":"a","event":[]}'])
def test_what_is_no_event_is_unreadable(raw):
    with pytest.raises(UnreadableError):
        build(Account(settings={}, secrets={}, http=httpx.Client())).read(raw)


def test_an_event_that_says_nothing_is_kept_as_unknown():
    own = build(Account(settings={}, secrets={}, http=httpx.Client()))
    assert own.read(b'{"call":"1","event":{"event":"Reload"}}').form == Form.UNKNOWN


@pytest.mark.parametrize(
    ("channel", "extension"),
    [
        ("PJSIP/201-0000001a", "201"), ("SIP/derya-00000022", "derya"),
        ("Local/201@from-queue-00000001;2", "201"),
        ("PJSIP/trunk-a-0000001a", "trunk-a"), ("Agent/401", "401"), ("PJSIP/201", "201"),
        ("SIP/201-0000001a<ZOMBIE>", "201"),
    ],
)  # fmt: skip
def test_whose_a_channel_is(channel, extension):
    assert extension_of(channel) == extension


def test_short_numbers_are_ours():
    assert direction_of("05321112233", "02325550137") == "in"
    assert direction_of("", "02325550137") == "in"
    assert direction_of("201", "05321112233") == "out"
    assert direction_of("201", "202") == "internal"


def test_the_members_of_a_queue_are_told_once_however_often_they_are_repeated():
    follower = Follower()
    event = {"event": "QueueMemberStatus", "queue": "hotline", "stateinterface": "PJSIP/201", "status": "1"}
    assert [len(follower.arrivals(event)) for _ in range(3)] == [1, 0, 0]
    assert len(follower.arrivals({**event, "paused": "1", "pausedreason": "prayer"})) == 1
    assert len(follower.arrivals(event)) == 1


def test_without_linkedid_the_dialled_channel_belongs_to_the_call_that_dials():
    blocks = [
        {"event": "Newchannel", "uniqueid": "1.1", "channel": "SIP/trunk-00000001",
         "calleridnum": "05321112233", "exten": "02325550137"},
        {"event": "Dial", "subevent": "Begin", "uniqueid": "1.1", "destuniqueid": "1.2",
         "destination": "SIP/201-00000002", "calleridnum": "05321112233"},
        {"event": "Newchannel", "uniqueid": "1.2", "channel": "SIP/201-00000002", "calleridnum": "201"},
        {"event": "Bridge", "bridgestate": "Link", "uniqueid1": "1.1", "uniqueid2": "1.2",
         "channel1": "SIP/trunk-00000001", "channel2": "SIP/201-00000002"},
        {"event": "Hangup", "uniqueid": "1.2", "cause": "16"},
        {"event": "Hangup", "uniqueid": "1.1", "cause": "16"},
    ]  # fmt: skip
    follower = Follower()
    names = [one.external_id for event in blocks for one in follower.arrivals(event)]
    assert names == ["1.1:began", "1.1:offered:201", "1.1:answered:201", "1.1:ended"]


def recorded(name: str) -> bytes:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the recorded exchange {path} is not on this machine")
    text = path.read_text("utf-8", "replace").replace("\r\n", "\n")
    return "\n\n".join(one.strip() for one in text.split("\n\n") if "Event:" in one).replace(
        "\n", "\r\n"
    ).encode() + b"\r\n\r\n"  # fmt: skip


def test_a_recorded_originate_over_tcp_is_one_inner_call(manager):
    manager.play(recorded("originate_with_events.yaml"))
    manager.chunk = 1000

    readings = heard(adapter(manager), manager)

    calls = [one.call for one in readings if one.call]
    assert {one.call for one in calls} == {"1414510600.0"}
    assert steps(readings) == [
        (Step.BEGAN, ()), (Step.OFFERED, ("ddddd",)), (Step.ANSWERED, ("ddddd",)),
        (Step.OFFERED, ("uuuuu",)), (Step.ANSWERED, ("uuuuu",)), (Step.ENDED, ()),
    ]  # fmt: skip
    assert (calls[0].direction, calls[0].caller, calls[0].called) == ("internal", "259", "259")
    assert calls[-1].cause == "normal"


def test_without_linkedid_a_channel_that_rings_nowhere_is_no_call():
    blocks = [
        {"event": "Newchannel", "uniqueid": "1.1", "channel": "SIP/201-00000001"},
        {"event": "Hangup", "uniqueid": "1.1", "cause": "16"},
        {"event": "Newchannel", "uniqueid": "1.2", "channel": "SIP/201-00000002"},
        {"event": "Dial", "subevent": "Begin", "uniqueid": "1.2", "destuniqueid": "1.3",
         "destination": "SIP/202-00000003", "calleridnum": "201"},
    ]  # fmt: skip
    follower = Follower()
    found = [one for event in blocks for one in follower.arrivals(event)]
    assert [one.external_id for one in found] == ["1.2:began", "1.2:offered:202"]


def test_recorded_members_of_a_queue_over_tcp(manager):
    manager.play(recorded("agent_loggued_in.yaml"))
    manager.play(recorded("agent_not_in_pause.yaml"))
    manager.play(recorded("queue_status.yaml"))

    seats = [one.seat for one in heard(adapter(manager), manager) if one.seat]

    assert {"available", "on_call", "break"} <= {seat.state for seat in seats}
    assert all(seat.who and seat.queue for seat in seats)
    assert {"ijfptg", "000000", "rrrrrrr"} <= {seat.who for seat in seats}


def test_every_recording_of_the_folder_is_survived_over_tcp_and_what_comes_after_is_heard(manager):
    if not REAL.exists():
        pytest.skip(f"the recorded exchange {REAL} is not on this machine")
    files = sorted(REAL.glob("*.yaml"))
    assert len(files) > 10
    for path in files:  # as it is kept: actions, answers and events, with bare line feeds
        manager.play(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n\r\n")
    manager.chunk = 1400  # as they come over a network

    readings = heard(adapter(manager), manager)  # waits for a call that is played after them all

    assert {one.form for one in readings} <= {Form.CALL, Form.MESSAGE}
    assert {one.call.call for one in readings if one.call} >= {"1414510600.0"}
    assert {one.seat.who for one in readings if one.seat} >= {"ijfptg", "000000", "rrrrrrr"}
    assert manager.connections == 1  # nothing of it broke the line
