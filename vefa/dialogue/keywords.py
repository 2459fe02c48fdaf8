"""What somebody hears who sent a keyword: that STOP is kept, that START counts again, how to get help."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from vefa.dialogue.audience import wants_silence
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.receipts import wait_again
from vefa.dialogue.values import to_stranger
from vefa.dialogue.writing import Words, greet
from vefa.inbox.models import Conversation
from vefa.inbox.speaking import known_language
from vefa.journal.models import Event
from vefa.journal.record import Happening, record

_PHRASES: Mapping[str, str] = {
    "keyword.stopped": "keyword_stopped",
    "keyword.started": "keyword_started",
    "keyword.helped": "keyword_helped",
    "keyword.spoken": "keyword_spoken",
    "verdict.solved": "verdict_solved",
    "verdict.unclear": "verdict_unclear",
}


def answered(events: Sequence[Event], now: datetime) -> None:
    """Confirm each keyword in the language of its word; the confirmation of STOP is the last of its kind.

    What waited at that moment does not leave any more: it stands on the tracking page.
    """
    wanted = {_talk_id(event) for event in events}
    related = ("address__citizen__merged_into", "endpoint")
    talks = Conversation.objects.filter(id__in=wanted).select_related(*related).in_bulk()
    hush([talks[_talk_id(event)] for event in events if event.kind == "keyword.stopped"], now=now)
    rows = []
    for event in events:
        conversation = talks[_talk_id(event)]
        known = event.data.get("language") or known_language(conversation)
        language = known or conversation.endpoint.language
        key = _PHRASES[event.kind]
        said, cause = to_stranger(key, conversation, language), f"event:{event.pk}:0"
        words = Words(text=said.text, language=said.language, phrase_key=key, cause=cause)
        rows.append((conversation, words))
    greet(rows, now=now, though_stopped=True)


def hush(talks: Sequence[Conversation], *, now: datetime) -> None:
    """Show only, instead of sending, what waits for these people and what they want no more of."""
    stopped = {talk.address_id for talk in talks if talk.address.stopped_at is not None}
    if not stopped:
        return
    waiting = Delivery.objects.select_for_update(of=("self",)).filter(
        conversation__address_id__in=stopped, state=DeliveryState.QUEUED
    )
    related = ("reply", "conversation__address", "conversation__endpoint")
    unwanted = [
        row
        for row in waiting.select_related(*related).order_by("id")
        if wants_silence(row.conversation, automatic=row.reply.automatic)
    ]
    Delivery.objects.filter(pk__in=[row.pk for row in unwanted]).update(
        state=DeliveryState.SHOWN, endpoint=None, ended_at=now
    )
    wait_again(unwanted, now=now)
    record(
        Happening(
            kind="delivery.hushed",
            subject=f"case:{row.reply.case_id}",
            actor="resident",
            at=now,
            data={"delivery_id": row.pk},
        )
        for row in unwanted
        if row.reply.case_id
    )


def _talk_id(event: Event) -> int:
    return int(event.subject.removeprefix("conversation:"))
