"""Neighbours: what means the like speaks for its service, whatever language it is in."""

import numpy as np

from tests.triage.learned.messages import samples
from vefa.triage import semantic
from vefa.triage.learned.fitting import fit
from vefa.triage.learned.nearness import MOST_KEPT, Nearness, neighbours_of
from vefa.triage.learned.scoring import Scorer, mixed
from vefa.triage.learned.weights import Mixture, from_bytes, to_bytes


def directions(count: int) -> np.ndarray:
    """Rows of length 1, each about another thing."""
    rows = np.random.default_rng(5).normal(size=(count, semantic.DIMENSIONS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_service_of_the_nearest_text_is_said():
    rows = directions(40)
    known = neighbours_of(rows, [place % 4 for place in range(40)], ["tr", "ru"] * 20)
    asked = rows[6] + 0.3 * directions(41)[40]

    said = Nearness(known, 4).said(asked / np.linalg.norm(asked))

    assert said.argmax() == 2
    assert said.shape == (4,)


def test_a_language_whose_texts_all_lie_near_does_not_drown_another():
    rows, here = directions(30), directions(31)[30]
    rows[:15] += 0.9 * here  # all of the message's own language, whatever they are about
    rows[22] += 0.6 * here  # the one text of another language that means the like
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    services = [place % 3 for place in range(15)] + [3 + place % 3 for place in range(15)]

    said = Nearness(neighbours_of(rows, services, ["tr"] * 15 + ["fa"] * 15), 6).said(here)

    assert said.argmax() == services[22]


def test_a_service_without_any_text_is_said_least():
    rows = directions(12)

    said = Nearness(neighbours_of(rows, [0, 2] * 6, ["en"] * 12), 3).said(rows[0])

    assert said.argmin() == 1


def test_only_the_latest_are_kept():
    rows = np.tile(directions(100), (MOST_KEPT // 100 + 1, 1))

    kept = neighbours_of(rows, [0] * 100 + [1] * (len(rows) - 100), ["tr"] * len(rows))

    assert len(kept.rows) == MOST_KEPT
    assert set(kept.services) == {1}


def test_they_are_stored_with_the_model_and_speak_as_before():
    told = samples()
    rows = directions(len(told)).astype(np.float16)
    scorer = Scorer(fit(told, vectors=rows))

    again = Scorer(from_bytes(to_bytes(scorer.model)))
    before, after = scorer.meant(rows[0], "tr"), again.meant(rows[0], "tr")

    assert before is not None
    assert before.near is not None
    assert after is not None
    assert after.near is not None
    assert np.allclose(before.near, after.near, atol=1e-5)
    codes = scorer.model.codes
    silent = np.zeros(len(codes), np.float32)
    shares = mixed(Mixture(words=0, lexicon=0, nearness=3), silent, silent, after)
    assert codes[int(shares.argmax())] == told[0].code
