"""Who hears an answer: who opened the case, those who said "me too", those whose case follows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from vefa.cases.models import Case, State, Supporter
from vefa.channels.models import Endpoint
from vefa.inbox.models import Conversation

BY_HAND = frozenset({"portal", "chat", "phone", "counter", "letter", "meeting", "headman"})


@dataclass(frozen=True)
class Listener:
    """One conversation that hears of a case. `case` is the listener's own: the one whose number they know."""

    conversation: Conversation | None
    case: Case
    supporter: bool = False

    @property
    def language(self) -> str:
        """The language in which this listener is addressed."""
        return (self.conversation.language if self.conversation else "") or self.case.language


def listeners(case: Case, *, followers: bool = True) -> list[Listener]:
    """Everybody who hears what becomes of a case, each conversation once."""
    everybody = [Listener(case.conversation, case)]
    if followers:
        everybody += [Listener(one.conversation, one) for one in _followers(case)]
    supporting = (
        Supporter.objects.filter(case=case, conversation__isnull=False)
        .select_related("conversation__address", "conversation__endpoint")
        .order_by("id")
    )
    everybody += [Listener(one.conversation, case, supporter=True) for one in supporting]
    return _once(everybody)


def _followers(case: Case) -> QuerySet[Case]:
    """Duplicates of the case, whose residents know it under a number of their own."""
    related = ("conversation__address", "conversation__endpoint", "service", "unit", "area", "parent")
    return Case.objects.filter(master=case, state=State.ENDED).select_related(*related).order_by("id")


def _once(everybody: Iterable[Listener]) -> list[Listener]:
    seen: set[int] = set()
    kept = []
    for one in everybody:
        conversation_id = one.conversation.id if one.conversation else 0
        if conversation_id not in seen or not conversation_id:
            kept.append(one)
            seen.add(conversation_id)
    return kept


def endpoint_for(conversation: Conversation | None, *, post: Endpoint | None) -> Endpoint | None:
    """The account through which this conversation is answered, or None where no message can go out.

    Who wrote by web form, telephone or letter and left a mail address is answered through `post`.
    """
    if conversation is None or conversation.address.unreachable_at is not None:
        return None
    if conversation.endpoint.channel not in BY_HAND:
        return conversation.endpoint
    return post if conversation.address.space == "email" else None
