"""Ali's own number and mailbox are found in other people's words, however somebody wrote them down."""

import pytest

from vefa.citizens.hiding import without

ALI = ("+905321112233", "Ali.Demir@posta.example")


@pytest.mark.parametrize(
    "written",
    [
        "0532 111 22 33",
        "+90 (532) 111-22-33",
        "0090 532 1112233",
        "5 3 2 1 1 1 2 2 3 3",
        "(0532) 111.22.33",
        "۰۵۳۲ ۱۱۱ ۲۲ ۳۳",
        "0532\u2011111\u00a022\u200f33",
        "111 22 33",
        "ali.demir@posta.example",
        "ALİ.DEMİR@POSTA.EXAMPLE",
        "ali.demir (at) posta (dot) example",
    ],
)
def test_what_is_ones_own_is_struck_out(written):
    assert without(f"İtiraz için {written}, 30 gün.", ALI, country="TR") == "İtiraz için •••, 30 gün."


@pytest.mark.parametrize(
    "written",
    ["0312 555 12 12", "0533 111 22 33", "itiraz@pinarova.example", "demir@posta.example", "26-00123-4", ""],
)
def test_what_is_anybody_elses_stays(written):
    assert without(f"İtiraz için {written}.", ALI, country="TR") == f"İtiraz için {written}."


def test_a_number_of_a_small_town_is_known_by_what_is_dialled_there():
    assert without("Тел. 24-11-22 или 24-11-23", ["+77234241122"], country="KZ") == "Тел. ••• или 24-11-23"


def test_what_is_no_number_at_all_strikes_out_nothing():
    assert without("Kapı no 123, saat 12", ["123", "", "@"], country="TR") == "Kapı no 123, saat 12"
