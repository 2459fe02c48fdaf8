"""Why triage decided as it did about one case, step by step in words, and what a person may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases.models import Case
from vefa.cases.queries import seen_among
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.triage.learned import labels
from vefa.triage.learned.queries import Like, like
from vefa.triage.models import Finding
from vefa.triage.queries import findings_of
from vefa.web.desk import model_words, reasons
from vefa.web.desk.case import found_case
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show

_STEPS_SHOWN_APART = frozenset({"service"})


@dataclass(frozen=True, slots=True)
class Thought:
    """One service that triage thought of: how sure it was, and why."""

    name: str
    reason: str
    percent: str
    share: float  # per cent, for the bar
    chosen: bool  # it is the case's service now


@dataclass(frozen=True, slots=True)
class Reading:
    """What triage made of one message."""

    at: datetime
    text: str
    language: str
    sure: bool
    version: str
    thoughts: list[Thought]
    steps: list[reasons.Step]
    nearest: list[Like]


@require_safe
@staff_only(Action.READ)
def why(request: StaffRequest, case_id: int) -> HttpResponse:
    """The page."""
    found = found_case(request.staff, case_id)
    names = model_words.service_names()
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "case": found,
        "readings": _readings(request.staff, found, findings_of(found), names),
        "service": names.get(found.service.code, found.service.code) if found.service else "",
        "may_confirm": can(request.staff, Action.ANSWER) and found.service is not None,
        "may_change": can(request.staff, Action.ANSWER),
        "confirmed": labels.standing_of(found.pk),
        "may_see_all": can(request.staff, Action.APPROVE),
    }
    return show(request, "desk/why.html", None, context)


@require_POST
@staff_only(Action.ANSWER)
def confirm(request: StaffRequest, case_id: int) -> HttpResponse:
    """The case's service is right: triage learns from that too."""
    found = found_case(request.staff, case_id)
    if found.service_id is None:
        messages.error(request, gettext("This case has no service yet; choose one first."))
    else:
        labels.confirm(case_id=found.pk, service_id=found.service_id, by=request.staff, now=timezone.now())
        messages.success(request, gettext("Thank you: triage learns from this too."))
    return HttpResponseRedirect(reverse("desk:why", args=[found.pk]))


def _readings(
    staff: Staff, case: Case, findings: Iterable[Finding], names: Mapping[str, str]
) -> list[Reading]:
    read = [_reading(case, one, names) for one in findings]
    linked = {near.case_id for one in read for near in one.nearest if near.case_id}
    seen = seen_among(staff, linked)
    return [_only_seen(one, seen) for one in read]


def _only_seen(reading: Reading, seen: set[int]) -> Reading:
    """Without the cases of others that the reader may not see."""
    nearest = [near for near in reading.nearest if not near.case_id or near.case_id in seen]
    return Reading(**{name: getattr(reading, name) for name in Reading.__slots__} | {"nearest": nearest})


def _reading(case: Case, finding: Finding, names: Mapping[str, str]) -> Reading:
    first = str(finding.suggestions[0]["code"]) if finding.suggestions else ""
    text = finding.contact.text
    typed = reasons.typed_in(text, finding.language)
    apart = [row for row in finding.evidence if row.get("step") not in _STEPS_SHOWN_APART]
    return Reading(
        at=finding.found_at,
        text=text,
        language=finding.language,
        sure=finding.sure,
        version=finding.version,
        thoughts=[_thought(case, one, names, typed) for one in finding.suggestions],
        steps=[*reasons.steps(apart, typed=typed)],
        nearest=like(text, first, finding.language, but=case.pk) if first else [],
    )


def _thought(
    case: Case, kept: Mapping[str, Any], names: Mapping[str, str], typed: Mapping[str, str]
) -> Thought:
    code, confidence = str(kept["code"]), float(kept["confidence"])
    return Thought(
        name=names.get(code, code),
        reason=reasons.reason_of(kept, typed=typed),
        percent=model_words.percent(confidence),
        share=confidence * 100,
        chosen=case.service is not None and case.service.code == code,
    )
