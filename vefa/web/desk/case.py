"""The page of a case: what is asked and where, what is owed, what to do next, what was said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from vefa.cases import queries
from vefa.cases.models import Case, Promise, Urgency
from vefa.cases.search import past_cases
from vefa.cases.sights import mark_read, sight_of, sights
from vefa.cases.tracking import number_beside_mail
from vefa.citizens.models import Address
from vefa.dialogue.drafts import kept, kept_asked
from vefa.dialogue.models import Reply
from vefa.dialogue.queries import Entry, channel_truth, conversation_asked, conversation_of
from vefa.dialogue.writing import is_leaving, leaves_at
from vefa.directory.access import Action, can
from vefa.directory.models import Role, Staff
from vefa.directory.queries import directory
from vefa.kit.prepared import Question, together
from vefa.triage.queries import findings_of, suggestions_asked, suggestions_for
from vefa.triage.suggesting import asking
from vefa.web.desk import histories, reasons
from vefa.web.desk.answering import Given, Typing, truth_of
from vefa.web.desk.case_calls import calls_in
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.duty import duty_shown, particulars
from vefa.web.desk.framing import frame_of
from vefa.web.desk.possible import ActForm, Shown, act_forms, promise_names
from vefa.web.desk.rows import KINDS, URGENCIES, clock_of, rows_of, state_of
from vefa.web.desk.talk import messages
from vefa.web.desk.voicing import voice_choice
from vefa.web.ui import words
from vefa.web.ui.clock import Owed, read
from vefa.web.ui.linking import link_to
from vefa.web.ui.shapes import Person, Place, Route, Suggestion
from vefa.web.ui.shapes import Promise as PromiseCard
from vefa.web.ui.show import show
from vefa.web.ui.stencil import stencil


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a page shows again after an act that did not go through: nothing typed is lost."""

    shown: Shown = field(default_factory=Shown)
    draft: str = ""
    note: str = ""
    given: Given = field(default_factory=dict)  # what else was chosen in the composer
    notice: str = ""
    kept: Sequence[str] = ()  # sentences that were typed into a form that is not there any more
    colleague: Reply | None = None  # whose answer just went out before this one
    insist: str = ""  # what the writer may mean all the same: that others read something about a person
    status: int = 200


@require_safe
@staff_only(Action.READ)
def case(request: StaffRequest, case_id: int) -> HttpResponse:
    """The page, with the form of `?act=…` unfolded; opening it is seeing the case."""
    found = found_case(request.staff, case_id)
    mark_read(case=found, staff=request.staff)
    seen = sight_of(case=found, staff=request.staff, now=timezone.now())
    return case_page(request, found, Said(shown=Shown(request.GET.get("act", ""))), also=seen)


@require_safe
@staff_only(Action.READ)
def talk(request: StaffRequest, case_id: int) -> HttpResponse:
    """Only the conversation, for a screen that is open while something happens; else the whole page.

    `stood` tells how the case stood when the screen last heard of it: what is otherwise now, is said beside.
    """
    found = found_case(request.staff, case_id)
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(link_to("desk:case", case_id))
    now = timezone.now()
    entries = conversation_of(found, with_notes=can(request.staff, Action.NOTE))
    moved = request.GET.get("stood", _stood(found)) != _stood(found)
    context = {
        "case": found,
        "moved": _whose(found) if moved else "",
        "stood": _stood(found),
        **_conversation(request.staff, case_id, entries, now),
    }
    return show(request, "desk/case.html", "talk", context)


@require_safe
@staff_only(Action.READ)
def around(request: StaffRequest, case_id: int) -> HttpResponse:
    """What stands around a case: the person's other cases, parts and duplicates, history, who has seen it."""
    found = found_case(request.staff, case_id)
    now = timezone.now()
    private = can(request.staff, Action.PRIVATE)
    past = past_cases(request.staff, found.citizen_id) if found.citizen_id and private else []
    context = {
        "case": found,
        "frame": frame_of(request, now=now),
        "past": rows_of([one for one in past if one.pk != found.pk], now=now),
        "relatives": rows_of(queries.relatives(request.staff, found), now=now),
        "events": histories.events(queries.history(found)),
        "seen": _seen(found),
        "thoughts": reasons.thoughts(findings_of(found)),
    }
    return show(request, "desk/around.html", "panel", context)


def found_case(staff: Staff, case_id: int) -> Case:
    """The case, if this person may see it; else there is none."""
    found = queries.open_case(staff, case_id)
    if found is None:
        raise Http404
    return found


