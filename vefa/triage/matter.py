"""Whether a contact opens a matter, belongs to one that is known, or is a verdict on what we did."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vefa.cases.models import Case, State
from vefa.cases.tracking import may_speak
from vefa.channels.registry import channel_of
from vefa.dialogue.models import Delivery
from vefa.inbox.models import Contact
from vefa.kit.ids import BadReferenceError, read_reference
from vefa.kit.saying import Sentence
from vefa.triage.advice import MEANT, Advice
from vefa.triage.filing import is_handed_on
from vefa.triage.guess import why
from vefa.triage.place import Place
from vefa.triage.tone import DOUBTFUL, EMERGENCY, NORMAL, doubts, verdict_of

CONTINUES_WITHIN = timedelta(minutes=15)  # a photo or a place sent right after the words belongs to them
REMEMBERS = timedelta(days=30)  # an ended case that a resident may still mean
SHORT = 6  # words
PRIVATE = "private"  # the way of an answer to a comment that only its author reads
_NUMBER = re.compile(r"(?<!\d)\d{2}[-–/. ]\d{5,8}[-–/. ]\d(?!\d)")


@dataclass(frozen=True)
class Known:
    """A case that a contact could belong to."""

    id: int
    state: str
    said_at: datetime
    ended_at: datetime | None
    area_id: int | None = None
    urgency: int = NORMAL
    service_id: int | None = None

    @property
    def ended(self) -> bool:
        """Whether it has an outcome."""
        return self.state == State.ENDED


@dataclass(frozen=True)
class Matter:
    """new_case, same_case, not_solved, solved, answered or nothing; with the case and the reason."""

    name: str
    case_id: int | None = None
    because: str = ""
    quiet: bool = False  # moves nothing: thanks, or "it is solved"
    in_private: bool = False  # what began in public goes on here

    def as_evidence(self) -> dict[str, Any]:
        """The decision as a finding keeps it."""
        return {"step": "matter", "says": self.name} | why(self.because)


@dataclass(frozen=True)
class Past:
    """What went before a batch of contacts, read in a few queries."""

    by_conversation: dict[int, list[Known]] = field(default_factory=dict)
    by_message: dict[tuple[int, str], Known] = field(default_factory=dict)
    by_reference: dict[tuple[str, int], Case] = field(default_factory=dict)  # reference, citizen
    by_receipt: dict[str, int] = field(default_factory=dict)  # reference on whose own page it was written
    by_private_answer: dict[int, Known] = field(default_factory=dict)  # conversation that we began in private


def remember(contacts: Sequence[Contact], *, now: datetime) -> Past:
    """The recent cases of these conversations, of the messages answered and of the numbers named."""
    rows = (
        Case.objects.filter(conversation_id__in={contact.conversation_id for contact in contacts})
        .exclude(ended_at__lt=now - REMEMBERS)
        .order_by("-said_at", "-id")
        .only("conversation_id", "state", "said_at", "ended_at", "area_id", "urgency", "service_id")
    )
    by_conversation = defaultdict(list)
    for row in rows:
        by_conversation[row.conversation_id or 0].append(_known(row))
    return Past(
        dict(by_conversation),
        _by_message(contacts),
        _by_reference(contacts),
        _by_receipt(contacts),
        _by_private_answer(contacts, by_conversation, now=now),
    )


def place_before(contact: Contact, past: Past) -> Place | None:
    """Where the last case of this conversation was that had a place."""
    recent = past.by_conversation.get(contact.conversation_id or 0, [])
    return next((Place(case.area_id) for case in recent if case.area_id is not None), None)


def answered_ids(contact: Contact) -> list[str]:
    """Provider ids of the messages that a contact answers, the nearest first."""
    further = reversed(contact.details.get("references", []))
    return [message for message in (contact.reply_to_id, *further) if message]


def _by_message(contacts: Iterable[Contact]) -> dict[tuple[int, str], Known]:
    wanted = [(contact.endpoint_id, message) for contact in contacts for message in answered_ids(contact)]
    if not wanted:
        return {}
    rows = Delivery.objects.filter(
        endpoint_id__in={endpoint_id for endpoint_id, _ in wanted},
        provider_id__in={message for _, message in wanted},
        reply__case__isnull=False,
    ).select_related("reply__case")
    return {
        (row.endpoint_id, row.provider_id): _known(row.reply.case)
        for row in rows
        if row.endpoint_id is not None and row.reply.case is not None
    }


def _by_reference(contacts: Iterable[Contact]) -> dict[tuple[str, int], Case]:
    numbers = {number for contact in contacts for number in _numbers(contact)}
    if not numbers:
        return {}
    rows = Case.objects.filter(reference__in=numbers, citizen__isnull=False)
    rows = rows.select_related("citizen", "conversation__address")
    return {(row.reference, row.citizen.root_id): row for row in rows if row.citizen is not None}


def _by_receipt(contacts: Iterable[Contact]) -> dict[str, int]:
    """Cases of reports to which something was added before they were cases."""
    wanted = {contact.details["of"] for contact in contacts if contact.details.get("of")}
    if not wanted:
        return {}
    return dict(Case.objects.filter(reference__in=wanted).values_list("reference", "id"))


def _by_private_answer(
    contacts: Iterable[Contact], recent: Mapping[int, Sequence[Known]], *, now: datetime
) -> dict[int, Known]:
    """Cases because of which we wrote in private to who had commented in public, where these answer first.

    No statement where no channel of these has comments.
    """
    talks = {
        talk.pk: talk
        for contact in contacts
        if (talk := contact.conversation)
        and not talk.public
        and talk.pk not in recent
        and channel_of(contact.endpoint.channel).comments
    }
    if not talks:
        return {}
    rows = (
        Delivery.objects.filter(
            endpoint_id__in={talk.endpoint_id for talk in talks.values()},
            conversation__address_id__in={talk.address_id for talk in talks.values()},
            conversation__public=True,
            reply__way=PRIVATE,
            reply__case__isnull=False,
        )
        .exclude(reply__case__ended_at__lt=now - REMEMBERS)
        .select_related("reply__case", "conversation")
        .order_by("id")
    )
    asked = {
        (row.endpoint_id, row.conversation.address_id): _known(row.reply.case)
        for row in rows
        if row.conversation and row.reply.case
    }
    found = {pk: asked.get((talk.endpoint_id, talk.address_id)) for pk, talk in talks.items()}
    return {pk: known for pk, known in found.items() if known}


def _known(case: Case) -> Known:
    return Known(
        case.id, case.state, case.said_at, case.ended_at, case.area_id, case.urgency, case.service_id
    )


def _numbers(contact: Contact) -> list[str]:
    found = []
    for text in (*_NUMBER.findall(f"{contact.subject} {contact.text}"), contact.details.get("reference", "")):
        try:
            found.append(read_reference(text))
        except BadReferenceError:
            continue
    return found


def matter_of(contact: Contact, advice: Advice, past: Past) -> Matter:
    """Decide for one contact; every answer names its reason.

    Where a case would be told and yet stay as it is, what somebody handed on opens one for whom they named.
    """
    found = _matter_of(contact, advice, past)
    if found.quiet and is_handed_on(contact):
        return Matter("new_case", None, Sentence("a matter of its own"))
    return found


def _matter_of(contact: Contact, advice: Advice, past: Past) -> Matter:
    if contact.details.get("on_the_spot"):
        return Matter("answered", None, Sentence("answered while the person spoke"))
    stated = contact.details.get("case") or past.by_receipt.get(contact.details.get("of", ""))
    if stated is not None:
        return _stated(contact, int(stated))
    if own := _own(contact):
        return Matter("new_case", None, own)
    begun = past.by_private_answer.get(contact.conversation_id or 0)
    if begun is not None:
        return Matter("same_case", begun.id, Sentence("answers what we wrote in private"), in_private=True)
    meant, because = _meant(contact, past)
    recent = past.by_conversation.get(contact.conversation_id or 0, [])
    verdict = _verdict(contact, advice, meant or next(iter(recent), None))
    if meant is not None:
        return _about(meant, verdict, because, thanks=_thanks(contact, advice, meant))
    return _in_conversation(contact, advice, recent, verdict)


def _verdict(contact: Contact, advice: Advice, case: Known | None) -> str:
    """What is said of the outcome; "solved" beside another matter is none that nobody need read."""
    verdict = verdict_of(advice.said, language=advice.language.value, text=contact.text).value
    return DOUBTFUL if verdict == "solved" and case and _other_service(advice, case) else verdict


def _thanks(contact: Contact, advice: Advice, case: Known) -> bool:
    """Whether these are thanks that move nothing: no other matter is named, nor this one with a "but"."""
    if advice.kind.value != "thanks" or _other_service(advice, case):
        return False
    doubted = doubts(advice.said, language=advice.language.value, text=contact.text)
    return not (doubted and _names_matter(advice))


def _names_matter(advice: Advice) -> bool:
    return advice.confidence >= MEANT and len(advice.said) > SHORT // 2


def _other_service(advice: Advice, case: Known) -> bool:
    return _names_matter(advice) and advice.service is not None and advice.service.pk != case.service_id


def _stated(contact: Contact, case_id: int) -> Matter:
    """The resident wrote on the page of the case itself."""
    verdict = contact.details.get("verdict", "")
    name = verdict if verdict in {"solved", "not_solved"} else "same_case"
    return Matter(name, case_id, _because(contact), quiet=name == "solved")


def _own(contact: Contact) -> str:
    """Why it cannot belong to a case that is known, "" where it may."""
    if unclear := contact.details.get("unclear"):
        return Sentence("a verdict on any of %(numbers)s: a person decides", numbers=", ".join(unclear))
    return Sentence("a form with a receipt of its own") if contact.reference is not None else ""


def _because(contact: Contact) -> str:
    """Why it is known which case was meant."""
    word = contact.details.get("keyword")
    if word:
        return Sentence("the keyword “%(word)s” after the outcome", word=word)
    return Sentence("written on the page of the case")


def _meant(contact: Contact, past: Past) -> tuple[Known | None, str]:
    for message in answered_ids(contact):
        known = past.by_message.get((contact.endpoint_id, message))
        if known is not None:
            return known, Sentence("answers a message of ours")
    address = contact.conversation.address if contact.conversation else None
    for number in _numbers(contact) if address else ():
        case = past.by_reference.get((number, address.citizen.root_id)) if address else None
        if case is not None and address is not None and may_speak(address, case):
            return _known(case), Sentence("names %(words)s", words=number)
    return None, ""


def _about(case: Known, verdict: str, because: str, *, thanks: bool = False) -> Matter:
    if case.ended and verdict == "not_solved":
        return Matter(
            "not_solved", case.id, Sentence("%(reason)s and says that it is not solved", reason=because)
        )
    if case.ended and verdict == "solved":
        return Matter(
            "solved", case.id, Sentence("%(reason)s and says that it is solved", reason=because), quiet=True
        )
    return Matter("same_case", case.id, because, quiet=thanks)


def _in_conversation(contact: Contact, advice: Advice, recent: list[Known], verdict: str) -> Matter:
    waiting = next((case for case in recent if case.state == State.WAITING), None)
    if waiting is not None and not _own_matter(advice, waiting):
        return Matter("same_case", waiting.id, Sentence("we are waiting for an answer"))
    latest = recent[0] if recent else None
    if latest is None:
        return Matter("new_case", None, Sentence("first word in a month"))
    if latest.ended and _judges(advice, latest, verdict):
        return _about(latest, verdict, Sentence("follows the last case here"))
    said_at = contact.said_at or contact.received_at
    if not latest.ended and said_at - latest.said_at <= CONTINUES_WITHIN and not _own_matter(advice, latest):
        return Matter("same_case", latest.id, Sentence("said right after, and names no matter of its own"))
    if _thanks(contact, advice, latest):
        return Matter("same_case", latest.id, Sentence("thanks for the last case here"), quiet=True)
    return Matter("new_case", None, Sentence("a matter of its own"))


def _judges(advice: Advice, case: Known, verdict: str) -> bool:
    """Whether something is said of the outcome; what is doubtful may be a matter of its own instead."""
    if verdict == DOUBTFUL:
        return not _own_matter(advice, case)
    return verdict in {"not_solved", "solved"}


def _own_matter(advice: Advice, case: Known) -> bool:
    """Whether the words alone would open a case; danger does in few words, where the case knows of none."""
    if speaks_of_danger(advice) and case.urgency < EMERGENCY:
        return True
    return bool(advice.services) and len(advice.said) > SHORT // 2


def speaks_of_danger(advice: Advice) -> bool:
    """Whether the words themselves tell of an emergency."""
    return advice.urgency.spoken and advice.urgency.value == EMERGENCY
