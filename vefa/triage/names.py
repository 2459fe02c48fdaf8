"""Names of places: their words say where, not what. Nobody in Park Avenue speaks of a park for that alone.

A word that is the whole name of a place still speaks for itself, for people say it of both.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from vefa.kit.expressions import ANY, Expressions, Met, Part
from vefa.triage.lexicon import LANGUAGES, lexicon
from vefa.triage.place import NamedArea

Span = tuple[int, int]  # from the first word of a name to behind its last


def spans_of(said: list[str], named: Iterable[Met[NamedArea]]) -> list[Span]:
    """Where names of several words stand: those of areas, and any word before "Avenue" or its like."""
    known = [(name.at, name.at + len(name.said)) for name in named if len(name.said) > 1]
    return known + [(street.at - 1, street.at + 1) for street in _streets().found_in(said) if street.at]


@cache
def _streets() -> Expressions[None]:
    marks = (mark for language in LANGUAGES for mark in lexicon(language).street)
    return Expressions.of(([Part(mark, ANY)], None) for mark in marks)


def apart[Value](met: Iterable[Met[Value]], spans: Sequence[Span]) -> tuple[list[Met[Value]], list[Span]]:
    """What stands outside of names, and those names in which something was met."""
    outside, silent = [], []
    for one in met:
        inside = next((span for span in spans if _within((one.at, one.at + len(one.said)), span)), None)
        if inside is None:
            outside.append(one)
        elif inside not in silent:
            silent.append(inside)
    return outside, silent


def _within(one: Span, other: Span) -> bool:
    """Whether `one` is a part of `other`, and not the whole of it."""
    return one != other and other[0] <= one[0] and one[1] <= other[1]
