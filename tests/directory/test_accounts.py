"""Accounts as the command on the machine makes them."""

import pytest

from vefa.directory import accounts
from vefa.directory.models import Staff

PASSWORD = "uzun bir parola 42"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "given", "sentence"),
    [
        ("username", "a" * 65, "The username has 65 characters: shorten it to 64."),
        ("name", "Ayşe " * 41, "The name has 205 characters: shorten it to 200."),
        ("email", "a" * 250 + "@b.example", "The email has 260 characters: shorten it to 254."),
    ],
)
def test_what_no_table_can_hold_is_a_sentence_with_its_limit(now, field, given, sentence):
    facts = {"username": "ayse", "name": "Ayşe Kaya", "role": "operator", field: given}

    with pytest.raises(accounts.AccountError) as refused:
        accounts.add(accounts.NewStaff(**facts), password=PASSWORD, now=now)

    assert str(refused.value) == sentence
    assert not Staff.objects.exists()
