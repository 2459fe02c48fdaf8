"""One answer to everybody behind an incident, each in their own language and on their own channel."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5

from vefa.cases.incidents.orders import text_for
from vefa.cases.models import Case, IncidentOrder, Supporter
from vefa.cases.moves import Told, tell
from vefa.cases.promises import answered
from vefa.channels.manners import Standing
from vefa.channels.queries import mailbox
from vefa.dialogue.audience import Listener, endpoint_for, in_crowd, listeners, wants_silence
from vefa.dialogue.terms import TEMPLATE, rules_of
from vefa.dialogue.writing import Words, write_automatic
from vefa.inbox.models import Conversation
from vefa.journal.models import Event

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
    """Who joins after everybody was answered hears that answer too; who was among them does not again."""
    wanted = {int(event.data["incident_id"]) for event in events}
    latest: dict[int, IncidentOrder] = {}
    rows = IncidentOrder.objects.filter(
        incident__in=wanted, incident__state="running", sort=IncidentOrder.Sort.ANSWER, taken_back_at=None,
        due_at__lte=now,
    )  # fmt: skip
    for order in rows.select_related("staff").order_by("id"):
        latest[order.incident_id] = order
    late = {
        int(event.subject.removeprefix("case:")): latest[event.data["incident_id"]]
        for event in events
        if event.data["incident_id"] in latest
    }
    new = [case_id for case_id, order in late.items() if case_id not in order.case_ids]
    for case in Case.objects.filter(id__in=new).select_related(*_RELATED).order_by("id"):
        _say(late[case.pk], case, now)


def reached(case_ids: Sequence[int], *, now: datetime) -> list[Share]:
    """How an answer to these cases would reach people, the largest share first; each conversation once."""
    post = mailbox()
    talks = _conversations(case_ids)
    counted: Counter[tuple[str, str, str]] = Counter()
    for talk, language in talks:
        endpoint = None if wants_silence(talk, automatic=True) else endpoint_for(talk, post=post)
        rules = rules_of(endpoint, Standing(now=now, heard_at=talk.last_contact_at))
        limited = rules is not None and TEMPLATE in rules.ways[:1]
        way = "shown" if endpoint is None else TEMPLATE if limited else "sent"
        channel = endpoint.channel if endpoint else talk.endpoint.channel
        counted[channel, talk.language or language, way] += 1
    quiet = Case.objects.filter(id__in=case_ids, conversation=None).values_list("channel", "language")
    for channel, language in quiet.order_by("id"):
        counted[channel, language, "shown"] += 1
    return [Share(*key, count) for key, count in sorted(counted.items(), key=lambda row: (-row[1], row[0]))]


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
