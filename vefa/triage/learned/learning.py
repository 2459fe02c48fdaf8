"""Learn: gather what people said, fit a model, try it on what it has not seen, adopt it if it is better.

Runs in a process of its own. Killed at any moment it leaves the model in service as it was: nothing of it
is written before the last transaction but vectors that are right anyway.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from numpy.typing import NDArray

from vefa.journal.record import Happening, record
from vefa.kit.saying import Sentence, parts_of
from vefa.triage import semantic
from vefa.triage.learned import corpus, labels, versions
from vefa.triage.learned.corpus import Decided
from vefa.triage.learned.fitting import fit
from vefa.triage.learned.rules import Result, Tried, held_back, is_better, result_of, threshold_for
from vefa.triage.learned.samples import Sample, digest
from vefa.triage.learned.scoring import Scorer
from vefa.triage.learned.shipped import read
from vefa.triage.learned.threshold import fit_threshold
from vefa.triage.learned.trying import try_on
from vefa.triage.learned.vectors import forget_others, vectors_of
from vefa.triage.learned.weights import to_bytes
from vefa.triage.models import Learning, ModelVersion, ServiceLabel, Standing

LOCK = 0x7F01  # the space of the advisory lock: one learns at a time, and a death lets go
REACHES_BACK = timedelta(days=730)  # in the journal

Clock = Callable[[], datetime]


class BusyError(Exception):
    """Another process learns already."""


@dataclass(frozen=True)
class Lesson:
    """What there was to learn, and the latest cases that were kept from it."""

    catalogue: str
    examples: int
    samples: list[Sample]
    held: list[Decided]
    labels: int
    upto: int


def learn(*, clock: Clock, shipped: Path | None = None) -> ModelVersion:
    """Fit, try and perhaps adopt a version; the row of it. `shipped` holds vectors of a catalogue.

    Raises BusyError, NotLoadedError, ValueError.
    """
    with _alone():
        _note_begin(clock())
        try:
            version = _learn(clock, shipped)
        except Exception as error:  # told on the page of the model, then to whoever asked
            _note_end(clock(), trouble=f"{type(error).__name__}: {error}")
            raise
        _note_end(clock(), trouble="")
        return version


def _learn(clock: Clock, shipped: Path | None) -> ModelVersion:
    labels.gather(since=clock() - REACHES_BACK)
    lesson = _lesson()
    scorer = Scorer(fit(lesson.samples, vectors=_vectors(lesson, shipped)))
    old = versions.current()
    tried = try_on(lesson.held, scorer)
    before = result_of(try_on(lesson.held, old.scorer)) if lesson.held or old.scorer else None
    forget_others(lesson.samples)
    with transaction.atomic():
        version = _stored(lesson, scorer, tried, before, clock())
        _judge(version, result_of(tried), before, now=clock(), first=_knows_more(scorer, old.scorer))
        if version.standing == Standing.IN_SERVICE:
            fit_threshold(versions.threshold_of(version), now=clock())
        versions.forget_old()
    return version


def _vectors(lesson: Lesson, shipped: Path | None) -> NDArray[Any] | None:
    """The rows of the samples; None where texts cannot be compared by meaning."""
    try:
        known = read(shipped) if shipped else {}
        return vectors_of(lesson.samples, shipped=known) if semantic.available() else None
    except semantic.SemanticMissingError:
        return None


def _lesson() -> Lesson:
    latest = ServiceLabel.objects.order_by("-id").values_list("id", flat=True).first()
    told = corpus.catalogue()
    known = corpus.decided()
    held = held_back(len(known))
    learned, kept = known[: len(known) - held], known[len(known) - held :]
    return Lesson(
        catalogue=digest(told),
        examples=sum(one.vectored for one in told),
        samples=[*told, *(one.sample for one in learned)],
        held=kept,
        labels=len(known),
        upto=latest or 0,  # also what teaches nothing: a new fit would find nothing in it either
    )


def _stored(
    lesson: Lesson, scorer: Scorer, tried: Sequence[Tried], before: Result | None, now: datetime
) -> ModelVersion:
    latest = ModelVersion.objects.order_by("-number").values_list("number", flat=True).first() or 0
    result = result_of(tried)
    metrics: dict[str, Any] = {"measured": result.n, "first": result.first, "third": result.third}
    metrics["before"] = before.first if before else None
    metrics["threshold"] = threshold_for(tried)  # goes with the version, also when one goes back to it
    return ModelVersion.objects.create(
        number=latest + 1,
        weights=to_bytes(scorer.model),
        made_at=now,
        catalogue=lesson.catalogue,
        meaning=scorer.model.meaning.model if scorer.model.meaning else "",
        examples=lesson.examples,
        labels=lesson.labels,
        upto=lesson.upto,
        metrics=metrics,
        standing=Standing.REFUSED,
    )


def _judge(version: ModelVersion, new: Result, before: Result | None, *, now: datetime, first: bool) -> None:
    """Adopt it, or say why not. `first`: the only one that knows all services, see `_knows_more`."""
    latest = ModelVersion.objects.filter(standing=Standing.IN_SERVICE).first()
    fresh = latest is None or latest.catalogue != version.catalogue or latest.meaning != version.meaning
    told = {"right": new.first, "of": new.n, "before": before.first if before else 0}
    if is_better(new, before, fresh=fresh, first=first):
        why = Sentence("%(right)s of %(of)s right, %(before)s before", **told)
        if not new.n:
            why = Sentence("learned from the catalogue as it is now")
        versions.put_in_service(version, why=why, by=None, now=now)
        record([Happening(kind="model.adopted", **versions.about(version.number, by=None, now=now))])
        return
    version.why = parts_of(Sentence("no better: %(right)s of %(of)s right, %(before)s before", **told))
    version.save(update_fields=["why"])
    record([Happening(kind="model.refused", **versions.about(version.number, by=None, now=now))])


def _knows_more(new: Scorer, old: Scorer | None) -> bool:
    """Whether no model decides yet, none that can be read, or one that does not know a service in use.

    The cases that it is tried on were decided before there was that service: they cannot speak for it.
    """
    return old is None or not set(new.model.codes) <= set(old.model.codes)


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [LOCK])
        if not cursor.fetchone()[0]:
            raise BusyError("another process learns already")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK])


def _note_begin(now: datetime) -> None:
    """What was asked for stays asked for until the end: a fit that is killed is begun anew."""
    Learning.objects.update_or_create(id=1, defaults={"tried_at": now, "ended_at": None, "trouble": ""})


def _note_end(now: datetime, *, trouble: str) -> None:
    row = Learning.objects.filter(id=1)
    row.filter(asked_at__lte=F("tried_at")).update(asked_at=None, asked_by=None)
    row.update(ended_at=now, trouble=trouble)
