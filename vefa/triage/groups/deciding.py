"""A person decides otherwise: talk becomes a case, a matter becomes talk again, and each is undone."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from vefa.cases.ending import Ending, end, unend
from vefa.cases.models import Case, Outcome, State
from vefa.cases.moves import MoveNotAllowedError
from vefa.cases.opening import open_cases
from vefa.cases.support import leave, support
from vefa.directory.models import Staff
from vefa.inbox.models import Contact
from vefa.kit.saying import Sentence
from vefa.triage.drawing import finding_of, opening_of
from vefa.triage.groups.hearing import heard
from vefa.triage.groups.leaving import DECLINED
from vefa.triage.matter import Matter
from vefa.triage.models import Finding, GroupMessage, Made

# Signs without weight, while a person says that it is talk: what it was, and when that ended its case.
WAS, ENDED = "was", "ended"
NO_MATTER = gettext_noop("It was talk in a group, not a matter of the city's.")


class NotDecidableError(Exception):
    """Nothing can be made of this message: its author is not to be read, or it is the city's own."""


@transaction.atomic
def make_case(*, message_pk: int, endpoint_id: int, by: Staff, now: datetime) -> Case:
    """Turn one message into a case, or give it back the one that it had.

    Raises GroupMessage.DoesNotExist, NotDecidableError.
    """
    row = _locked(message_pk, endpoint_id)
    if row.made != Made.CHATTER:
        raise NotDecidableError("it belongs to a case already")
    case = _given_back(row, by, now) if row.case_id else _opened(row, by, now)
    row.staff, row.case = by, case
    row.signs = [sign for sign in row.signs if sign[0] not in {WAS, ENDED}]
    row.save(update_fields=["made", "staff", "case", "signs"])
    return case


@transaction.atomic
def make_talk(*, message_pk: int, endpoint_id: int, by: Staff, now: datetime) -> None:
    """Say that one message is no matter: its case ends silently, or it leaves the case of another.

    Raises GroupMessage.DoesNotExist, NotDecidableError.
    """
    row = _locked(message_pk, endpoint_id)
    if row.case is None or row.made in {Made.CHATTER, Made.POST}:
        raise NotDecidableError("it belongs to no case")
    row.signs = [*row.signs, (WAS, row.made, 0)]
    if row.made == Made.MATTER:
        if row.case.state != State.ENDED:
            end(case_id=row.case.pk, ending=_ending(), by=by, now=now)
            row.signs = [*row.signs, (ENDED, now.isoformat(), 0)]
    elif row.contact.citizen_id is not None:
        leave(case_id=row.case.pk, citizen_id=row.contact.citizen_id, contact=row.contact, by=by, now=now)
    row.made, row.staff = Made.CHATTER, by
    row.save(update_fields=["made", "staff", "signs"])


def _locked(message_pk: int, endpoint_id: int) -> GroupMessage:
    rows = GroupMessage.objects.select_for_update(of=("self",)).select_related(
        "case", "contact__endpoint", "contact__conversation__address__citizen"
    )
    row = rows.get(pk=message_pk, endpoint_id=endpoint_id)
    if row.contact.form == DECLINED or row.made == Made.POST:
        raise NotDecidableError("nothing can be made of it")
    return row


def _ending() -> Ending:
    return Ending(outcome=Outcome.WITHDRAWN, reason=NO_MATTER)


def _given_back(row: GroupMessage, by: Staff, now: datetime) -> Case:
    """As it was: the case that ended by this goes on, or it stands behind that of another again."""
    assert row.case is not None
    noted = {sign: words for sign, words, _ in row.signs if sign in {WAS, ENDED}}
    row.made = Made(noted.get(WAS, Made.MATTER))
    if row.made == Made.MATTER:
        if ENDED in noted:
            _taken_back(row.case.pk, datetime.fromisoformat(noted[ENDED]), by, now)
    elif row.contact.citizen_id is not None:
        support(case_id=row.case.pk, citizen_id=row.contact.citizen_id, contact=row.contact, now=now)
    return Case.objects.get(pk=row.case.pk)


def _taken_back(case_id: int, ended_at: datetime, by: Staff, now: datetime) -> None:
    with suppress(MoveNotAllowedError):  # somebody opened it again meanwhile, and perhaps ended it anew
        unend(case_id=case_id, ended_at=ended_at, reason=NO_MATTER, by=by, now=now)


def _opened(row: GroupMessage, by: Staff, now: datetime) -> Case:
    contact: Contact = row.contact
    told = heard(contact)
    opening = opening_of(contact, told.advice, actor=f"staff:{by.pk}")
    (case_id,) = open_cases([opening], now=now)
    facts = finding_of(told.advice, Matter("new_case", None, Sentence("a person made it a case")), now)
    Finding.objects.get_or_create(contact=contact, defaults=facts | {"case_id": case_id})
    row.made = Made.MATTER
    return Case.objects.get(pk=case_id)