def case_page(
    request: StaffRequest, found: Case, said: Said, *, also: Sequence[Question] = ()
) -> HttpResponse:
    """The whole page, also after an act that did not go through; what is `also` to be done goes along."""
    staff, now = request.staff, timezone.now()
    private = can(staff, Action.PRIVATE)
    notes = can(staff, Action.NOTE)
    with together([*also, *_asked(staff, found, with_notes=notes)]):
        entries = conversation_of(found, with_notes=notes)
        drafts = kept(case_id=found.pk, staff=staff)
        every = queries.promises_of(found, with_extensions=False)
        suggestions = _suggestions(found) if found.unsure else []
    promised = [one for one in every if one.dropped_at is None]
    acts = act_forms(staff, found, promised, shown=said.shown)
    draft = said.draft or drafts.get("reply", "")
    typing = Typing(draft=draft, given=said.given, texts="approved" in request.GET)
    truth = channel_truth(found, now=now, entries=entries)
    context = {
        "case": found,
        "frame": frame_of(request, now=now),
        "notice": said.notice,
        "refused": said.status >= 400,
        "kind": KINDS.get(found.kind, ""),
        "urgency": URGENCIES.get(Urgency(found.urgency), ""),
        **_standing(found, now),
        "stood": _stood(found),
        "kept": said.kept,
        "colleague": said.colleague,
        "promises": promise_cards(found, promised, now),
        "suggestions": suggestions,
        "asked": found.text if found.text.strip() != found.title.strip() else "",
        "draft": draft,
        "note": said.note or drafts.get("note", ""),
        "note_url": f"{reverse('desk:draft', args=[found.pk])}?box=note",
        "areas": link_to("portal:areas"),
        "knowing": format_html("{}{}", _voices(staff, found, said, now), _knowing(said)),
        "draft_url": link_to("desk:draft", found.pk),
        "truth": truth_of(truth, case=found, now=now, private=private, typing=typing),
        "acts_drawn": _acts_drawn(found, acts),
        **_acts(found, acts),
        "can_answer": can(staff, Action.ANSWER),
        "can_note": notes,
        "suggesting": asking.available(),
        **_facts(found, private=private),
        "duty": duty_shown(found) if found.facts else None,
        "particulars": particulars(found) if found.facts else (),
        **_conversation(staff, found.pk, entries, now),
    }
    return show(request, "desk/case.html", None, context, status=said.status)


def _asked(staff: Staff, found: Case, *, with_notes: bool) -> list[Question]:
    """What the page reads about every case, in one round trip to the database."""
    return [
        *conversation_asked(found.pk, with_notes=with_notes),
        *kept_asked(case_id=found.pk, staff=staff),
        *queries.promises_asked(found.pk),
        *(suggestions_asked(found.pk) if found.unsure else []),
    ]


def _standing(found: Case, now: datetime) -> dict[str, Any]:
    """The clock, and the state where the clock does not say it already."""
    clock, state = clock_of(found, now), state_of(found)
    return {"clock": clock, "state": "" if state == clock.words else state}


def _stood(found: Case) -> str:
    """State, outcome and whose it is, to be compared."""
    held = (found.unit_id, found.staff_id, found.agency_id)
    return ".".join([found.state, found.outcome, *(str(one or 0) for one in held)])


def _whose(found: Case) -> str:
    """The same in words."""
    language = get_language() or "en"
    holders = [one.name(language) for one in (found.unit, found.agency) if one]
    return words.listed(state_of(found), *holders, found.staff.name if found.staff else "")


def _acts(found: Case, acts: Sequence[ActForm]) -> dict[str, Any]:
    return {
        "acts": acts,
        "case_id": found.pk,
        "version": found.version,
        "more_open": any(one.open and not one.act.first for one in acts),
        "more": any(not one.act.first for one in acts),
    }


def _acts_drawn(found: Case, acts: Sequence[ActForm]) -> str:
    """The acts as they stand on most cases alike, none of them unfolded; "" where one is."""
    if not acts or any(one.open for one in acts):
        return ""
    shape = tuple(one.act.name for one in acts)
    facts = partial(_acts, found, acts)
    return stencil("desk/acts.html", shape, facts, case_id=found.pk, version=found.version)


