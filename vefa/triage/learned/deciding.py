"""Which services a message could be about: by the catalogue's words, the learned model, perhaps a vector.

Most messages are clear from their words. Only those that leave a doubt are compared by meaning, which takes
thirty times as long.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vefa.kit.saying import Sentence
from vefa.triage.guess import Guess
from vefa.triage.learned.scoring import Heard, Scorer, Scores, mixed
from vefa.triage.service import Totals, services_of

CLEAR = 0.6  # from this share on the words alone decide
SUGGESTED = 3
_STRANGE = 0.29  # of a service that the model does not know: no threshold that is fitted lies so low
_LEAST = 0.2  # of the first, where the catalogue knows no word of it: below, the message names no service


@dataclass(frozen=True)
class Message:
    """What is looked at: folded words and text in native letters. `deep`: a vector may be asked."""

    said: Sequence[str]
    text: str
    language: str
    totals: Totals
    deep: bool = False


@dataclass(frozen=True)
class Judgement:
    """A share for every service, and what was heard."""

    shares: Scores
    heard: Heard
    by_meaning: bool


def services_for(message: Message, scorer: Scorer | None) -> list[Guess[str]]:
    """Up to three services, the likeliest first, with their shares as confidence and the words for them."""
    if scorer is None:
        return services_of(message.totals)
    judgement = judge(message, scorer)
    order = np.argsort(-judgement.shares)[:SUGGESTED]
    first = float(judgement.shares[order[0]])
    if not message.totals.weights and first < _LEAST:
        return []
    found = [
        Guess(
            scorer.model.codes[column],
            round(float(judgement.shares[column]), 3),
            _because(message, judgement, scorer, int(column)),
        )
        for column in order
    ]
    return [*_unlearned(message.totals, scorer), *found][:SUGGESTED]


def _unlearned(totals: Totals, scorer: Scorer) -> list[Guess[str]]:
    """The service that the catalogue's words name first, where the model has not heard of it."""
    named = services_of(totals, limit=1)
    if not named or named[0].value in scorer.model.codes:
        return []
    return [replace(named[0], confidence=min(named[0].confidence, _STRANGE))]


def learned_alone(message: Message, scorer: Scorer) -> list[Guess[str]]:
    """What the model says by itself, without the catalogue's words: for showing only."""
    heard, model = scorer.heard(message.said), scorer.model
    found = mixed(replace(model.plain, lexicon=0.0), scorer.words(heard), scorer.lexicon({}))
    best = [int(column) for column in np.argsort(-found)[:SUGGESTED]]
    return [
        Guess(model.codes[column], round(float(found[column]), 3), _learned(heard, column)) for column in best
    ]


def _learned(heard: Heard, column: int) -> Sentence:
    words = ", ".join(heard.strongest(column))
    return Sentence("because of %(words)s", words=words) if words else Sentence("by all its words together")


def judge(message: Message, scorer: Scorer) -> Judgement:
    """The shares of all services of the model."""
    heard = scorer.heard(message.said)
    model = scorer.model
    words, lexicon = scorer.words(heard), scorer.lexicon(message.totals.weights)
    plain = mixed(model.plain, words, lexicon)
    if not message.deep or model.mixed is None or plain.max() >= CLEAR:
        return Judgement(plain, heard, by_meaning=False)
    meant = scorer.meaning(message.text, message.language)
    if meant is None:
        return Judgement(plain, heard, by_meaning=False)
    return Judgement(mixed(model.mixed, words, lexicon, meant), heard, by_meaning=True)


def _because(message: Message, judgement: Judgement, scorer: Scorer, column: int) -> Sentence:
    code = scorer.model.codes[column]
    listed = message.totals.words.get(code, [])[:3]
    learned = [word for word in judgement.heard.strongest(column) if not any(word in one for one in listed)]
    words = ", ".join([*listed, *learned][:4])
    if not words:
        return Sentence("by its meaning") if judgement.by_meaning else Sentence("by all its words together")
    if judgement.by_meaning:
        return Sentence("by its meaning, and because of %(words)s", words=words)
    return Sentence("because of %(words)s", words=words)
