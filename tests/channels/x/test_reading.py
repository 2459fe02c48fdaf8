"""What we make of what X pushes, of an archive, and of what a person copied. Written from docs.x.com."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.x_api import (
    DERYA,
    OWN,
    direct,
    direct_event,
    mention,
    older,
    older_post,
    own_post,
    person,
)
from vefa.channels.manners import Copied
from vefa.channels.port import Arrival, Form, Place, Reading, UnreadableError
from vefa.channels.x import cutting
from vefa.channels.x.cutting import arrivals
from vefa.channels.x.links import copied, post_in
from vefa.channels.x.reading import ENCRYPTED, read

MENTION, ANSWER = "2080765813578191303", "2080765813578191399"


def cut(event: object) -> tuple[Arrival, ...]:
    return arrivals(json.dumps(event).encode())


def only(event: object) -> tuple[Arrival, Reading]:
    (arrival,) = cut(event)
    return arrival, read(arrival.raw)


def test_a_mention_is_a_public_message_of_its_writer():
    arrival, reading = only(mention(MENTION, "@PinarovaBld Çarşı'da çukur var &amp; derin"))

    assert (arrival.external_id, arrival.lane) == (MENTION, DERYA)
    assert (reading.form, reading.public, reading.group) == (Form.MESSAGE, True, False)
    assert reading.sender is not None
    assert (reading.sender.address, reading.sender.name, reading.sender.username) == (
        DERYA,
        "Derya Aksu",
        "derya",
    )
    assert (reading.sender.language_hint, reading.verified) == ("tr", True)
    assert reading.text == "Çarşı'da çukur var & derin"
    assert (reading.thread, reading.message_id, reading.sequence) == (MENTION, MENTION, int(MENTION))
    assert reading.said_at == datetime(2026, 11, 21, 8, 15, tzinfo=UTC)


def test_the_same_post_is_one_thing_in_both_dialects_and_by_hand():
    newer, _ = only(mention(MENTION, "çukur"))
    olden, _ = only(older("tweet_create_events", older_post(MENTION, "çukur")))
    by_hand = copied(Copied(link=f"https://x.com/derya/status/{MENTION}?s=20", text="çukur"))

    assert by_hand is not None
    assert newer.external_id == olden.external_id == by_hand.external_id == MENTION


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("@PinarovaBld @derya: çukur var @ali", "çukur var @ali"),
        ("çukur var @PinarovaBld", "çukur var @PinarovaBld"),
        ("@PinarovaBld", "@PinarovaBld"),
        ("ali@example.org yazın", "ali@example.org yazın"),
    ],
)
def test_whom_it_is_addressed_to_is_no_part_of_what_was_said(written, said):
    assert only(mention(MENTION, written))[1].text == said


def test_the_older_dialect_says_the_same():
    _, reading = only(older("tweet_create_events", older_post(MENTION, "Çukur var"), user_has_blocked="true"))

    assert (reading.form, reading.text, reading.thread) == (Form.MESSAGE, "Çukur var", "posts")
    assert reading.said_at == datetime(2026, 11, 21, 8, 15, tzinfo=UTC)
    assert reading.warnings == ("Our account there has blocked this person.",)


def test_a_long_post_is_read_whole_with_its_links_and_pictures():
    long = {
        "full_text": "Uzun söz https://t.co/a son https://t.co/p",
        "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://pinarova.example.org/yol"}],
                     "media": [{"url": "https://t.co/p", "type": "photo"}]},
    }  # fmt: skip
    picture = {
        "media": [
            {"type": "photo", "url": "https://t.co/p", "media_url_https": "https://pbs.twimg.com/media/1.jpg"}
        ]
    }
    post = older_post(MENTION, "Uzun…", truncated=True, extended_tweet=long, extended_entities=picture)
    _, reading = only(older("tweet_create_events", post))

    assert reading.text == "Uzun söz https://pinarova.example.org/yol son"
    assert [(one.kind, one.provider_ref) for one in reading.attachments] == [
        ("photo", "https://pbs.twimg.com/media/1.jpg")
    ]


def test_pictures_of_the_newer_dialect_come_by_their_keys():
    includes = {"users": [person()], "media": [
        {"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/media/1.jpg"},
        {"media_key": "7_1", "type": "video", "preview_image_url": "https://pbs.twimg.com/still.jpg"},
        {"media_key": "3_9", "type": "photo", "url": "https://pbs.twimg.com/media/somebody-else.jpg"},
    ]}  # fmt: skip
    _, reading = only(mention(MENTION, "bak", attachments={"media_keys": ["3_1", "7_1"]}, includes=includes))

    assert [(one.provider_ref, one.name) for one in reading.attachments] == [
        ("https://pbs.twimg.com/media/1.jpg", ""),
        ("https://pbs.twimg.com/still.jpg", "video.jpg"),
    ]


def test_an_answer_under_our_post_shows_what_it_was_said_under():
    above = {
        "id": ANSWER,
        "text": "Yarın su kesintisi",
        "author_id": OWN,
        "created_at": "2026-11-20T08:00:00.000Z",
    }
    includes = {"users": [person(), person(OWN, "Pınarova", "PinarovaBld")], "tweets": [above]}
    more = {"referenced_tweets": [{"type": "replied_to", "id": ANSWER}], "conversation_id": ANSWER}
    _, reading = only(mention(MENTION, "Kaçta?", includes=includes, **more))

    assert (reading.thread, reading.reply_to) == (ANSWER, ANSWER)
    assert reading.post is not None
    assert (reading.post.id, reading.post.text, reading.post.author) == (
        ANSWER,
        "Yarın su kesintisi",
        "PinarovaBld",
    )
    assert reading.post.url == f"https://x.com/PinarovaBld/status/{ANSWER}"


def test_a_place_that_the_writer_shares_is_read_in_both_dialects():
    point = {"type": "Point", "coordinates": [27.01, 38.02]}
    posts = [
        older(
            "tweet_create_events",
            older_post(MENTION, "burada", coordinates=point, geo={"coordinates": [38.02, 27.01]}),
        ),
        mention(MENTION, "burada", geo={"coordinates": point, "place_id": "x"}),
    ]
    assert [only(post)[1].location for post in posts] == [Place(latitude=38.02, longitude=27.01)] * 2


def test_a_direct_message_is_private_in_both_dialects():
    for event in (
        direct("77", "Adım Derya"),
        older("direct_message_events", direct_event("77", "Adım Derya")),
    ):
        arrival, reading = only(event)
        assert (arrival.external_id, arrival.lane) == ("77", DERYA)
        assert (reading.form, reading.public, reading.thread) == (Form.MESSAGE, False, "dm")
        assert reading.sender is not None
        assert reading.sender.address == DERYA
        assert (reading.text, reading.message_id) == ("Adım Derya", "77")


def test_a_picture_in_private_is_fetched_from_x():
    media = {"type": "media", "media": {"id": 1, "type": "photo", "url": "https://t.co/p",
             "media_url_https": "https://ton.twitter.com/1.1/ton/data/dm/1/1/a.jpg"}}  # fmt: skip
    _, reading = only(direct("78", "bakın https://t.co/p", attachment=media))

    assert reading.text == "bakın"
    assert reading.attachments[0].provider_ref == "https://ton.twitter.com/1.1/ton/data/dm/1/1/a.jpg"


def test_what_our_account_says_with_another_tool_is_an_echo_in_the_residents_conversation():
    answer = {"in_reply_to_user_id": DERYA, "referenced_tweets": [{"type": "replied_to", "id": MENTION}],
              "conversation_id": MENTION}  # fmt: skip
    _, public = only(own_post(ANSWER, "Ekip yolda.", **answer))
    _, private = only(direct("79", "Ekip yolda.", sender=OWN, to=DERYA))

    for reading, thread in ((public, MENTION), (private, "dm")):
        assert (reading.form, reading.thread) == (Form.ECHO, thread)
        assert reading.sender is not None
        assert reading.sender.address == DERYA
    assert public.reply_to == MENTION


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (own_post(ANSWER, "Yarın su yok"), "posted"),
        (older("tweet_create_events", older_post("6", "", retweeted_status=older_post("5", "x"))), "shared"),
        (older("favorite_events", {"id": "a7", "user": {"id": 1}}), "favorite_events"),
        (older("follow_events", {"type": "follow", "source": {"id": 1}}), "follow_events"),
        ({"user_event": {"revoke": {"source": {"user_id": OWN}}}}, "user_event"),
        ({"replay_job_status": {"job_state": "Complete"}}, "replay_job_status"),
        ({"data": {"event_type": "like.create", "event_uuid": "1", "payload": {"id": "9"}}}, "like.create"),
    ],
)  # fmt: skip
def test_likes_followers_and_announcements_are_kept_and_are_nobodys_matter(event, named):
    _, reading = only(event)

    assert (reading.form, reading.event, reading.sender) == (Form.EVENT, named, None)


@pytest.mark.parametrize(
    "event",
    [older("direct_message_indicate_typing_events", {"sender_id": DERYA}),
     {"data": {"event_type": "dm.indicate_typing", "payload": {}}}],
)  # fmt: skip
def test_that_somebody_types_is_not_kept(event):
    assert cut(event) == ()


@pytest.mark.parametrize(
    "event",
    [older("tweet_delete_events", {"status": {"id": ANSWER, "user_id": OWN}, "timestamp_ms": "1"}),
     {"data": {"event_type": "post.delete", "payload": {"id": ANSWER, "author_id": OWN}}}],
)  # fmt: skip
def test_a_deletion_names_the_post_that_is_gone(event):
    arrival, reading = only(event)

    assert arrival.external_id == f"gone:{ANSWER}"
    assert (reading.form, reading.edits) == (Form.DELETION, ANSWER)


def test_that_our_message_was_read_is_a_receipt():
    mark = {"created_timestamp": "1795249000000", "sender_id": DERYA, "target": {"recipient_id": OWN},
            "last_read_event_id": "555"}  # fmt: skip
    _, reading = only(older("direct_message_mark_read_events", mark))

    assert (reading.form, reading.thread) == (Form.RECEIPT, "dm")
    (receipt,) = reading.receipts
    assert (receipt.provider_id, receipt.state) == ("555", "read")
    assert receipt.until == datetime.fromtimestamp(1795249000, UTC)


def test_an_encrypted_message_is_not_lost_though_nobody_can_read_it_here():
    payload = {"id": "e4f4", "sender_id": DERYA, "created_at_msec": "1795249000000", "encoded_event": "CwAB"}
    _, reading = only({"data": {"event_type": "chat.received", "event_uuid": "8", "payload": payload}})

    assert (reading.form, reading.thread, reading.warnings) == (Form.MESSAGE, "dm", (ENCRYPTED,))


def test_one_body_may_tell_of_several_things_and_each_keeps_the_shape_in_which_it_came():
    body = older("tweet_create_events", older_post("1001", "bir"), older_post("1002", "iki")) | {
        "favorite_events": [{"id": "a7"}]
    }
    found = cut(body)

    assert [one.external_id for one in found][:2] == ["1001", "1002"]
    assert found[2].external_id.startswith("sha256:")
    assert [read(one.raw).text for one in found] == ["bir", "iki", ""]
    assert json.loads(found[1].raw) == older("tweet_create_events", older_post("1002", "iki"))


def test_what_is_repeated_gets_the_same_name_again():
    like = older("favorite_events", {"id": "a7", "user": {"id": 1}})
    assert cut(like)[0].external_id == cut(like)[0].external_id


def test_an_archive_knows_both_sides():
    message = {"id": "88", "senderId": DERYA, "recipientId": OWN, "text": "Selam",
               "createdAt": "2026-03-01T10:00:00.000Z", "mediaUrls": ["https://ton.x.com/a.jpg"]}  # fmt: skip
    theirs = read(json.dumps({"archive": "direct", "own": OWN, "messageCreate": message}).encode())
    turned = message | {"senderId": OWN, "recipientId": DERYA}
    ours = read(json.dumps({"archive": "direct", "own": OWN, "messageCreate": turned}).encode())
    tweet = {"id_str": ANSWER, "full_text": "@derya Bakıyoruz", "in_reply_to_user_id_str": DERYA,
             "in_reply_to_screen_name": "derya", "created_at": "Sat Nov 21 08:15:00 +0000 2026"}  # fmt: skip
    post = read(json.dumps({"archive": "tweet", "own": OWN, "tweet": tweet}).encode())

    assert (theirs.form, theirs.text, theirs.said_at) == (
        Form.MESSAGE, "Selam", datetime(2026, 3, 1, 10, tzinfo=UTC),
    )  # fmt: skip
    assert theirs.warnings == ("Files that stayed in the archive: 1.",)
    assert ours.form is Form.ECHO
    assert (post.form, post.text, post.public) == (Form.ECHO, "Bakıyoruz", True)
    for reading in (theirs, ours, post):
        assert reading.sender is not None
        assert reading.sender.address == DERYA


@pytest.mark.parametrize(
    ("link", "number", "handle"),
    [
        ("https://x.com/derya/status/2080765813578191303", MENTION, "derya"),
        ("  twitter.com/derya/status/2080765813578191303?s=20&t=abc ", MENTION, "derya"),
        ("https://mobile.twitter.com/@derya/statuses/2080765813578191303/photo/1", MENTION, "derya"),
        ("https://x.com/i/web/status/2080765813578191303", MENTION, ""),
        ("https://x.com/i/status/2080765813578191303", MENTION, ""),
    ],
)
def test_the_address_of_a_post_is_read_however_it_was_copied(link, number, handle):
    found = post_in(link)
    assert found is not None
    assert (found.number, found.handle) == (number, handle)


@pytest.mark.parametrize(
    "link",
    ["", "https://x.com/derya", "https://x.example.org/derya/status/1", "https://notx.com/a/status/1",
     "https://x.com/derya/status/", "javascript:alert(1)", "https://x.com/derya/status/12345678901234567890123"],
)  # fmt: skip
def test_what_is_no_address_of_a_post_is_not_taken_for_one(link):
    assert post_in(link) is None
    assert copied(Copied(link=link, text="x")) is None


def test_a_copied_post_knows_its_moment_from_its_id_and_proves_nobody():
    arrival = copied(
        Copied(link=f"https://x.com/Derya/status/{MENTION}", text="Çukur", author="@Derya", language="tr")
    )
    assert arrival is not None
    reading = read(arrival.raw)

    assert reading.sender is not None
    assert (reading.sender.address, reading.sender.username, reading.verified) == ("@derya", "Derya", None)
    assert (reading.text, reading.message_id, reading.public) == ("Çukur", MENTION, True)
    assert reading.said_at is not None
    assert reading.said_at.date() == datetime(2026, 7, 24, tzinfo=UTC).date()


@pytest.mark.parametrize("event", [
    mention(MENTION, "Su yok", entities="none"),
    older("tweet_create_events", older_post(MENTION, "Su yok", entities="none")),
])  # fmt: skip
def test_a_post_whose_shape_is_new_is_a_message_with_its_writer_and_words(event):
    _, reading = only(event)
    assert (reading.form, reading.text, reading.message_id) == (Form.MESSAGE, "Su yok", MENTION)
    assert reading.sender is not None
    assert (reading.sender.address, reading.public, len(reading.warnings)) == (DERYA, True, 1)


@given(st.binary(max_size=200))
def test_random_bytes_are_unreadable_or_unknown_and_never_worse(raw):
    for reader in (arrivals, read):
        try:
            reader(raw)
        except UnreadableError:
            continue


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    ["data", "tweet_create_events", "direct_message_events", "tweet_delete_events", "text", "link", "archive",
     "direct_message_mark_read_events", "users", "for_user_id", "user", "id_str", "message_create", "payload",
     "event_type", "filter", "includes", "tweet", "messageCreate", "own", "created_at", "lat", "lon"]
)  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        {}, {"id": ""}, {"id": 7}, {"author_id": 8}, {"author_id": None}, {"author_id": OWN},
        {"author_id": OWN, "in_reply_to_user_id": DERYA}, {"in_reply_to_user_id": 9},
        {"direct_message_events": []}, {"direct_message_events": [{"id": "5"}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", [{}, {"event_type": "post.delete"}, {"filter": {}}, {"filter": None}])
def test_a_post_that_comes_alone_is_cut_as_among_others(more, around):
    event = mention(MENTION, "çukur")
    event["data"] = {**event["data"], **around, "payload": {**event["data"]["payload"], **more}}
    raw = json.dumps(event).encode()
    assert arrivals(raw) == tuple(cutting._newer(event, event["data"], raw))


@given(
    st.dictionaries(_KEYS, st.dictionaries(_KEYS, _JSON, max_size=5) | st.lists(_JSON, max_size=2) | _JSON)
)
def test_documents_of_any_shape_are_read_as_far_as_they_go(found):
    raw = json.dumps(found).encode()
    read(raw)
    for arrival in arrivals(raw):
        assert arrival.external_id
        read(arrival.raw)


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_document_is_said_to_be_unreadable(raw):
    with pytest.raises(UnreadableError):
        arrivals(raw)
    with pytest.raises(UnreadableError):
        read(raw)


def test_half_a_letter_does_no_harm():
    (arrival,) = arrivals(json.dumps(mention(MENTION, "HALF")).encode().replace(b"HALF", b"a\\ud83d"))
    assert read(arrival.raw).text == "a"
