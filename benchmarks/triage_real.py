"""Real complaints of other cities, cross-validated with the learner of services: no lexicon, no catalogue.

The texts stay where they are (VEFA_REAL_DATA); where they are missing nothing is measured.
"""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import batched
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from vefa.kit.text import words
from vefa.triage import semantic
from vefa.triage.language import language_of
from vefa.triage.learned.fitting import fit
from vefa.triage.learned.samples import Sample, sample
from vefa.triage.learned.scoring import Scorer
from vefa.triage.learned.weights import Mixture
from vefa.triage.measures import Share
from vefa.triage.tone import verdict_of

DATA = Path(os.environ.get("VEFA_REAL_DATA", "../shared/data"))
TURKISH = DATA / "tr-municipal-complaints" / "train_dev.csv"
RUSSIAN = DATA / "ru-city-portal-appeals" / "appeals_sample.jsonl"
APPEALS = DATA / "kk-ru-akimat-appeals" / "appeals_dev.csv"
ENGLISH = DATA / "en-nyc-publicstuff" / "nyc_even_ids.csv"
WORDLESS = "without a description"  # of requests that came by telephone
KEPT = os.environ.get("VEFA_REAL_VECTORS", "")  # an npz: to reckon all vectors takes ten minutes of a core
FOLDS = 5
LEAST = FOLDS  # cases of a topic, so that each fold has one
EVEN = Mixture(words=1.0, lexicon=0.0, meaning=1.0, nearness=0.6)  # there is no lexicon
_held: dict[str, NDArray[np.float32]] = {}  # vectors by text, for as long as this process measures
_CATEGORY, _REASON, _HEARD = 0.92, 0.74, 0.99
TARGETS = {
    "Turkish complaints, 8 topics": 0.90,
    "Turkish complaints, language": _HEARD,
    "Russian portal, category by the text alone": _CATEGORY,
    "Russian portal, reason by the text alone": _REASON,
    "Russian portal, category": _CATEGORY,
    "Russian portal, reason": _REASON,
    "Russian portal, language": _HEARD,
    "appeals to an akimat, language, kk": _HEARD,
    "appeals to an akimat, language, ru": _HEARD,
    "English requests, language": _HEARD,
}


@dataclass(frozen=True)
class Told:
    """One complaint and the topic that a person gave it; `thing` is what the resident chose on the map.

    `marks`: what became of it: "sent on" to another body, "other topic" given by an official.
    """

    text: str
    language: str
    topic: str
    thing: str = ""
    marks: frozenset[str] = frozenset()


def figures() -> Iterator[tuple[str, Share]]:
    """Every set, with the first suggestion; topics too rare to be learned count as missed."""
    if TURKISH.exists():
        yield from _both("Turkish complaints, 8 topics", turkish())
        yield "Turkish complaints, language", _heard(turkish())
    if RUSSIAN.exists():
        for name in ("category", "reason"):
            yield from _both(f"Russian portal, {name} by the text alone", russian(name, thing=False))
            yield from _both(f"Russian portal, {name}", russian(name, thing=True))
        yield "Russian portal, language", _heard(russian("category", thing=False))
        yield "Russian portal, reopened: heard as not solved by the words alone", _reopened()
    if APPEALS.exists():
        for language, column in (("kk", "text_kz"), ("ru", "text_ru")):
            told = appeals(column, language)
            yield from _both(f"appeals to an akimat, 10 topics, {language}", told)
            yield f"appeals to an akimat, language, {language}", _heard(told)
    if ENGLISH.exists():
        yield from _both("English requests in words of their own, by title", english())
        yield "English requests, language", _heard(english())


def turkish() -> list[Told]:
    """The dev half of the Turkish complaints."""
    with TURKISH.open(encoding="utf-8", newline="") as file:
        return [Told(row["text"], "tr", row["label"]) for row in csv.DictReader(file)]


def russian(topic: str, *, thing: bool) -> list[Told]:
    """The dev appeals of the Russian portal; `thing`: with the house, yard or street that was chosen."""
    rows = [json.loads(line) for line in RUSSIAN.read_text(encoding="utf-8").splitlines()]
    return [
        Told(row["text"] or "", "ru", row[topic], (row["object"] or "") if thing else "", _became(row))
        for row in rows
    ]


def _became(row: Mapping[str, Any]) -> frozenset[str]:
    marks = (("sent on", "reroutes"), ("other topic", "recategorised"))
    return frozenset(mark for mark, column in marks if row[column])


def appeals(column: str, language: str) -> list[Told]:
    """Appeals to a Kazakh akimat, each wording once: the same ones come again with other regions."""
    with APPEALS.open(encoding="utf-8", newline="") as file:
        rows = {row[column]: row["category"] for row in csv.DictReader(file)}
    return [Told(text, language, topic) for text, topic in rows.items()]


