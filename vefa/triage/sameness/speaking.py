"""For which services the words of a text speak: the same in every language, and with no extra installed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vefa.kit.text import words
from vefa.triage.knowledge import knowledge
from vefa.triage.learned.deciding import SUGGESTED, Message, judge
from vefa.triage.learned.serving import in_service
from vefa.triage.script import native
from vefa.triage.service import services_of, totals_of

_LEAST = 0.02  # a smaller share of a service is noise
_ROUGH = 0.3  # a guess without a model, beside the service that a case has
SETTLED = 0.5  # how much the service that a case has counts beside what its words say

Speaks = NDArray[np.float32]


@dataclass(frozen=True)
class Meant:
    """Services with their shares, and what the words say of every service of the model, of length 1."""

    services: Mapping[str, float]
    speaks: Speaks | None = None


def meant(text: str, language: str, settled: str = "") -> Meant:
    """What a text is about; `settled` is the service that a case has: it may be triage's own mistake."""
    said = words(text)
    own = native(text, language)
    told = said if own is text else words(own)
    totals = totals_of(knowledge().services.met(told), language=language)
    scorer = in_service().scorer
    if scorer is None:
        guesses = {guess.value: guess.confidence for guess in services_of(totals)[:SUGGESTED]}
        return Meant(_beside(guesses, settled))
    judged = judge(Message(told, own, language, totals), scorer)
    shares = judged.shares
    likely = {scorer.model.codes[at]: float(shares[at]) for at in np.flatnonzero(shares >= _LEAST)}
    speaks = scorer.words(judged.heard) - scorer.model.bias
    length = float(np.linalg.norm(speaks))
    return Meant(_with(likely, settled), speaks / length if length else None)


def alike(one: Speaks | None, other: Speaks | None) -> float | None:
    """How alike two texts speak of services, -1 to 1; None where one says nothing."""
    return None if one is None or other is None or one.shape != other.shape else float(one @ other)


def _beside(guesses: Mapping[str, float], settled: str) -> Mapping[str, float]:
    """Without a model guesses are rougher: they stand behind what the case has."""
    told = {code: share * _ROUGH for code, share in guesses.items()}
    return told | {settled: 1.0} if settled else guesses


def _with(guesses: Mapping[str, float], settled: str) -> Mapping[str, float]:
    if not settled:
        return guesses
    left = {code: share * (1 - SETTLED) for code, share in guesses.items()}
    return left | {settled: left.get(settled, 0.0) + SETTLED}
