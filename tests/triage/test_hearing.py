"""Words of danger are heard where there is danger, in five languages, and not in what only sounds like it."""

import pytest

from vefa.kit.text import words
from vefa.triage.hearing import heard_in
from vefa.triage.script import native
from vefa.triage.tone import EMERGENCY, NORMAL, URGENT, urgency_of


def level(text, language):
    heard = heard_in(words(native(text, language)), language=language)
    return urgency_of(heard, usual="normal").value


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("tr", "Bodrumda gaz kokuyor, üst kattakiler uyuyor"),
        ("tr", "Karşı apartmanın çatısı yanıyor"),
        ("tr", "İşçi inşaatta üçüncü kattan düştü"),
        ("tr", "Teyze asansörde mahsur kaldı"),
        ("ru", "Соседская квартира горит, с балкона зовут"),
        ("ru", "Рабочий упал в колодец, не может выбраться"),
        ("ru", "Мужчина размахивает ножом у школы"),
        ("ru", "стена дома обвалилась, под обломками люди"),
        ("kk", "Көршінің үйі өртеніп жатыр"),
        ("kk", "Үйде газ иісі шығып тұр"),
        ("kk", "бала кудыкка кулап кетти, шыгара алмай жатырмыз"),
        ("kk", "Қаладағы көпірден адам секіргелі тұр"),
        ("fa", "ساختمان کناری فرو ریخت، صدای ناله می‌آید"),
        ("fa", "بوی گاز کل راه‌پله را گرفته"),
        ("fa", "پسر همسایه را برق گرفت"),
        ("fa", "booye gaz miad az zirzamin"),
        ("en", "Smoke is pouring from a flat on the fourth floor"),
        ("en", "a cyclist was hit by a van and lies unconscious"),
        ("en", "somebody fell through the ice on the lake"),
    ],
)
def test_an_emergency_is_heard(language, text):
    assert level(text, language) == EMERGENCY


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("tr", "Yangın merdiveninin kapısı gıcırdıyor"),
        ("tr", "Bu saat bize uygun değil, güneşli bir gün olsun"),
        ("tr", "Elektrik zammı cebimizi yaktı, mutfakta yangın var"),
        ("tr", "Lambalar gündüz yanıyor"),
        ("tr", "Kurşun kalem kursuna kayıt var mı"),
        ("ru", "Множество окурков внутри остановки"),
        ("ru", "Люк ровный, но крышка гремит по ночам"),
        ("ru", "Сколько стоит пожарная сигнализация для кафе"),
        ("ru", "фонарь горит днём"),
        ("kk", "Өрт сөндірушілер мектепке қашан келеді"),
        ("kk", "Бағдаршамның жасыл түсі көп жанып тұрады"),
        ("fa", "شیر آتش‌نشانی جلوی پارکینگ را خط‌کشی کنید"),
        ("fa", "راننده گاز می‌دهد و از ایستگاه رد می‌شود"),
        ("en", "The fire hydrant on the corner needs paint"),
        ("en", "The band was fire, we were dying of laughter"),
    ],
)
def test_what_only_sounds_like_danger_is_left_alone(language, text):
    assert level(text, language) == NORMAL


def test_a_dog_that_bites_is_urgent_and_no_leak_of_gas():
    assert level("سگ ولگرد دست پسرم را گاز گرفت", "fa") == URGENT


def test_a_fire_among_other_words_is_still_one():
    assert level("İtfaiye merkezine 200 metre, ama ev yanıyor ve kimse gelmedi", "tr") == EMERGENCY


def test_an_injured_animal_is_no_injured_person():
    assert level("раненая собака лежит у забора", "ru") == NORMAL
    assert level("у забора лежит раненый рабочий", "ru") == EMERGENCY


def test_kazakh_with_a_russian_word_in_it_is_heard_too():
    assert level("Подъезде пахнет газом, тез келіңіздер", "kk") == EMERGENCY


def test_a_second_thing_that_nearly_happened_is_no_emergency():
    assert level("kids could fall into the manhole", "en") < EMERGENCY
    assert level("a boy fell into the manhole", "en") == EMERGENCY


def test_evidence_names_the_words_that_count_together():
    heard = heard_in(words("An old man fell down the shaft"), language="en")

    assert heard["emergency"] == ["man … fell … shaft"]
