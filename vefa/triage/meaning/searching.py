"""Finding cases, phrases and services by what is meant, in any of the five languages.

With the semantic layer: the nearest by the signs of their vectors (PostgreSQL counts bits), ranked anew
by the vectors themselves. Without it, honestly less: the services that the words stand for lead to cases in
every language, and words are compared by their skeletons. Cases are reached through `visible_to` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from django.db.models import FloatField, Func, QuerySet, Value
from rapidfuzz.fuzz import token_set_ratio

from vefa.cases import queries
from vefa.cases.models import OPEN, Case
from vefa.cases.search import search as search_words
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory, service_by_code
from vefa.kit.text import words
from vefa.triage import semantic
from vefa.triage.advice import Asked, advise
from vefa.triage.language import language_of
from vefa.triage.meaning.storing import knowledge_texts
from vefa.triage.meaning.vectors import PHRASE, SERVICE, made, signs_of, unpacked
from vefa.triage.models import CaseVector, TextVector
from vefa.triage.script import native, skeletons
from vefa.triage.semantic import MODEL_ID

MOST = 30  # cases on the page
LOOKED_AT = 200  # by their signs, before the vectors rank them
FEW = 5  # phrases, and services
LEAST = 0.12  # nearness below which nothing means the same: two unlike texts are at 0.03
LEAST_WORDS = 60.0  # of 100, without the layer
LONGEST = 200  # letters of a question


@dataclass(frozen=True)
class Text:
    """A phrase or a service that was found: the best of its languages, and how near it is, 0 to 1."""

    key: str
    language: str
    nearness: float


@dataclass(frozen=True)
class Found:
    """What was found, the nearest first. `by` is meaning, or words where the layer is missing."""

    by: str
    language: str
    cases: list[Case] = field(default_factory=list)
    nearness: dict[int, float] = field(default_factory=dict)
    phrases: list[Text] = field(default_factory=list)
    services: list[Text] = field(default_factory=list)


def search(staff: Staff, text: str, *, hint: str) -> Found:
    """Look for `text` among what this person may see; `hint` is the language that is likely."""
    asked = text.strip()[:LONGEST]
    may_answer = can(staff, Action.ANSWER)
    language = language_of(asked, hint=hint, said=words(asked)).value
    row = _row(asked, language)
    if row is None:
        found = _by_words(staff, asked, hint)
        return found if may_answer else _without_phrases(found)
    near = _cases_by_meaning(staff, signs_of(row), row)
    cases = queries.rows([case_id for case_id, _ in near])
    texts = _texts_by_meaning(row)
    found = Found("meaning", language, cases, dict(near), texts[PHRASE], texts[SERVICE])
    return found if may_answer else _without_phrases(found)


def _row(asked: str, language: str) -> np.ndarray | None:
    """What is asked as a vector; None without the layer."""
    try:
        return made([asked], [language])[0] if semantic.available() else None
    except semantic.SemanticMissingError:  # its engine has just turned out to be broken
        return None


def _by_words(staff: Staff, asked: str, hint: str) -> Found:
    """Here alone the services are guessed: what that takes (60 MB) is left to the worker else."""
    advice = advise(Asked(text=asked, hint=hint))
    codes = [guess.value for guess in advice.services]
    texts = _texts_by_words(asked, codes)
    cases = _cases_by_words(staff, asked, codes)
    return Found("words", advice.language.value, cases, {}, texts[PHRASE], texts[SERVICE])


def _without_phrases(found: Found) -> Found:
    return Found(found.by, found.language, found.cases, found.nearness, [], found.services)


def _cases_by_meaning(staff: Staff, signs: str, row: np.ndarray) -> list[tuple[int, float]]:
    """The visible cases nearest to a vector, with how near they are."""
    seen = queries.visible_to(staff)
    rows: QuerySet[CaseVector] = CaseVector.objects.filter(model=MODEL_ID, case__in=seen)
    apart = Func("signs", Value(signs), template="bit_count(%(expressions)s::bit(384))", arg_joiner=" # ",
                 output_field=FloatField())  # fmt: skip
    nearest = list(rows.order_by(apart, "-case_id").values_list("case_id", "vector")[:LOOKED_AT])
    if not nearest:
        return []
    products = unpacked([bytes(vector) for _, vector in nearest]) @ row
    ranked = sorted(zip((case_id for case_id, _ in nearest), products.tolist(), strict=True), key=_nearest)
    return [(case_id, near) for case_id, near in ranked if near >= LEAST][:MOST]


def _nearest(found: tuple[int, float]) -> tuple[float, int]:
    return -found[1], -found[0]


def _texts_by_meaning(row: np.ndarray) -> dict[str, list[Text]]:
    """Phrases and services near to a vector, each in its best language."""
    rows = list(
        TextVector.objects.filter(model=MODEL_ID, kind__in=[PHRASE, SERVICE])
        .order_by("id")
        .values_list("kind", "key", "language", "vector")
    )
    if not rows:
        return {PHRASE: [], SERVICE: []}
    products = (unpacked([bytes(one[3]) for one in rows]) @ row).tolist()
    near = [
        (kind, Text(key, language, product))
        for (kind, key, language, _), product in zip(rows, products, strict=True)
    ]
    return {kind: _best([text for sort, text in near if sort == kind], LEAST) for kind in (PHRASE, SERVICE)}


def _best(texts: Sequence[Text], least: float) -> list[Text]:
    """The nearest few, each key once."""
    found: dict[str, Text] = {}
    for text in sorted(texts, key=lambda one: (-one.nearness, one.key, one.language)):
        if text.nearness >= least:
            found.setdefault(text.key, text)
    return list(found.values())[:FEW]


def _cases_by_words(staff: Staff, asked: str, codes: Sequence[str]) -> list[Case]:
    """Cases with the words, then the open ones of the services that the words stand for, in any language."""
    exact = [case.pk for case in search_words(staff, asked, limit=MOST // 2).rows]
    ids = [service.pk for code in codes if (service := service_by_code(code))]
    alike = queries.visible_to(staff).filter(OPEN, service_id__in=ids).order_by("-opened_at", "-id")
    more = list(alike.values_list("id", flat=True)[:MOST]) if ids else []
    return queries.rows(list(dict.fromkeys([*exact, *more]))[:MOST])


def _texts_by_words(asked: str, codes: Sequence[str]) -> dict[str, list[Text]]:
    """Phrases and services whose words look alike in any script; what the words stand for comes first."""
    said = " ".join(skeletons(words(asked)))
    near: dict[str, list[Text]] = {PHRASE: [], SERVICE: []}
    for (kind, key, language), bones in _skeletons(directory().municipality.version).items():
        likeness = 100.0 if kind == SERVICE and key in codes[:1] else token_set_ratio(said, bones)
        near[kind].append(Text(key, language, likeness / 100))
    return {kind: _best(texts, LEAST_WORDS / 100) for kind, texts in near.items()}


@lru_cache(maxsize=1)
def _skeletons(_version: int) -> dict[tuple[str, str, str], str]:
    """The words of every phrase and service; made anew when the directory changes."""
    return {key: " ".join(skeletons(words(native(text, key[2])))) for key, text in knowledge_texts().items()}
