"""Whether the message itself spoke is a fact beside the reason: no other wording of a reason silences it."""

from dataclasses import replace

import pytest

from vefa.kit.saying import Sentence
from vefa.kit.text import words
from vefa.triage.advice import Asked, advise
from vefa.triage.groups.signs import Shown, weigh
from vefa.triage.hearing import heard_in
from vefa.triage.tone import EMERGENCY, URGENT, Said, kind_of, urgency_of

RUDE = "Rezalet, yolda çukur var, kaç kere şikayet ettik"


def kind(text, *, usual="", language="tr", matter=True):
    said = words(text)
    heard = heard_in(said, language=language)
    return kind_of(Said(text=text, words=said, heard=heard, usual=usual, matter=matter))


def urgency(text, *, usual="normal", language="tr"):
    return urgency_of(heard_in(words(text), language=language), usual=usual)


def test_words_of_the_message_give_the_reason_before_what_is_usual():
    spoken, usual = kind(RUDE, usual="complaint"), kind("Yolda çukur var", usual="complaint")
    assert (spoken.value, spoken.spoken) == ("complaint", True)
    assert (usual.value, usual.spoken, usual.because) == ("complaint", False, "usual for this service")
    assert isinstance(spoken.because, Sentence)
    assert spoken.because.values["words"] in words(RUDE)


@pytest.mark.parametrize(
    ("text", "usual", "value"),
    [
        ("Otobüs ne zaman gelir?", "", "question"),
        ("Yolda çukur var", "", "request"),
        ("Yolda çukur var", "question", "request"),
    ],
)
def test_what_no_word_names_is_not_spoken(text, usual, value):
    guess = kind(text, usual=usual)
    assert (guess.value, guess.spoken) == (value, False)


def test_urgency_is_spoken_where_words_raise_it_and_not_where_it_is_usual():
    assert (urgency("Bodrumda gaz kokuyor").value, urgency("Bodrumda gaz kokuyor").spoken) == (
        EMERGENCY,
        True,
    )
    usual = urgency("Yolda çukur var", usual="urgent")
    assert (usual.value, usual.spoken) == (URGENT, False)
    assert not urgency("Yolda çukur var").spoken


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "step", "sign"), [("Bodrumda gaz kokuyor", "urgency", "danger"), (RUDE, "kind", "complaint")]
)
def test_the_signs_of_a_group_read_the_fact_and_not_the_sentence(town, text, step, sign):
    advice = advise(Asked(text=text, hint="tr"))
    guess = getattr(advice, step)
    other = replace(advice, **{step: replace(guess, because=Sentence("these words were heard"))})
    usual = replace(advice, **{step: replace(guess, spoken=False)})

    def names(one):
        return {name for name, _words, _weight in weigh(one, Shown(text=text)).signs}

    assert sign in names(advice) & names(other)
    assert sign not in names(usual)
