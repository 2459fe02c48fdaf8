"""Telegram as seen from the simulated Bot API: what residents receive, and what we make of trouble."""

import json
import logging
from collections.abc import Iterator

import httpx
import pytest

from tests.providers.telegram_bot_api import TelegramBotApi, message
from vefa.channels.port import (
    Account,
    BusyError,
    Call,
    ForgedError,
    Parcel,
    ParcelFile,
    RejectedError,
    TooLargeError,
    UnsureError,
)
from vefa.channels.telegram.adapter import Telegram, build

DERYA = 4711
TOKEN = "123456:very-secret-token"


@pytest.fixture
def bot() -> Iterator[TelegramBotApi]:
    with TelegramBotApi.running(token=TOKEN) as running:
        yield running
        assert running.faults == []


def adapter(bot: TelegramBotApi, **settings: str) -> Telegram:
    http = httpx.Client(timeout=0.4)
    return build(
        Account(settings={"api_base": bot.base, **settings}, secrets={"token": bot.token}, http=http)
    )


def parcel(text: str = "İşiniz yapıldı.", **more) -> Parcel:
    return Parcel(to=str(DERYA), text=text, **more)


def test_an_answer_reaches_the_resident_under_the_message_that_it_answers(bot):
    sent = adapter(bot).send(parcel(in_reply_to="55"))

    assert bot.texts_to(DERYA) == ["İşiniz yapıldı."]
    assert sent.provider_id == str(bot.sent[0].message_id)
    assert bot.sent[0].params["reply_parameters"] == {"message_id": 55, "allow_sending_without_reply": True}


def test_bale_gets_the_reply_in_its_own_dialect(bot):
    adapter(bot, dialect="bale").send(parcel("سلام", in_reply_to="55"))

    assert bot.sent[0].params == {"chat_id": DERYA, "text": "سلام", "reply_to_message_id": 55}


def test_a_long_answer_is_cut_where_a_reader_would_pause_and_nothing_is_lost(bot):
    text = "\n\n".join(f"{number}. madde 🌳 " + "çok uzun " * 60 for number in range(20))
    sent = adapter(bot).send(parcel(text))

    assert len(sent.parts) == len(bot.sent) > 1
    assert " ".join(bot.texts_to(DERYA)).split() == text.split()
    assert all(part.lstrip()[0].isdigit() for part in bot.texts_to(DERYA))


def test_photos_and_documents_go_out_after_the_text(bot):
    photo = ParcelFile(name="kaldırım.jpg", content_type="image/jpeg", content=b"\xff\xd8photo")
    paper = ParcelFile(name="karar.pdf", content_type="application/pdf", content=b"%PDF")
    sent = adapter(bot).send(parcel(attachments=(photo, paper)))

    assert [received.method for received in bot.sent] == ["sendMessage", "sendPhoto", "sendDocument"]
    assert bot.sent[2].files["document"] == ("karar.pdf", b"%PDF")
    assert len(sent.parts) == 3


def test_after_trouble_in_the_middle_only_the_rest_is_sent_again(bot):
    text = "bir " * 1500
    bot.misbehave("slow", delay_s=0)  # the first part passes
    bot.misbehave("429", retry_after=3)
    with pytest.raises(BusyError) as trouble:
        adapter(bot).send(parcel(text))
    adapter(bot).send(parcel(text, done=trouble.value.done))

    assert " ".join(bot.texts_to(DERYA)).split() == text.split()


def test_too_many_requests_say_how_long_to_wait(bot):
    bot.misbehave("429", retry_after=17)
    with pytest.raises(BusyError) as trouble:
        adapter(bot).send(parcel())

    assert trouble.value.retry_after_s == 17
    assert bot.sent == []


def test_a_server_error_passes_and_may_be_tried_again(bot):
    bot.misbehave("500")
    with pytest.raises(BusyError):
        adapter(bot).send(parcel())


@pytest.mark.parametrize("kind", ["silence", "drop", "garbage", "502", "504"])
def test_when_the_answer_is_missing_we_are_unsure_and_the_resident_has_it(bot, kind):
    bot.misbehave(kind)
    with pytest.raises(UnsureError):
        adapter(bot).send(parcel())

    assert bot.texts_to(DERYA) == ["İşiniz yapıldı."]


def test_a_provider_that_swallows_the_request_leaves_us_unsure_too(bot):
    bot.misbehave("deaf")
    with pytest.raises(UnsureError):
        adapter(bot).send(parcel())

    assert bot.sent == []


def test_a_provider_that_is_away_never_saw_the_message():
    away = TelegramBotApi(token=TOKEN, base="http://127.0.0.1:9")
    with pytest.raises(BusyError):
        adapter(away).send(parcel())


def test_a_resident_who_blocked_us_is_unreachable_for_good(bot):
    bot.blocked.add(DERYA)
    with pytest.raises(RejectedError) as refusal:
        adapter(bot).send(parcel())

    assert refusal.value.unreachable


