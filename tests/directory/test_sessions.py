"""Sessions are Django's, read by a statement that is composed once."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from vefa.directory.sessions import SessionStore

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
