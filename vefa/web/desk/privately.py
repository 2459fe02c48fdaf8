"""What the desk shows of a private message, and the few things that can be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import get_language, gettext

from vefa.dialogue import private_answers
from vefa.dialogue.exposure import without_secrets
from vefa.dialogue.models import DeliveryState
from vefa.dialogue.phrases import MissingPhraseError, sentence
from vefa.dialogue.private_answers import Answered, answers_to, language_of, truth_of
from vefa.dialogue.voices import Voice, voices_for
from vefa.dialogue.writing import TooLateError, Words
from vefa.directory.models import Staff
from vefa.directory.people import one_at_work, to_hand_to
from vefa.directory.queries import directory
from vefa.inbox import private
from vefa.inbox.models import Attachment, AttachmentState, Contact, ContactState, PrivateState
from vefa.inbox.private import Found, Handing
from vefa.kit.speaking import told
from vefa.triage.advice import Asked, advise
from vefa.web.desk.besides import beside
from vefa.web.desk.brief import brief_of, way_in
from vefa.web.desk.choices import units
from vefa.web.desk.refusing import NOT_SENT, why_not
from vefa.web.desk.talk import size_of, wordless
from vefa.web.desk.voicing import in_place_of
from vefa.web.ui.shapes import File, Message, Truth
from vefa.web.ui.typed import typed

READY = ("quick_thanks", "quick_seen", "quick_call")  # sent with one touch
REFUSALS = (*NOT_SENT, TooLateError, private.NotAllowedError, private.SettledError)
STATES = {PrivateState.OPEN, PrivateState.KEPT, PrivateState.ANSWERED}


@dataclass(frozen=True)
class Ready:
    """An answer of one touch, in the sender's language; its name is in the reader's."""

    key: str
    title: str
    text: str


@dataclass(frozen=True)
class Target:
    """Where something can be handed to; `value` is unit:3 or staff:5."""

    value: str
    name: str


@dataclass(frozen=True)
class Card:
    """A private message as a page shows it."""

    found: Found
    who: str
    account: str
    messages: Sequence[Message]
    voices: Sequence[Voice]
    ready: Sequence[Ready]
    likely: Target | None
    reached: bool
    language: str
    state: str
    by: str
    truth: Truth  # by which rules an answer goes
    public: bool  # it was said where everybody reads
    lost: tuple[str, str] | None = None  # that its answer did not arrive, and why
    sights: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    @property
    def undecided(self) -> bool:
        """Whether something can still be decided."""
        return PrivateState(self.found.message.state) in STATES


@dataclass(frozen=True)
class Done:
    """What was done, and what is needed to undo it."""

    did: str  # answered, filed, handed, kept
    undo: Mapping[str, Any] = field(default_factory=dict)


def card_of(found: Found, staff: Staff, *, posted: QueryDict, now: datetime) -> Card:
    """Everything that stands on the page; `posted` is what came back to it."""
    contact, language = found.contact, get_language() or "en"
    message, answers, truth = found.message, answers_to(found), truth_of(found, now=now)
    by = message.settled_by.name if message.settled_by else ""
    return Card(
        found=found,
        who=who_of(contact),
        account=contact.endpoint.name(language),
        messages=_said(found, answers),
        voices=voices_for(staff, contact.endpoint, now=now, language=language)
        if found.part.may_answer
        else (),
        ready=ready_answers(language_of(found)) if found.part.may_answer else (),
        likely=_likely(contact) if found.part.may_file else None,
        reached=truth.reachable,
        language=language_of(found),
        state=state_words(found),
        by=in_place_of(by, message.settled_as) if by else "",
        truth=brief_of(truth, posted=posted, now=now),
        public=private_answers.is_public(found),
        lost=_lost(found, answers),
        sights=[
            {"name": in_place_of(one.staff.name, one.seen_as), "first": one.first_at, "last": one.last_at}
            for one in private.sights(found)
        ],
    )


def who_of(contact: Contact) -> str:
    """Who wrote, as far as it is known."""
    address = contact.conversation.address if contact.conversation else None
    name = address.shown_name or address.value if address else ""
    return name or (contact.citizen.name if contact.citizen else "") or gettext("Somebody without a name")


def state_words(found: Found) -> str:
    """What became of it, in words."""
    return {
        PrivateState.OPEN: gettext("waits for you"),
        PrivateState.KEPT: gettext("kept private"),
        PrivateState.ANSWERED: gettext("answered"),
        PrivateState.FILED: gettext("made a case"),
    }[PrivateState(found.message.state)]


def _lost(found: Found, answers: Sequence[Answered]) -> tuple[str, str] | None:
    """That the answer did not arrive, where that is why the message waits; the reason as it was told."""
    way = private_answers.unarrived(answers)
    if way is None or found.message.state != PrivateState.OPEN:
        return None
    if way.state == DeliveryState.FAILED:
        return gettext("The answer did not arrive."), told(way.trouble)
    return gettext("Nobody knows whether the answer arrived."), told(way.trouble)


def ready_answers(language: str) -> list[Ready]:
    """The answers of one touch; their words are in the sender's language."""
    mine, found = get_language() or "en", []
    for key in READY:
        try:
            one = sentence(key)
        except MissingPhraseError:
            continue
        found.append(Ready(key, one.titles.get(mine) or key, one.text(language)[0]))
    return found


def targets(staff: Staff) -> list[tuple[str, list[Target]]]:
    """Everybody and everything that something can be handed to, in groups."""
    people = [Target(f"staff:{one.pk}", one.name) for one in to_hand_to(other_than=staff)]
    known = [Target(f"unit:{value}", str(name)) for value, name in units() if value]
    return [(gettext("Units"), known), (gettext("People"), people)]


