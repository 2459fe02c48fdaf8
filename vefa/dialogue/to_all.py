"""One answer to everybody behind an incident, each in their own language and on their own channel."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5

from vefa.cases.incidents.orders import text_for, told
from vefa.cases.models import Case, IncidentCase, IncidentOrder, IncidentState, Supporter
from vefa.cases.moves import Told, tell
from vefa.cases.promises import answered
from vefa.channels.manners import Standing
from vefa.channels.models import Endpoint
from vefa.channels.queries import mailbox
from vefa.dialogue.audience import Listener, endpoint_for, in_crowd, listeners, wants_silence
from vefa.dialogue.terms import TEMPLATE, rules_of
from vefa.dialogue.writing import Words, write_automatic
from vefa.inbox.models import Conversation
from vefa.journal.models import Event
from vefa.journal.record import Happening, record

PHRASE = "incident"  # an approved text of this name, with one gap, carries the words where one is needed
_RELATED = ("conversation__address", "conversation__endpoint", "service", "unit", "area", "parent")


@dataclass(frozen=True)
class Share:
    """So many people on one channel, in one language; `way` is sent, template or shown (nothing goes out)."""

    channel: str
    language: str
    way: str
    count: int


def answer(order: IncidentOrder, case_id: int, *, now: datetime) -> None:
    """Say the order's words to all who hear of one case, and keep the promise of a first answer."""
    case = Case.objects.select_related(*_RELATED).get(pk=case_id)
    _say(order, case, now)
    answered(case_id=case_id, by=order.staff, now=now)
    data = {"incident_id": order.incident_id, "order_id": order.pk}
    tell(case, Told(kind="case.answered_with_others", by=order.staff, at=now, data=data))


def gathered(events: Sequence[Event], now: datetime) -> None:
    """Who joins after everybody was answered hears that answer too; who was among them does not again.

    An answer that may still be taken back waits; who joined meanwhile hears it when it is given.
    """
    orders = _answers(incident__in={int(event.data["incident_id"]) for event in events})
    running = [order for order in orders if order.incident.state == IncidentState.RUNNING]
    latest = {order.incident_id: order for order in running if order.due_at <= now}
    waiting = [order for order in running if order.due_at > now]
    late = {_case_id(event): latest.get(event.data["incident_id"]) for event in events}
    _say_late(late, now)
    record(
        _laid_back(order, _case_id(event), now)
        for event in events
        for order in waiting
        if order.incident_id == event.data["incident_id"] and _case_id(event) not in told(order)
    )


def awaited(events: Sequence[Event], now: datetime) -> None:
    """The moment has come of an answer that waited when somebody joined; who left again does not hear it."""
    orders = {order.pk: order for order in _answers(pk__in={event.data["order_id"] for event in events})}
    for event in events:  # who joined hears two answers one after the other, as everybody did
        case_id, order = int(event.data["case_id"]), orders.get(event.data["order_id"])
        _say_late({case_id: order}, now)


def _answers(**which: object) -> list[IncidentOrder]:
    """The answers to all that nobody took back, in the order in which they were given."""
    rows = IncidentOrder.objects.filter(sort=IncidentOrder.Sort.ANSWER, taken_back_at=None, **which)
    return list(rows.select_related("staff", "incident").order_by("id"))


def _say_late(late: Mapping[int, IncidentOrder | None], now: datetime) -> None:
    """Say to each case that still stands there what all the others were told before."""
    rows = IncidentCase.objects.filter(case_id__in=late, left_at=None)
    inside = dict(rows.values_list("case_id", "incident_id"))
    meant = {
        case_id: order
        for case_id, order in late.items()
        if order and inside.get(case_id) == order.incident_id and case_id not in told(order)
    }
    for case in Case.objects.filter(id__in=meant).select_related(*_RELATED).order_by("id"):
        _say(meant[case.pk], case, now)


