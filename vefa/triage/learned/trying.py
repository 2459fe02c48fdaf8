"""Try a model on cases whose service a person has said."""

from collections.abc import Sequence

from vefa.kit.text import words
from vefa.triage.knowledge import knowledge
from vefa.triage.learned.corpus import Decided
from vefa.triage.learned.deciding import Message, services_for
from vefa.triage.learned.rules import Tried
from vefa.triage.learned.scoring import Scorer
from vefa.triage.script import native
from vefa.triage.service import totals_of


def try_on(cases: Sequence[Decided], scorer: Scorer | None) -> list[Tried]:
    """What each case would have been suggested; None: by the words of the catalogue alone."""
    return [_tried(case, scorer) for case in cases]


def message_of(text: str, language: str, *, deep: bool) -> Message:
    """A text as it is looked at in service, without what is known of its sender and place."""
    told = native(text, language)
    said = words(told)
    totals = totals_of(knowledge().services.met(said), language=language)
    return Message(said=said, text=told, language=language, totals=totals, deep=deep)


def _tried(case: Decided, scorer: Scorer | None) -> Tried:
    guesses = services_for(message_of(case.text, case.language, deep=True), scorer)
    codes = [guess.value for guess in guesses]
    return Tried(
        confidence=guesses[0].confidence if guesses else 0.0,
        first=codes[:1] == [case.code],
        third=case.code in codes,
    )
