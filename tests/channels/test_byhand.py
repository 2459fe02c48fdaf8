"""The doors without a provider: what a person typed is read like everything else."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from vefa.channels.port import Account, Adapter, Form, Parcel, Reading, RejectedError, UnreadableError
from vefa.channels.registry import CHANNELS, UnknownChannelError, build

NOBODY = Account(settings={}, secrets={}, http=httpx.Client(), country="TR")


def door(channel: str) -> Adapter:
    return build(channel, NOBODY)


def read(**form: object) -> Reading:
    return door("portal").read(json.dumps(form).encode())


def test_a_form_gives_words_place_and_moment():
    reading = read(
        text="Çukur", lat=38.4, lon=27.1, place_text="Gül Sk. 4", said_at="2026-03-29T05:00:00+03:00"
    )

    assert (reading.form, reading.text) == (Form.MESSAGE, "Çukur")
    assert reading.location is not None
    assert (reading.location.latitude, reading.location.label) == (38.4, "Gül Sk. 4")
    assert reading.said_at is not None
    assert reading.said_at.astimezone(UTC) == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


def test_a_number_written_the_local_way_becomes_the_whole_number():
    sender = read(text="x", phone="0 (532) 111 22 33", name="Derya").sender

    assert sender is not None
    assert (sender.address, sender.phone, sender.name) == ("+905321112233", "+905321112233", "Derya")


def test_a_number_that_makes_no_sense_is_kept_as_it_was_written():
    sender = read(text="x", phone="dahili 12").sender

    assert sender is not None
    assert (sender.address, sender.phone) == ("dahili 12", "")


def test_who_leaves_only_mail_is_known_by_it_and_who_leaves_nothing_is_nobody():
    by_mail, nobody = read(text="x", email="Derya@Posta.example").sender, read(text="x").sender

    assert by_mail is not None
    assert nobody is not None
    assert (by_mail.space, by_mail.address) == ("email", "derya@posta.example")
    assert nobody.address == ""


def test_who_leaves_a_number_and_mail_is_written_to_by_mail():
    sender = read(text="x", phone="0532 111 22 33", email="derya@posta.example").sender

    assert sender is not None
    assert (sender.space, sender.address, sender.phone) == ("email", "derya@posta.example", "+905321112233")


def test_a_point_on_no_globe_and_foreign_fields_do_no_harm():
    reading = read(text="x", lat=999, lon=1, answers={"a": "b"}, area="golkiyi")

    assert reading.location is None


@pytest.mark.parametrize("raw", [b"", b"[]", b'"x"', b"\xff", b'{"lat": "here"}'])
def test_what_is_no_form_is_unreadable(raw):
    with pytest.raises(UnreadableError):
        door("phone").read(raw)


def test_on_the_portal_an_answer_is_shown_and_elsewhere_a_person_gives_it():
    parcel = Parcel(to="", text="Yapıldı", idempotency_key="k")

    assert door("portal").send(parcel).provider_id == "shown:k"
    for channel in ("phone", "counter", "letter", "meeting", "headman"):
        with pytest.raises(RejectedError):
            door(channel).send(parcel)


def test_every_channel_has_an_adapter_that_can_be_checked_without_a_crash():
    for channel in {key for key in CHANNELS if not key.startswith("telegram")}:
        assert door(channel).check()


def test_a_channel_that_nobody_speaks_is_named():
    with pytest.raises(UnknownChannelError, match="smoke"):
        build("smoke", NOBODY)