def _laid_back(order: IncidentOrder, case_id: int, now: datetime) -> Happening:
    """An event of its own, which holds up nothing else that happens to the case."""
    return Happening(
        kind="incident.answer_awaited",
        subject=f"joined:{case_id}",
        actor="system",
        at=now,
        due_at=order.due_at,
        data={"incident_id": order.incident_id, "order_id": order.pk, "case_id": case_id},
    )


def _case_id(event: Event) -> int:
    return int(event.subject.removeprefix("case:"))


def reached(case_ids: Sequence[int], *, now: datetime) -> list[Share]:
    """How an answer to these cases would reach people, the largest share first; each conversation once."""
    post = mailbox()
    talks = _conversations(case_ids)
    counted: Counter[tuple[str, str, str]] = Counter()
    for talk, language in talks:
        endpoint = None if wants_silence(talk, automatic=True) else endpoint_for(talk, post=post)
        channel = endpoint.channel if endpoint else talk.endpoint.channel
        counted[channel, talk.language or language, _way(talk, endpoint, now)] += 1
    quiet = Case.objects.filter(id__in=case_ids, conversation=None).values_list("channel", "language")
    for channel, language in quiet.order_by("id"):
        counted[channel, language, "shown"] += 1
    return [Share(*key, count) for key, count in sorted(counted.items(), key=lambda row: (-row[1], row[0]))]


def _way(talk: Conversation, endpoint: Endpoint | None, now: datetime) -> str:
    """By which way it would go into one conversation; where the provider's time is over, by none."""
    if endpoint is None:
        return "shown"
    standing = Standing(
        now=now, heard_at=talk.last_contact_at, thread=talk.thread, public=talk.public, group=talk.public,
        address=talk.address.value,
    )  # fmt: skip
    rules = rules_of(endpoint, standing)
    if rules is None:
        return "sent"
    if not rules.ways:
        return "shown"
    return TEMPLATE if rules.ways[0] == TEMPLATE else "sent"


def _conversations(case_ids: Sequence[int]) -> list[tuple[Conversation, str]]:
    """Every conversation that hears of these cases once, a crowd once, with the language of its case."""
    own = Case.objects.filter(id__in=case_ids, conversation__isnull=False).order_by("id")
    following = Case.objects.filter(master__in=case_ids, conversation__isnull=False).order_by("id")
    behind = Supporter.objects.filter(case__in=case_ids, conversation__isnull=False).order_by("id")
    pairs: dict[int, str] = {}
    for rows in (
        own.values_list("conversation_id", "language"),
        following.values_list("conversation_id", "language"),
        behind.values_list("conversation_id", "case__language"),
    ):
        for conversation_id, language in rows:
            pairs.setdefault(conversation_id or 0, language)
    found = Conversation.objects.filter(id__in=pairs).select_related("address", "endpoint").order_by("id")
    return [(talk, pairs[talk.pk]) for talk in _once(found)]


def _once(talks: Iterable[Conversation]) -> list[Conversation]:
    seen: dict[object, Conversation] = {}
    for talk in talks:
        seen.setdefault((talk.endpoint_id, talk.thread) if in_crowd(talk) else talk.pk, talk)
    return list(seen.values())


def _say(order: IncidentOrder, case: Case, now: datetime) -> None:
    rows = [(one, _words(order, one, place)) for place, one in enumerate(listeners(case))]
    write_automatic(rows, now=now, by=order.staff)


def _words(order: IncidentOrder, one: Listener, place: int) -> Words:
    """The words to one listener, with a cause that lets nobody hear them twice, whatever dies in between."""
    text = text_for(order, one.language)
    language = next((code for code, words in order.texts.items() if words == text), one.language)
    talk = one.conversation
    where = f"{one.case.pk}:{place}"
    if talk is not None:
        where = f"c{talk.pk}"
        if in_crowd(talk):
            where = f"g{talk.endpoint_id}:{md5(talk.thread.encode(), usedforsecurity=False).hexdigest()[:12]}"
    cause = f"incident:{order.pk}:{where}"
    return Words(text=text, language=language, phrase_key=PHRASE, cause=cause, gaps={"text": text})
