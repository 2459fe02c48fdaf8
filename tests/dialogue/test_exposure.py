"""What must not stand where everybody reads."""

from types import SimpleNamespace
from typing import Any

import pytest

from vefa.dialogue.exposure import exposed, is_open, without_secrets
from vefa.directory.queries import municipality
from vefa.inbox.models import Conversation

pytestmark = pytest.mark.django_db


def case(**more: Any) -> Any:
    address = SimpleNamespace(shown_name="Derya Aksoy")
    facts = {
        "reference": "26-00123-7",
        "secret": "Gizli-Soz-0123456789abcd",
        "conversation": SimpleNamespace(address=address),
        "citizen": None,
    }
    return SimpleNamespace(**{**facts, **more})


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Ekibimiz yarın geliyor.", []),
        ("26-00123-7 numaralı kaydınız için 153'ü arayın.", []),
        ("Saat 09.30 ile 17.30 arasında, 3 Haziran 2026'da.", []),
        ("https://pinarova.example/r/26-00123-7/Gizli-Soz-0123456789abcd", ["secret"]),
        ("Şifreniz: Gizli-Soz-0123456789abcd", ["secret"]),
        ("https://pinarova.example/r/26-00999-1/baska-bir-soz adresi", ["secret"]),
        ("https://pinarova.example/cases/12", []),
        ("derya@example.org adresine yazdık", ["mail"]),
        ("0532 111 22 33 numarasından arayacağız", ["phone"]),
        ("+7 (701) 123-45-67", ["phone"]),
        ("شمارهٔ ۰۹۱۲۳۴۵۶۷۸۹", ["phone"]),
        ("TC 12345678901", ["phone"]),
        ("IBAN KZ86125KZT5004100100", ["iban"]),
        ("pasaport U12345678", ["passport"]),
        ("Sayın DERYA AKSOY", ["name"]),
        ("Derya Hanım", []),
    ],
)
def test_every_place_is_named(town, text, kinds):
    assert [kind for kind, _place in exposed(text, case())] == kinds


def test_the_citys_own_number_is_nobodys(town):
    number = municipality().phone
    assert number
    assert exposed(f"Bizi {number} numarasından arayın.", case()) == []


def test_a_secret_is_cut_off_and_the_rest_stays():
    text = "Bakın: https://a.example/r/26-1-2/geheim?x=1, sonra https://a.example/cases/3."
    assert without_secrets(text) == "Bakın: https://a.example/r/26-1-2?x=1, sonra https://a.example/cases/3."


@pytest.mark.parametrize(
    ("public", "way", "open_"),
    [(True, "", True), (True, "public", True), (True, "thread", True), (True, "private", False),
     (True, "direct", False), (False, "", False), (False, "public", False)],
)  # fmt: skip
def test_only_what_stands_in_the_same_place_is_read_by_all(public, way, open_):
    assert is_open(Conversation(public=public), way) is open_
    assert not is_open(None, way)
