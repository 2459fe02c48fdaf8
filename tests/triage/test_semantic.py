"""The layer that compares by meaning: traps of its engine, and life without it."""

import numpy as np
import pytest
from django.test import override_settings

from tests.triage.learned.messages import samples
from vefa.kit.text import words
from vefa.triage import semantic
from vefa.triage.learned.deciding import Message, services_for
from vefa.triage.learned.fitting import fit
from vefa.triage.learned.scoring import Scorer
from vefa.triage.service import Totals
from vefa.wiring import checkup

needs_the_extra = pytest.mark.skipif(not semantic.available(), reason="the extra `semantic` is not installed")


@needs_the_extra
def test_texts_that_would_stop_the_engine_are_read():
    texts = ["не горит\x00 фонарь", "не горит фонарь", "", "\ud800 lamp", "çukur " * 5_000]

    found = semantic.vectors(texts)

    assert found.shape == (5, semantic.DIMENSIONS)
    assert found.dtype == np.float16
    lengths = np.linalg.norm(found.astype(float), axis=1)
    assert lengths[2] == 0
    assert np.allclose(lengths[[0, 1, 3, 4]], 1, atol=0.01)
    assert np.allclose(found[0], found[1], atol=0.01)  # what stands after the NUL counts too


@needs_the_extra
def test_the_same_matter_in_another_language_is_nearer_than_another_matter():
    lamp_tr, lamp_ru, dogs_ru = semantic.vectors(
        ["Sokak lambası yanmıyor", "Не горит уличный фонарь", "Стая собак бросается на детей"]
    ).astype(float)

    assert lamp_tr @ lamp_ru > lamp_tr @ dogs_ru


def test_seen_from_the_middle_of_their_language_texts_differ():
    rows = np.array([[1, 0.1], [1, -0.1], [0.1, 1], [-0.1, 1]], np.float16)
    spoken = ["tr", "tr", "ru", "ru"]

    apart = semantic.centred(rows, spoken, semantic.means(rows, spoken))

    assert apart[0] @ apart[1] < -0.9
    assert apart[2] @ apart[3] < -0.9
    assert semantic.centred(rows[:1], ["kk"], {})[0] @ rows[0].astype(float) == pytest.approx(1, abs=0.01)


def test_an_engine_that_cannot_be_loaded_holds_nobody_up(monkeypatch, tmp_path):
    (tmp_path / "noengine.py").write_text("raise OSError('libgomp.so.1: cannot open shared object file')")
    monkeypatch.syspath_prepend(tmp_path)
    rows = np.ones((len(samples()), semantic.DIMENSIONS), np.float16) * np.arange(len(samples()))[:, None]
    scorer = Scorer(fit(samples(), vectors=rows))
    monkeypatch.setattr(semantic, "_PACKAGE", "noengine")
    monkeypatch.setattr(semantic, "_broken", [])
    semantic._installed.cache_clear()
    semantic._loaded.cache_clear()
    try:
        assert semantic.available()

        doubtful = "Burnumuzun ucunu göremiyoruz akşamları"
        said = Message(words(doubtful), doubtful, "tr", Totals({}, {}), deep=True)
        assert services_for(said, scorer)[0].value == "street_light"

        assert not semantic.available()
        assert semantic.state() == semantic.MISSING
        with pytest.raises(semantic.SemanticMissingError):
            semantic.vectors(["karanlık"])
    finally:
        monkeypatch.undo()
        semantic._installed.cache_clear()


def test_without_it_the_checkup_says_so():
    with override_settings(SEMANTIC=False):
        assert not semantic.available()
        [finding] = checkup.meaning()
        with pytest.raises(semantic.SemanticMissingError):
            semantic.vectors(["lamp"])

    assert finding.ok
    assert "VEFA_SEMANTIC is false" in finding.text
