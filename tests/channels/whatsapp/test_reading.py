"""What residents send by WhatsApp, as the Cloud API documents it and as real bodies have it."""

import json
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.forged import NO_TIME, Proof, forgeries, refused_by, taken_by
from tests.providers.whatsapp_cloud import DERYA, NUMBER, VERIFY, pushed, said, signed, statuses
from vefa.channels.port import Account, Call, ForgedError, Form, UnreadableError
from vefa.channels.remarks import no_place
from vefa.channels.whatsapp.adapter import build

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "whatsapp-cloud-updates"
LINE = build(Account(settings={}, secrets={"verify_token": VERIFY}, http=httpx.Client()))
HEADER = "x-hub-signature-256"
PROOF = Proof(
    body=json.dumps(said("Sokakta çukur var")).encode(),
    sign=lambda body, secret: Call(headers={HEADER: signed(body, secret)}, body=body),
    header=HEADER,
    stale=NO_TIME,
)


def cut(body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return LINE.arrivals(Call(headers={}, body=raw))


def read(body):
    (arrival,) = cut(body)
    return LINE.read(arrival.raw)


@pytest.mark.parametrize("forgery", forgeries(PROOF), ids=str)
def test_a_forged_call_is_refused(forgery):
    refused_by(LINE, forgery)


def test_whatsapp_itself_is_let_in_also_while_the_secret_is_replaced():
    taken_by(LINE, PROOF)


def greeting(token=VERIFY, mode="subscribe"):
    query = f"hub.mode={mode}&hub.challenge=1158201444&hub.verify_token={token}"
    return LINE.greet(Call(headers={}, query=query, method="GET"), ["secret"])


def test_the_handshake_is_answered_to_who_knows_the_word():
    assert greeting().body == b"1158201444"
    for token, mode in [("", "subscribe"), (VERIFY.upper(), "subscribe"), (VERIFY, "unsubscribe")]:
        with pytest.raises(ForgedError):
            greeting(token, mode)


def test_a_message_has_its_sender_its_words_and_the_number_that_it_came_to():
    body = said("Sokakta çukur var")
    (arrival,) = cut(body)
    reading = LINE.read(arrival.raw)

    assert (arrival.lane, arrival.account) == (DERYA, NUMBER)
    assert arrival.external_id == reading.message_id
    assert arrival.raw == json.dumps(body).encode()  # untouched
    assert (reading.form, reading.text) == (Form.MESSAGE, "Sokakta çukur var")
    assert reading.sender is not None
    assert (reading.sender.address, reading.sender.name) == (DERYA, "Derya Aksu")
    assert reading.sender.phone == f"+{DERYA}"


def test_who_hides_the_number_is_known_by_the_id():
    body = said("Merhaba", sender="", from_user_id="TR.1349")
    body["entry"][0]["changes"][0]["value"]["contacts"] = [{"profile": {"name": "A"}, "user_id": "TR.1349"}]
    reading = read(body)

    assert reading.sender is not None
    assert (reading.sender.address, reading.sender.phone, reading.sender.name) == ("TR.1349", "", "A")


def test_an_advertisement_is_the_context_of_what_is_said():
    reading = read(
        said("Bu ne?", referral={"source_id": "9", "headline": "Yeni park", "source_url": "https://x"})
    )

    assert reading.post is not None
    assert (reading.post.id, reading.post.text, reading.post.url) == ("9", "Yeni park", "https://x")


def test_a_deletion_an_edit_and_a_reaction_name_the_message_that_they_speak_of():
    revoked = read(said(type="revoke", revoke={"original_message_id": "wamid.1"}))
    edited = read(
        said(
            type="edit",
            edit={
                "original_message_id": "wamid.1",
                "message": {"type": "text", "text": {"body": "Yeni"}, "context": {"id": "M0"}},
            },
        )
    )
    liked = read(said(type="reaction", reaction={"message_id": "wamid.2", "emoji": "👍"}))
    unliked = read(said(type="reaction", reaction={"message_id": "wamid.2"}))

    assert (revoked.form, revoked.edits) == (Form.DELETION, "wamid.1")
    assert (edited.form, edited.edits, edited.text, edited.reply_to) == (Form.EDIT, "wamid.1", "Yeni", "")
    assert (liked.form, liked.text, liked.reply_to) == (Form.REACTION, "👍", "wamid.2")
    assert (unliked.form, unliked.text) == (Form.REACTION, "")


def test_a_place_on_no_globe_is_a_warning():
    reading = read(said(type="location", location={"latitude": 95.0, "longitude": 27.0}))

    assert (reading.location, reading.warnings) == (None, (no_place(95.0, 27.0),))


def test_reports_come_under_their_own_names_and_say_failures_in_words():
    names = [cut(body)[0].external_id for body in statuses("wamid.7", "read", "sent", "delivered")]
    (failed,) = statuses("wamid.7", "failed", code=131047, key="k-1")
    (gone,) = statuses("wamid.7", "failed", code=131026)
    (report,) = read(failed).receipts

    assert names == ["wamid.7:read", "wamid.7:sent", "wamid.7:delivered"]
    assert (report.state, report.status, report.key) == ("failed", "131047", "k-1")
    assert report.reason.startswith("24 hours have passed")
    unreachable = read(gone).unreachable
    assert unreachable is not None
    assert unreachable.address == DERYA
    assert read(failed).unreachable is None


def rang(direction, event="connect"):
    ours = {"from": "902325550137", "to": DERYA}
    theirs = {"from": DERYA, "to": "902325550137"}
    parties = theirs if direction == "USER_INITIATED" else ours
    call = {"id": "wacid.1", "event": event, "timestamp": "1774749700", "direction": direction, **parties}
    return pushed({"calls": [call]}, change="calls")


def test_a_call_of_theirs_opens_the_window_and_ours_when_they_take_it():
    def reported(state):
        one = {"id": "wacid.1", "type": "call", "status": state, "timestamp": "1", "recipient_id": DERYA}
        return pushed({"statuses": [one]}, change="calls")

    opening = [read(rang("USER_INITIATED")), read(reported("ACCEPTED"))]
    others = [
        read(rang("USER_INITIATED", "terminate")), read(rang("BUSINESS_INITIATED")),
        read(reported("RINGING")), read(reported("REJECTED")), read(said("Merhaba")),
    ]  # fmt: skip
    assert [one.opens for one in (*opening, *others)] == [True, True, *[False] * 5]
    assert {one.form for one in opening} == {Form.EVENT}
    assert {one.sender.address for one in opening if one.sender} == {DERYA}


def test_what_our_own_side_wrote_with_its_telephone_is_an_echo():
    echo = {"from": "902325550137", "to": DERYA, "id": "wamid.e", "timestamp": "1", "type": "text"}
    body = pushed({"message_echoes": [echo | {"text": {"body": "Geldik"}}]}, change="smb_message_echoes")
    reading = read(body)

    assert reading.sender is not None
    assert (reading.form, reading.sender.address, reading.text) == (Form.ECHO, DERYA, "Geldik")


def test_what_whatsapp_could_not_pass_on_is_still_a_message_of_a_person():
    reading = read(said(type="unsupported", errors=[{"code": 131051, "title": "Message type unknown"}]))

    assert (reading.form, reading.text) == (Form.MESSAGE, "")
    assert reading.warnings == ("WhatsApp does not hand over what is in it: Message type unknown.",)


def test_a_thousand_updates_in_one_body_become_a_thousand_arrivals():
    body = said("bir")
    value = body["entry"][0]["changes"][0]["value"]
    people = [str(905320000000 + number) for number in range(1000)]
    value["contacts"] = [{"profile": {"name": f"Kişi {one}"}, "wa_id": one} for one in people]
    (pattern,) = value["messages"]
    value["messages"] = [
        {**pattern, "from": one, "id": f"wamid.{one}", "text": {"body": f"Ben {one}"}} for one in people
    ]
    raw = json.dumps(body).encode()
    found = cut(raw)
    readings = [LINE.read(arrival.raw) for arrival in found]

    assert len(raw) < 3 * 1024 * 1024
    assert [arrival.lane for arrival in found] == people
    assert [one.text for one in readings] == [f"Ben {one}" for one in people]
    assert [one.sender.name for one in readings if one.sender] == [f"Kişi {one}" for one in people]
    assert sum(len(arrival.raw) for arrival in found) < 2 * len(raw)


def test_several_numbers_messages_and_reports_in_one_body_go_apart():
    first, second, (report,) = said("bir"), said("iki", number="777"), statuses("wamid.9", "read")
    changes = [*first["entry"][0]["changes"], *second["entry"][0]["changes"], *report["entry"][0]["changes"]]
    first["entry"][0]["changes"] = changes
    found = cut(first)

    assert [one.account for one in found] == [NUMBER, "777", NUMBER]
    assert [LINE.read(one.raw).form for one in found] == [Form.MESSAGE, Form.MESSAGE, Form.RECEIPT]


def test_one_broken_thing_does_not_take_the_others_along():
    body = said("sağlam")
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"] += [{"id": 7}, "no message", {"type": "text", "text": {"body": "kimliksiz"}}]
    body["entry"].append({"id": "1", "changes": [{"field": "new_thing", "value": {"messages": "odd"}}]})
    forms = [LINE.read(one.raw).form for one in cut(body)]

    assert forms == [Form.MESSAGE, Form.UNKNOWN, Form.UNKNOWN, Form.MESSAGE, Form.UNKNOWN]
    assert len({one.external_id for one in cut(body)}) == 5


def test_a_message_whose_shape_is_new_is_a_message_with_its_sender_and_words():
    reading = read(json.dumps(said("Su yok", location={"latitude": "upstairs"})).encode())

    assert (reading.form, reading.text) == (Form.MESSAGE, "Su yok")
    assert reading.sender is not None
    assert reading.sender.address == DERYA
    assert reading.warnings


def test_what_is_no_json_object_is_refused_and_anything_else_is_kept():
    for raw in (b"", b"[]", b"7", b"{", b"\xff\xfe", b'"x"'):
        with pytest.raises(UnreadableError):
            cut(raw)
    for raw in (b"{}", b'{"entry": 7}', b'{"object": "page", "entry": []}', b'{"entry": [{"changes": {}}]}'):
        assert read(raw).form == Form.UNKNOWN


def test_half_a_pair_of_signs_and_a_null_do_no_harm():
    raw = json.dumps(said("XX", context=None)).replace("XX", "a\\ud83db\\u0000c").encode()

    assert read(raw).text == "abc"


@given(st.binary(max_size=300))
def test_random_bytes_are_unreadable_and_never_anything_else(raw):
    for attempt in (lambda: cut(raw), lambda: LINE.read(raw)):
        with suppress(UnreadableError):
            attempt()


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["entry", "changes", "value", "messages", "statuses", "contacts", "id", "from", "type", "text",
             "body", "edit", "message", "location", "latitude", "interactive", "errors", "timestamp", "field"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(SHAPES)
def test_any_shape_of_json_is_kept_and_read(shape):
    value = shape if isinstance(shape, dict) else {"messages": shape}
    for body in ({"entry": [{"changes": [{"field": "messages", "value": value}]}]}, {"entry": shape}):
        for arrival in cut(body):
            assert LINE.read(arrival.raw).form


@pytest.mark.skipif(not REAL.is_dir(), reason="the real updates are not on this machine")
def test_every_real_update_is_read_as_something_known():
    forms: dict[str, set[str]] = {}
    for path in sorted(REAL.glob("*.json")):
        for name, body in json.loads(path.read_text()).items():
            for arrival in cut(body):
                reading = LINE.read(arrival.raw)
                forms.setdefault(path.stem, set()).add(str(reading.form))
                assert reading.form != Form.UNKNOWN, (path.stem, name, reading.warnings)

    assert forms["message"] == {"message", "reaction"}
    assert forms["message_status"] == {"receipt"}
    assert forms["system"] == {"event"}
    assert (forms["edited_message"], forms["deleted_message"]) == ({"edit"}, {"deletion"})
