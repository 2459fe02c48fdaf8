"""Answers that our side gave with another tool, as the page's own inbox: shown and counted, never a case.

What we sent ourselves comes back in the same way; it is known by the provider's id, or by its words where the
provider was quicker than our own note of that id.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from vefa.cases.elsewhere import answered_elsewhere, latest_cases
from vefa.cases.models import Case
from vefa.channels.port import Form
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.receipts import SENT, apply_receipts
from vefa.inbox.models import Contact, Conversation

REMEMBERS = timedelta(days=30)  # an ended case that an answer may still be about
_OPEN = (DeliveryState.LEASED, DeliveryState.UNCERTAIN)
_READ = (
    "endpoint_id", "key", "provider_id", "parts", "state", "reply__text", "conversation__address_id",
)  # fmt: skip
_CUT_WITHIN = timedelta(days=1)  # in which the further parts of a long answer come back

Said = tuple[int, str]  # endpoint and the provider's id
Thread = tuple[int, str]  # endpoint and public thread


def take_echoes(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Show on its case what the city said elsewhere. Four statements at the most for all of a batch."""
    echoes = [contact for contact in contacts if contact.form == Form.ECHO]
    if not echoes:
        return
    _find_conversations([echo for echo in echoes if echo.conversation_id is None])
    strange = _not_ours([echo for echo in echoes if echo.conversation], now=now)
    cases = _cases_of(strange, now=now)
    answered_elsewhere([(cases[one.pk], one) for one in strange if one.pk in cases], now=now)


def _find_conversations(echoes: Sequence[Contact]) -> None:
    """An answer under a comment belongs to who spoke there first: the author of the comment at the top."""
    wanted = {(echo.endpoint_id, str(echo.details.get("thread", ""))): echo for echo in echoes}
    if not wanted:
        return
    rows = Conversation.objects.filter(
        endpoint_id__in={endpoint_id for endpoint_id, _ in wanted},
        thread__in={thread for _, thread in wanted if thread},
        public=True,
    )
    first: dict[Thread, Conversation] = {}
    for row in rows.order_by("id"):
        first.setdefault((row.endpoint_id, row.thread), row)
    for echo in echoes:
        echo.conversation = first.get((echo.endpoint_id, str(echo.details.get("thread", ""))))


def _not_ours(echoes: Sequence[Contact], *, now: datetime) -> list[Contact]:
    """Those that no delivery of ours explains; the others are marked, and shown nowhere."""
    if not echoes:
        return []
    rows = (
        Delivery.objects.filter(endpoint_id__in={echo.endpoint_id for echo in echoes})
        .filter(
            Q(provider_id__in={echo.message_id for echo in echoes})
            | Q(
                Q(state__in=_OPEN) | Q(handed_over_at__gte=now - _CUT_WITHIN),
                conversation__address_id__in={_address(echo) for echo in echoes},
            )
        )
        .select_related("reply", "conversation")
        .only(
            "endpoint_id", "key", "provider_id", "parts", "state", "reply__text", "conversation__address_id"
        )
    )
    known: set[Said] = set()
    leaving: dict[tuple[int, int], list[Delivery]] = defaultdict(list)  # by endpoint and address
    for row in rows:
        known |= {(row.endpoint_id or 0, name) for name in (row.provider_id, *row.parts)}
        if row.state in _OPEN and row.conversation:
            leaving[(row.endpoint_id or 0, row.conversation.address_id)].append(row)
    strange = []
    for echo in echoes:
        if (echo.endpoint_id, echo.message_id) in known:
            echo.details["own"] = True
        elif ours := _just_leaving(echo, leaving[(echo.endpoint_id, _address(echo))]):
            sent = {"provider_id": echo.message_id, "state": SENT, "key": str(ours.key)}
            echo.details |= {"own": True, "receipts": [sent]}
        else:
            strange.append(echo)
    apply_receipts([echo for echo in echoes if echo.details.get("receipts")], now=now)
    return strange


def _just_leaving(echo: Contact, rows: Sequence[Delivery]) -> Delivery | None:
    """The delivery of ours whose words, or a part of them, these are."""
    text = _folded(echo.text)
    return next((row for row in rows if text and text in _folded(row.reply.text)), None)


def _cases_of(echoes: Sequence[Contact], *, now: datetime) -> dict[int, int]:
    """The case that each answer is about: of the same conversation, else of the same person and account."""
    if not echoes:
        return {}
    rows = latest_cases({_address(echo) for echo in echoes}, since=now - REMEMBERS)
    return {echo.pk: case.pk for echo in echoes if (case := _meant(echo, rows))}


def _meant(echo: Contact, rows: Sequence[Case]) -> Case | None:
    theirs = [row for row in rows if row.conversation and row.conversation.address_id == _address(echo)]
    here = [row for row in theirs if row.conversation_id == echo.conversation_id]
    near = [row for row in theirs if row.conversation and row.conversation.endpoint_id == echo.endpoint_id]
    for found in (here, near):
        if found:
            return min(found, key=lambda row: row.ended_at is not None)
    return None


def _address(echo: Contact) -> int:
    return echo.conversation.address_id if echo.conversation else 0


def _folded(text: str) -> str:
    return " ".join(text.split())