def handing(value: str) -> Handing | None:
    """What a choice means: unit:3 or staff:5; None where it names nobody."""
    kind, _, number = value.partition(":")
    if not number.isdecimal() or len(number) > 9:
        return None
    if kind == "unit" and int(number) in directory().units:
        return Handing(unit_id=int(number))
    person = one_at_work(int(number)) if kind == "staff" else None
    return Handing(staff_id=person.pk, unit_id=person.unit_id) if person else None


def do(found: Found, posted: QueryDict, staff: Staff, *, now: datetime) -> Done:
    """One act of a form. Raises one of REFUSALS, Http404 for an act that there is not, LookupError."""
    act = posted.get("do", "")
    if act == "answer":
        reply = private_answers.answer(found, _words(found, posted), by=staff, now=now)
        return Done("answered", {"reply_id": reply.pk})
    if act in {"file", "hand"}:
        to = handing(posted.get("to", "")) if act == "hand" else None
        if act == "hand" and to is None:
            raise LookupError("nobody of that name")
        private.file(found, by=staff, now=now, to=to)
        return Done("filed" if act == "file" else "handed")
    if act == "keep":
        private.keep(found, by=staff, now=now)
        return Done("kept")
    raise Http404


def undo(found: Found, staff: Staff, *, now: datetime, reply_id: int | None = None) -> None:
    """Undo what was done last with the message. Raises one of REFUSALS or LookupError."""
    if found.message.state == PrivateState.FILED:
        private.unfile(found, by=staff, now=now)
    elif reply_id is not None:
        private_answers.take_back(found, reply_id=reply_id, by=staff, now=now)
    else:
        private.again(found, by=staff, now=now)


def undoable(found: Found, staff: Staff) -> str:
    """What an undo of the last decision needs: "-", the number of one's own answer, or "" if it is late."""
    if found.message.state == PrivateState.KEPT:
        return "-"
    if found.message.state == PrivateState.FILED:
        return "-" if found.contact.state == ContactState.WAITING else ""
    mine = [one for one in answers_to(found) if one.reply.staff_id == staff.pk]
    leaving = mine and mine[-1].delivery.state in {DeliveryState.QUEUED, DeliveryState.SHOWN}
    return str(mine[-1].reply.pk) if leaving else ""


def refused(error: Exception) -> str:
    """Why it did not go through."""
    if isinstance(error, NOT_SENT):
        return why_not(error)
    sentences: Mapping[type[Exception], str] = {
        TooLateError: gettext("Too late: the answer is on its way."),
        private.NotAllowedError: gettext("Your part in this account does not include that."),
        private.SettledError: gettext("Somebody has decided about it already."),
        LookupError: gettext("Choose to whom."),
    }
    return next((text for kind, text in sentences.items() if isinstance(error, kind)), str(error))


def _words(found: Found, posted: QueryDict) -> Words:
    """What was chosen and typed."""
    return Words(
        text=_text(found, posted),
        language=language_of(found),
        voice=posted.get("voice", ""),
        way=way_in(posted),
        insisted=posted.get("insisted") == "yes",
    )


def _text(found: Found, posted: QueryDict) -> str:
    key = posted.get("ready", "")
    if key not in READY:
        return typed(posted)
    return sentence(key).text(language_of(found))[0]


def _likely(contact: Contact) -> Target | None:
    """Whose matter it seems to be: the unit of the service that triage would guess."""
    asked = Asked(
        text=f"{contact.subject}\n{contact.text}",
        hint=contact.language or contact.endpoint.language,
        place_text=contact.place_text,
    )
    unit = (service.unit if (service := advise(asked).service) else None) or None
    return Target(f"unit:{unit.pk}", unit.name(get_language() or "en")) if unit else None


def _said(found: Found, answers: Sequence[Answered]) -> list[Message]:
    """What was said before, this message with its files and changes, and the answers."""
    contact = found.contact
    earlier = private.earlier(found)
    files: dict[int, list[File]] = {}
    for one in private.files_of([*earlier, contact]):
        files.setdefault(one.contact_id, []).append(_file(one))
    said = [_message(one, files.get(one.pk, ()), ()) for one in earlier]
    said.append(_message(contact, files.get(contact.pk, ()), private.changed_words(found)))
    for answer in answers:
        state = DeliveryState(answer.delivery.state)
        staff = answer.reply.staff
        said.append(
            Message(
                side="out",
                who=in_place_of(staff.name if staff else "", answer.reply.voice),
                text=without_secrets(answer.reply.text) or wordless(contact),
                said_at=answer.reply.written_at,
                language=answer.reply.language,
                delivery={"handed_over": "handed", "shown": ""}.get(state.value, state.value),
                trouble=told(answer.delivery.trouble),
            )
        )
    return said


def _message(contact: Contact, files: Sequence[File], changed: Sequence[str]) -> Message:
    later = gettext("Changed later to: %(words)s") % {"words": changed[-1]} if changed else ""
    gone = gettext("The sender took this message back.") if contact.deleted_at else ""
    words = "\n".join(part for part in (contact.subject, contact.text) if part)
    return Message(
        side="in",
        who=who_of(contact),
        text="" if gone else words or wordless(contact),
        said_at=contact.said_at or contact.received_at,
        language=contact.language,
        channel=contact.endpoint.channel,
        files=() if gone else files,
        trouble=gone or later,
        beside=None if gone else beside(contact, quoted=contact.quoted, private=True),
    )


def _file(one: Attachment) -> File:
    if one.state != AttachmentState.STORED:
        return File(href="#main", name=one.name or gettext("a file"), size=gettext("still on its way"))
    href = reverse("desk:private-file", args=[one.key])
    picture = one.content_type.startswith("image/")
    return File(
        href=href, name=one.name or one.kind, size=size_of(one.size), thumbnail=href if picture else ""
    )
