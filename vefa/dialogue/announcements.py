"""Reactions that tell residents what happened. They write replies and nothing else."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from vefa.cases import proofs
from vefa.cases.models import Case, CaseContact, Kind, Outcome, Urgency
from vefa.channels.models import Endpoint
from vefa.dialogue import after_hours, held, sparing
from vefa.dialogue.audience import Listener, in_crowd, listeners, placed
from vefa.dialogue.in_groups import IN_GROUPS, reason_for_all
from vefa.dialogue.phrases import resolved
from vefa.dialogue.reporters import Reporters
from vefa.dialogue.values import is_other, to_stranger, values_for
from vefa.dialogue.writing import Words, greet, write_automatic
from vefa.inbox.models import Conversation
from vefa.inbox.speaking import known_language
from vefa.journal.models import Event

_BY_OUTCOME = {
    Outcome.DONE: "done",
    Outcome.NOT_POSSIBLE: "not_possible",
    Outcome.PASSED_ON: "passed_on",
    Outcome.ANSWERED: "answered",
    Outcome.WITHDRAWN: "withdrawn",
}
# Of these only the master's event is written; an ending is told to each duplicate by an event of its own.
_HEARD_BY_FOLLOWERS = {"case.planned", "case.referred", "promise.extended"}
# What is read of a case: many are acknowledged at once.
_READ = (
    "reference", "secret", "language", "kind", "urgency", "state", "place_text", "due_at", "service_id",
    "area_id", "unit_id", "agency_id", "parent_id", "master_id",
    "conversation__endpoint_id", "conversation__language", "conversation__public",
    "conversation__thread", "conversation__hours_told_at",
    "conversation__address__space", "conversation__address__shown_name",
    "conversation__address__unreachable_at", "conversation__address__stopped_at",
)  # fmt: skip
# What may be said where everybody reads: short, without a link and without what staff wrote; nothing else is.
_IN_PUBLIC = {
    "received": "received_public",
    "thanks_received": "thanks_received",
    "emergency_notice": "emergency_notice",
    "needs_from_you": "news_public",
    "done": "news_public",
    "not_possible": "news_public",
    "passed_on": "news_public",
    "answered": "news_public",
}
_NOTHING: Mapping[str, Any] = {}
_PHOTO: Mapping[str, Any] = {"photo": "yes"}  # beside an outcome: the listener's page shows one
type Row = tuple[Listener, Words]


def greeted(events: Sequence[Event], now: datetime) -> None:
    """Somebody opened a conversation without a word: say who we are."""
    wanted = {int(event.subject.removeprefix("conversation:")): event for event in events}
    related = ("address__citizen__merged_into", "endpoint")
    rows = []
    for conversation in Conversation.objects.filter(id__in=wanted).select_related(*related).order_by("id"):
        language = known_language(conversation) or conversation.endpoint.language
        said = to_stranger("welcome", conversation, language)
        cause = f"event:{wanted[conversation.id].id}:0"
        words = Words(text=said.text, language=said.language, phrase_key="welcome", cause=cause)
        rows.append((conversation, words))
    greet(rows, now=now)


def opened(events: Sequence[Event], now: datetime) -> None:
    """Acknowledge each new case: number, what happens next, by when; and the emergency number in danger."""
    machines = sparing.machines(_contact_ids(events))
    events = [event for event in events if event.data.get("contact_id") not in machines]
    cases = _cases(events)
    closed = _out_of_hours(events, cases, now)
    rows: list[Row] = []
    for event in events:
        case = cases.get(_case_id(event))
        if event.data.get("told"):
            continue  # it was said elsewhere, long ago perhaps
        if case is not None and case.parent_id is None:
            keys, more = _received(case), {}
            if event.pk in closed:
                keys.append(after_hours.PHRASE)
                more = {"opens_at": closed[event.pk].isoformat()}
            rows += rows_to(event, 0, placed([Listener(case.conversation, case)])[0], keys, more)
    said = sparing.within_measure(rows, now=now)
    write_automatic(said, now=now)
    told = {one.conversation.pk for one, words in said if one.conversation and _tells_hours(words)}
    after_hours.mark(told, now=now)
    held.lay_back(rows, said, now=now)


def said_late(events: Sequence[Event], now: datetime) -> None:
    """The number of a matter that came by mail too soon after another one; unless it was told meanwhile."""
    cases = _by_ids({int(event.data["case_id"]) for event in events})
    told = held.told_meanwhile(cases)
    rows: list[Row] = []
    for event in events:
        case = cases.get(int(event.data["case_id"]))
        if case is not None and case.pk not in told:
            keys = ["duplicate_follows"] if case.master_id else _received(case)
            rows += rows_to(event, 0, Listener(case.conversation, case), keys)
    said = sparing.within_measure(rows, now=now)
    write_automatic(said, now=now)
    tries = {int(event.data["case_id"]): int(event.data["tries"]) for event in events}
    held.lay_back(rows, said, now=now, tries=tries)


def _received(case: Case) -> list[str]:
    """What acknowledges a case; in danger the emergency number comes first."""
    keys = ["thanks_received" if case.kind == Kind.THANKS else "received"]
    return ["emergency_notice", *keys] if case.urgency == Urgency.EMERGENCY else keys


def _out_of_hours(events: Sequence[Event], cases: Mapping[int, Case], now: datetime) -> dict[int, datetime]:
    """Where the acknowledgement says when somebody reads it: in one per conversation, to no machine."""
    talks = {case.conversation_id: case.conversation for case in cases.values() if case.conversation}
    opens = after_hours.to_tell([talk for talk in talks.values() if talk], now=now)
    if not opens:
        return {}
    machines = after_hours.machines(_contact_ids(events))
    found: dict[int, datetime] = {}
    for event in events:
        case = cases.get(_case_id(event))
        if case is not None and event.data.get("contact_id") not in machines and not event.data.get("told"):
            moment = opens.pop(case.conversation_id or 0, None)
            found |= {event.pk: moment} if moment else {}
    return found


def _tells_hours(words: Words) -> bool:
    return words.phrase_key.endswith(after_hours.PHRASE)


def asked(events: Sequence[Event], now: datetime) -> None:
    """We need something from the resident: whoever only stands behind the matter is not asked."""
    _tell(events, lambda _event, one: "" if one.supporter else "needs_from_you", now=now)


def planned(events: Sequence[Event], now: datetime) -> None:
    """A day was named."""
    _tell(events, lambda _event, _one: "planned", now=now)


def referred(events: Sequence[Event], now: datetime) -> None:
    """An agency has it."""
    _tell(events, lambda _event, _one: "passed_on", now=now)


def ended(events: Sequence[Event], now: datetime) -> None:
    """The outcome, to everybody who waits for it; a case that follows another was told when it began to."""
    _tell(events, lambda event, _one: _BY_OUTCOME.get(event.data.get("outcome", ""), ""), now=now)


def reopened(events: Sequence[Event], now: datetime) -> None:
    """The resident disagreed, and we heard it."""
    _tell(events, lambda _event, _one: "reopened", now=now)


def slipped(events: Sequence[Event], now: datetime) -> None:
    """A promise was moved: the new moment and the reason."""
    _tell(events, lambda _event, _one: "promise_slipped", now=now)


def doubled(events: Sequence[Event], now: datetime) -> None:
    """The case follows another one from now on: only its own reporter is told."""
    cases = _cases(events)
    openings = CaseContact.objects.filter(case_id__in=cases, opened=True)
    opened_by = dict(openings.order_by("id").values_list("case_id", "contact_id"))
    machines = sparing.machines(opened_by.values())
    rows = [
        row
        for event in events
        if (case := cases.get(_case_id(event))) is not None and not event.data.get("undone")
        if opened_by.get(case.pk) not in machines
        for row in rows_to(event, 0, Listener(case.conversation, case), ["duplicate_follows"])
    ]
    write_automatic(sparing.within_measure(rows, now=now), now=now)


def supported(events: Sequence[Event], now: datetime) -> None:
    """Somebody said "me too": that person is told, once."""
    cases = _cases(events)
    wanted = {event.data.get("conversation_id") for event in events} - {None}
    conversations = {
        row.id: row
        for row in Conversation.objects.filter(id__in=wanted).select_related("address", "endpoint")
    }
    machines = sparing.machines(_contact_ids(events))
    rows: list[Row] = []
    for event in events:
        case, conversation = cases.get(_case_id(event)), conversations.get(event.data.get("conversation_id"))
        if case is not None and conversation is not None and event.data.get("contact_id") not in machines:
            rows += rows_to(event, 0, Listener(conversation, case, supporter=True), ["received_brief"])
    write_automatic(sparing.within_measure(rows, now=now), now=now)


def _tell(events: Sequence[Event], phrase: Callable[[Event, Listener], str], *, now: datetime) -> None:
    cases = _cases(events)
    pictured, reporters = _pictured(events, cases), Reporters()
    rows: list[Row] = []
    for event in events:
        case = cases.get(_case_id(event))
        if case is None or event.data.get("told"):
            continue  # whoever acted has written to the resident in the same step
        for number, one in enumerate(listeners(case, followers=event.kind in _HEARD_BY_FOLLOWERS)):
            key = phrase(event, one)
            if key:
                more = _PHOTO if event.pk in pictured and not is_other(one) else _NOTHING
                rows += rows_to(event, number, one, [key], {**more, "reporters": reporters})
    write_automatic(rows, now=now)


def _pictured(events: Sequence[Event], cases: Mapping[int, Case]) -> set[int]:
    """The endings of which a photo stands on the page that a resident is sent to, the whole's or master's."""
    pages: dict[int, tuple[int, bool]] = {}
    for event in events:
        case, master_id = cases.get(_case_id(event)), event.data.get("master_id")
        if case is not None and event.data.get("outcome") == Outcome.DONE:
            pages[event.pk] = (master_id or case.parent_id or case.pk, master_id is None)
    found = proofs.pictured({page for page, _ in pages.values()})
    return {pk for pk, (page, own) in pages.items() if page in found.own or (own and page in found.in_parts)}


def rows_to(
    event: Event, number: int, one: Listener, keys: Sequence[str], more: Mapping[str, Any] = _NOTHING
) -> list[Row]:
    """The words to one listener; nothing where everybody would read what is meant for one."""
    if one.conversation is None or not one.conversation.public:
        return [_row(event, number, one, keys, more)]
    group = in_crowd(one.conversation)
    table = IN_GROUPS if group else _IN_PUBLIC
    fit = [table[key] for key in keys if key in table]
    if not fit:
        return []
    row = _row(event, number, one, fit, more)
    return [_with_reason(row, event)] if group else [row]


def _with_reason(row: Row, event: Event) -> Row:
    """In a group the reason stands below the outcome, where it shows nothing about a person."""
    one, words = row
    reason = reason_for_all(event, one)
    return (one, replace(words, text=f"{words.text}\n{reason}")) if reason else row


def _row(
    event: Event, number: int, one: Listener, keys: Sequence[str], more: Mapping[str, Any] = _NOTHING
) -> Row:
    data = {**event.data, **more}

    def values(language: str, names: Sequence[str]) -> Mapping[str, str]:
        return values_for(one, language=language, data=data, names=names)

    found = [resolved(key, one.language, values, photo="photo" in more) for key in keys]
    said = Words(
        text="\n\n".join(part.text for part in found),
        language=found[0].language,
        phrase_key="+".join(keys),
        wording="+".join(part.key for part in found),
        cause=f"event:{event.id}:{number}",
        gaps={name: value for part in found for name, value in part.gaps.items()},
    )
    return one, said


def _contact_ids(events: Sequence[Event]) -> set[int]:
    return {event.data["contact_id"] for event in events if event.data.get("contact_id")}


def _case_id(event: Event) -> int:
    return int(event.subject.removeprefix("case:"))


def _cases(events: Sequence[Event]) -> Mapping[int, Case]:
    return _by_ids({_case_id(event) for event in events})


def _by_ids(ids: Collection[int]) -> Mapping[int, Case]:
    """The cases as far as a sentence needs them; what the directory holds, `values` finds there."""
    rows = Case.objects.filter(id__in=ids)
    cases = {case.id: case for case in rows.select_related("conversation__address").only(*_READ)}
    parents = Case.objects.in_bulk({case.parent_id for case in cases.values() if case.parent_id})
    talks = [case.conversation for case in cases.values() if case.conversation]
    endpoints = Endpoint.objects.in_bulk({talk.endpoint_id for talk in talks})
    for talk in talks:
        talk.endpoint = endpoints[talk.endpoint_id]
    for case in cases.values():
        if case.parent_id:
            case.parent = parents[case.parent_id]
    return cases
