"""What a bot tells of itself in groups and channels, and how the house speaks there."""

import json

import httpx
import pytest

from tests.providers.telegram_bot_api import TelegramBotApi, said_in
from vefa.channels.manners import Ruled, Standing
from vefa.channels.port import Account, BusyError, Form, Parcel, RejectedError
from vefa.channels.telegram import updates
from vefa.channels.telegram.adapter import build
from vefa.channels.telegram.checkup import DEAF

GROUP = -100_500


@pytest.fixture
def provider():
    with TelegramBotApi.running() as running:
        running.chats[GROUP] = {"title": "Çarşı komşular"}
        yield running
        assert running.faults == []


def gathering(provider, **settings):
    facts = {"api_base": provider.base, "dialect": "telegram", "chat_id": str(GROUP), **settings}
    return build(Account(settings=facts, secrets={"token": provider.token}, http=httpx.Client(timeout=5)))


def read(update):
    return updates.read(json.dumps(update).encode())


def happened(part):
    update = said_in(GROUP, 2)
    update["message"][part] = [{"id": 1}]
    return update


def told(adapter):
    return [(one.ok, one.text) for one in adapter.check()]


def test_a_bot_in_privacy_mode_is_said_to_be_deaf(provider):
    assert (False, DEAF) in told(gathering(provider))

    provider.hears_all = True
    assert all(ok for ok, _ in told(gathering(provider)))
    provider.hears_all = False
    provider.member[GROUP] = {"status": "administrator"}
    assert all(ok for ok, _ in told(gathering(provider)))


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({"status": "left"}, "removed"),
        ({"status": "kicked"}, "removed"),
        ({"status": "restricted", "can_send_messages": False}, "may not write"),
    ],
)
def test_what_stands_in_the_way_is_said(provider, there, words):
    provider.member[GROUP] = there

    assert any(words in text for ok, text in told(gathering(provider)) if not ok)


def test_a_wrong_number_and_a_dead_bot_are_said(provider):
    assert "not in -5" in told(gathering(provider, chat_id="-5"))[0][1]
    assert "does not answer" in told(gathering(provider, api_base="http://127.0.0.1:9"))[0][1]


@pytest.mark.parametrize("may", [True, False])
def test_of_a_channel_it_is_asked_whether_the_bot_may_post(provider, may):
    provider.chats[-100_900] = {"title": "Pınarova haber", "type": "channel"}
    provider.member[-100_900] = {"status": "administrator", "can_post_messages": may}

    assert told(gathering(provider, chat_id="-100900"))[-1][0] is may


def test_an_answer_goes_to_the_group_into_its_topic_or_to_the_person_alone(provider):
    adapter = gathering(provider)
    parcel = Parcel(to="7", text="Geliyoruz", thread="-100500/12", in_reply_to="3", idempotency_key="k")
    adapter.send(parcel)
    adapter.send(Parcel(to="7", text="Size özel", thread="-100500/12", in_reply_to="3", way="private"))

    first, second = provider.sent
    assert (first.chat_id, first.params["message_thread_id"]) == (GROUP, 12)
    assert first.params["reply_parameters"]["message_id"] == 3
    assert (second.chat_id, set(second.params) & {"message_thread_id", "reply_parameters"}) == (7, set())


@pytest.mark.parametrize("whole", [str(GROUP), "@pinarova"])
def test_what_is_meant_for_one_never_goes_to_a_whole_group(provider, whole):
    with pytest.raises(RejectedError) as refused:
        gathering(provider).send(Parcel(to=whole, text="Size özel", thread=str(GROUP), way="private"))
    assert (refused.value.unreachable, provider.sent) == (False, [])


def test_a_group_that_moved_is_tried_again_and_a_refusal_is_nobody_s(provider):
    adapter = gathering(provider)
    provider.moved[GROUP] = -100_777
    with pytest.raises(BusyError):
        adapter.send(Parcel(to="7", text="x", thread=str(GROUP)))
    provider.moved.clear()
    provider.blocked.add(GROUP)
    with pytest.raises(RejectedError) as refused:
        adapter.send(Parcel(to="7", text="x", thread=str(GROUP)))
    assert not refused.value.unreachable


def test_a_group_has_rules_and_a_private_chat_none(provider):
    now = read(said_in(GROUP, 1, "x")).said_at
    limits = gathering(provider).limits
    adapter = gathering(provider)
    assert isinstance(adapter, Ruled)
    started = adapter.terms(Standing(now=now, address="7", alone=True))
    stranger = adapter.terms(Standing(now=now, address="7"))
    hidden = adapter.terms(Standing(now=now, address=str(GROUP), alone=True))
    assert (started.ways, started.notices) == (("thread", "private"), ("public",))
    assert (stranger.ways, stranger.notices) == (("thread",), ("public", "private_unstarted"))
    assert (hidden.ways, hidden.notices) == (("thread",), ("public", "private_hidden"))
    assert (limits.per_minute, limits.per_second) == (20, 1)
    assert not isinstance(gathering(provider, chat_id=""), Ruled)


def test_in_a_group_the_address_is_the_person(provider):
    reading = read(said_in(GROUP, 77, "Su yok"))

    assert reading.sender is not None
    assert (reading.sender.address, reading.thread, reading.public) == ("77", str(GROUP), True)


def test_what_a_message_answers_and_its_chain(provider):
    earlier = said_in(GROUP, 1, "a")["message"]
    answer = read(said_in(GROUP, 2, "b", reply_to_message=earlier, message_thread_id=earlier["message_id"]))
    topic = read(
        said_in(
            GROUP,
            2,
            "c",
            reply_to_message=earlier,
            message_thread_id=earlier["message_id"],
            is_topic_message=True,
        )
    )

    assert answer.reply_to == answer.root == str(earlier["message_id"])
    assert (topic.reply_to, topic.thread) == ("", f"{GROUP}/{earlier['message_id']}")


def test_a_forwarded_message_keeps_its_author_and_moment(provider):
    origin = {
        "type": "user", "sender_user": {"id": 5, "is_bot": False, "first_name": "Naz"}, "date": 1_700_000_000,
    }  # fmt: skip
    reading = read(said_in(GROUP, 2, "eski haber", forward_origin=origin))

    assert reading.forwarded is not None
    assert (reading.forwarded.name, reading.forwarded.said_at.year) == ("Naz", 2023)


@pytest.mark.parametrize(
    "part", ["new_chat_members", "pinned_message", "forum_topic_created", "new_chat_title"]
)
def test_what_the_provider_says_itself_is_no_message(provider, part):
    assert read(happened(part)).form == Form.EVENT


def test_a_post_of_the_channel_is_our_own_word(provider):
    channel = {"id": -100_900, "type": "channel", "title": "Pınarova", "username": "pinarova"}
    post = {
        "update_id": 1,
        "channel_post": {"message_id": 4, "chat": channel, "date": 1, "text": "Su kesilecek"},
    }
    reading = read(post)

    assert reading.form == Form.ECHO
    assert reading.post is not None
    assert (reading.post.text, reading.post.url) == ("Su kesilecek", "https://t.me/pinarova/4")
