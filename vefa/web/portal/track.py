"""The page of one report: what you told us, what happens now and by when, what we did, what was said."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vefa.cases import proofs
from vefa.cases.models import Case, Outcome, Promise, PromiseKind, Proof, State
from vefa.cases.queries import promises_of
from vefa.dialogue.reporters import Reporters
from vefa.dialogue.values import for_others
from vefa.inbox.models import AttachmentState
from vefa.kit import ids
from vefa.web.portal import photos, received, reports, showing, statuses, talk
from vefa.web.portal.reports import Mine
from vefa.web.ui.shapes import File


@dataclass(frozen=True)
class Owed:
    """What was promised: by when, and if it slipped or was moved, why."""

    due_at: datetime | None
    kind: str
    late: bool
    why: str
    moved_from: datetime | None = None


@never_cache
@require_safe
def track(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """Everything that the resident may know about their own report."""
    mine = reports.find(reference, secret)
    if mine is None and reports.was_open(reference, secret):
        return redirect("portal:look")
    if mine is None:
        raise Http404
    return page(request, mine, {})


def page(request: HttpRequest, mine: Mine, more: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page, with what the last attempt to say something left behind."""
    now = timezone.now()
    facts = _of_case(mine, mine.case, mine.shown or mine.case, now) if mine.case else _of_contact(mine, now)
    context = {"mine": mine, "token": ids.secret(), "at_most": photos.AT_MOST, "answers_form": "say", **facts}
    return render(request, "portal/track.html", {**context, **more}, status=status)


def _of_contact(mine: Mine, now: datetime) -> dict[str, Any]:
    said, coming = mine.said, received.next_of(mine, now=now)
    return {
        "status": statuses.received(),
        "text": said.get("text", ""),
        "place": said.get("place_text", ""),
        "files": [talk.shown_file(mine, one) for one in mine.files],
        "unit": coming.unit,
        "owed": _coming(coming),
    }


def _coming(coming: received.Next) -> list[Owed]:
    """What such a report will be owed, before it is a case."""
    due = ((PromiseKind.FIRST_ANSWER, coming.answer_by), (PromiseKind.RESOLUTION, coming.done_by))
    return [Owed(due_at=at, kind=kind, late=False, why="") for kind, at in due if at]


def _of_case(mine: Mine, case: Case, course: Case, now: datetime) -> dict[str, Any]:
    language = get_language() or "en"
    messages = talk.messages(mine, case, now=now)
    first = next((one for one in messages if one.side == "in"), None)
    return {
        "case": case,
        "status": statuses.of(course),
        "text": case.text,
        "language": case.language,
        "place": case.place_text or (case.area.name(language) if case.area else ""),
        "service": case.service.name(language) if case.service else "",
        "unit": course.unit.name(language) if course.unit else "",
        "files": first.files if first else [],
        "talk": messages[1:] if first and messages and messages[0] is first else messages,
        "proofs": _proofs(mine),
        "owed": owed(course, reader=case, now=now),
        "ended": course.state == State.ENDED,
        "refused": course.state == State.ENDED and course.outcome == Outcome.NOT_POSSIBLE,
        "waiting": course.state == State.WAITING,
    }


def _shown(mine: Mine) -> list[Proof]:
    """What shows the work, the parts' too; where the course of another case is shown, that case's alone."""
    if mine.case is None:
        return []
    return proofs.shown(mine.shown or mine.case, with_parts=mine.shown in {None, mine.case})


def _proofs(mine: Mine) -> list[File]:
    """Photos of the work, as far as they may be shown."""
    return [
        talk.file_of(mine, key=one.key, name="", size=one.size, content_type=one.content_type)
        for one in _shown(mine)
    ]


def owed(case: Case, *, reader: Case, now: datetime) -> list[Owed]:
    """What is still owed, the nearest first; an extension says why and from when it was moved.

    Why, was written to who reported that case: whoever's own case follows it reads nothing personal there.
    """
    running = [one for one in promises_of(case) if one.kept_at is None and one.dropped_at is None]
    found = [_owed(promise, now) for promise in running if promise.kind != PromiseKind.LEGAL]
    if reader.pk != case.pk:
        found = [replace(one, why=for_others(Reporters().hidden(one.why, case.pk))) for one in found]
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at))


def _owed(promise: Promise, now: datetime) -> Owed:
    granted = [one for one in promise.extensions.all() if one.approved]
    latest = max(granted, key=lambda one: one.decided_at or one.asked_at, default=None)
    late = promise.due_at is not None and promise.due_at < now
    return Owed(
        due_at=promise.due_at,
        kind=promise.kind,
        late=late,
        why=promise.broken_why or (latest.reason if latest else ""),
        moved_from=latest.was_due_at if latest else None,
    )


@never_cache
@require_safe
def file(_request: HttpRequest, reference: str, secret: str, key: UUID) -> HttpResponseBase:
    """A file of this report: what the resident or the city sent, or a public photo of the work."""
    mine = reports.find(reference, secret)
    if mine is None:
        raise Http404
    own = talk.own_files(mine.case) if mine.case else mine.files
    for one in own:
        if one.key == key and one.state == AttachmentState.STORED:
            return showing.shown(path=one.path, content_type=one.content_type, name=one.name)
    for sent in talk.sent_files(mine.case, now=timezone.now()) if mine.case else ():
        if sent.key == key:
            return showing.shown(path=sent.path, content_type=sent.content_type, name=sent.name)
    proof = next((one for one in _shown(mine) if one.key == key), None)
    if proof is None:
        raise Http404
    return showing.shown(path=proof.path, content_type=proof.content_type, name="")
