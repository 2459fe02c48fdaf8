"""What is said where a whole group listens: short, without secrets, once per thread."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from vefa.dialogue.audience import Listener, in_crowd
from vefa.dialogue.exposure import exposed
from vefa.dialogue.reporters import Reporters
from vefa.dialogue.values import for_others, to_stranger
from vefa.dialogue.writing import Words, greet
from vefa.inbox.models import Conversation
from vefa.inbox.speaking import known_language
from vefa.journal.models import Event

__all__ = ["IN_GROUPS", "answered_leave", "in_crowd", "reason_for_all"]
# What each sentence becomes in a group; the others are not said there.
IN_GROUPS: Mapping[str, str] = {
    "received": "group_received",
    "emergency_notice": "emergency_notice",
    "needs_from_you": "group_asked",
    "planned": "group_planned",
    "done": "group_done",
    "not_possible": "group_not_possible",
    "passed_on": "group_passed_on",
    "answered": "group_answered",
    "promise_late": "group_late",
    "promise_late_planned": "group_late",
}


def reason_for_all(event: Event, one: Listener) -> str:
    """What was written beside an outcome or a question, where it shows nothing about a person.

    Of what was written to the reporter of another case nothing is said: whom it may name is not known here.
    """
    if one.follower or event.data.get("master_id"):
        return ""
    told = str(event.data.get("reason") or event.data.get("question") or "").strip()
    if exposed(told, one.case) or for_others(told) != told:
        return ""
    return told if Reporters().hidden(told, one.case.pk) == told else ""


def answered_leave(events: Sequence[Event], now: datetime) -> None:
    """Somebody does not want to be read in a group, or wants to again: one line that it was understood."""
    wanted = {int(event.subject.removeprefix("conversation:")): event for event in events}
    rows = []
    related = ("address__citizen__merged_into", "endpoint")
    talks = Conversation.objects.filter(id__in=wanted).select_related(*related)
    for conversation in talks.order_by("id"):
        event = wanted[conversation.pk]
        language = known_language(conversation) or conversation.endpoint.language
        said = to_stranger(event.kind.replace(".", "_"), conversation, language)
        cause = f"event:{event.pk}:0"
        words = Words(text=said.text, language=said.language, phrase_key="", cause=cause)
        rows.append((conversation, words))
    greet(rows, now=now)
