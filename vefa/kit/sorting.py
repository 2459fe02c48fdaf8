"""The order of names as a reader of each language expects it (Unicode Collation Algorithm, CLDR)."""

from collections.abc import Callable, Iterable
from functools import lru_cache

import icu


@lru_cache(maxsize=8)
def _collator(language: str) -> icu.Collator:
    return icu.Collator.createInstance(icu.Locale(language))


def in_order[Thing](things: Iterable[Thing], name: Callable[[Thing], str], *, language: str) -> list[Thing]:
    """The things by their names: ç after c in Turkish, ә after а in Kazakh, پ after ب in Persian."""
    collator = _collator(language)
    return sorted(things, key=lambda thing: collator.getSortKey(name(thing)))
