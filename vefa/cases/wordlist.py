"""The words under which a case is found, the same on every PostgreSQL: cut and folded here, not there.

The words of who asks bear a sign: only who may see names finds by them. Of a word with a half-space both its
parts are kept and what they are when written together. What else Persian writes apart or together is made
equal where it is asked for: a text keeps its words as they were typed.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from vefa.cases.models import Case, CaseContact
from vefa.kit.text import words

MOST_WORDS = 300  # of one case
MOST_ASKED = 8  # of one question
LONGEST = 60  # letters of a word
TABLE = "cases_case"
COMMON_SHARE = 0.01  # of all cases
FEW_CASES = 100_000  # a thousand matches are always sorted at once
NAMED = "@"  # before a word of a name; alone it says that in this vector names stand apart
HALF_SPACE = "\u200c"
MOST_TOGETHER = 3  # words that may be one in the text
SHORTEST_CUT, LONGEST_CUT = 6, 16  # letters of a word that may be two in the text
# Persian words that stand in every other text: as halves they would find what has nothing to do with it.
EVERYWHERE = frozenset({
    "ان", "این", "از", "است", "ای", "با", "باید", "بر", "برای", "به", "بی", "بین", "پس", "تا", "تر", "تو",
    "چه", "دو", "در", "را", "ست", "سه", "شما", "که", "ما", "من", "می", "نمی", "نه", "هر", "هست", "هم",
    "همه", "یا", "یک", "یه",
})  # fmt: skip
_PERSIAN = re.compile(r"[\u0621-\u06d3\d]+")  # and numbers, which stand before a half-space too
_JOINT = re.compile(r"['\-]")
_HELD = re.compile(r"'([^']+)'")


def vector(texts: Iterable[str], *, name: str = "") -> str:
    """The distinct words of some texts, and of a person's name, as PostgreSQL writes a tsvector."""
    named = (NAMED + word for word in _cut(name))
    return _filled([NAMED, *named], texts)


def joined(held: str | None, texts: Iterable[str]) -> str:
    """A vector as the database holds it with the words of further texts, as far as there is room."""
    return _filled(_HELD.findall(held or ""), texts)


def words_of(case: Case, name: str, *, without: Collection[int] = ()) -> str:
    """The words of a case, of the person who asks and of what joined it, ready for its column.

    `without` what these contacts say. One statement, none for a case that is not written yet.
    """
    said = said_later([case.pk], without=without).get(case.pk, []) if case.pk else []
    return vector([case.title, case.place_text, case.text, *said], name=name)


def said_later(case_ids: Collection[int], *, without: Collection[int] = ()) -> dict[int, list[str]]:
    """By case, the words of the messages that joined it; of what was taken back none. One statement."""
    links = CaseContact.objects.filter(case__in=case_ids, opened=False, contact__deleted_at=None)
    found: dict[int, list[str]] = {}
    links = links.exclude(contact__in=without).order_by("id")
    for case_id, text in links.values_list("case_id", "contact__text"):
        found.setdefault(case_id, []).append(text)
    return found


class Prepared(SearchQuery):
    """A tsquery that is cut already: PostgreSQL only reads it."""

    template = "%(expressions)s::tsquery"


def asked(text: str, *, names: bool) -> Prepared | None:
    """The tsquery for cases that hold every word of `text`, or a word that begins so; None without words.

    With `names` also as a word of the name of who asks; without, only where names are known to stand apart.
    """
    terms = list(dict.fromkeys(_terms(text, names=names)))[:MOST_ASKED]
    if not terms:
        return None
    return Prepared(" & ".join(terms if names else [f"'{NAMED}'", *terms]))


def holding(names: Iterable[str], beside: Iterable[str] = ()) -> Prepared | None:
    """The tsquery for cases that hold a word beginning like one of `names`, and one of `beside` if any."""
    named = [f"'{part}':*" for name in sorted(names) for part in _plain(name)][:MOST_ASKED]
    if not named:
        return None
    also = [f"'{part}'" for word in sorted(beside) for part in _plain(word)][:MOST_ASKED]
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


def _filled(held: Iterable[str], texts: Iterable[str]) -> str:
    found = dict.fromkeys(held)
    for text in texts:
        if len(found) >= MOST_WORDS:
            break
        found.update(dict.fromkeys(_cut(text)))
    return " ".join(f"'{word}'" for word in list(found)[:MOST_WORDS])


def _terms(text: str, *, names: bool) -> Iterator[str]:
    """Each word as a part of a tsquery; Persian ones also written together, and cut in two."""
    before: list[str] = []
    for word in _plain(text):
        if not _PERSIAN.fullmatch(word):
            before = []
            yield _beginning(word, names=names)
            continue
        wholes = ["".join([*before[at:], word])[:LONGEST] for at in range(len(before))]
        forms = [word, *(whole for whole in wholes if not whole.isascii())]
        yield _either([*(_beginning(one, names=names) for one in forms), *_halves(word, names=names)])
        before = [*before, word][1 - MOST_TOGETHER :]


def _halves(word: str, *, names: bool) -> Iterator[str]:
    """A Persian word as two: of short words and of those in every text, too many would be found."""
    if SHORTEST_CUT <= len(word) <= LONGEST_CUT and not word.isascii():
        for at in range(2, len(word) - 1):
            head, tail = word[:at], word[at:]
            if not {head, tail} & EVERYWHERE:
                signs = ("", NAMED) if names else ("",)
                yield from (f"('{sign}{head}' & '{sign}{tail}')" for sign in signs)


def _either(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({' | '.join(terms)})"


def _beginning(word: str, *, names: bool) -> str:
    return f"('{word}':* | '{NAMED}{word}':*)" if names else f"'{word}':*"


def _cut(text: str) -> Iterator[str]:
    """What is kept of a text."""
    yield from _plain(text)
    if HALF_SPACE in text:
        for chunk in text.split():
            if HALF_SPACE in chunk:
                yield from _together(chunk)


def _together(chunk: str) -> Iterator[str]:
    return _plain(chunk.replace(HALF_SPACE, ""))


def _plain(text: str) -> Iterator[str]:
    for word in words(text):
        if word.isalnum():
            yield word[:LONGEST]
        else:
            yield from (part[:LONGEST] for part in _JOINT.split(word) if part)
