"""The morning on a telephone: what came to me and what is worst, ten seconds each."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases import lifecycle, queries
from vefa.cases.lifecycle import Assignment
from vefa.cases.models import Case
from vefa.cases.moves import locked
from vefa.dialogue import morning, private_answers, writing
from vefa.dialogue.drafts import keep
from vefa.dialogue.morning import NothingToUndoError, Round, Thing
from vefa.dialogue.queries import channel_truth
from vefa.dialogue.voices import voices_for
from vefa.dialogue.writing import LIMIT, Words
from vefa.directory.access import Action
from vefa.inbox import private
from vefa.web.desk.brief import brief_of, case_truth, way_in
from vefa.web.desk.doings import told
from vefa.web.desk.door import StaffRequest, post_from, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.private import shown
from vefa.web.desk.privately import (
    REFUSALS,
    Done,
    Target,
    card_of,
    do,
    handing,
    ready_answers,
    refused,
    targets,
    undo,
    who_of,
)
from vefa.web.desk.refusing import FasterError, check_faster, insist
from vefa.web.desk.rows import clock_of
from vefa.web.ui import words
from vefa.web.ui.show import show
from vefa.web.ui.typed import typed

EXCERPT = 160
LONGEST = 900  # characters of a case's text on a card
TROUBLES = (
    *REFUSALS, LookupError, lifecycle.MoveNotAllowedError, lifecycle.StaleError, lifecycle.UnitReasonError,
    Case.DoesNotExist,
)  # fmt: skip


@require_safe
@staff_only(Action.ANSWER)
def page(request: StaffRequest) -> HttpResponse:
    """The short list, or what was done where nothing waits."""
    now = timezone.now()
    found = morning.round_of(request.staff, now=now)
    context = {
        **_around(request, found),
        "things": [_line(one) for one in found.waiting],
        "first": found.waiting[0].place if found.waiting else 0,
        "tally": _tally(found),
    }
    return show(request, "desk/morning.html", None, context)


@require_safe
@staff_only(Action.ANSWER)
def thing(request: StaffRequest, place: int) -> HttpResponse:
    """One thing, as large as the screen; what is settled meanwhile gives way to the next."""
    found = morning.round_of(request.staff, now=timezone.now())
    here = found.at(place)
    if here is None:
        return _onward(found, place)
    return _card(request, found, here)


@post_from("desk:morning-thing", "place")
@staff_only(Action.ANSWER)
def act(request: StaffRequest, place: int) -> HttpResponse:
    """Answer, file, hand on, keep or leave; then the next thing."""
    now = timezone.now()
    found = morning.round_of(request.staff, now=now)
    here = found.at(place)
    if here is None:
        return _overtaken(request, found, place)
    try:
        done = _do(request, here)
    except TROUBLES as error:
        return _card(request, found, here, error=error)
    morning.step(request.staff, found.morning, place=place, did=done.did, now=now, **done.undo)
    return _onward(morning.round_of(request.staff, now=now), place)


@require_POST
@staff_only(Action.ANSWER)
def back(request: StaffRequest) -> HttpResponse:
    """Undo the last step, where it can be undone, and show its thing again."""
    now = timezone.now()
    found = morning.round_of(request.staff, now=now)
    last = morning.last_step(found.morning)
    if last is None:
        return HttpResponseRedirect(reverse("desk:morning"))
    try:
        _undo(request, found, last)
        morning.step_back(found.morning)
    except (*TROUBLES, NothingToUndoError) as error:
        messages.error(request, _refused(error))
        return HttpResponseRedirect(reverse("desk:morning"))
    return HttpResponseRedirect(reverse("desk:morning-thing", args=[last["place"]]))


def _do(request: StaffRequest, here: Thing) -> Done:
    now, act_name = timezone.now(), request.POST.get("do", "")
    if act_name == "leave":
        return Done("left")  # a private message waits on: tomorrow it is asked about again
    if here.message is not None:
        return do(here.message, request.POST, request.staff, now=now)
    assert here.case is not None  # a thing is a message or a case
    if act_name == "answer":
        return _answer(request, here.case)
    if act_name == "hand":
        return _hand(request, here.case)
    raise Http404


def _answer(request: StaffRequest, case: Case) -> Done:
    """Answer the one whose words stand on the card; what does not go is the case's draft.

    Raises one of TROUBLES.
    """
    now, staff, posted = timezone.now(), request.staff, request.POST
    said = replace(_words(request, case), way=way_in(posted), insisted=posted.get("insisted") == "yes")
    try:
        with transaction.atomic():
            locked(case.pk)
            check_faster(case, by=staff, knowing=posted.get("knowing", ""), now=now)
            reply = writing.write(case=case, words=said, by=staff, now=now, to_all=False)
    except TROUBLES:
        if text := typed(posted):
            keep(case_id=case.pk, staff=staff, box="reply", text=text[:LIMIT], now=now)
        raise
    return Done("answered", {"reply_id": reply.pk, "case_id": case.pk})


def _words(request: StaffRequest, case: Case) -> Words:
    language = channel_truth(case).language
    ready = {one.key: one.text for one in ready_answers(language)}
    text = ready.get(request.POST.get("ready", "")) or typed(request.POST)
    return Words(text=text, language=language, voice=request.POST.get("voice", ""))


def _hand(request: StaffRequest, case: Case) -> Done:
    to = handing(request.POST.get("to", ""))
    if to is None:
        raise LookupError("nobody of that name")
    before = {"case_id": case.pk, "unit_id": case.unit_id, "staff_id": case.staff_id}
    reason = typed(request.POST, "reason")
    given = Assignment(unit_id=to.unit_id, staff_id=to.staff_id, reason=reason)
    lifecycle.assign(case_id=case.pk, to=given, by=request.staff, now=timezone.now())
    return Done("handed", before)


def _undo(request: StaffRequest, found: Round, last: Mapping[str, Any]) -> None:
    """What the step did is undone in the operation itself; a thing that was left needs nothing."""
    item, facts, now = found.morning.items[last["place"] - 1], last["undo"], timezone.now()
    if last["did"] == "left":
        return
    if item["kind"] == morning.PRIVATE:
        message = private.found(request.staff, item["id"], now=now)
        if message is None:
            raise LookupError("it is not there any more")
        undo(message, request.staff, now=now, reply_id=facts.get("reply_id"))
    elif last["did"] == "answered":
        writing.take_back(reply_id=facts["reply_id"], case_id=facts["case_id"], by=request.staff, now=now)
    elif last["did"] == "handed":
        was = Assignment(unit_id=facts["unit_id"], staff_id=facts["staff_id"], settled=True)
        lifecycle.assign(case_id=facts["case_id"], to=was, by=request.staff, now=now)


def _overtaken(request: StaffRequest, found: Round, place: int) -> HttpResponse:
    """Somebody else was faster: what was typed is kept and said, where it was not this person's own step."""
    item = found.overtaken(place)
    if item is None or request.POST.get("do") == "leave":
        return _onward(found, place)
    now = timezone.now()
    if item["kind"] == morning.PRIVATE:
        error = private.SettledError(f"message {item['id']}")
        message = private.found(request.staff, item["id"], now=now)
        if message is not None:
            return shown(request, message, error=error)
        messages.error(request, _refused(error))
        return _onward(found, place)
    messages.error(request, _refused(Case.DoesNotExist()))
    if not queries.seen_among(request.staff, [item["id"]]):
        return _onward(found, place)
    if text := typed(request.POST):
        keep(case_id=item["id"], staff=request.staff, box="reply", text=text[:LIMIT], now=now)
    return HttpResponseRedirect(reverse("desk:case", args=[item["id"]]))


