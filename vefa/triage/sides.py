"""The two sides of what triage says of a service, each by itself: the catalogue's words, and the model.

Triage acts on both together. Who edits the catalogue sees apart what their own words do at once, and what the
model, which has learned before, adds or does not know yet.
"""

from dataclasses import dataclass

from vefa.kit.saying import Sentence
from vefa.triage.advice import Asked, read
from vefa.triage.guess import Guess
from vefa.triage.learned.deciding import SUGGESTED, learned_alone
from vefa.triage.learned.serving import in_service
from vefa.triage.service import services_of


@dataclass(frozen=True)
class Sides:
    """`catalogue` and `model` hold up to three guesses each. `version` 0: no model is in service.

    `codes` are the services that the model knows.
    """

    catalogue: list[Guess[str]]
    model: list[Guess[str]]
    version: int
    codes: frozenset[str]


def sides_of(asked: Asked) -> Sides:
    """What each side says of a message by itself. Raises directory.queries.NotLoadedError."""
    message = read(asked).message
    serving = in_service()
    totals = message.totals
    whole = sum(totals.weights.values())
    catalogue = [
        Guess(
            guess.value,
            round(totals.weights[guess.value] / whole, 3),
            Sentence("says %(words)s", words=", ".join(totals.words[guess.value][:4])),
        )
        for guess in services_of(totals, limit=SUGGESTED)
    ]
    if serving.scorer is None:
        return Sides(catalogue, [], 0, frozenset())
    codes = frozenset(serving.scorer.model.codes)
    return Sides(catalogue, learned_alone(message, serving.scorer), serving.number, codes)
