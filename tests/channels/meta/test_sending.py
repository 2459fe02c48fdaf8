"""What residents receive from a page and an Instagram account, and what we make of trouble."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.meta.conftest import URL, instagram_at, messenger_at
from tests.channels.trouble import TROUBLES, Trouble, becomes_the_right_error, says_how_long
from vefa.channels.port import (
    BusyError,
    Parcel,
    ParcelFile,
    RejectedError,
    TooLargeError,
    UnsureError,
)

DERYA = "9001"
NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)


def parcel(text: str = "İşiniz yapıldı.", **more) -> Parcel:
    return Parcel(**{"to": DERYA, "text": text, "at": NOW, "heard_at": NOW - timedelta(hours=1), **more})


def test_a_private_answer_reaches_the_resident_with_the_key_of_its_delivery(graph):
    sent = messenger_at(graph).send(parcel(idempotency_key="k-1"))

    assert graph.texts_to(DERYA) == ["İşiniz yapıldı."]
    assert sent.provider_id == graph.sent[0].mid
    assert graph.sent[0].body["message"]["metadata"] == "vefa:k-1"
    assert graph.sent[0].body["messaging_type"] == "RESPONSE"


def test_the_token_stands_in_no_log_line(graph, caplog):
    caplog.set_level(logging.DEBUG)
    messenger_at(graph).send(parcel())
    assert graph.token not in caplog.text


def test_a_long_answer_is_cut_where_a_reader_would_pause_and_nothing_is_lost(graph):
    text = "\n\n".join(f"{number}. madde 🌳 " + "çok uzun " * 60 for number in range(9))
    sent = messenger_at(graph).send(parcel(text))

    assert len(sent.parts) == len(graph.sent) > 1
    assert " ".join(graph.texts_to(DERYA)).split() == text.split()


@pytest.mark.parametrize("word", ["сообщение ", "پیام شما ", "çöp kutusu ", "🌳🌲 "])
def test_instagram_counts_bytes_and_no_part_is_too_long(instagram, word):
    text = word * 400
    instagram_at(instagram).send(parcel(text))

    parts = instagram.texts_to(DERYA)
    assert all(len(part.encode()) <= 1000 for part in parts)
    assert " ".join(parts).split() == text.split()


def test_after_trouble_in_the_middle_only_the_rest_is_sent_again(graph):
    text = "bir " * 1200
    adapter = messenger_at(graph)
    graph.misbehave("", times=1)
    graph.misbehave("429")
    with pytest.raises(BusyError) as caught:
        adapter.send(parcel(text))
    assert len(caught.value.done) == 1

    adapter.send(parcel(text, done=caught.value.done))
    assert " ".join(graph.texts_to(DERYA)).split() == text.split()


def test_files_go_out_after_the_text_and_buttons_under_it(graph):
    paper = ParcelFile(name="karar.pdf", content_type="application/pdf", content=b"%PDF")
    messenger_at(graph).send(parcel(attachments=(paper,)))
    messenger_at(graph).send(parcel("Çözüldü mü?", buttons=("Evet", "Hayır")))

    assert graph.sent[1].files["filedata"] == ("karar.pdf", b"%PDF")
    assert [one["title"] for one in graph.sent[2].body["message"]["quick_replies"]] == ["Evet", "Hayır"]


def test_instagram_says_that_it_takes_no_file(instagram):
    paper = ParcelFile(name="karar.pdf", content_type="application/pdf", content=b"%PDF")
    with pytest.raises(RejectedError, match="Instagram takes no file"):
        instagram_at(instagram).send(parcel(attachments=(paper,)))


def test_a_public_answer_stands_under_the_comment_at_the_top(graph, instagram):
    messenger_at(graph).send(parcel(thread="comment/c1", way="public", in_reply_to="c7"))
    messenger_at(graph).send(parcel(thread="post/1001_9"))
    instagram_at(instagram).send(parcel(thread="comment/c2", way="public"))
    instagram_at(instagram).send(parcel(thread="mention/5551/c3", way="public"))

    assert graph.under("c1") == graph.under("1001_9") == ["İşiniz yapıldı."]
    assert instagram.under("c2") == instagram.under("mention/5551/c3") == ["İşiniz yapıldı."]
    assert graph.sent == instagram.sent == []


def test_the_private_answer_to_a_comment_goes_to_its_author_and_only_once(graph, instagram):
    for peer, adapter in ((graph, messenger_at(graph)), (instagram, instagram_at(instagram))):
        private = parcel("Numaranız?", thread="comment/c1", way="private", in_reply_to="c7")
        adapter.send(private)
        assert peer.texts_to("c7") == ["Numaranız?"]
        assert peer.comments == []

        with pytest.raises(RejectedError, match="has had its one private answer"):
            adapter.send(private)


def test_a_private_answer_to_a_comment_fits_into_one_message_or_is_refused(graph):
    with pytest.raises(RejectedError, match="shorten it"):
        messenger_at(graph).send(parcel("uzun " * 900, thread="comment/c1", way="private"))
    assert graph.heard() == []


def test_a_visitors_post_is_answered_in_private_by_its_own_number(graph):
    messenger_at(graph).send(parcel(thread="post/1001_9", way="private", in_reply_to="1001_9"))
    assert graph.sent[0].body["recipient"] == {"post_id": "1001_9"}


@pytest.mark.parametrize("thread", ["comment/../me/messages", "comment/", "comment/a b", "comment/ş"])
def test_a_comment_without_a_number_is_never_a_path(graph, thread):
    with pytest.raises(RejectedError):
        messenger_at(graph).send(parcel(thread=thread, way="public"))
    assert graph.calls == []


def test_what_a_person_wrote_in_time_and_leaves_too_late_goes_out_as_a_persons_answer(graph):
    late = NOW - timedelta(hours=25)
    messenger_at(graph).send(parcel(heard_at=late))
    assert graph.sent[0].body["tag"] == "HUMAN_AGENT"

    with pytest.raises(RejectedError, match="must write first"):
        messenger_at(graph).send(parcel(heard_at=late, auto=True))
    with pytest.raises(RejectedError, match="must write first"):
        messenger_at(graph, human_agent="").send(parcel(heard_at=late))


def test_after_seven_days_nothing_goes_out(graph):
    for way in ("", "human_agent"):
        with pytest.raises(RejectedError, match="must write first"):
            messenger_at(graph).send(parcel(heard_at=NOW - timedelta(days=8), way=way))
    assert graph.heard() == []


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
@pytest.mark.parametrize("thread", ["", "comment/c1"])
def test_trouble_becomes_the_right_error(graph, trouble: Trouble, thread: str):
    becomes_the_right_error(trouble, peer=graph, send=lambda: messenger_at(graph).send(parcel(thread=thread)))


def test_a_provider_that_names_the_seconds_is_believed(instagram):
    says_how_long(peer=instagram, send=lambda: instagram_at(instagram).send(parcel()))


def test_a_provider_that_is_away_is_busy(graph):
    with pytest.raises(BusyError, match="no connection"):
        messenger_at(graph, api_base="http://127.0.0.1:9/v24.0").send(parcel())


@pytest.mark.parametrize(
    ("code", "subcode", "error", "words"),
    [
        (10, 0, BusyError, "lacks a permission"),
        (10, 2018278, RejectedError, "may be answered is over"),
        (10, 2018300, RejectedError, "another tool holds"),
        (100, 2018001, RejectedError, "nobody with this address"),
        (100, 2018109, TooLargeError, "too large"),
        (100, 33, RejectedError, "does not exist any more"),
        (190, 463, BusyError, "connect the account again"),
        (200, 0, BusyError, "lacks a permission"),
        (200, 2018028, RejectedError, "not approved yet"),
        (230, 0, BusyError, "lacks a permission"),
        (368, 0, RejectedError, "blocked this action"),
        (551, 1545041, RejectedError, "takes no messages now"),
        (613, 0, BusyError, "asks for patience"),
        (4, 0, BusyError, "asks for patience"),
        (80006, 0, BusyError, "asks for patience"),
        (1200, 0, BusyError, "broken there"),
        (2, 0, BusyError, "broken there"),
        (1, 1357046, UnsureError, "stumbled over its own answer"),
        (10900, 0, RejectedError, "one private answer"),
        (999, 7, RejectedError, "999/7"),
    ],
)
def test_every_refusal_has_words_and_its_numbers(graph, code, subcode, error, words):
    graph.refuse(code, subcode, "as the provider says")
    with pytest.raises(error, match=words) as caught:
        messenger_at(graph).send(parcel())

    assert isinstance(caught.value, error)
    assert "as the provider says" in caught.value.reason
    assert str(code) in caught.value.reason


def test_the_hours_private_answers_hold_up_nothing_else(graph):
    graph.refuse(613)
    with pytest.raises(BusyError) as caught:
        messenger_at(graph).send(parcel(thread="comment/c1", way="private"))
    assert caught.value.address_only

    graph.refuse(613)
    with pytest.raises(BusyError) as caught:
        messenger_at(graph).send(parcel())
    assert not caught.value.address_only


def test_only_a_dead_address_is_marked_as_one(graph):
    for code, subcode, dead in ((551, 0, True), (100, 2018001, True), (10, 2018278, False), (368, 0, False)):
        graph.refuse(code, subcode)
        with pytest.raises(RejectedError) as caught:
            messenger_at(graph).send(parcel())
        assert caught.value.unreachable is dead


def test_a_file_is_fetched_from_the_provider_and_from_nowhere_else(graph):
    graph.files["photo"] = b"\xff\xd8 a photo"
    adapter = messenger_at(graph)
    with adapter.fetch(graph.file_url("photo"), max_bytes=100) as chunks:
        assert b"".join(chunks) == b"\xff\xd8 a photo"
    with pytest.raises(TooLargeError), adapter.fetch(graph.file_url("photo"), max_bytes=3) as chunks:
        b"".join(chunks)
    with pytest.raises(RejectedError, match="gone"), adapter.fetch(graph.file_url("none"), max_bytes=3):
        pass


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://fbcdn.net.evil.example/x",
        "https://evil.example/fbcdn.net",
        "https://user:word@scontent.fbcdn.net/x",
        "http://scontent.fbcdn.net/x",
        "https://scontent.fbcdn.net:8443/x",
        "file:///etc/passwd",
        "https://[::1/x",
        "",
    ],
)
def test_no_address_of_somebody_else_is_called(graph, url):
    with (
        pytest.raises(RejectedError, match="not the provider's"),
        messenger_at(graph).fetch(url, max_bytes=9),
    ):
        pass


def test_an_account_is_subscribed_and_looked_after(graph):
    adapter = messenger_at(graph)
    assert not adapter.subscribed(URL)

    adapter.subscribe(URL, secret="")
    assert adapter.subscribed(URL)
    assert graph.hooks[0]["callback_url"] == URL
    assert not adapter.subscribed("https://elsewhere.example/hooks/messenger/page")

    graph.page_fields.remove("feed")  # as the provider does after an hour of failures
    assert not adapter.subscribed(URL)
    adapter.subscribe(URL, secret="")
    assert adapter.subscribed(URL)

    adapter.unsubscribe()
    assert not adapter.subscribed(URL)


def test_an_instagram_account_leaves_the_fields_of_its_page_alone(instagram):
    instagram.page_fields = ["messages", "feed"]
    adapter = instagram_at(instagram)
    adapter.subscribe(URL, secret="")

    assert set(instagram.page_fields) == {"messages", "feed"}
    assert instagram.hooks[0]["object"] == "instagram"
    assert adapter.subscribed(URL)


def test_a_check_up_says_who_answers_until_when_and_what_is_pushed(graph):
    adapter = messenger_at(graph)
    graph.expires_at = int(datetime(2026, 7, 1, 8, 30, tzinfo=UTC).timestamp())
    lines = adapter.check()

    assert [line.ok for line in lines] == [True, True, False]
    assert "Pınarova Belediyesi" in lines[0].text
    assert "2026-07-01 at 08:30 UTC" in lines[1].text
    assert "Tell the provider" in lines[2].text
    assert adapter.expires_at() == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)

    adapter.subscribe(URL, secret="")
    assert all(line.ok for line in adapter.check())


def test_a_dead_token_and_a_wrong_account_are_told(graph):
    strange = messenger_at(graph, page_id="7777")
    assert any("not of 7777" in line.text for line in strange.check() if not line.ok)

    graph.token_is_valid = False
    lines = messenger_at(graph).check()
    assert [line.ok for line in lines] == [False]
    assert "connect the account again" in lines[0].text


def test_residents_are_told_where_the_account_is(graph, instagram):
    instagram.posts["1784"] = {"username": "pinarovabelediyesi"}
    assert messenger_at(graph).whereto() == "https://m.me/1001"
    assert instagram_at(instagram).whereto() == "@pinarovabelediyesi"


def test_a_post_is_looked_up_with_its_words_and_author(graph, instagram):
    graph.posts["1001_5"] = {
        "message": "Pazar yeri yenilendi.",
        "permalink_url": "https://www.facebook.com/1001/posts/5",
        "from": {"id": "1001", "name": "Pınarova Belediyesi"},
        "created_time": "2026-06-01T08:30:00+0000",
    }
    post = messenger_at(graph).post("1001_5")
    assert (post.text, post.author) == ("Pazar yeri yenilendi.", "Pınarova Belediyesi")
    assert post.said_at == datetime(2026, 6, 1, 8, 30, tzinfo=UTC)

    instagram.posts["5551"] = {"caption": "Yeni park 🌳", "permalink": "https://www.instagram.com/p/a/"}
    assert instagram_at(instagram).post("5551").text == "Yeni park 🌳"

    instagram.posts["1784"] = {"mentioned_comment": {"text": "@pinarova çöpler?", "username": "derya"}}
    mention = instagram_at(instagram).post("mention/5551/c3")
    assert (mention.text, mention.author) == ("@pinarova çöpler?", "derya")

    for gone in ("1001_404", "../me", "story/1", "mention/a-b/c"):
        with pytest.raises(RejectedError):
            messenger_at(graph).post(gone)