def _onward(found: Round, place: int) -> HttpResponse:
    following = found.after(place)
    if following is None:
        return HttpResponseRedirect(reverse("desk:morning"))
    return HttpResponseRedirect(reverse("desk:morning-thing", args=[following.place]))


def _card(
    request: StaffRequest, found: Round, here: Thing, *, error: Exception | None = None
) -> HttpResponse:
    """One thing; after an `error` everything that was typed stands there again."""
    now, staff = timezone.now(), request.staff
    hers = error.hers if isinstance(error, FasterError) else None
    context: dict[str, Any] = {
        **_around(request, found),
        "why": _why(here),
        "action": reverse("desk:morning-act", args=[here.place]),
        "skip": found.after(here.place),
        "place": here.place,
        "targets": targets(staff),
        "notice": _refused(error) if error else "",
        "draft": request.POST.get("text", ""),
        "spoken_as": request.POST.get("voice", ""),
        "insist": insist(error),
        "colleague": hers,
        "knowing": request.POST.get("knowing", ""),
        "handed": request.POST if error and request.POST.get("do") == "hand" else None,
        "unreasoned": isinstance(error, lifecycle.UnitReasonError),
    }
    if here.message is not None:
        private.see(here.message, staff, now=now)
        context["card"] = card_of(here.message, staff, posted=request.POST, now=now)
    else:
        assert here.case is not None  # a thing is a message or a case
        lifecycle.see(case=here.case, staff=staff, now=now)
        context |= _case(request, here.case)
    status = (409 if hers else 422) if error else 200
    return show(request, "desk/morning_thing.html", None, context, status=status)


