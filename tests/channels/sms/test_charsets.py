"""Kannel names a charset for the text: in the query, or as the type of the body."""

from urllib.parse import quote_plus

import pytest

from tests.channels.sms.lines import DERYA, get, line, taken
from vefa.channels.port import Call
from vefa.channels.sms.numbers import lane


@pytest.mark.parametrize(
    ("charset", "text"),
    [("UTF-16BE", "Жолда шұңқыр бар"), ("UTF-16BE", "Sokakta çığ"), ("ISO-8859-9", "Çığ"), ("UTF-8", "Çığ")],
)
def test_kannel_posts_letters_beyond_the_default_alphabet_in_a_charset_that_it_names(charset, text):
    headers = {"content-type": f'text/plain; charset="{charset}"'}
    query = "secret=x&id=ab12&from=%2B905321112233&at=1795341151"
    call = Call(headers=headers, body=text.encode(charset), query=query)
    (reading,) = taken(line("kannel"), call)
    assert reading.text == text


@pytest.mark.parametrize("text", ["Жолда шұңқыр бар", "Sokakta çığ", "Şu ışık", "در خیابان چاله است", "🚧"])
def test_kannels_charset_is_the_texts_alone(text):
    octets = quote_plus(text.encode("utf-16-be"))
    heading = "secret=x&id=ab%2F12&from=%2B905321112233&at=1795341151"
    (arrival,) = line("kannel").arrivals(get(f"{heading}&charset=UTF-16BE&text={octets}"))
    reading = line("kannel").read(arrival.raw)

    assert (arrival.external_id, arrival.lane) == ("message:ab/12", lane(DERYA))
    assert (reading.text, reading.message_id) == (text, "ab/12")
    assert reading.sender is not None
    assert reading.sender.address == DERYA
    assert reading.said_at is not None


def test_kannel_also_posts_the_text_as_the_body():
    headers = {"content-type": 'text/plain; charset="UTF-8"', "x-kannel-to": "5454"}
    query = "secret=x&id=ab12&from=%2B905321112233&at=1795341151"
    (reading,) = taken(line("kannel"), Call(headers=headers, body="a=1&ç".encode(), query=query))
    assert reading.text == "a=1&ç"
    assert reading.said_at is not None
    assert reading.said_at.isoformat() == "2026-11-22T09:52:31+00:00"


def test_octets_beyond_ascii_in_a_query_are_read_in_the_charset_that_it_names():
    (said,) = taken(line("kannel"), get("from=5454&id=1&charset=iso-8859-9&text=\xfeehir"))
    assert said.text == "şehir"


@pytest.mark.parametrize(
    "charset", ["hex", "rot13", "zlib", "undefined", "idna", "8-BIT", "nobody-knows-it", ""]
)
def test_what_is_no_charset_of_texts_is_utf_8(charset):
    (said,) = taken(line("kannel"), get(f"from=5454&id=1&charset={charset}&text=%C5%9Fehir"))
    assert said.text == "şehir"
    headers = {"content-type": f'text/plain; charset="{charset}"'}
    (said,) = taken(line("kannel"), Call(headers=headers, body="şehir".encode(), query="from=5454&id=1"))
    assert said.text == "şehir"
