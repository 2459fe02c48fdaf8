"""Do what keywords ask for: STOP and START at once, a verdict on the case that it means."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from vefa.cases.models import Case, Outcome, State
from vefa.cases.tracking import may_speak
from vefa.channels.port import Form
from vefa.citizens.models import Address
from vefa.citizens.queries import same_person
from vefa.directory.queries import municipality
from vefa.inbox.models import Contact, Conversation
from vefa.inbox.private import is_private
from vefa.journal.record import Happening, record
from vefa.triage.keywords.rules import Heard, heard, meant
from vefa.triage.keywords.words import ByChannel, known_words
from vefa.triage.models import Does, Finding

REMEMBERS = timedelta(days=30)  # an outcome that somebody may still judge
_CONSENT = frozenset({Does.STOP, Does.START})
_NOT_JUDGED = (Outcome.WITHDRAWN, Outcome.DUPLICATE)


def take_keywords(contacts: Sequence[Contact], *, now: datetime) -> list[Contact]:
    """Those that go on to be read for a matter; a verdict among them knows its case.

    A batch without a keyword asks the database nothing.
    """
    words = known_words()
    left = []
    for contact in contacts:
        found = _heard(contact, words)
        if found is None or not _take(contact, found, now):
            left.append(contact)
    return left


def take_consent(contacts: Sequence[Contact], *, now: datetime) -> list[Contact]:
    """Those that are no STOP or START on a personal account: these wait for nobody there either.

    All other words on such an account are its owner's to read.
    """
    words = known_words()
    left = []
    for contact in contacts:
        found = _heard(contact, words) if is_private(contact) else None
        if found is None or found.meaning.does not in _CONSENT or not _take(contact, found, now):
            left.append(contact)
    return left


def _heard(contact: Contact, words: ByChannel) -> Heard | None:
    known = words.get(contact.endpoint.channel)
    if not known or contact.form != Form.MESSAGE or contact.conversation is None:
        return None
    return heard(contact.text, known)


def _take(contact: Contact, found: Heard, now: datetime) -> bool:
    """Whether the contact is done with: all but verdicts are."""
    contact.language = found.meaning.spoken or contact.language
    if found.meaning.does in {Does.SOLVED, Does.NOT_SOLVED}:
        _judge(contact, found, now)
        return False
    conversation = contact.conversation
    assert conversation is not None
    _obey(found, conversation, now)
    contact.details["keyword"] = found.word
    _tell(contact, found.meaning.does, found.meaning.language or found.meaning.spoken, now)
    return True


def _obey(found: Heard, conversation: Conversation, now: datetime) -> None:
    if found.meaning.does == Does.LANGUAGE:
        conversation.language = found.meaning.language
        conversation.save(update_fields=["language"])
    elif found.meaning.does in _CONSENT:
        conversation.address.stopped_at = now if found.meaning.does == Does.STOP else None
        Address.objects.filter(pk=conversation.address_id).update(stopped_at=conversation.address.stopped_at)


def _judge(contact: Contact, found: Heard, now: datetime) -> None:
    """Name the case and the verdict, so that the contact is taken as if it stood on the case's own page.

    Where several could be meant, none is touched: it becomes a matter of its own for a person to decide on.
    """
    cases = _ended_cases(contact, now=now)
    named = [case for case in cases if found.reference and case.reference == found.reference]
    if found.reference and not named:
        return  # a number that is not theirs: a person reads it
    known = {case.pk: case.ended_at for case in named or cases if case.ended_at}
    case_id = meant(list(known.items()))
    if not known:
        return
    contact.details |= {"keyword": found.word, "means": _in_words(found.meaning.does)}
    if case_id is None:
        contact.details["unclear"] = sorted(case.reference for case in cases)
        _tell(contact, "unclear", found.meaning.spoken, now)
        return
    contact.details |= {"case": case_id, "verdict": found.meaning.does}
    if found.meaning.does == Does.SOLVED:
        _tell(contact, found.meaning.does, found.meaning.spoken, now)


def _ended_cases(contact: Contact, *, now: datetime) -> list[Case]:
    """What ended for this person in the last month, on any channel, and was not called solved."""
    people = same_person(contact.citizen_id or 0)
    rows = Case.objects.filter(
        citizen_id__in=people, state=State.ENDED, ended_at__gte=now - REMEMBERS, parent=None
    ).exclude(outcome__in=_NOT_JUDGED)
    rows = rows.select_related("conversation__address").order_by("-ended_at", "-id")
    address = contact.conversation.address if contact.conversation else None
    cases = [case for case in rows[:20] if address and may_speak(address, case)]
    solved = Finding.objects.filter(case__in=cases, matter=Does.SOLVED.value)
    judged = set(solved.values_list("case_id", flat=True))
    return [case for case in cases if case.pk not in judged]


def _in_words(does: str) -> str:
    """The verdict as the history of the case shows it."""
    with override(municipality().default_language):
        return _("It is solved.") if does == Does.SOLVED else _("It is not solved.")


def _tell(contact: Contact, what: str, language: str, now: datetime) -> None:
    """Leave it in the journal; whoever answers keywords hears it there."""
    record(
        [
            Happening(
                kind={
                    "stop": "keyword.stopped",
                    "start": "keyword.started",
                    "help": "keyword.helped",
                    "language": "keyword.spoken",
                    "solved": "verdict.solved",
                    "unclear": "verdict.unclear",
                }[what],
                subject=f"conversation:{contact.conversation_id}",
                actor="resident",
                at=now,
                data={"contact_id": contact.pk, "language": language},
            )
        ]
    )
