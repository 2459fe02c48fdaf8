"""What somebody hears who sent a keyword: that STOP is kept, that START counts again, how to get help."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from vefa.dialogue.phrases import fill, sentence
from vefa.dialogue.values import values_for_stranger
from vefa.dialogue.writing import Words, greet
from vefa.inbox.models import Conversation
from vefa.inbox.speaking import known_language
from vefa.journal.models import Event

_PHRASES: Mapping[str, str] = {
    "keyword.stopped": "keyword_stopped",
    "keyword.started": "keyword_started",
    "keyword.helped": "keyword_helped",
    "keyword.spoken": "keyword_spoken",
    "verdict.solved": "verdict_solved",
    "verdict.unclear": "verdict_unclear",
}


def answered(events: Sequence[Event], now: datetime) -> None:
    """Confirm each keyword in the language of its word; the confirmation of STOP is the last of its kind."""
    wanted = {int(event.subject.removeprefix("conversation:")) for event in events}
    related = ("address__citizen__merged_into", "endpoint")
    talks = Conversation.objects.filter(id__in=wanted).select_related(*related).in_bulk()
    rows = []
    for event in events:
        conversation = talks[int(event.subject.removeprefix("conversation:"))]
        known = event.data.get("language") or known_language(conversation)
        language = known or conversation.endpoint.language
        key = _PHRASES[event.kind]
        text, spoken = sentence(key).text(language)
        said = fill(text, values_for_stranger(conversation, language=spoken))
        rows.append(
            (conversation, Words(text=said, language=spoken, phrase_key=key, cause=f"event:{event.pk}:0"))
        )
    greet(rows, now=now, though_stopped=True)
