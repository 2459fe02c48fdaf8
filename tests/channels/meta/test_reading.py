"""What a page and an Instagram account push, read. Payloads are written from the documentation."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.meta.conftest import instagram_at, messenger_at
from tests.providers.meta_graph import (
    MetaGraph,
    change,
    comment,
    echo,
    instagram_comment,
    message,
    talk,
)
from vefa.channels.port import Call, Form, UnreadableError
from vefa.channels.remarks import contains, no_place

AT = 1780488000000  # 2026-06-03 12:00 UTC
DERYA = "9001"
PAGE = messenger_at(MetaGraph(base="http://127.0.0.1:9/v24.0"))
INSTAGRAM = instagram_at(MetaGraph(account="1784", owner="1001", base="http://127.0.0.1:9/v24.0"))


def call(body: Any) -> Call:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Call(headers={}, body=raw)


def read(body: Any, adapter=PAGE) -> Any:
    (arrival,) = adapter.arrivals(call(body))
    return adapter.read(arrival.raw)


def one_id(body: Any) -> str:
    (arrival,) = PAGE.arrivals(call(body))
    return arrival.external_id


def test_a_message_has_its_words_its_sender_and_its_moment():
    reading = read(message(DERYA, "Çarşı'da çöp alınmadı", mid="m_1", timestamp=AT))

    assert (reading.form, reading.text, reading.message_id) == (Form.MESSAGE, "Çarşı'da çöp alınmadı", "m_1")
    assert reading.sender.address == DERYA
    assert reading.said_at == datetime(2026, 6, 3, 12, tzinfo=UTC)
    assert (reading.public, reading.thread, reading.verified) == (False, "", True)


def test_several_entries_and_messages_in_one_body_become_one_arrival_each():
    body = message(DERYA, "bir", mid="m_1")
    body["entry"][0]["messaging"] += message("9002", "iki", mid="m_2")["entry"][0]["messaging"]
    body["entry"] += message(DERYA, "üç", mid="m_3", account="1002")["entry"]
    body["entry"] += comment(DERYA, "dört", id="c_1")["entry"]
    found = PAGE.arrivals(call(body))

    assert [(one.external_id, one.lane, one.account) for one in found] == [
        ("m_1", "9001", "1001"),
        ("m_2", "9002", "1001"),
        ("m_3", "9001", "1002"),
        ("comment:c_1:add", "1001_5/9001", "1001"),
    ]
    assert [PAGE.read(one.raw).text for one in found] == ["bir", "iki", "üç", "dört"]


def test_what_came_to_another_account_says_so():
    reading = read(message(DERYA, "Merhaba", account="1002"))
    assert "1002" in reading.warnings[0]
    assert reading.sender.address == DERYA


def test_files_stickers_places_and_shared_links():
    attachments = [
        {"type": "image", "payload": {"url": "https://scontent.fbcdn.net/p.jpg"}},
        {"type": "image", "payload": {"url": "https://scontent.fbcdn.net/s.png", "sticker_id": 369239263}},
        {"type": "audio", "payload": {"url": "https://cdn.fbsbx.com/a.mp4"}},
        {"type": "video", "payload": {"url": "https://video.fbcdn.net/v.mp4"}},
        {"type": "file", "payload": {"url": "https://cdn.fbsbx.com/d.pdf"}, "title": "../dilekçe.pdf"},
        {"type": "location", "title": "Çarşı", "payload": {"coordinates": {"lat": 38.02, "long": 27.01}}},
        {"type": "fallback", "title": "Bir haber", "url": "https://news.example/1", "payload": None},
        {"type": "ig_reel", "payload": {"reel_video_id": "1", "title": "Reel", "url": "https://r.example/"}},
    ]
    reading = read(message(DERYA, "Bakın", attachments=attachments))

    assert [(one.kind, one.name) for one in reading.attachments] == [
        ("photo", ""),
        ("sticker", ""),
        ("audio", ""),
        ("video", ""),
        ("document", "dilekçe.pdf"),
    ]
    assert (reading.location.latitude, reading.location.longitude) == (38.02, 27.01)
    assert reading.text == "Bakın\nBir haber https://news.example/1\nhttps://r.example/"


def test_an_impossible_place_and_an_unknown_kind_are_told_and_not_lost():
    attachments = [
        {"type": "location", "payload": {"coordinates": {"lat": 91, "long": 0}}},
        {"type": "hologram", "payload": {}},
    ]
    reading = read(message(DERYA, attachments=attachments))
    assert reading.form is Form.UNKNOWN
    assert reading.warnings == (no_place(91, 0), contains("hologram"), contains(""))


def test_what_the_provider_keeps_back_or_writes_in_a_new_shape_is_a_message_all_the_same():
    kept_back = read(message(DERYA, is_unsupported=True))
    odd = read(message(DERYA, "Su yok", attachments="none", mid="m_9"))

    assert (kept_back.form, len(kept_back.warnings)) == (Form.MESSAGE, 1)
    assert (odd.form, odd.text, odd.message_id) == (Form.MESSAGE, "Su yok", "m_9")
    assert odd.sender is not None
    assert odd.sender.address == DERYA


def test_a_pressed_answer_a_button_and_the_first_button():
    pressed = read(message(DERYA, "Evet", quick_reply={"payload": "yes"}))
    assert (pressed.form, pressed.text, pressed.argument) == (Form.MESSAGE, "Evet", "yes")

    button = read(talk(DERYA, postback={"mid": "m_5", "title": "Çöp toplama saatleri", "payload": "WASTE"}))
    assert (button.form, button.text, button.argument) == (Form.MESSAGE, "Çöp toplama saatleri", "WASTE")

    referral = {"ref": "afis-42", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    start = read(talk(DERYA, postback={"title": "Başla", "payload": "GET_STARTED", "referral": referral}))
    assert (start.form, start.command, start.argument) == (Form.START, "start", "afis-42")

    link = read(talk(DERYA, referral=referral))
    assert (link.form, link.event, link.argument) == (Form.EVENT, "referral", "afis-42")


def test_an_answer_names_what_it_answers_and_a_story_is_the_context():
    assert read(message(DERYA, "Olmadı", reply_to={"mid": "m_ours"})).reply_to == "m_ours"

    story = {"story": {"id": "77", "url": "https://lookaside.fbsbx.com/ig/s.jpg"}}
    replied = read(
        message(DERYA, "Burası neresi?", reply_to=story, account="1784", instagram=True), INSTAGRAM
    )
    assert (replied.post.id, replied.attachments[0].name) == ("story/77", "story")

    mention = [{"type": "story_mention", "payload": {"url": "https://lookaside.fbsbx.com/ig/m.jpg"}}]
    named = read(message(DERYA, attachments=mention, account="1784", instagram=True), INSTAGRAM)
    assert (named.form, named.attachments[0].kind) == (Form.MESSAGE, "photo")
    assert named.warnings == ("They named our account in a story.",)


def test_reactions_come_and_go():
    thumb = read(
        talk(DERYA, reaction={"mid": "m_ours", "action": "react", "emoji": "👍", "reaction": "like"})
    )
    assert (thumb.form, thumb.text, thumb.reply_to) == (Form.REACTION, "👍", "m_ours")
    gone = read(talk(DERYA, reaction={"mid": "m_ours", "action": "unreact"}))
    assert (gone.form, gone.text) == (Form.REACTION, "")


def test_delivered_and_read_speak_of_messages_and_of_a_moment():
    delivered = read(talk(DERYA, delivery={"mids": ["m_1", "m_2"], "watermark": AT}))
    assert [one.provider_id for one in delivered.receipts] == ["m_1", "m_2", ""]
    assert delivered.receipts[2].until == datetime(2026, 6, 3, 12, tzinfo=UTC)
    assert {one.state for one in delivered.receipts} == {"delivered"}

    seen = read(talk(DERYA, read={"watermark": AT}))
    assert [(one.state, one.provider_id) for one in seen.receipts] == [("read", "")]
    on_instagram = read(talk(DERYA, read={"mid": "m_9"}, account="1784", instagram=True), INSTAGRAM)
    assert [(one.state, one.provider_id) for one in on_instagram.receipts] == [("read", "m_9")]


def test_an_answer_given_elsewhere_is_an_echo_in_the_residents_conversation():
    reading = read(echo(DERYA, "Ekip yolda.", mid="m_7"))
    assert (reading.form, reading.text, reading.sender.address) == (Form.ECHO, "Ekip yolda.", DERYA)


def test_our_own_echo_is_a_receipt_for_the_delivery_that_it_names():
    reading = read(echo(DERYA, "İşiniz yapıldı.", mid="m_7", metadata="vefa:k-1", app_id=5005))
    assert (reading.form, reading.text) == (Form.RECEIPT, "")
    (receipt,) = reading.receipts
    assert (receipt.provider_id, receipt.state, receipt.key) == ("m_7", "sent", "k-1")


def test_unsent_and_edited_messages_name_the_earlier_one():
    unsent = read(message(DERYA, mid="m_1", is_deleted=True))
    assert (unsent.form, unsent.edits, unsent.message_id) == (Form.DELETION, "m_1", "m_1:deleted")
    ours = read(echo(DERYA, "", mid="m_2", is_deleted=True))
    assert (ours.form, ours.event) == (Form.EVENT, "answer_withdrawn")
    edited = read(talk(DERYA, message_edit={"mid": "m_1", "text": "Çarşı'da değil", "num_edit": 2}))
    assert (edited.form, edited.edits, edited.text) == (Form.EDIT, "m_1", "Çarşı'da değil")


def test_handovers_are_kept_and_what_is_said_meanwhile_is_not_lost():
    body = talk(DERYA, pass_thread_control={"new_owner_app_id": "123", "metadata": "to the inbox"})
    assert (read(body).form, read(body).event) == (Form.EVENT, "pass_thread_control")

    standby = message(DERYA, "Orada mısınız?", mid="m_1")
    standby["entry"][0]["standby"] = standby["entry"][0].pop("messaging")
    reading = read(standby)
    assert (reading.form, reading.text) == (Form.MESSAGE, "Orada mısınız?")
    assert reading.warnings == ("Another program of the city holds this conversation: answer there.",)


def test_a_comment_stands_under_its_post_and_answers_go_to_its_root():
    top = read(comment(DERYA, "Sokağımız karanlık", id="c_1"))
    assert (top.form, top.thread, top.public, top.reply_to) == (Form.MESSAGE, "comment/c_1", True, "")
    assert (top.post.id, top.post.url) == ("1001_5", "https://www.facebook.com/1001_5")
    assert (top.sender.address, top.sender.name, top.post.text) == (DERYA, "Derya Aksoy", "")

    below = read(comment("9002", "Bizim de", id="c_2", parent_id="c_1", photo="https://s.fbcdn.net/p.jpg"))
    assert (below.thread, below.reply_to) == ("comment/c_1", "c_1")
    assert below.attachments[0].kind == "photo"


def test_a_comment_is_edited_hidden_and_taken_away():
    edited = read(comment(DERYA, "Sokağımız çok karanlık", id="c_1", verb="edited"))
    assert (edited.form, edited.edits, edited.thread) == (Form.EDIT, "c_1", "comment/c_1")
    gone = read(comment(DERYA, "", id="c_1", verb="remove"))
    assert (gone.form, gone.edits) == (Form.DELETION, "c_1")
    assert read(comment(DERYA, "x", id="c_1", verb="hide")).event == "comment_hidden"
    assert read(comment(DERYA, "x", id="c_1", verb="unhide")).event == "comment_shown"


def test_a_page_that_answers_a_comment_itself_is_an_echo_without_a_sender():
    reading = read(comment("1001", "Ekip yolda.", id="c_9", parent_id="c_1", name="Pınarova Belediyesi"))
    assert (reading.form, reading.sender, reading.thread) == (Form.ECHO, None, "comment/c_1")


def test_comments_on_instagram_and_during_a_broadcast():
    top = read(instagram_comment(DERYA, "Park ne zaman açılıyor?", id="c_1"), INSTAGRAM)
    assert (top.form, top.thread, top.post.id, top.public) == (Form.MESSAGE, "comment/c_1", "5551", True)
    assert (top.sender.username, top.sender.name) == ("derya.pinarova", "derya.pinarova")
    below = read(instagram_comment(DERYA, "Evet", id="c_2", parent_id="c_1"), INSTAGRAM)
    assert below.thread == "comment/c_1"
    live = read(instagram_comment(DERYA, "Sesiniz yok", id="c_3", field="live_comments"), INSTAGRAM)
    assert live.thread == "live/c_3"
    own = read(instagram_comment("1784", "Teşekkürler", id="c_4", parent_id="c_1"), INSTAGRAM)
    assert own.form is Form.ECHO


def test_a_visitors_post_is_a_matter_and_the_pages_own_is_context():
    visitor = {"item": "status", "verb": "add", "post_id": "1001_9", "message": "Kuyu açık kaldı"}
    reading = read(change("feed", {**visitor, "from": {"id": DERYA, "name": "Derya Aksoy"}}))
    assert (reading.form, reading.thread, reading.public) == (Form.MESSAGE, "post/1001_9", True)

    own = read(change("feed", {**visitor, "from": {"id": "1001", "name": "Pınarova Belediyesi"}}))
    assert (own.form, own.event) == (Form.EVENT, "own_status_add")
    assert (own.post.id, own.post.text, own.sender) == ("1001_9", "Kuyu açık kaldı", None)


def test_mentions_elsewhere_are_kept_until_their_words_are_looked_up():
    named = change("mentions", {"media_id": "17", "comment_id": "18"}, account="1784", instagram=True)
    reading = read(named, INSTAGRAM)
    assert (reading.form, reading.thread, reading.post.id) == (Form.MESSAGE, "mention/17/18", "mention/17/18")

    on_page = {"item": "post", "verb": "add", "post_id": "88_1", "sender_name": "Derya", "sender_id": DERYA}
    page = read(change("mention", {**on_page, "message": "Pınarova'da su yok"}))
    assert (page.form, page.thread, page.sender.address) == (Form.MESSAGE, "post/88_1", DERYA)


def test_likes_and_what_nobody_knows_are_kept_as_events():
    like = {"item": "reaction", "verb": "add", "reaction_type": "like", "post_id": "1001_5"}
    reading = read(change("feed", {**like, "from": {"id": DERYA, "name": "Derya"}}))
    assert (reading.form, reading.event) == (Form.EVENT, "feed_reaction_add")
    assert read(change("ratings", {"item": "rating", "verb": "add"})).event == "ratings_rating_add"


def test_messages_that_come_as_changes_are_messages():
    said = {"sender": {"id": DERYA}, "recipient": {"id": "1784"}, "timestamp": "1780488000"}
    body = change("messages", {**said, "message": {"mid": "m_1", "text": "Merhaba"}}, account="1784")
    body["object"] = "instagram"
    body["entry"][0]["changes"][0]["value"]["timestamp"] = 1780488000
    (arrival,) = INSTAGRAM.arrivals(call(body))
    reading = INSTAGRAM.read(arrival.raw)
    assert (arrival.external_id, arrival.lane) == ("m_1", DERYA)
    assert (reading.text, reading.said_at) == ("Merhaba", datetime(2026, 6, 3, 12, tzinfo=UTC))


def test_a_change_that_stands_straight_in_its_entry_is_read_too():
    value = instagram_comment(DERYA, "Merhaba", id="c_1")["entry"][0]["changes"][0]["value"]
    entry = {"id": "1784", "time": 1780488000, "field": "comments", "value": value}
    reading = read({"object": "instagram", "entry": [entry]}, INSTAGRAM)
    assert (reading.text, reading.thread) == ("Merhaba", "comment/c_1")


def test_the_same_thing_has_the_same_id_and_another_thing_another():
    bodies = [
        message(DERYA, "a", mid="m_1", timestamp=AT),
        message(DERYA, mid="m_1", is_deleted=True, timestamp=AT),
        talk(DERYA, message_edit={"mid": "m_1", "text": "b", "num_edit": 1}, timestamp=AT),
        talk(DERYA, message_edit={"mid": "m_1", "text": "c", "num_edit": 2}, timestamp=AT),
        talk(DERYA, reaction={"mid": "m_1", "action": "react", "emoji": "👍"}, timestamp=AT),
        talk(DERYA, reaction={"mid": "m_1", "action": "unreact"}, timestamp=AT),
        talk(DERYA, read={"watermark": AT}, timestamp=AT),
        talk("9002", read={"watermark": AT}, timestamp=AT),
        talk(DERYA, delivery={"mids": ["m_1"], "watermark": AT}, timestamp=AT),
        talk(DERYA, postback={"title": "x", "payload": "A"}, timestamp=AT),
        talk(DERYA, postback={"title": "x", "payload": "B"}, timestamp=AT),
        talk(DERYA, optin={"type": "notification_messages"}, timestamp=AT),
        comment(DERYA, "a", id="c_1", created_time=1),
        comment(DERYA, "b", id="c_1", created_time=1, verb="edited"),
        comment(DERYA, "c", id="c_1", created_time=1, verb="edited"),
        comment(DERYA, "", id="c_1", created_time=1, verb="remove"),
        comment(DERYA, "a", id="c_1", created_time=1, verb="hide"),
        instagram_comment(DERYA, "a", id="c_1x"),
    ]
    ids = [one_id(body) for body in bodies]
    assert len(set(ids)) == len(ids)
    assert ids == [one_id(body) for body in bodies]


def test_a_thumb_under_a_comment_does_not_take_the_comments_id():
    thumb = {
        "item": "reaction",
        "verb": "add",
        "comment_id": "c_1",
        "post_id": "1001_5",
        "from": {"id": DERYA},
    }
    assert one_id(change("feed", thumb)) != one_id(comment(DERYA, "x", id="c_1"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"page"',
        b'{"object":"whatsapp_business_account","entry":[]}',
        b'{"entry":[]}',
        b'{"object":"page","entry":{}}',
        b'{"object":"page","entry":[{"messaging":5}]}',
        b'{"object":"page","entry":[],"x":"\xff"}',
        b"[" * 5000,
    ],
)
def test_a_body_that_is_none_is_refused_at_the_door(body):
    with pytest.raises(UnreadableError):
        PAGE.arrivals(call(body))


@pytest.mark.parametrize(
    "event",
    [5, None, [], {}, {"message": 5}, {"message": {"mid": []}}, {"sender": "x"}, {"message": {"text": 7}}],
)
def test_an_odd_event_does_not_hold_up_its_neighbours(event):
    body = message(DERYA, "Merhaba", mid="m_1")
    body["entry"][0]["messaging"].insert(0, event)
    odd, good = PAGE.arrivals(call(body))
    assert PAGE.read(good.raw).text == "Merhaba"
    try:
        reading = PAGE.read(odd.raw)
    except UnreadableError:
        assert not isinstance(event, dict)
    else:
        assert reading.form in {Form.UNKNOWN, Form.EVENT}
