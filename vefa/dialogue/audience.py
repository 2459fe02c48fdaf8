"""Who hears an answer: who opened the case, those who said "me too", those whose case follows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from vefa.cases.models import Case, State, Supporter
from vefa.channels.models import Endpoint
from vefa.channels.port import is_yes
from vefa.channels.registry import channel_of
from vefa.channels.sharing import DOOR
from vefa.inbox.models import Conversation

# A spoken message is answered by voice as well.
BY_HAND = frozenset(
    {"portal", "chat", "phone", "telephony", "asterisk", "counter", "letter", "meeting", "headman"}
)


@dataclass(frozen=True)
class Listener:
    """One conversation that hears of a case. `case` is the listener's own: the one whose number they know."""

    conversation: Conversation | None
    case: Case
    supporter: bool = False
    follower: bool = False  # of another case, whose news are told here

    @property
    def language(self) -> str:
        """The language in which this listener is addressed."""
        return (self.conversation.language if self.conversation else "") or self.case.language


def listeners(case: Case, *, followers: bool = True) -> list[Listener]:
    """Everybody who hears what becomes of a case, each conversation once."""
    everybody = [Listener(case.conversation, case)]
    if followers:
        everybody += [Listener(one.conversation, one, follower=True) for one in _followers(case)]
    supporting = (
        Supporter.objects.filter(case=case, conversation__isnull=False)
        .select_related("conversation__address", "conversation__endpoint")
        .order_by("id")
    )
    everybody += [Listener(one.conversation, case, supporter=True) for one in supporting]
    return _once(placed(everybody))


def in_crowd(conversation: Conversation | None) -> bool:
    """Whether a whole group listens, in which the same is said only once."""
    if conversation is None or not conversation.public:
        return False
    return channel_of(conversation.endpoint.channel).crowd


def placed(everybody: Sequence[Listener]) -> list[Listener]:
    """The same people, in private where their group wants it so and they have written to the bot there."""
    wishing = [
        one.conversation for one in everybody if one.conversation and _prefers_private(one.conversation)
    ]
    if not wishing:
        return list(everybody)
    rooms = _rooms(wishing).select_related("address", "endpoint")
    private = {(one.address_id, one.endpoint.key): one for one in rooms}
    return [_moved(one, private) for one in everybody]


def is_heard_alone(conversation: Conversation) -> bool:
    """Whether who talks in a crowd can also be written to in private. No statement for any other."""
    return in_crowd(conversation) and _rooms([conversation]).exists()


def _rooms(talks: Sequence[Conversation]) -> QuerySet[Conversation]:
    """Where these people have written to the bot of their group, and nobody else reads.

    Of whom only a message was passed on to it, the bot cannot write to.
    """
    return Conversation.objects.filter(
        public=False,
        last_contact_at__isnull=False,
        address_id__in={one.address_id for one in talks},
        address__unreachable_at=None,
        endpoint__retired_at=None,
        endpoint__key__in={str(one.endpoint.settings.get(DOOR, "")) for one in talks},
    )


def _prefers_private(conversation: Conversation) -> bool:
    return in_crowd(conversation) and conversation.endpoint.settings.get("answers") == "private"


def _moved(one: Listener, private: Mapping[tuple[int, str], Conversation]) -> Listener:
    talk = one.conversation
    if talk is None or not _prefers_private(talk):
        return one
    room = private.get((talk.address_id, str(talk.endpoint.settings.get(DOOR, ""))))
    return replace(one, conversation=room) if room else one


def _followers(case: Case) -> QuerySet[Case]:
    """Duplicates of the case, whose residents know it under a number of their own."""
    related = ("conversation__address", "conversation__endpoint", "service", "unit", "area", "parent")
    return Case.objects.filter(master=case, state=State.ENDED).select_related(*related).order_by("id")


def _once(everybody: Iterable[Listener]) -> list[Listener]:
    seen: set[object] = set()
    kept = []
    for one in everybody:
        talk = one.conversation
        # A group hears it once, whoever of it stands behind the matter.
        place = (talk.endpoint_id, talk.thread) if talk and in_crowd(talk) else talk and talk.id
        if place not in seen or not place:
            kept.append(one)
            seen.add(place)
    return kept


def wants_silence(conversation: Conversation | None, *, automatic: bool) -> bool:
    """They wrote STOP: nothing automatic goes out; by people only where the law of the place allows it."""
    if conversation is None or conversation.address.stopped_at is None:
        return False
    return automatic or is_yes(str(conversation.endpoint.settings.get("stop_for_people", "")))


def endpoint_for(conversation: Conversation | None, *, post: Endpoint | None) -> Endpoint | None:
    """The account through which this conversation is answered, or None where no message can go out.

    Who wrote by web form, telephone or letter and left a mail address is answered through `post`; so is
    whoever wrote to a mailbox that is retired. What goes to a paused account, or to one that waits for its
    keys, waits there.
    """
    if conversation is None or (conversation.address.unreachable_at and not in_crowd(conversation)):
        return None
    if wants_silence(conversation, automatic=False):
        return None
    account = conversation.endpoint
    if account.channel not in BY_HAND and account.retired_at is None:
        return account
    return post if conversation.address.space == "email" else None
