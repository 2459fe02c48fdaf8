"""The words under which a case is found, the same on every PostgreSQL: cut and folded here, not there."""

import re
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from vefa.cases.models import Case
from vefa.kit.text import words

MOST_WORDS = 300  # of one case
MOST_ASKED = 8  # of one question
LONGEST = 60  # letters of a word
_JOINT = re.compile(r"['\-]")


def vector(texts: Iterable[str]) -> str:
    """The distinct words of some texts as PostgreSQL writes a tsvector, without positions."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(_cut(text)))
        if len(found) >= MOST_WORDS:
            break
    return " ".join(f"'{word}'" for word in list(found)[:MOST_WORDS])


def words_of(case: Case, name: str) -> str:
    """The words of a case and of the person who asks, ready for its column."""
    return vector([case.title, name, case.place_text, case.text])


class Prepared(SearchQuery):
    """A tsquery that is cut already: PostgreSQL only reads it."""

    template = "%(expressions)s::tsquery"


def asked(text: str) -> Prepared | None:
    """The tsquery for cases that hold every word of `text`, or a word that begins so; None without words."""
    parts = list(dict.fromkeys(_cut(text)))[:MOST_ASKED]
    if not parts:
        return None
    return Prepared(" & ".join(f"'{word}':*" for word in parts))


def read_one_by_one(cases: QuerySet[Case], query: Prepared) -> QuerySet[Case]:
    """The cases that hold the words, found by reading each: quicker than the index where few are read."""
    unindexed = Coalesce("search", Cast(Value(""), SearchVectorField()))
    return cases.alias(read=unindexed).filter(read=query)


def _cut(text: str) -> Iterable[str]:
    for word in words(text):
        if word.isalnum():
            yield word[:LONGEST]
        else:
            yield from (part[:LONGEST] for part in _JOINT.split(word) if part)