def test_an_unknown_chat_is_unreachable_and_a_moved_group_names_its_new_address(bot):
    bot.unknown_chats.add(DERYA)
    bot.moved[-100] = -100200
    with pytest.raises(RejectedError) as unknown:
        adapter(bot).send(parcel())
    with pytest.raises(RejectedError) as moved:
        adapter(bot).send(Parcel(to="-100", text="Merhaba"))

    assert unknown.value.unreachable
    assert (moved.value.moved_to, moved.value.unreachable) == ("-100200", False)


def test_a_wrong_token_is_a_matter_for_the_operator_and_gives_no_answer_up(bot):
    wrong = TelegramBotApi(token="9:other", base=bot.base)
    with pytest.raises(BusyError) as trouble:
        adapter(wrong).send(parcel())

    assert trouble.value.retry_after_s == 300


def test_an_empty_answer_is_refused_before_it_leaves(bot):
    with pytest.raises(RejectedError):
        adapter(bot).send(parcel(" \n"))

    assert bot.calls == []


def test_the_token_stands_in_no_log_and_in_no_error(bot, caplog):
    caplog.set_level(logging.DEBUG)
    bot.misbehave("silence")
    bot.misbehave("500")
    told = []
    for _ in range(3):
        try:
            adapter(bot).send(parcel())
        except (UnsureError, BusyError) as trouble:
            told += [repr(trouble), str(trouble.__cause__), str(trouble.__context__)]

    assert "POST" in caplog.text
    assert len(told) == 6
    assert "very-secret" not in caplog.text + "".join(told)


def test_a_file_is_streamed_and_never_longer_than_allowed(bot):
    bot.files["photo-1"] = b"x" * 300_000
    with adapter(bot).fetch("photo-1", max_bytes=400_000) as chunks:
        assert b"".join(chunks) == bot.files["photo-1"]
    with pytest.raises(TooLargeError), adapter(bot).fetch("photo-1", max_bytes=1000) as chunks:
        list(chunks)


def test_a_file_that_is_gone_is_refused_for_good(bot):
    with pytest.raises(RejectedError), adapter(bot).fetch("lost", max_bytes=10):
        pytest.fail("there is nothing to read")


def test_polling_gives_each_update_once_accepted_and_again_if_not(bot):
    bot.updates += [message(DERYA, "bir"), message(DERYA, "iki")]
    telegram = adapter(bot)
    interrupted = next(telegram.collect("", wait_s=0))

    cursor, seen = "", []
    for catch in telegram.collect("", wait_s=0):
        seen += [json.loads(arrival.raw)["message"]["text"] for arrival in catch.arrivals]
        catch.accepted()
        cursor = catch.cursor

    assert (len(interrupted.arrivals), seen) == (2, ["bir", "iki"])
    assert list(telegram.collect(cursor, wait_s=0)) == []
    assert bot.updates == []


def test_polling_waits_for_the_first_message_longer_than_an_answer_may_take(bot):
    assert list(adapter(bot).collect("", wait_s=1)) == []


@pytest.mark.parametrize("kind", ["429", "500", "garbage", "deaf", "drop"])
def test_polling_that_fails_may_be_tried_again(bot, kind):
    bot.misbehave(kind, method="getUpdates")
    with pytest.raises(BusyError):
        list(adapter(bot).collect("", wait_s=0))


def verify(*secrets: str, given: str | None) -> None:
    headers = {} if given is None else {"x-telegram-bot-api-secret-token": given}
    telegram = build(Account(settings={}, secrets={}, http=httpx.Client()))
    telegram.verify(Call(headers=headers, body=b"{}"), secrets)


def test_the_webhook_secret_opens_the_door_and_during_a_change_so_does_the_old_one():
    verify("yeni", given="yeni")
    verify("yeni", "eski", given="eski")


@pytest.mark.parametrize("given", [None, "", "yanlış", "yen", "yeni ", "YENI", "\udcff"])
def test_any_other_secret_is_refused(given):
    with pytest.raises(ForgedError):
        verify("yeni", given=given)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nobody_passes(secrets):
    with pytest.raises(ForgedError):
        verify(*secrets, given="")


def test_the_check_up_names_the_bot_and_what_to_do(bot):
    telegram = adapter(bot)
    before = telegram.check()
    telegram.subscribe("https://pinarova.example/hooks/telegram/ana", secret="abc")
    after = telegram.check()

    assert [finding.ok for finding in before] == [True, False]
    assert [finding.ok for finding in after] == [True, True]
    assert "@pinarova_bot" in after[0].text


def test_the_check_up_tells_that_a_webhook_hinders_polling(bot):
    telegram = adapter(bot, polling="yes")
    telegram.subscribe("https://pinarova.example/hooks/telegram/ana", secret="abc")
    hindered = telegram.check()
    telegram.unsubscribe()

    assert not hindered[1].ok
    assert telegram.check()[1].ok


def test_the_check_up_of_a_dead_bot_is_a_finding_and_no_crash():
    away = TelegramBotApi(token=TOKEN, base="http://127.0.0.1:9")

    assert [finding.ok for finding in adapter(away).check()] == [False]
