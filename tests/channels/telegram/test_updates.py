"""What the house understands of a Telegram update."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.telegram_bot_api import message
from vefa.channels.port import Form, Reading, UnreadableError
from vefa.channels.remarks import contains
from vefa.channels.telegram import arriving, updates

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data" / "telegram-updates"
DERYA = 4711


def read(update: dict[str, Any]) -> Reading:
    return updates.read(json.dumps(update).encode())


def derya_sends(**parts) -> Reading:
    return read(message(DERYA, **parts))


def test_a_text_keeps_its_author_its_chat_its_moment_and_its_place_in_the_order():
    update = message(DERYA, "Gül Sokak’ta lamba yanmıyor")
    reading = read(update)

    assert (reading.form, reading.text) == (Form.MESSAGE, "Gül Sokak’ta lamba yanmıyor")
    assert reading.sender is not None
    assert (reading.sender.address, reading.sender.name, reading.sender.language_hint) == (
        "4711",
        "Derya",
        "tr",
    )
    assert (reading.thread, reading.sequence) == ("4711", update["update_id"])
    assert reading.said_at == datetime.fromtimestamp(update["message"]["date"], UTC)
    assert reading.message_id == str(update["message"]["message_id"])
    assert reading.verified is True


def test_an_update_is_named_by_its_number_and_waits_in_the_lane_of_its_chat():
    update = message(DERYA, "Merhaba")
    arrival = arriving.arrival(json.dumps(update).encode())

    assert (arrival.external_id, arrival.lane) == (str(update["update_id"]), "4711")


@pytest.mark.parametrize(
    ("chat", "lane"),
    [
        ({"id": 4711}, "4711"),
        ({"id": "4711"}, "4711"),
        ({"id": -100}, "-100"),
        ({"id": 1.5}, "8"),
        (None, "8"),
    ],
)
def test_a_chat_of_another_shape_still_has_a_lane(chat, lane):
    update = {"update_id": 9, "message": {"chat": chat, "from": {"id": 8}, "text": "\ud83d"}}

    assert arriving.arrival(json.dumps(update).encode()).lane == lane


def test_an_edit_names_the_message_that_it_replaces_and_shares_its_lane():
    original = message(DERYA, "Park kirli", edit_date=1774749700)
    edit = {"update_id": 9, "edited_message": original["message"]}
    reading = read(edit)

    assert (reading.form, reading.edits) == (Form.EDIT, str(original["message"]["message_id"]))
    assert reading.said_at == datetime.fromtimestamp(1774749700, UTC)
    assert arriving.arrival(json.dumps(edit).encode()).lane == "4711"


def test_of_a_photo_only_the_largest_size_is_kept_and_its_caption_is_the_text():
    sizes = [
        {"file_id": "big", "width": 1280, "height": 960},
        {"file_id": "small", "width": 90, "height": 60},
    ]
    reading = derya_sends(photo=sizes, caption="Bu çukur")

    assert [ref.provider_ref for ref in reading.attachments] == ["big"]
    assert (reading.attachments[0].kind, reading.text) == ("photo", "Bu çukur")


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("voice", "voice"),
        ("audio", "audio"),
        ("video", "video"),
        ("video_note", "video"),
        ("document", "document"),
        ("sticker", "sticker"),
    ],
)
def test_every_sort_of_file_becomes_an_attachment(field, kind):
    reading = derya_sends(**{field: {"file_id": "F", "file_size": 12}})

    assert [(ref.kind, ref.provider_ref, ref.size) for ref in reading.attachments] == [(kind, "F", 12)]


def test_an_animation_that_comes_twice_is_one_attachment():
    reading = derya_sends(animation={"file_id": "A"}, document={"file_id": "A"})

    assert [ref.kind for ref in reading.attachments] == ["animation"]


def test_a_file_name_that_turns_the_reading_direction_or_leaves_the_folder_is_tamed():
    reading = derya_sends(document={"file_id": "D", "file_name": "../../etc/fatura\u202egnp.exe"})

    assert reading.attachments[0].name == "faturagnp.exe"


def test_a_location_and_a_venue_give_a_point():
    here = {"latitude": 38.42, "longitude": 27.14, "horizontal_accuracy": 25.0}
    point = derya_sends(location=here).location
    venue = derya_sends(venue={"location": here, "title": "Park", "address": "Gül Sk. 4"}).location

    assert point is not None
    assert venue is not None
    assert (point.latitude, point.longitude, point.accuracy_m) == (38.42, 27.14, 25.0)
    assert venue.label == "Park Gül Sk. 4"


def test_a_point_on_no_globe_is_dropped_with_a_warning():
    reading = derya_sends(location={"latitude": 138.4, "longitude": 27.1})

    assert reading.location is None
    assert reading.warnings[0].startswith("It named a place that cannot be")


@pytest.mark.parametrize("written", ["+905321112233", "905321112233"])  # as Telegram's programs differ
def test_a_shared_own_card_gives_the_phone_and_a_foreign_card_does_not(written):
    own = derya_sends(contact={"phone_number": written, "first_name": "Derya", "user_id": DERYA})
    foreign = derya_sends(contact={"phone_number": "+905559998877", "first_name": "Muhtar"})

    assert own.sender is not None
    assert foreign.sender is not None
    assert (own.sender.phone, foreign.sender.phone) == ("+905321112233", "")
    assert own.contact is not None
    assert own.contact.is_sender


def test_a_deep_link_start_gives_its_payload():
    reading = derya_sends(text="/start case-204-7")

    assert (reading.form, reading.argument) == (Form.START, "case-204-7")


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [("/Dil fa", "dil", "fa"), ("/help@pinarova_bot", "help", ""), ("/durum  20-4\n7", "durum", "20-4\n7")],
)
def test_a_command_is_cut_into_name_and_argument(text, command, argument):
    if not text[1:4].isascii():
        pytest.fail("commands are ASCII by the Bot API")
    reading = derya_sends(text=text)

    assert (reading.form, reading.command, reading.argument) == (Form.COMMAND, command, argument)


def test_a_path_or_a_date_with_slashes_is_no_command():
    assert derya_sends(text="/çöp toplanmadı").form is Form.MESSAGE
    assert derya_sends(text="12/4 sokak").form is Form.MESSAGE


def test_a_reply_names_the_message_that_it_answers():
    answered = message(DERYA, "Hangi sokak?")["message"]
    reading = derya_sends(text="Gül Sokak", reply_to_message=answered)

    assert reading.reply_to == str(answered["message_id"])


def test_a_hidden_link_becomes_visible_also_behind_an_emoji():
    entity = {"type": "text_link", "offset": 3, "length": 4, "url": "http://example.org/x"}
    reading = derya_sends(text="🌳 buna bakın", entities=[entity])

    assert reading.text == "🌳 buna (http://example.org/x) bakın"


def test_blocking_the_bot_makes_the_address_unreachable_and_unblocking_does_not():
    def change(status: str) -> Reading:
        person = {"id": DERYA, "first_name": "Derya"}
        return read(
            {
                "update_id": 5,
                "my_chat_member": {
                    "chat": {"id": DERYA, "type": "private"},
                    "from": person,
                    "date": 1774749600,
                    "new_chat_member": {"status": status},
                },
            }
        )

    blocked, back = change("kicked"), change("member")

    assert (blocked.form, blocked.event) == (Form.EVENT, "blocked")
    assert blocked.unreachable is not None
    assert blocked.unreachable.address == "4711"
    assert (back.event, back.unreachable) == ("unblocked", None)


def test_a_group_that_moved_tells_both_addresses():
    group = {"id": -100, "type": "group", "title": "Çınar Mahallesi"}
    leaving = derya_sends(chat=group, migrate_to_chat_id=-100200)
    arriving = derya_sends(chat={**group, "id": -100200}, migrate_from_chat_id=-100)

    for reading in (leaving, arriving):
        assert reading.event == "moved"
        assert reading.address_change is not None
        assert (reading.address_change.old, reading.address_change.new) == ("-100", "-100200")


def test_a_topic_of_a_group_is_a_thread_of_its_own():
    group = {"id": -100200, "type": "supergroup", "title": "Çınar Mahallesi"}
    reading = derya_sends(text="Su yok", chat=group, message_thread_id=12, is_topic_message=True)

    assert (reading.thread, reading.group) == ("-100200/12", True)


def test_a_forwarded_message_names_its_first_author_in_old_and_new_shape():
    old = derya_sends(text="Bakın", forward_from={"id": 1, "first_name": "Aylin", "last_name": "Kaya"})
    new = derya_sends(text="Bakın", forward_origin={"type": "hidden_user", "sender_user_name": "Aylin"})

    assert (old.forwarded_from, new.forwarded_from) == ("Aylin Kaya", "Aylin")


def test_a_pressed_button_and_a_reaction_are_read():
    chat, person = {"id": DERYA, "type": "private"}, {"id": DERYA, "first_name": "Derya"}
    button = read(
        {
            "update_id": 1,
            "callback_query": {
                "id": "q",
                "from": person,
                "message": {"message_id": 8, "chat": chat},
                "data": "ok",
            },
        }
    )
    thumb = read(
        {
            "update_id": 2,
            "message_reaction": {
                "chat": chat,
                "user": person,
                "message_id": 8,
                "date": 1,
                "new_reaction": [{"type": "emoji", "emoji": "👍"}],
            },
        }
    )

    assert (button.form, button.command, button.argument, button.reply_to) == (
        Form.COMMAND,
        "button",
        "ok",
        "8",
    )
    assert (thumb.form, thumb.text, thumb.reply_to) == (Form.REACTION, "👍", "8")


def test_an_update_of_a_kind_from_the_future_is_kept_with_its_sender_and_words():
    person = {"id": DERYA, "first_name": "Derya"}
    reading = read({"update_id": 3, "hologram": {"from": person, "text": "Merhaba", "depth": 3}})

    assert (reading.form, reading.text) == (Form.UNKNOWN, "Merhaba")
    assert reading.sender is not None
    assert reading.sender.address == "4711"
    assert "hologram" in reading.warnings[0]


def test_a_message_whose_shape_is_new_is_a_message_with_its_sender_and_words():
    reading = derya_sends(text="Su yok", venue={"location": "upstairs"})
    group = read({"update_id": 4, "message": {"chat": {"id": -5, "type": "group"}, "text": "a", "venue": 7}})

    assert (reading.form, reading.text, reading.thread) == (Form.MESSAGE, "Su yok", "4711")
    assert reading.sender is not None
    assert reading.sender.address == "4711"
    assert reading.warnings
    assert group.form is Form.UNKNOWN  # nobody knows there to whom an answer would go


@pytest.mark.parametrize("kind", ["dice", "story", "paid_media", "gift", "giveaway", "hologram"])
def test_what_only_a_telegram_can_show_is_a_message_that_says_what_it_contains(kind):
    reading = derya_sends(**{kind: {"value": 3}}, photo=None, caption="")

    assert (reading.form, reading.text, reading.warnings) == (Form.MESSAGE, "", (contains(kind),))


@pytest.mark.parametrize(("kind", "name"), [("poll", "question"), ("checklist", "title")])
def test_what_a_poll_asks_are_its_words(kind, name):
    reading = derya_sends(**{kind: {name: "Su ne zaman gelecek?\x00"}})
    broken = derya_sends(**{kind: {name: 7}})

    assert (reading.form, reading.text) == (Form.MESSAGE, "Su ne zaman gelecek?")
    assert (broken.form, broken.text) == (Form.MESSAGE, "")
    assert reading.warnings == broken.warnings == (contains(kind),)


@pytest.mark.parametrize("kind", ["pinned_message", "write_access_allowed", "forum_topic_closed"])
def test_what_telegram_itself_says_in_a_chat_is_nobodys_message(kind):
    assert derya_sends(**{kind: {}}, photo=None).form is Form.UNKNOWN


def test_what_only_a_telegram_can_show_stays_an_edit_when_it_is_edited_and_unknown_in_a_group():
    edited = message(DERYA, poll={"question": "Su var mı?"})
    edited["edited_message"] = edited.pop("message")
    chat = {"id": -5, "type": "group"}

    assert (read(edited).form, read(edited).text) == (Form.EDIT, "Su var mı?")
    assert derya_sends(chat=chat, dice={"value": 3}).form is Form.UNKNOWN
    assert derya_sends(chat=chat, poll={"question": "Su var mı?"}).text == ""


def test_nulls_where_telegram_leaves_out_are_no_obstacle():
    reading = derya_sends(text="سلام", caption=None, photo=None, reply_to_message=None)

    assert (reading.form, reading.text) == (Form.MESSAGE, "سلام")


def test_signs_that_a_database_cannot_hold_are_taken_out():
    assert derya_sends(text="bir\x00 iki\ud800").text == "bir iki"


BROKEN_TEXT = b'{"update_id": 1, "message": {"chat": {"id": 5}, "text": "\xff"}}'


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"7", b"\xff\xfe", b"[" * 100_000, BROKEN_TEXT])
def test_bytes_that_are_no_update_are_unreadable(raw):
    with pytest.raises(UnreadableError):
        updates.read(raw)
    with pytest.raises(UnreadableError):
        arriving.arrival(raw)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded updates are not on this machine")
def test_every_recorded_update_is_read_without_an_error():
    forms = {path.stem: updates.read(path.read_bytes()).form for path in sorted(RECORDED.glob("*.json"))}
    understood = {name for name, form in forms.items() if form is not Form.UNKNOWN}

    assert len(forms) == 17
    assert forms["message"] is Form.MESSAGE
    assert forms["edited_message"] is Form.EDIT
    assert understood >= {
        f"message_with_{sort}" for sort in ("audio", "document", "photo", "voice", "location")
    }


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("from", "chat", "date", "text", "photo", "location", "venue", "contact", "entities", "message_id")


@given(parts=st.dictionaries(st.sampled_from(FIELDS), anything))
def test_a_message_with_anything_anywhere_is_read_as_something(parts):
    update = message(DERYA, **parts)

    assert isinstance(read(update), Reading)
    assert arriving.arrival(json.dumps(update).encode()).external_id == str(update["update_id"])


@given(raw=st.binary(max_size=300))
def test_random_bytes_are_read_or_unreadable(raw):
    try:
        updates.read(raw)
        arriving.arrival(raw)
    except UnreadableError:
        pass
