"""The course of an invented case after its first message, to its end and beyond.

Every step happens at its moment or, if that lies in the future, not at all: then the case is still open.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from vefa.cases.clocks import calendar_of
from vefa.cases.models import Kind, Outcome, PromiseKind, State
from vefa.cases.rules import Standstill
from vefa.directory.models import Remit, Staff
from vefa.wiring.demo.beginning import SYSTEM_DELAY, Notice, Teller, owed, say, tell_resident
from vefa.wiring.demo.people import Voice
from vefa.wiring.demo.sayings import filled, sayings
from vefa.wiring.demo.story import Owed, Story, Written, actor
from vefa.wiring.demo.wording import day

FORGOTTEN = 0.006  # nobody has ever looked at them
HARD = 0.06  # take several times as long as they should
ASKED, PLANNED, NOTED, FOLLOWED, SEEN_BY_MAYOR = 0.06, 0.3, 0.12, 0.08, 0.04
REOPENED = {Outcome.DONE: 0.06, Outcome.NOT_POSSIBLE: 0.05, Outcome.ANSWERED: 0.02}
EXPLAINED = 0.6  # of broken promises
LONG_MIN = 960  # working minutes of a resolution that is worth planning
SWEEP = timedelta(seconds=40)
# How matters end, by what they are.
ENDS: Mapping[str, Mapping[Outcome, float]] = {
    "agency": {Outcome.PASSED_ON: 88, Outcome.ANSWERED: 12},
    Kind.THANKS: {Outcome.ANSWERED: 100},
    Kind.QUESTION: {Outcome.ANSWERED: 96, Outcome.WITHDRAWN: 4},
    Kind.SUGGESTION: {Outcome.ANSWERED: 50, Outcome.NOT_POSSIBLE: 28, Outcome.DONE: 22},
    "": {Outcome.DONE: 85, Outcome.NOT_POSSIBLE: 7, Outcome.ANSWERED: 5, Outcome.WITHDRAWN: 3},
}


def run(teller: Teller, story: Story) -> None:
    """Tell the story until it ends or until now."""
    random = teller.random
    if random.random() < FORGOTTEN:
        return
    taken_at = _after(teller, story, story.opened_at, story.service.first_answer_min * _pace(random, 0.2))
    if taken_at > teller.now:
        return
    worker = teller.stage.worker(story.unit, story.language, random)
    _take(teller, story, worker, taken_at)
    if random.random() < ASKED and story.voice.conversation_id:
        free_at = _ask(teller, story, worker, taken_at)
        if free_at is None:
            return
    else:
        free_at = taken_at
    _answer(teller, story, worker, free_at)
    _work(teller, story, worker, free_at)


def settle(teller: Teller, story: Story) -> None:
    """Mark the promises that were broken by now, and bring the events into the order of time."""
    for promise in story.promises:
        passed = min(moment for moment in (promise.kept_at, promise.dropped_at, teller.now) if moment)
        if promise.due_at is not None and promise.due_at + SWEEP < passed:
            _broken(teller, story, promise, promise.due_at + SWEEP)
    story.events.sort(key=lambda event: event[0])


def _take(teller: Teller, story: Story, worker: Staff, at: datetime) -> None:
    if story.unsure:
        _describe(teller, story, at)
        worker = teller.stage.worker(story.unit, story.language, teller.random)
    story.see(worker, at)
    story.staff, story.state = worker, State.WORKING
    story.tell(at, "case.taken", actor(worker), was_staff_id=None)
    if teller.random.random() < SEEN_BY_MAYOR and teller.stage.mayor:
        looked_at = at + timedelta(hours=teller.random.uniform(1, 20))
        if looked_at < teller.now:
            story.see(teller.stage.mayor, looked_at)
    if teller.random.random() < NOTED:
        noted_at = at + timedelta(minutes=teller.random.uniform(2, 50))
        if noted_at < teller.now:
            text = sayings().other("note", worker.language, teller.random)
            story.notes.append((next(teller.numbers.notes), worker.id, text, noted_at))
            story.tell(noted_at, "case.noted", actor(worker), note_id=story.notes[-1][0])


def _describe(teller: Teller, story: Story, at: datetime) -> None:
    """A person says what triage was not sure of: service, unit and clocks follow."""
    operator = teller.stage.operator(story.language, teller.random)
    story.see(operator, at)
    story.unsure = False
    story.unit = teller.stage.known.unit_for(story.service, story.spot.area.id)
    for promise in story.promises:
        promise.dropped_at = at
    story.promises += owed(teller, story.service, story.opened_at)
    unit_id = story.unit.id if story.unit else None
    changes = {"service_id": [None, story.service.id]}
    story.tell(at, "case.described", actor(operator), changes=changes, unit_id=unit_id)


def _ask(teller: Teller, story: Story, worker: Staff, at: datetime) -> datetime | None:
    """Ask the resident something; when work goes on, or None if it still waits."""
    asked_at = at + timedelta(minutes=teller.random.uniform(3, 40))
    answered_at = asked_at + timedelta(hours=teller.random.lognormvariate(1.6, 1.2))
    if asked_at > teller.now:
        return None
    question = sayings().other("question_back", story.language, teller.random)
    by = actor(worker)
    story.tell(asked_at, "clock.paused", by, reason=question, legal=False)
    story.tell(asked_at, "case.waiting", by, question=question)
    tell_resident(teller, story, Notice("needs_from_you", asked_at + SYSTEM_DELAY, {"question": question}))
    until = answered_at if answered_at < teller.now and teller.random.random() < 0.85 else None
    _pause(teller, story, asked_at, until)
    story.pauses.append((question, by, asked_at, until))
    if until is None:
        story.state = State.WAITING
        return None
    _follow(teller, story, until, resumed=True)
    story.see(worker, until + timedelta(minutes=20))
    return until + timedelta(minutes=20)


def _pause(teller: Teller, story: Story, since: datetime, until: datetime | None) -> None:
    calendar = calendar_of(story.service, now=teller.now)
    still = Standstill(since, until)
    for promise in story.promises:
        if promise.dropped_at is None and promise.minutes is not None:
            promise.pause(still, calendar)


def _follow(teller: Teller, story: Story, at: datetime, *, resumed: bool) -> None:
    said = say(teller, story.voice, at, "followup", story.spot)
    said.case_id = story.id
    story.said.append(said)
    story.said_at, story.unread = at, True
    if resumed:
        story.state = State.WORKING
    story.tell(at, "case.followed", "resident", contact_id=said.id, reopened=False, resumed=resumed)


def _answer(teller: Teller, story: Story, worker: Staff, since: datetime) -> None:
    """The first word from a person, where the whole answer takes longer."""
    random, service = teller.random, story.service
    if service.kind in {Kind.QUESTION, Kind.THANKS} or random.random() < 0.06:
        return
    at = _after(teller, story, since, service.first_answer_min * _pace(random, 0.15))
    if at > teller.now:
        return
    due = next(
        (one.due_at for one in story.promises if one.kind == PromiseKind.RESOLUTION and one.due_at), None
    )
    words = {"due": teller.wording.when(due, story.language)}
    text = teller.wording.text("working", story, words, language=story.language)
    reply = Written(
        id=next(teller.numbers.replies), case_id=story.id, to=story.voice, at=at, text=text, phrase="working",
        staff=worker, answers=story.first.id,
    )  # fmt: skip
    story.written.append(reply)
    story.see(worker, at)
    _keep(story, at, worker, {PromiseKind.FIRST_ANSWER})
    story.first_answered_at = at
    story.tell(at, "reply.written", actor(worker), reply_id=reply.id, phrase="working")


def _work(teller: Teller, story: Story, worker: Staff, since: datetime) -> None:
    random, service = teller.random, story.service
    usual = 1.1 if service.remit == Remit.AGENCY else 0.5  # others keep us waiting
    quick = service.kind in {Kind.QUESTION, Kind.THANKS}  # the answer is the whole of it
    standard = service.first_answer_min if quick else service.resolution_min
    minutes = max(20.0, standard * _pace(random, usual))
    last = max(since, story.first_answered_at or since)
    ended_at = max(_after(teller, story, since, minutes), last + timedelta(minutes=random.uniform(5, 90)))
    if minutes >= LONG_MIN and random.random() < PLANNED:
        _plan(teller, story, worker, last, ended_at)
    if random.random() < FOLLOWED:
        at = last + (ended_at - last) * random.random()
        if at < teller.now:
            _follow(teller, story, at, resumed=False)
            story.see(worker, min(teller.now, at + timedelta(hours=2)))
    if service.remit == Remit.AGENCY and service.agency_id and last + SWEEP < teller.now:
        story.agency_id = service.agency_id
        story.state = State.REFERRED
        story.tell(last + SWEEP, "case.referred", actor(worker), agency_id=service.agency_id)
    if ended_at <= teller.now:
        _end(teller, story, worker, ended_at, _outcome(teller, story))
        _maybe_reopen(teller, story, worker, ended_at)


def _plan(teller: Teller, story: Story, worker: Staff, since: datetime, ended_at: datetime) -> None:
    at = since + timedelta(minutes=teller.random.uniform(5, 60))
    if at > teller.now:
        return
    story.state = State.PLANNED
    story.planned_date = ended_at.astimezone(teller.stage.zone).date()
    story.tell(at, "case.planned", actor(worker), date=story.planned_date.isoformat())
    named = day(story.planned_date, story.language)
    tell_resident(teller, story, Notice("planned", at + SYSTEM_DELAY, {"date": named, "due": named}))


def _outcome(teller: Teller, story: Story) -> Outcome:
    service = story.service
    ends = ENDS["agency"] if service.remit == Remit.AGENCY else ENDS.get(service.kind, ENDS[""])
    return teller.random.choices(list(ends), list(ends.values()))[0]


def _end(teller: Teller, story: Story, worker: Staff, at: datetime, outcome: Outcome) -> None:
    random, language = teller.random, story.language
    place, said = story.place, sayings()
    reasons: Mapping[Outcome, Callable[[], str]] = {
        Outcome.DONE: lambda: said.other("reply_done", language, random),
        Outcome.ANSWERED: lambda: said.other("reply_answered", language, random),
        Outcome.NOT_POSSIBLE: lambda: said.other("reply_not_possible", language, random),
    }
    reason = filled(reasons[outcome](), place=place) if outcome in reasons else ""
    objection = said.other("objection", language, random) if outcome == Outcome.NOT_POSSIBLE else ""
    objection = filled(objection, phone=teller.stage.known.municipality.phone)
    story.see(worker, at)
    _close_promises(story, at, worker, outcome)
    story.state, story.outcome, story.ended_at = State.ENDED, outcome, at
    waiver = (
        said.other("waiver", "tr", random) if story.service.photo_required and outcome == Outcome.DONE else ""
    )
    agency_id = story.agency_id if outcome == Outcome.PASSED_ON else None
    story.tell(
        at, "case.ended", actor(worker), outcome=outcome.value, reason=reason, objection=objection,
        agency_id=agency_id, master_id=None, proof_ids=[], waiver=waiver,
    )  # fmt: skip
    tell_outcome(teller, story, at)


def tell_outcome(
    teller: Teller, story: Story, at: datetime, *, of: Story | None = None, to: Voice | None = None
) -> None:
    """Tell a resident how it ended; `of` is the case that ended where this one only follows it."""
    ended = of or story
    data = next(data for _, kind, _, data in reversed(ended.events) if kind == "case.ended")
    voice = to or story.voice
    words = {"reason": data["reason"], "outcome": data["reason"], "objection": data["objection"]}
    if ended.agency_id:
        agency = teller.stage.known.agencies[ended.agency_id]
        words |= teller.wording.agency(agency, story.service, voice.language)
    tell_resident(teller, story, Notice(data["outcome"], at + SYSTEM_DELAY, words, to))


def _close_promises(story: Story, at: datetime, worker: Staff, outcome: Outcome) -> None:
    if outcome == Outcome.WITHDRAWN:
        drop(story, at)
        return
    _keep(story, at, worker, set(PromiseKind.values))
    story.first_answered_at = story.first_answered_at or at


def drop(story: Story, at: datetime) -> None:
    """Nothing is owed on this case any more."""
    for promise in story.promises:
        if promise.kept_at is None and promise.dropped_at is None:
            promise.dropped_at = at


def _keep(story: Story, at: datetime, worker: Staff, kinds: set[str]) -> None:
    owed = [one for one in story.promises if one.kept_at is None and one.dropped_at is None]
    kept = [promise for promise in owed if promise.kind in kinds]
    for promise in kept:
        promise.kept_at = at
    if kept:
        story.tell(at, "promise.kept", actor(worker), promises=[_facts(one, at) for one in kept])


def _facts(promise: Owed, at: datetime) -> dict[str, object]:
    due = promise.due_at
    late = due is not None and due < at
    when = due.isoformat() if due else None
    return {"promise_id": promise.id, "kind": str(promise.kind), "due": when, "late": late}


def _maybe_reopen(teller: Teller, story: Story, worker: Staff, ended_at: datetime) -> None:
    random = teller.random
    if random.random() >= REOPENED.get(Outcome(story.outcome), 0) or not story.voice.conversation_id:
        return
    at = ended_at + timedelta(hours=random.uniform(5, 140))
    if at > teller.now:
        return
    said = say(teller, story.voice, at, "reopening", story.spot)
    said.case_id = story.id
    story.said.append(said)
    again = next(one for one in owed(teller, story.service, at) if one.kind == PromiseKind.RESOLUTION)
    story.promises.append(again)
    story.tell(
        at, "case.reopened", "resident", reason=said.text, was_outcome=story.outcome, count=story.reopened + 1
    )
    story.state, story.outcome, story.ended_at = State.NEW, "", None
    story.reopened, story.said_at, story.unread = story.reopened + 1, at, True
    words = {"due": teller.wording.when(again.due_at, story.language)}
    tell_resident(teller, story, Notice("reopened", at + SYSTEM_DELAY, words))
    second = _after(teller, story, at, story.service.resolution_min * _pace(random, 0.4))
    if second <= teller.now:
        story.tell(at + (second - at) / 2, "case.taken", actor(worker), was_staff_id=worker.id)
        _end(teller, story, worker, second, Outcome.DONE)


def _broken(teller: Teller, story: Story, promise: Owed, at: datetime) -> None:
    promise.broken_at = at
    story.tell(at, "promise.broken", "system", **_facts(promise, at))
    told_at = at + timedelta(hours=teller.random.uniform(0.5, 6))
    if story.staff is None or told_at > teller.now or teller.random.random() >= EXPLAINED:
        return
    promise.broken_why = sayings().other("late_why", story.language, teller.random)
    by = actor(story.staff)
    story.tell(told_at, "promise.explained", by, promise_id=promise.id, why=promise.broken_why)


def _after(teller: Teller, story: Story, since: datetime, minutes: float) -> datetime:
    """So many working minutes of the service's calendar later, and not to the second."""
    calendar = calendar_of(story.service, now=teller.now)
    found = calendar.add_working_minutes(since, max(1.0, minutes))
    return found + timedelta(seconds=teller.random.randrange(60))


def _pace(random: Random, usual: float) -> float:
    """The share of the standard that is used up: `usual` in the middle, with a long tail beyond 1."""
    hard = random.uniform(2, 8) if random.random() < HARD else 1
    return usual * hard * random.lognormvariate(0, 0.5)
