"""From a case, or from bare words, to what two reports are compared by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vefa.cases.models import Case
from vefa.directory.models import Area
from vefa.directory.queries import directory
from vefa.kit.geo import Point
from vefa.kit.text import words
from vefa.triage.knowledge import knowledge
from vefa.triage.names import spans_of
from vefa.triage.sameness.rules import Report
from vefa.triage.sameness.speaking import Speaks, meant
from vefa.triage.sameness.whereabouts import whereabouts_of
from vefa.triage.script import skeletons

DAY_S = 86_400.0
LONGEST = 600  # letters of a text that are read
_EXACT = Area.Level.STREET


@dataclass(frozen=True)
class Read:
    """A report with its words as skeletons, those of its place left out."""

    report: Report
    said: str
    language: str
    vector: bytes = b""
    speaks: Speaks | None = None  # for which services its words speak; None without a model of them

    @property
    def placed(self) -> bool:
        """Whether anything says where it is: without that nothing is compared."""
        one = self.report
        return bool(one.area or one.point or one.whereabouts.names or one.whereabouts.lines)


@dataclass(frozen=True, kw_only=True)
class Said:
    """Bare words with what is known beside them; `services` confidence by code."""

    text: str
    place_text: str = ""
    area_id: int | None = None
    lat: float | None = None
    lon: float | None = None
    services: Mapping[str, float]
    at: datetime
    language: str = ""
    speaks: Speaks | None = None


def read(said: Said) -> Read:
    """What these words are compared by."""
    told = words(f"{said.text[:LONGEST]}\n{said.place_text}")
    named = knowledge().gazetteer.named(told)
    spans = [(name.at, name.at + len(name.said)) for name in named]
    areas = directory().areas
    area = _deeper(areas.get(said.area_id or 0), [areas[name.value.area_id] for name in named])
    here = directory().services_in_use
    report = Report(
        services=said.services,
        area=area.path if area else "",
        exact=area is not None and area.kind == _EXACT,
        point=Point(said.lat, said.lon) if said.lat is not None and said.lon is not None else None,
        whereabouts=whereabouts_of(told, spans),
        day=said.at.timestamp() / DAY_S,
        group_of={code: here[code].group.key for code in said.services if code in here},
    )
    silent = {place for start, end in [*spans, *spans_of(told, named)] for place in range(start, end)}
    left = [word for place, word in enumerate(told) if place not in silent and not word.isdigit()]
    return Read(report, " ".join(skeletons(left)), said.language, speaks=said.speaks)


def read_case(case: Case, *, vector: bytes = b"") -> Read:
    """What a case is compared by: its place, its service, and what its words say beside that."""
    return with_matter(read_place(case), case, vector=vector)


def read_place(case: Case) -> Read:
    """Where a case is and when; not yet what it is about, which costs three times as much."""
    return read(
        Said(
            text=_text(case),
            place_text=case.place_text,
            area_id=case.area_id,
            lat=case.lat,
            lon=case.lon,
            services={},
            at=case.opened_at,
            language=case.language,
        )
    )


def with_matter(found: Read, case: Case, *, vector: bytes = b"") -> Read:
    """The same with what the case is about."""
    here = directory()
    own = here.services.get(case.service_id or 0)
    about = meant(_text(case)[:LONGEST], case.language, own.code if own else "")
    known = here.services_in_use
    groups = {code: known[code].group.key for code in about.services if code in known}
    report = replace(found.report, services=about.services, group_of=groups)
    return replace(found, report=report, speaks=about.speaks, vector=vector)


def _text(case: Case) -> str:
    return case.text if case.text.startswith(case.title[:20]) else f"{case.title}\n{case.text}"


def _deeper(stored: Area | None, named: Sequence[Area]) -> Area | None:
    """The most exact area: one that is named inside the stored one; the stored one else."""
    if stored is None:
        exact = max((area.path.count("/") for area in named), default=0)
        deepest = {area.pk: area for area in named if area.path.count("/") == exact}
        return next(iter(deepest.values())) if len(deepest) == 1 else None
    inside = [area for area in named if area.path.startswith(f"{stored.path}/")]
    return max(inside, key=lambda area: area.path.count("/"), default=stored)
