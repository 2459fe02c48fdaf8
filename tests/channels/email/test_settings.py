"""What a mailbox makes of settings that somebody mistyped."""

import httpx
import pytest

from vefa.channels.email.adapter import Email, build
from vefa.channels.port import Account


def mailbox(**settings: str) -> Email:
    hosts = {"imap_host": "imap.p.example", "smtp_host": "smtp.p.example"}
    with httpx.Client() as http:
        return build(Account(settings=hosts | settings, secrets={}, http=http))


@pytest.mark.parametrize("word", ["ssl", "TLS ", "", "starttls ", "no"])
def test_a_word_that_is_no_way_to_encrypt_lets_no_password_travel_open(word):
    made = mailbox(imap_security=word, smtp_security=word)
    assert made.incoming
    assert made.outgoing
    assert (made.incoming.security, made.incoming.port) == ("tls", 993)
    assert (made.outgoing.security, made.outgoing.port) == ("starttls", 587)


def test_who_says_none_has_none():
    made = mailbox(imap_security="none", smtp_security="none", imap_port="1143")
    assert made.incoming
    assert made.outgoing
    assert (made.incoming.security, made.incoming.port) == ("none", 1143)
    assert (made.outgoing.security, made.outgoing.port) == ("none", 25)


def test_a_port_that_stands_there_in_persian_digits_is_that_port():
    made = mailbox(imap_port="۱۱۴۳", smtp_port="٢٥٢٥")
    assert made.incoming
    assert made.outgoing
    assert (made.incoming.port, made.outgoing.port) == (1143, 2525)


@pytest.mark.parametrize("port", ["abc", "99999", "123456", "²", "-1"])
def test_what_is_no_port_is_none(port):
    made = mailbox(imap_port=port)
    assert made.incoming
    assert made.incoming.port == 0