def english() -> list[Told]:
    """What people of a city wrote beside the title that they chose; titles of ten and more."""
    with ENGLISH.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Description"].strip()]
    told = [
        Told(row["Description"], "en", row["Title"]) for row in rows if WORDLESS not in row["Description"]
    ]
    often = Counter(one.topic for one in told)
    return [one for one in told if often[one.topic] >= 2 * LEAST]


def _heard(told: Sequence[Told]) -> Share:
    """Whose language is heard without knowing anything of the writer."""
    return Share(sum(language_of(one.text, hint="").value == one.language for one in told), len(told))


def _reopened() -> Share:
    rows = [json.loads(line) for line in RUSSIAN.read_text(encoding="utf-8").splitlines()]
    said = [words(again["text"] or "") for row in rows for again in row["reopened"]]
    return Share(sum(verdict_of(one, language="ru").value == "not_solved" for one in said), len(said))


def _both(name: str, told: Sequence[Told]) -> Iterator[tuple[str, Share]]:
    deep, plain = cross_validated(told, _vectors(told) if semantic.available() else None)
    if deep is not None:
        yield name, _share(deep)
    yield f"{name}, by words" if deep is not None else name, _share(plain)
    for mark in sorted({mark for one in told for mark in one.marks}):
        marked = [hit for hit, one in zip(deep or plain, told, strict=True) if mark in one.marks]
        yield f"{name}: {mark}", _share(marked)


def _share(hits: Sequence[bool]) -> Share:
    return Share(sum(hits), len(hits))


def cross_validated(
    told: Sequence[Told], vectors: NDArray[np.float32] | None
) -> tuple[list[bool] | None, list[bool]]:
    """Each fifth judged by a model of the other four: with meaning, None without vectors; then by words.

    Of each complaint whether its own topic was said first.
    """
    often = Counter(one.topic for one in told)
    known = [place for place, one in enumerate(told) if often[one.topic] >= LEAST]
    samples = [_sample(one) for one in told]
    topics = [told[place].topic for place in known]
    deep, plain = [False] * len(told), [False] * len(told)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(known, topics):
        learned = [known[at] for at in train]
        rows = vectors[learned] if vectors is not None else None
        scorer = Scorer(fit([samples[at] for at in learned], vectors=rows))
        for at in (known[place] for place in test):
            plain[at] = _topic(scorer, samples[at], None) == told[at].topic
            deep[at] = _topic(scorer, samples[at], _row(vectors, at)) == told[at].topic
    return deep if vectors is not None else None, plain


def _topic(scorer: Scorer, one: Sample, row: NDArray[np.float32] | None) -> str:
    scores = EVEN.words * scorer.words(scorer.heard(one.said))
    meant = scorer.meant(row.astype(np.float16), one.language) if row is not None else None
    if meant is not None and meant.near is not None:
        scores = scores + EVEN.meaning * meant.plain + EVEN.nearness * meant.near
    return scorer.model.codes[int(scores.argmax())]


def _row(vectors: NDArray[np.float32] | None, at: int) -> NDArray[np.float32] | None:
    return None if vectors is None else vectors[at]


def _sample(one: Told) -> Sample:
    return sample(f"{one.thing} {one.text}" if one.thing else one.text, one.language, one.topic)


def _vectors(told: Sequence[Told]) -> NDArray[np.float32]:
    """The mean of the vectors of a text's windows; what was reckoned before is read from KEPT."""
    known = _kept()
    texts = [one.text or "-" for one in told]
    missing = [text for text in dict.fromkeys(texts) if _key(text) not in known]
    for text in missing:
        windows = ["".join(letters) for letters in batched(text, semantic.LONGEST, strict=False)]
        mean = semantic.vectors(windows).astype(np.float32).mean(axis=0)
        known[_key(text)] = mean / max(float(np.linalg.norm(mean)), 1e-6)
    if missing:
        _keep(known)
    return np.array([known[_key(text)] for text in texts], np.float32)


def _key(text: str) -> str:
    return blake2b(f"{semantic.MODEL_ID}\t{text}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def _kept() -> dict[str, NDArray[np.float32]]:
    if not KEPT or not Path(KEPT).exists():
        return _held
    with np.load(KEPT, allow_pickle=False) as held:
        return dict(zip(held["keys"].tolist(), held["rows"], strict=True))


def _keep(known: dict[str, NDArray[np.float32]]) -> None:
    if KEPT:
        np.savez(KEPT, allow_pickle=False, keys=np.array(list(known)), rows=np.array(list(known.values())))