def _voices(staff: Staff, found: Case, said: Said, now: datetime) -> str:
    """In whose name to answer, where there is a choice: on the mayor's and the units' accounts."""
    if not can(staff, Action.ANSWER):
        return ""
    return voice_choice(staff, found, chosen=(said.given or {}).get("voice", [""])[0], now=now)


def _knowing(said: Said) -> str:
    """What the next try to send says: this answer of a colleague was read; others may read this."""
    known = str(said.colleague.pk) if said.colleague else (said.given or {}).get("knowing", [""])[0]
    read = format_html('<input type="hidden" name="knowing" value="{}">', known) if known else ""
    if not said.insist:
        return read
    box = '{}<label class="way insist"><input type="checkbox" name="insisted" value="yes"> {}</label>'
    return format_html(box, read, said.insist)


def _number(found: Case, address: Address | None) -> str:
    """Where the person can be called; who left a mail address in a form may have left a number beside it."""
    if address is None or address.space != "email":
        return address.value if address and address.space == "phone" else ""
    return number_beside_mail(found)


def _facts(found: Case, *, private: bool) -> dict[str, Any]:
    language = get_language() or "en"
    address = found.conversation.address if found.conversation else None
    person = None
    if private and found.citizen is not None:
        person = Person(
            name=found.citizen.name or (address.shown_name if address else "") or gettext("no name given"),
            href=link_to("desk:citizen", found.citizen.root_id),
            phone=_number(found, address),
            language=found.language,
        )
    endpoint = found.conversation.endpoint if found.conversation else None
    return {
        "person": person,
        "route": Route(channel=found.channel, account=endpoint.name(language) if endpoint else ""),
        "place": Place(
            words=found.place_text
            or (found.area.name(language) if found.area else gettext("no place given")),
            area=found.area.name(language) if found.area and found.place_text else "",
            latitude=found.lat,
            longitude=found.lon,
        ),
        "service_name": found.service.name(language) if found.service else gettext("to decide"),
        "unit_name": found.unit.name(language) if found.unit else gettext("nobody yet"),
        "agency_name": found.agency.name(language) if found.agency else "",
    }


def _conversation(staff: Staff, case_id: int, entries: list[Entry], now: datetime) -> dict[str, Any]:
    leaving = [
        entry
        for entry in entries
        if entry.reply
        and entry.reply.staff_id == staff.pk
        and entry.deliveries
        and is_leaving(entry.reply, entry.deliveries, now=now)
    ]
    last = leaving[-1].reply if leaving else None
    return {
        "said": messages(
            entries,
            case_id=case_id,
            private=can(staff, Action.PRIVATE),
            calls=calls_in(staff, entries, now=now),
        ),
        "leaving": last,
        "seconds": max(1, int((leaves_at(last) - now).total_seconds())) if last else 0,
    }


def promise_cards(found: Case, promised: Sequence[Promise], now: datetime) -> list[PromiseCard]:
    """Everything that was promised on the case, as cards."""
    names, language = promise_names(), get_language() or "en"
    who = (found.unit or directory().municipality).name(language)
    return [
        PromiseCard(
            who=who,
            to=gettext("the resident"),
            what=promise.text or names[promise.kind],
            clock=read(_owed(promise), now),
            due_at=promise.due_at,
            basis=words.law(promise.legal_basis),
            wished_until=promise.wished_until,
            wished_by=promise.wished_by or "",
            why=promise.broken_why,
        )
        for promise in promised
    ]


def _owed(promise: Promise) -> Owed:
    paused = promise.due_at is None and promise.kept_at is None
    return Owed(
        due_at=promise.due_at or (promise.started_at if paused else None),
        opened_at=promise.started_at,
        kept_at=promise.kept_at,
        paused=paused,
    )


def _suggestions(found: Case) -> list[Suggestion]:
    services = {service.code: service for service in directory().services.values()}
    language, typed = get_language() or "en", reasons.typed_in(found.text, found.language)
    return [
        Suggestion(
            value=guess["code"],
            label=services[guess["code"]].name(language),
            reason=reasons.reason_of(guess, typed=typed),
            key=str(number),
            sure=guess["confidence"] >= 0.6,
        )
        for number, guess in enumerate(suggestions_for(found), start=1)
        if guess["code"] in services
    ]


def _seen(found: Case) -> list[dict[str, Any]]:
    roles = {role.value: role.label for role in Role}
    return [
        {
            "name": one.staff.name,
            "role": roles.get(one.role, one.role),
            "first": one.first_at,
            "last": one.last_at,
        }
        for one in sights(found)
    ]