def _case(request: StaffRequest, case: Case) -> dict[str, Any]:
    now, language = timezone.now(), get_language() or "en"
    talk = case.conversation
    truth = case_truth(case, now=now)
    head = Target(f"unit:{case.unit.pk}", case.unit.name(language)) if case.unit else None
    return {
        "case": case,
        "text": case.text if len(case.text) <= LONGEST else f"{case.text[:LONGEST]}…",
        "clock": clock_of(case, now),
        "unit": head,
        "where": case.place_text or (case.area.name(language) if case.area else ""),
        "voices": voices_for(request.staff, talk.endpoint if talk else None, now=now, language=language),
        "ready": ready_answers(truth.language),
        "reached": truth.reachable,
        "truth": brief_of(truth, posted=request.POST, now=now),
        "answer_language": truth.language,
    }


def _around(request: StaffRequest, found: Round) -> dict[str, Any]:
    last = morning.last_step(found.morning)
    said = gettext("%(done)s of %(total)s")
    return {
        "frame": frame_of(request, now=timezone.now()),
        "done": found.done,
        "total": found.total,
        "progress": said % {"done": words.digits(found.done), "total": words.digits(found.total)},
        "last": _did(last["did"]) if last else "",
    }


def _line(one: Thing) -> dict[str, Any]:
    """One row of the short list."""
    contact = one.message.contact if one.message else None
    case = one.case
    text = contact.text if contact else case.title if case else ""
    return {
        "place": one.place,
        "why": _why(one),
        "urgent": one.why in {"urgent", "late"},
        "who": who_of(contact) if contact else "",
        "text": " ".join(text.split())[:EXCERPT],
        "language": contact.language if contact else case.language if case else "",
        "channel": contact.endpoint.channel if contact else case.channel if case else "",
        "at": (contact.said_at or contact.received_at) if contact else case.said_at if case else None,
    }


def _why(one: Thing) -> str:
    """Why it stands in the morning."""
    if one.why == "supported" and one.case is not None:
        count = one.case.supporters + 1
        said = ngettext("%(count)s voice stands behind it", "%(count)s voices stand behind it", count)
        return said % {"count": words.digits(count)}
    if one.message is not None and private_answers.is_public(one.message):
        return gettext("To your account, in public")
    return {
        "private": gettext("To you alone"),
        "mine": gettext("To your account"),
        "unit": gettext("For your unit"),
        "urgent": gettext("Urgent"),
        "late": gettext("A promise is broken"),
    }.get(one.why, "")


def _did(name: str) -> str:
    return {
        "answered": gettext("Answered."),
        "filed": gettext("Made a case."),
        "handed": gettext("Handed on."),
        "kept": gettext("Kept private."),
        "left": gettext("Left as it is."),
    }.get(name, "")


def _tally(found: Round) -> list[tuple[str, int]]:
    """What was done this morning, in words and numbers."""
    counted = morning.tally(found.morning)
    names = {
        "answered": gettext("answered"),
        "filed": gettext("made cases"),
        "handed": gettext("handed on"),
        "kept": gettext("kept private"),
        "left": gettext("left as they are"),
    }
    rows = [(name, counted[key]) for key, name in names.items() if counted.get(key)]
    others = found.done - sum(count for _, count in rows)
    return [*rows, *([(gettext("settled by others"), others)] if others > 0 else [])]


def _refused(error: Exception) -> str:
    if isinstance(error, lifecycle.MoveNotAllowedError | lifecycle.StaleError | Case.DoesNotExist):
        return gettext("This is not possible any more: the case stands elsewhere now.")
    if isinstance(error, lifecycle.UnitReasonError):
        return told(error)[1]
    return refused(error)
