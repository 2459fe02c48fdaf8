"""Sessions are Django's, read by a statement that is composed once."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from vefa.directory.sessions import SessionStore, erase_over

pytestmark = pytest.mark.django_db


def kept(**facts: object) -> str:
    store = SessionStore()
    store.update(facts)
    store.save()
    return str(store.session_key)


def test_a_session_is_found_again_by_its_key() -> None:
    first, second = kept(seat="Derya"), kept(seat="Reza")

    assert SessionStore(first)["seat"] == "Derya"
    assert SessionStore(second)["seat"] == "Reza"


def test_a_session_that_ran_out_is_empty_and_its_key_is_not_taken_over() -> None:
    key = kept(seat="Derya")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    store = SessionStore(key)
    assert store.get("seat") is None
    assert store.session_key is None


def test_a_key_that_was_never_given_opens_nothing() -> None:
    store = SessionStore("chosen-by-somebody-else-0123456789")
    assert store.get("seat") is None
    assert store.session_key is None


def test_a_report_that_was_never_sent_is_erased_once_its_session_is_over() -> None:
    now = timezone.now()
    over, running = kept(report={"phone": "0532 555 01 37"}), kept(report={"phone": "0532 555 01 38"})
    older = kept()
    Session.objects.filter(session_key=over).update(expire_date=now - timedelta(seconds=1))
    Session.objects.filter(session_key=older).update(expire_date=now - timedelta(days=1))

    assert erase_over(now=now, limit=1) == 1
    assert not Session.objects.filter(session_key=older).exists()
    assert erase_over(now=now) == 1
    assert erase_over(now=now) == 0
    assert [one.session_key for one in Session.objects.all()] == [running]
