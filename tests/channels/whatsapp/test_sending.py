"""WhatsApp as seen from the simulated Cloud API: what residents receive, and what we make of trouble."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from msgspec import structs

from tests.channels.trouble import TROUBLES, becomes_the_right_error, says_how_long
from tests.providers.whatsapp_cloud import (
    ACCOUNT,
    DERYA,
    NUMBER,
    TOKEN,
    VERIFY,
    WhatsAppCloud,
    template,
)
from vefa.channels.manners import Standing
from vefa.channels.port import (
    Account,
    BusyError,
    Filled,
    Parcel,
    ParcelFile,
    Place,
    RejectedError,
    SendError,
    TooLargeError,
    UnsureError,
)
from vefa.channels.whatsapp.adapter import WhatsApp, build

NOW = datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def cloud() -> Iterator[WhatsAppCloud]:
    with WhatsAppCloud.running() as running:
        yield running
        assert running.faults == []


def adapter(cloud: WhatsAppCloud, *, token: str = TOKEN, patience_s: float = 0.4) -> WhatsApp:
    settings = {"api_base": cloud.base, "phone_number_id": NUMBER, "waba_id": ACCOUNT}
    secrets = {"token": token, "verify_token": VERIFY}
    url = "https://pinarova.example/hooks/whatsapp/line"
    return build(Account(settings=settings, secrets=secrets, http=httpx.Client(timeout=patience_s), url=url))


def parcel(text: str = "Ekibimiz yarın geliyor.", **more: Any) -> Parcel:
    usual: dict[str, Any] = {"to": DERYA, "text": text, "at": NOW, "heard_at": NOW - HOUR}
    return Parcel(**usual | more)


def test_an_answer_reaches_the_resident_under_the_message_that_it_answers(cloud):
    sent = adapter(cloud).send(parcel(in_reply_to="wamid.HBgI55", idempotency_key="key-1"))

    (received,) = cloud.received
    assert (received.to, received.text, sent.provider_id) == (
        DERYA,
        "Ekibimiz yarın geliyor.",
        received.wamid,
    )
    assert received.body["context"] == {"message_id": "wamid.HBgI55"}
    assert received.body["biz_opaque_callback_data"] == "key-1"
    assert received.content["preview_url"] is False


def test_who_hides_the_number_is_answered_by_the_id(cloud):
    adapter(cloud).send(parcel(to="TR.13491208655302741918"))

    assert cloud.received[0].body["recipient"] == "TR.13491208655302741918"


def test_a_long_answer_is_cut_where_a_reader_would_pause_and_nothing_is_lost(cloud):
    text = "\n\n".join(f"{number}. madde 🌳 " + "çok uzun " * 60 for number in range(20))
    sent = adapter(cloud).send(parcel(text))

    assert len(sent.parts) == len(cloud.received) > 1
    assert " ".join(cloud.heard()).split() == text.split()


def test_buttons_stand_under_the_last_part_of_the_text(cloud):
    adapter(cloud).send(parcel("Çözüldü mü?", buttons=("Evet", "Hayır")))
    adapter(cloud).send(parcel("uzun " * 400 + "Çözüldü mü?", buttons=("Evet",)))

    assert [one.kind for one in cloud.received] == ["interactive", "text", "interactive"]
    offered = cloud.received[0].content["action"]["buttons"]
    assert [one["reply"]["title"] for one in offered] == ["Evet", "Hayır"]
    assert " ".join(cloud.heard()[1:]).split() == ("uzun " * 400 + "Çözüldü mü?").split()


def test_more_than_three_choices_are_a_list(cloud):
    days = ("Pazartesi", "Salı", "Çarşamba", "Perşembe")
    adapter(cloud).send(parcel("Hangi gün evdesiniz?", buttons=days))

    (received,) = cloud.received
    assert (received.kind, received.content["type"], received.text) == (
        "interactive",
        "list",
        "Hangi gün evdesiniz?",
    )
    (section,) = received.content["action"]["sections"]
    assert [row["title"] for row in section["rows"]] == list(days)


@pytest.mark.parametrize("buttons", [("a",) * 11, ("x" * 21,), ("a", "b", "c", "x" * 21), ("",)])
def test_buttons_that_do_not_fit_are_refused_in_words(cloud, buttons):
    with pytest.raises(RejectedError, match=r"10 (×|choices of) 20"):
        adapter(cloud).send(parcel(buttons=buttons))


def test_places_and_files_go_out_after_the_text(cloud):
    photo = ParcelFile(name="kaldırım.jpg", content_type="image/jpeg", content=b"\xff\xd8photo")
    paper = ParcelFile(name="karar.pdf", content_type="application/pdf", content=b"%PDF")
    place = Place(latitude=38.02, longitude=27.01, label="Çarşı")
    sent = adapter(cloud).send(parcel(place=place, attachments=(photo, paper)))

    assert [one.kind for one in cloud.received] == ["text", "location", "image", "document"]
    assert cloud.received[3].content["filename"] == "karar.pdf"
    assert cloud.files[cloud.received[2].content["id"]] == (b"\xff\xd8photo", "image/jpeg")
    assert len(sent.parts) == 4


def test_a_picture_that_is_too_large_goes_as_a_document(cloud):
    photo = ParcelFile(name="plan.png", content_type="image/png", content=b"x" * (5 * 1024 * 1024 + 1))
    adapter(cloud, patience_s=20).send(parcel("", attachments=(photo,)))  # five megabytes on a busy machine

    assert [one.kind for one in cloud.received] == ["document"]


def test_after_trouble_in_the_middle_only_the_rest_is_sent_again(cloud):
    photo = ParcelFile(name="a.jpg", content_type="image/jpeg", content=b"\xff\xd8")
    done = adapter(cloud).send(parcel()).parts
    cloud.misbehave("429")
    with pytest.raises(BusyError) as trouble:
        adapter(cloud).send(parcel(attachments=(photo,), done=done))
    adapter(cloud).send(parcel(attachments=(photo,), done=trouble.value.done))

    assert [one.kind for one in cloud.received] == ["text", "image"]


def test_outside_the_window_only_an_approved_text_goes(cloud):
    cloud.texts.append(template("received", "tr", "Başvurunuz {{1}}: {{2}}", gaps=2))
    filled = Filled(name="received", language="tr", values=("PNR-7", "iki\nsatır    uzun"))
    late = NOW - 24 * HOUR
    adapter(cloud).send(parcel(template=filled, heard_at=late))
    with pytest.raises(RejectedError, match="24 hours") as refused:
        adapter(cloud).send(parcel(heard_at=late))
    with pytest.raises(RejectedError):
        adapter(cloud).send(parcel(heard_at=None))

    assert cloud.heard() == ["received tr PNR-7 iki satır uzun"]
    assert not refused.value.unreachable


def test_inside_the_window_the_words_go_even_where_an_approved_text_is_at_hand(cloud):
    filled = Filled(name="received", language="tr")
    adapter(cloud).send(parcel(template=filled))
    cloud.texts.append(template("received", "tr", "Başvurunuz {{reference}}", gaps=1))
    named = Filled(name="received", language="tr", values=("PNR-7",), names=("reference",))
    adapter(cloud).send(parcel(template=named, way="template"))

    assert cloud.heard() == ["Ekibimiz yarın geliyor.", "received tr PNR-7"]
    (part,) = cloud.received[1].content["components"]
    assert part["parameters"][0]["parameter_name"] == "reference"


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_trouble_becomes_the_right_error(cloud, trouble):
    becomes_the_right_error(trouble, peer=cloud, send=lambda: adapter(cloud).send(parcel()))


def test_too_many_requests_say_how_long_to_wait(cloud):
    says_how_long(peer=cloud, send=lambda: adapter(cloud).send(parcel()))


def test_a_provider_that_is_away_never_saw_the_message():
    with pytest.raises(BusyError):
        adapter(WhatsAppCloud(base="http://127.0.0.1:9/v24.0")).send(parcel())


BUSY, REPAIR = BusyError, 300
CODES = [
    (131047, RejectedError, {"unreachable": False}),
    (131026, RejectedError, {"unreachable": True}),
    (131051, RejectedError, {"unreachable": False}),
    (132000, RejectedError, {}),
    (132001, RejectedError, {}),
    (132015, RejectedError, {}),
    (132016, RejectedError, {}),
    (130472, RejectedError, {}),
    (131049, RejectedError, {}),
    (100, RejectedError, {}),
    (131056, BUSY, {"address_only": True, "retry_after_s": 6}),
    (130429, BUSY, {"address_only": False, "retry_after_s": 5}),
    (131048, BUSY, {}),
    (131000, BUSY, {}),
    (131016, BUSY, {}),
    (80007, BUSY, {}),
    (190, BUSY, {"retry_after_s": REPAIR}),
    (10, BUSY, {"retry_after_s": REPAIR}),
    (368, BUSY, {"retry_after_s": 3600}),
    (131031, BUSY, {"retry_after_s": 3600}),
    (131042, BUSY, {"retry_after_s": 3600}),
    (133010, BUSY, {"retry_after_s": REPAIR}),
]


@pytest.mark.parametrize(("code", "error", "facts"), CODES, ids=[str(code) for code, _, _ in CODES])
def test_every_code_is_said_in_words_and_waits_or_ends_rightly(cloud, code, error, facts):
    cloud.refuse(code)
    with pytest.raises(error) as caught:
        adapter(cloud).send(parcel())

    assert {name: getattr(caught.value, name) for name in facts} == facts
    assert str(code) in caught.value.reason
    assert cloud.received == []


def test_the_token_stands_in_no_log_and_in_no_error(cloud, caplog):
    caplog.set_level(logging.DEBUG)
    cloud.misbehave("silence")
    cloud.misbehave("500")
    told = []
    for _ in range(2):
        try:
            adapter(cloud).send(parcel())
        except (UnsureError, BusyError) as trouble:
            told += [repr(trouble), str(trouble.__cause__), str(trouble.__context__)]

    assert len(told) == 6
    assert "very-secret" not in caplog.text + "".join(told)


def test_a_file_is_streamed_with_the_token_and_never_longer_than_allowed(cloud):
    cloud.files["media-1"] = (b"x" * 300_000, "image/jpeg")
    with adapter(cloud).fetch("media-1", max_bytes=400_000) as chunks:
        assert b"".join(chunks) == b"x" * 300_000
    with pytest.raises(TooLargeError), adapter(cloud).fetch("media-1", max_bytes=1000) as chunks:
        list(chunks)


def test_a_file_that_is_gone_is_refused_for_good(cloud):
    with pytest.raises(SendError), adapter(cloud).fetch("lost", max_bytes=10):
        pytest.fail("there is nothing to read")


def test_the_texts_of_the_account_come_from_every_page(cloud):
    cloud.pages = 2
    cloud.texts += [
        template("received", "tr", "Başvurunuz {{1}}, {{2}}, yine {{1}}", gaps=2),
        template("received", "kk", "Өтінішіңіз", status="REJECTED"),
        template("done", "ru", "Готово {{reference}}", gaps=1),
        {**template("photo", "tr", "Resim"), "components": [{"type": "HEADER", "format": "LOCATION"}]},
        template("old", "tr", "Eski", status="DISABLED"),
    ]
    found = {(one.name, one.language): one for one in adapter(cloud).templates()}

    assert {key: one.status for key, one in found.items()} == {
        ("received", "tr"): "approved",
        ("received", "kk"): "rejected",
        ("done", "ru"): "approved",
        ("photo", "tr"): "unfit",
        ("old", "tr"): "paused",
    }
    assert found["received", "tr"].gaps == 2
    assert found["done", "ru"].text == "Готово {{reference}}"


def test_the_account_is_told_where_to_push_and_looked_at(cloud):
    line = adapter(cloud)
    before = line.check()
    line.subscribe(line.url, secret="ignored")
    after = line.check()

    assert [one.ok for one in before] == [True, True, True, True, False]
    assert [one.ok for one in after] == [True, True, True, True, True]
    assert "Pınarova Belediyesi" in after[0].text
    assert line.subscribed(line.url)
    assert not line.subscribed("https://elsewhere.example")
    line.unsubscribe()
    assert not line.subscribed(line.url)
    assert line.whereto() == "+90 232 555 01 37"


def test_a_dead_token_is_a_finding_and_no_crash(cloud):
    (finding,) = adapter(cloud, token="old").check()

    assert not finding.ok
    assert "token" in finding.text


def test_the_rules_of_the_moment_are_told_before_anything_is_sent(cloud):
    line = adapter(cloud)
    fresh = line.terms(Standing(now=NOW, heard_at=NOW - HOUR))
    late = line.terms(Standing(now=NOW, heard_at=NOW - 24 * HOUR))
    never = line.terms(Standing(now=NOW))

    assert (fresh.ways, fresh.until, fresh.length) == (("", "template"), NOW + 23 * HOUR, 4096)
    assert (fresh.buttons, fresh.button_length, fresh.places, fresh.notices) == (10, 20, True, ())
    assert (late.ways, late.notices, late.buttons) == (("template",), ("whatsapp_window",), 0)
    assert never.ways == ("template",)


PICTURE = "https://pinarova.example/pazar.jpg"


def rich() -> dict[str, Any]:
    """A text with a picture at its top, a button to a page of ours, and one that copies a number."""
    return {
        **template("track", "tr", "Başvurunuz {{1}}", gaps=1),
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [PICTURE]}},
            {"type": "BODY", "text": "Başvurunuz {{1}}"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Teşekkürler"},
                    {"type": "URL", "text": "İzle", "url": "https://vefa.example/r/{{1}}"},
                    {"type": "COPY_CODE", "text": "Kopyala", "example": ["26-00001-0"]},
                ],
            },
        ],
    }


def test_a_text_with_a_picture_and_values_of_buttons_is_listed_and_goes_out(cloud):
    cloud.texts.append(rich())
    (found,) = adapter(cloud).templates()

    assert (found.status, found.gaps) == ("approved", 1)
    assert [(slot.kind, slot.index, slot.sample) for slot in found.slots] == [
        ("image", 0, PICTURE), ("url", 1, ""), ("code", 2, "26-00001-0"),
    ]  # fmt: skip
    assert "[İzle] https://vefa.example/r/{{vefa_button_1}}" in found.text
    values = (PICTURE, "26-00001-0/geheim", "26-00001-0")
    slots = tuple(structs.replace(slot, value=value) for slot, value in zip(found.slots, values, strict=True))
    filled = Filled(name="track", language="tr", values=("26-00001-0",), slots=slots)
    adapter(cloud).send(parcel(template=filled, way="template"))
    assert cloud.faults == []


def test_a_word_in_the_heading_goes_by_its_name(cloud):
    heading = {"type": "HEADER", "format": "TEXT", "text": "Sayın {{resident}}"}
    cloud.texts.append(
        {**template("hello", "tr", ""), "components": [heading, {"type": "BODY", "text": "Tamam"}]}
    )
    (found,) = adapter(cloud).templates()
    assert (found.text, found.slots[0].param) == ("Sayın {{vefa_header}}\n\nTamam", "resident")
    filled = Filled(name="hello", language="tr", slots=(structs.replace(found.slots[0], value="Derya Aksu"),))
    adapter(cloud).send(parcel(template=filled, way="template"))
    assert cloud.faults == []


def test_a_text_that_wants_a_picture_is_refused_without_one(cloud):
    cloud.texts.append(rich())
    with pytest.raises(SendError):
        adapter(cloud).send(
            parcel(template=Filled(name="track", language="tr", values=("1",)), way="template")
        )
