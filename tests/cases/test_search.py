"""Finding a case by what somebody has in hand, in any script."""

import pytest
from django.db import connection

from tests.cases.stories import heard, opened
from vefa.cases import paging, parts, queries, wordlist
from vefa.cases.filters import Filters, View
from vefa.cases.lifecycle import Description, describe
from vefa.cases.models import Case
from vefa.cases.opening import follow
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


@pytest.mark.parametrize("who", ["orhan", "olga", "hasan"])  # an auditor, an expert, the Çarşı's headman
def test_a_name_finds_its_cases_only_for_those_who_may_see_names(town, now, who):
    case = opened(town, "Yolda çukur var", now=now)
    reader = getattr(town, who)

    for text in ("ali veli", "Ali", "vel", "ali çukur"):
        assert search(reader, text).rows == [], text
        assert queries.queue(reader, Filters(view=View.ALL, text=text), now=now).rows == []
        assert search(town.derya, text).rows == [case]
        assert queries.queue(town.murat, Filters(view=View.ALL, text=text), now=now).rows == [case]
    assert search(reader, "çukur yol").rows == [case]


def test_a_name_that_stands_in_the_words_themselves_is_found_by_all(town, now):
    case = opened(town, "Ali Veli Sokağı'nda çukur var", now=now, who="Ayşe Kurt")
    assert search(town.orhan, "ali veli").rows == [case]
    assert search(town.orhan, "ayşe").rows == []


def test_a_case_that_is_corrected_or_cut_gives_its_name_away_no_more_than_before(town, now):
    case = opened(town, "Yolda çukur var, ağaç da devrildi", now=now)
    described = Description(title="Çukur, devrilen ağaç")
    describe(case_id=case.pk, words=described, by=town.derya, now=now)
    piece = parts.Piece(title="Devrilen ağaç", text="ağaç da devrildi", service_id=town.tree.pk)
    cut = parts.part(case_id=case.pk, piece=piece, by=town.derya, now=now)

    assert search(town.orhan, "ali").rows == []
    assert {one.pk for one in search(town.derya, "ali ağaç").rows} == {case.pk, cut.pk}


def test_what_was_said_later_is_found_until_it_is_taken_back(town, now):
    case = opened(town, "Yolda çukur var", now=now)
    more = heard(town, "Fırının köşesinde, bisikletim devrildi", at=now)
    follow([(case.pk, more), (case.pk, heard(town, "Levha da eğilmiş", at=now))], now=now)
    assert search(town.derya, "bisiklet fırın").rows == [case]

    describe(case_id=case.pk, words=Description(urgency=1), by=town.derya, now=now)
    assert search(town.derya, "bisiklet levha çukur ali").rows == [case]

    back = heard(town, "", at=now, details={"withdrawn_contact_id": more.pk})
    show_signs([], [(case.pk, back)], now=now)
    assert search(town.derya, "bisiklet").rows == []
    assert search(town.derya, "levha çukur ali").rows == [case]


def test_a_case_keeps_as_many_words_as_before_however_much_is_said(town, now):
    case = opened(town, "Yolda çukur var", now=now)
    for number in range(3):
        much = " ".join(f"s{number}x{word}" for word in range(150))
        follow([(case.pk, heard(town, much, at=now))], now=now)

    case.refresh_from_db()
    assert case.search is not None
    assert len(case.search.split()) == wordlist.MOST_WORDS
    assert search(town.derya, "s0x149 çukur").rows == [case]


@pytest.mark.parametrize(
    ("said", "found_by", "not_by"),
    [
        ("آب‌گرفتگی در کوچه", ["آبگرفتگی", "آب‌گرفتگی", "آب گرفتگی", "آبگرف"], ["گرفتگیها"]),
        ("آبگرفتگی در کوچه", ["آبگرفتگی", "آب‌گرفتگی", "آب گرفتگی", "آب‌گرف کوچه", "کوچه آب گرف"], ["گرفتگی"]),
        ("آب گرفتگی در کوچه", ["آبگرفتگی", "آب‌گرفتگی", "آب گرفتگی", "کوچه آبگرفتگی"], ["آبگرفتن"]),
        ("پیاده رو خراب است", ["پیادهرو", "پیاده‌رو", "پیاده رو", "پیاده‌رو خراب"], ["پیادهروی"]),
        ("پیادهروها خراب است", ["پیاده رو ها", "پیاده‌رو ها", "پیاده‌روها", "پیاده‌رو‌ها"], ["رو ها"]),
        ("چراغ‌های خیابان", ["چراغهای", "چراغ‌ها", "چراغ ها", "خیابان چراغ"], ["چراغان"]),
        ("ما در این کوچه سایه هم داریم", ["در این"], ["مادر", "همسایه", "دراین"]),
        ("طبقه ۵متری", ["۵‌متری", "5 متری", "طبقه ۵ متر"], ["متری"]),
    ],
)
def test_a_half_space_is_neither_needed_nor_in_the_way(town, now, said, found_by, not_by):
    case = opened(town, said, now=now, language="fa", who="علی‌رضا")
    for text in found_by:
        assert search(town.orhan, text).rows == [case], text
    for text in [*not_by, "علیرضا"]:
        assert search(town.orhan, text).rows == [], text
    for name in ("علیرضا", "علی‌رضا", "رضا"):
        assert search(town.derya, name).rows == [case]


def test_a_name_in_two_words_is_found_by_one_only_for_those_who_may_see_names(town, now):
    case = opened(town, "چاله در کوچه", now=now, language="fa", who="محمد رضا")
    assert search(town.derya, "محمدرضا").rows == [case]
    assert search(town.derya, "محمدرضا کوچه").rows == [case]
    assert search(town.orhan, "محمدرضا").rows == []


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

    words = asked("lamba", names=True)
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
    assert vector(["o'neil \\ & | ! 'x' <-> :*"], name="@ 'b'") == "'@' '@b' 'o' 'neil' 'x'"
    assert asked("' \\ & @", names=True) is None
