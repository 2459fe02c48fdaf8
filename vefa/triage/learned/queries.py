"""Reads about learning for the screens: what stands, what was, and how well it judged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from vefa.cases.models import Case
from vefa.directory.queries import examples_by_language, services
from vefa.journal.models import Event
from vefa.triage import semantic
from vefa.triage.learned.due import night_after
from vefa.triage.learned.likeness import Like, like
from vefa.triage.learned.serving import in_service
from vefa.triage.measures import Judged, Share
from vefa.triage.models import Finding, Learning, ModelVersion, ServiceLabel, Standing

_KINDS = ("model.adopted", "model.rolled_back", "model.refused", "model.asked", "model.threshold")

__all__ = [
    "Like",
    "StandingView",
    "VersionView",
    "history",
    "judged",
    "language_means",
    "like",
    "standing",
    "versions",
]


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version as a screen shows it; `first` and `third` on the confirmed cases it was measured on."""

    id: int
    number: int
    made_at: datetime
    examples: int
    labels: int
    semantic: bool
    first: Share
    third: Share
    before: Share | None  # what was in service then, on the same cases
    state: str  # in_service, refused, retired
    why: Any  # the parts of a sentence
    held: bool  # whether one can still go back to it
    adopted_at: datetime | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class StandingView:
    """What decides now, what it learned from, and what comes next."""

    version: VersionView | None
    threshold: float
    threshold_by: str  # the name of who set it, "" where it was fitted or set at the command line
    threshold_at: datetime | None  # None where it was fitted
    examples: dict[str, int]  # by language
    labels: int
    labels_since: int  # what the version in service does not know yet
    next_at: datetime | None
    learning: bool  # asked for, or at work
    asked_at: datetime | None
    semantic: str  # on, off, missing
    learning_on: bool
    trouble: str


def standing() -> StandingView:
    """Where learning stands."""
    row = Learning.objects.select_related("threshold_by").filter(id=1).first() or Learning()
    serving = _versions().filter(standing=Standing.IN_SERVICE).first()
    latest = _versions().order_by("-number").first()
    told = ServiceLabel.objects.filter(undone_at=None)
    works = row.tried_at is not None and (row.ended_at is None or row.ended_at < row.tried_at)
    return StandingView(
        version=_view(serving) if serving else None,
        threshold=row.threshold,
        threshold_by=row.threshold_by.name if row.threshold_by else "",
        threshold_at=row.threshold_at,
        examples=examples_by_language(),
        labels=told.count(),
        labels_since=told.filter(id__gt=latest.upto if latest else 0).count(),
        next_at=night_after(latest.made_at) if latest and settings.LEARNING else None,
        learning=works or row.asked_at is not None,
        asked_at=row.asked_at,
        semantic=semantic.state(),
        learning_on=settings.LEARNING,
        trouble=row.trouble,
    )


def versions(limit: int = 20) -> list[VersionView]:
    """The newest versions, the newest first."""
    return [_view(row) for row in _versions().order_by("-number")[:limit]]


def history(limit: int = 50) -> list[Event]:
    """What was done with models and threshold, the newest first."""
    return list(Event.objects.filter(kind__in=_KINDS).order_by("-at", "-id")[:limit])


def judged(last: int = 1_000) -> list[Judged]:
    """The newest confirmed cases that triage had judged, one row a case, the newest first."""
    codes = {one.pk: one.code for one in services()}
    labels = ServiceLabel.objects.filter(undone_at=None).order_by("-at", "-id")
    found: dict[int, tuple[str, datetime]] = {}
    for case_id, service_id, at in labels.values_list("case_id", "service_id", "at")[: last * 2]:
        if service_id in codes:
            found.setdefault(case_id, (codes[service_id], at))
    wanted = dict(list(found.items())[:last])
    cases = {row.pk: row for row in Case.objects.filter(id__in=wanted).only("reference", "language")}
    first = (
        Finding.objects.filter(case_id__in=wanted).order_by("case_id", "found_at", "id").distinct("case_id")
    )
    said = dict(first.values_list("case_id", "suggestions"))
    return [
        _judged(cases[pk], said[pk], right, at)
        for pk, (right, at) in wanted.items()
        if pk in said and pk in cases
    ]


def language_means() -> dict[str, Any]:
    """The mean vector of each language, as the model in service has it; {} without one."""
    scorer = in_service().scorer
    return dict(scorer.model.meaning.middles) if scorer and scorer.model.meaning else {}


def _judged(case: Case, suggestions: list[dict[str, Any]], right: str, at: datetime) -> Judged:
    codes = [row["code"] for row in suggestions]
    return Judged(
        case_id=case.pk,
        reference=case.reference,
        language=case.language,
        said=codes[0] if codes else "",
        right=right,
        confidence=suggestions[0]["confidence"] if suggestions else 0.0,
        third=right in codes,
        at=at,
    )


def _versions() -> Any:
    held = Exists(ModelVersion.objects.filter(pk=OuterRef("pk")).exclude(weights=b""))
    return ModelVersion.objects.defer("weights").annotate(held=held)


def _view(row: ModelVersion) -> VersionView:
    told = row.metrics
    n = told.get("measured", 0)
    before = told.get("before")
    return VersionView(
        id=row.pk,
        number=row.number,
        made_at=row.made_at,
        examples=row.examples,
        labels=row.labels,
        semantic=bool(row.meaning),
        first=Share(told.get("first", 0), n),
        third=Share(told.get("third", 0), n),
        before=Share(before, n) if before is not None and n else None,
        state=row.standing,
        why=row.why,
        held=bool(getattr(row, "held", False)),
        adopted_at=row.adopted_at,
        retired_at=row.retired_at,
    )
