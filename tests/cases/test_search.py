"""Finding a case by what somebody has in hand, in any script."""

import pytest
from django.db import connection

from tests.cases.stories import heard, opened
from vefa.cases import paging, wordlist
from vefa.cases.models import Case
from vefa.cases.search import past_cases, search
from vefa.cases.signs import show_signs
from vefa.cases.wordlist import asked, vector
from vefa.citizens.merging import merge
from vefa.citizens.models import Address, Citizen
from vefa.inbox.models import Contact

MESSAGES = {
    "tr": "Işıklar Caddesi'nde çukur var",
    "ru": "Ёлка упала на дорогу",
    "kk": "Көшеде шұңқыр бар, әкім",
    "fa": "چراغ‌های خیابان خراب است",
    "en": "Pothole by the mosque",
}


@pytest.fixture
def five(town, now):
    return {
        language: opened(town, text, now=now, language=language, who=f"Kişi {language}")
        for language, text in MESSAGES.items()
    }


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("isiklar", "tr"), ("IŞIKLAR cukur", "tr"), ("Işıklar Caddesi", "tr"), ("cadde", "tr"),
        ("елка", "ru"), ("ЁЛКА дорог", "ru"), ("шунқыр", "kk"), ("аким", "kk"),
        ("چراغ", "fa"), ("چراغ هاي خيابان", "fa"), ("POTHOLE mosq", "en"), ("kişi en", "en"),
    ],
)  # fmt: skip
def test_a_case_is_found_however_its_words_are_typed(town, five, text, language):
    assert search(town.derya, text).rows == [five[language]]


def test_a_case_whose_words_were_taken_back_is_not_found_by_them_any_more(town, now):
    case = opened(town, "Komşum Ferhat Demirel gece çöp yakıyor", now=now, place_text="Fatih Sokak 7")
    said = Contact.objects.get(links__case=case)
    back = heard(town, "", at=now, details={"withdrawn_contact_id": said.pk})
    assert search(town.derya, "ferhat demirel").rows == [case]

    show_signs([], [(case.pk, back)], now=now)

    assert search(town.derya, "ferhat demirel").rows == []
    assert search(town.derya, "fatih sokak").rows == [case]
    assert search(town.derya, "ali veli").rows == [case]


def test_every_word_must_be_there(town, five):
    assert search(town.derya, "çukur mosque").rows == []
    assert search(town.derya, "!? '").rows == list(reversed(list(five.values())))


def test_a_reference_is_found_whole_or_by_its_beginning(town, five):
    reference = five["fa"].reference
    assert search(town.derya, reference).rows == [five["fa"]]
    assert search(town.derya, reference.replace("-", " ")).rows == [five["fa"]]
    assert five["fa"] in search(town.derya, reference[:6]).rows


def test_a_telephone_number_leads_to_its_owners_cases(town, five, now):
    citizen = five["tr"].citizen
    Address.objects.create(
        space="phone", value="+905321112233", citizen=citizen, last_digits="2233", created_at=now
    )
    for number in ("0532 111 22 33", "2233", "+90 532 111 22 33", "۲۲۳۳"):
        assert search(town.derya, number).rows == [five["tr"]]
    assert search(town.orhan, "2233").rows == []  # an auditor does not look people up


def test_nobody_finds_what_they_may_not_see(town, five):
    assert search(town.kemal, "çukur").rows == []
    assert search(town.kemal, five["tr"].reference).rows == []


def test_common_words_are_found_page_by_page_newest_first(town, now):
    cases = [opened(town, f"çukur {number}", now=now) for number in range(5)]
    first = search(town.derya, "çukur", limit=2)
    second = search(town.derya, "çukur", cursor=first.older or "", limit=2)
    assert [*first.rows, *second.rows] == cases[:0:-1]


def test_rare_words_are_found_behind_the_newest_cases(town, five, monkeypatch):
    monkeypatch.setattr(paging, "NEWEST_WINDOW", 2)
    assert search(town.derya, "ışıklar").rows == [five["tr"]]


@pytest.mark.parametrize("few", [0, 1_000_000])
def test_a_common_word_that_fell_silent_is_found_in_order(town, now, monkeypatch, few):
    """A storm of other matters fills the newest cases: the word is common, but far down."""
    monkeypatch.setattr(paging, "NEWEST_WINDOW", 2)
    monkeypatch.setattr(wordlist, "FEW_CASES", few)
    lamps = [opened(town, f"lamba {number}", now=now) for number in range(30)]
    for number in range(5):
        opened(town, f"su bastı {number}", now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")

    words = asked("lamba")
    assert words is not None
    assert wordlist.are_common(Case.objects.all(), words) is (few == 0)
    assert search(town.derya, "lamba", limit=10).rows == lamps[:-11:-1]


def test_past_cases_include_those_of_merged_rows(town, five, now):
    kept, absorbed = five["tr"].citizen_id, five["ru"].citizen_id
    merge(kept_id=kept, absorbed_id=absorbed, reason="", by="staff:1", now=now)
    assert past_cases(town.derya, absorbed) == [five["ru"], five["tr"]]
    assert past_cases(town.kemal, absorbed) == []
    assert Citizen.objects.get(pk=absorbed).merged_into_id == kept


def test_words_hold_nothing_that_could_break_a_query(town):
    assert vector(["o'neil \\ & | ! 'x' <-> :*"]) == "'o' 'neil' 'x'"
    assert asked("' \\ &") is None
