"""Several matters in one message: where one ends and the next begins, as a proposal for a person.

A message is cut at the ends of sentences and lines, at words such as "also", and at commas. What names a
service of its own begins a piece; everything else belongs to the piece before it. How clearly it must be
named depends on the cut: behind "also", or with "too" in it, less than behind a comma, for lists are none.
Nothing is cut by itself: a clerk takes the proposal, or does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from vefa.kit.text import fold, words
from vefa.triage.advice import Advice, Asked, advise
from vefa.triage.guess import Guess
from vefa.triage.lexicon import lexicon

_LONGEST = 4000  # characters that are looked at
MOST = 24  # clauses, and so pieces
# How sure the service of a clause must be: of the first, behind "also", a full stop, a comma or "and".
_FIRST, _ALSO, _STOP, _COMMA = 0.4, 0.35, 0.7, 0.85
_GREETED = 0.6  # of the first that names any, behind words without a matter
_TOO = 0.25  # less where "too" stands in the clause
_LEAST_WORDS = 2
_STRONG = re.compile(r"(?:(?<![.!?؟…;؛])[.!?؟…;؛]+(?=\s|$)|\n+|(?:^|\s)(?:\d{1,2}[.)]|[-•*–])\s)")
_WEAK = re.compile(r"[,،]\s|\s(?:ve|hem|ama|fakat|и|но|және|жане|әрі|бірақ|و|ولی|اما|and|but|а|һәм)\s")
_TOO_WORDS = re.compile(r" (?:da|de|тоже|также|да|де|та|те|هم|too|as well|either) ")
_NO_MATTER = {"thanks", "abuse", "spam"}


@dataclass(frozen=True)
class Clause:
    """Words of a message up to a mark or a word that divides, and how sure its service must be."""

    text: str
    least: float


@dataclass(frozen=True)
class Piece:
    """One matter of a message: its words, up to three services with evidence, the area that it names."""

    text: str
    services: tuple[Guess[str], ...]
    area: Guess[int] | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The services, the likeliest first."""
        return tuple(guess.value for guess in self.services)


def parts_of(text: str, language: str) -> list[Piece]:
    """The matters of a message, the main one first as it stands; fewer than two are none.

    Raises directory.queries.NotLoadedError.
    """
    pieces: list[Piece] = []
    ahead = ""  # a greeting, words without a matter: they belong to the first piece
    for clause in _clauses(text[:_LONGEST], language)[:MOST]:
        advice = advise(Asked(text=clause.text, hint=language))
        least = clause.least if pieces else min(clause.least, _GREETED)
        if _names_one(advice, least) and _is_other(advice, pieces):
            pieces.append(Piece(f"{ahead}{clause.text}", tuple(advice.services), advice.area))
            ahead = ""
        elif pieces:
            pieces[-1] = _longer(pieces[-1], clause.text, advice.area)
        else:
            ahead = f"{ahead}{clause.text} "
    return pieces if len(pieces) > 1 else []


def _clauses(text: str, language: str) -> list[Clause]:
    """The clauses of a text, in order, with the marks at their ends."""
    found: list[Clause] = []
    for sentence in _cut(text, _STRONG):
        for number, said in enumerate(_at_words(sentence, language)):
            also = number > 0 or _begins_further(said, language)
            for place, part in enumerate(_cut(said, _WEAK)):
                if found and len(part.split()) < _LEAST_WORDS:
                    found[-1] = replace(found[-1], text=f"{found[-1].text} {part}".strip())
                elif part:
                    found.append(Clause(part, _least(part, first=not found, also=also, weak=place > 0)))
    return found


def _least(part: str, *, first: bool, also: bool, weak: bool) -> float:
    """How sure the service of a clause must be, by what stands before it."""
    if first:
        return _FIRST
    least = _COMMA if weak else _ALSO if also else _STOP
    too = not also and _TOO_WORDS.search(f" {fold(part)} ")
    return least - _TOO if too else least


def _cut(text: str, at: re.Pattern[str]) -> Iterator[str]:
    """The stretches of a text, each with the mark that ends it."""
    start = 0
    for met in at.finditer(text):
        yield text[start : met.end()].strip()
        start = met.end()
    yield text[start:].strip()


def _at_words(sentence: str, language: str) -> Iterator[str]:
    """A sentence, cut before each "also"."""
    said = sentence.split()
    starts = [at for at in _further(said, language) if at]
    edges = [0, *sorted(set(starts)), len(said)]
    for begin, end in pairwise(edges):
        yield " ".join(said[begin:end])


def _further(said: list[str], language: str) -> list[int]:
    """Where words such as "also" begin."""
    folded = ["".join(words(word)) for word in said]
    return [met.at for met in lexicon(language).further.table.found_in(folded)]


def _begins_further(text: str, language: str) -> bool:
    return 0 in _further(text.split()[:4], language)


def _names_one(advice: Advice, least: float) -> bool:
    service = advice.service
    return service is not None and advice.confidence >= least and advice.kind.value not in _NO_MATTER


def _is_other(advice: Advice, pieces: list[Piece]) -> bool:
    """Whether it is none of the services that an earlier piece could be about, or one in another place."""
    code = advice.services[0].value
    for piece in pieces:
        elsewhere = piece.area and advice.area and piece.area.value != advice.area.value
        if code in piece.codes[:2] and not elsewhere:
            return False
    return True


def _longer(piece: Piece, text: str, area: Guess[int] | None) -> Piece:
    return replace(piece, text=f"{piece.text} {text}", area=piece.area or area)
