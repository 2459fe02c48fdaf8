"""The words under which a case is found, the same on every PostgreSQL: cut and folded here, not there."""

import json
import re
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from vefa.cases.models import Case
from vefa.kit.text import words

MOST_WORDS = 300  # of one case
MOST_ASKED = 8  # of one question
LONGEST = 60  # letters of a word
TABLE = "cases_case"
COMMON_SHARE = 0.01  # of all cases
FEW_CASES = 100_000  # a thousand matches are always sorted at once
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


def holding(names: Iterable[str], beside: Iterable[str] = ()) -> Prepared | None:
    """The tsquery for cases that hold a word beginning like one of `names`, and one of `beside` if any."""
    named = [f"'{part}':*" for name in sorted(names) for part in _cut(name)][:MOST_ASKED]
    if not named:
        return None
    also = [f"'{part}'" for word in sorted(beside) for part in _cut(word)][:MOST_ASKED]
    either = f"({' | '.join(named)})"
    return Prepared(f"{either} & ({' | '.join(also)})" if also else either)


def read_one_by_one(cases: QuerySet[Case], query: Prepared) -> QuerySet[Case]:
    """The cases that hold the words, found by reading each: quicker than the index where few are read."""
    unindexed = Coalesce("search", Cast(Value(""), SearchVectorField()))
    return cases.alias(read=unindexed).filter(read=query)


def are_common(cases: QuerySet[Case], query: Prepared) -> bool:
    """Whether the planner expects so many matches that fetching all of them costs more than a long walk.

    Two statements that read no case. The share, and not the number, since the planner takes half of it for
    every word that it does not know.
    """
    expected = json.loads(cases.filter(search=query).explain(format="json"))[0]["Plan"]["Plan Rows"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [TABLE])
        row = cursor.fetchone()
    return int(expected) > COMMON_SHARE * max(FEW_CASES, row[0] if row else 0)


def _cut(text: str) -> Iterable[str]:
    for word in words(text):
        if word.isalnum():
            yield word[:LONGEST]
        else:
            yield from (part[:LONGEST] for part in _JOINT.split(word) if part)
