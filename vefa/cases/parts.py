"""One message, several matters: parts with units and clocks of their own under the case that came in."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from vefa.cases import owing, routing
from vefa.cases.clocks import promised
from vefa.cases.models import Case, CaseContact, Outcome, Promise, State
from vefa.cases.moves import By, MoveNotAllowedError, StaleError, Told, changed, locked, tell
from vefa.cases.showing import is_public
from vefa.cases.wordlist import words_of
from vefa.directory.queries import directory
from vefa.inbox import numbers
from vefa.kit.ids import secret


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What a part is about. `unit_id` None: routing decides; `area_id` None: the area of the whole."""

    title: str
    text: str
    service_id: int
    area_id: int | None = None
    unit_id: int | None = None


@transaction.atomic
def part(*, case_id: int, piece: Piece, by: By, now: datetime, version: int | None = None) -> Case:
    """Cut a matter out of a case: it gets a unit and clocks of its own, which run since the whole was opened.

    The resident keeps hearing under the reference of the whole. Raises MoveNotAllowedError if the case has
    ended or is a part itself.
    """
    whole = locked(case_id, version)
    if whole.state == State.ENDED or whole.parent_id is not None:
        raise MoveNotAllowedError(f"{whole}: parts are cut from an open case that is no part itself")
    owed, cut = _cut(whole, piece, now)
    cut.save(force_insert=True)
    for promise in owed:
        promise.case = cut
    Promise.objects.bulk_create(owed)
    _share_contacts(whole, cut)
    data = {"part_id": cut.pk, "unit_id": cut.unit_id, "service_id": cut.service_id}
    changed(whole, told=Told(kind="case.parted", by=by, at=now, data=data))
    opened = {"parent_id": whole.pk, "unit_id": cut.unit_id, "contact_id": None, "channel": cut.channel}
    tell(cut, Told(kind="case.opened", by=by, at=now, data=opened))
    return cut


@transaction.atomic
def unpart(*, case_id: int, by: By, now: datetime) -> Case:
    """Put a part back into its whole: it owes nothing, tells the resident nothing, and hears nothing of them.

    What was said of it meanwhile stands with the whole. Raises Case.DoesNotExist, and MoveNotAllowedError for
    what is no part, or was begun with.
    """
    whole_id = Case.objects.values_list("parent_id", flat=True).get(id=case_id)
    if whole_id is None:
        raise MoveNotAllowedError(f"{case_id} is no part")
    whole, cut = locked(whole_id), locked(case_id)
    if cut.state != State.NEW or cut.staff_id is not None:
        raise MoveNotAllowedError(f"{cut}: somebody works on it")
    owing.drop(cut, at=now)
    _give_back_contacts(cut, whole)
    cut.conversation = None
    cut.state, cut.outcome, cut.ended_at, cut.public = State.ENDED, Outcome.WITHDRAWN, now, False
    told = Told(kind="case.parted", by=by, at=now, data={"part_id": cut.pk, "undone": True})
    changed(whole, "unread", "said_at", told=told)
    return changed(cut, "state", "outcome", "ended_at", "public", "conversation", *owing.DUE, told=told)


def of_one_message(case_id: int, version: int | None = None) -> tuple[Case, list[Case]]:
    """The case, and what else came of the same message: its parts, or its whole and the parts beside it.

    All are locked. Raises Case.DoesNotExist, StaleError.
    """
    whole_id = Case.objects.values_list("parent_id", flat=True).get(id=case_id) or case_id
    locked(whole_id)  # no part is cut meanwhile
    rows = Case.objects.select_for_update().filter(Q(pk=whole_id) | Q(parent=whole_id))
    known = {one.pk: one for one in rows.order_by("id")}  # in one order, as whoever locks two of them does
    case = known.pop(case_id)
    if version is not None and case.version != version:
        raise StaleError(f"{case} is at version {case.version}, not {version}")
    return case, list(known.values())


def open_parts(case: Case) -> list[Case]:
    """The parts of a case that have no outcome yet."""
    return list(Case.objects.filter(parent=case).exclude(state=State.ENDED).order_by("id"))


def _cut(whole: Case, piece: Piece, now: datetime) -> tuple[list[Promise], Case]:
    service = directory().services[piece.service_id]
    area_id = piece.area_id or whole.area_id
    unit = routing.unit_for(service=service, area_id=area_id, endpoint=None)
    owed = promised(service, since=whole.opened_at, now=now)
    cut = Case(
        reference=numbers.draw(1, at=now)[0],
        secret=secret(),
        title=piece.title[:200],
        text=piece.text,
        language=whole.language,
        kind=whole.kind,
        urgency=whole.urgency,
        service=service,
        area_id=area_id,
        place_text=whole.place_text,
        lat=whole.lat,
        lon=whole.lon,
        citizen_id=whole.citizen_id,
        conversation_id=whole.conversation_id,
        channel=whole.channel,
        private=whole.private,
        public=is_public(service=service, kind=whole.kind, private=whole.private, unsure=False),
        unit_id=piece.unit_id or (unit.pk if unit else None),
        parent=whole,
        opened_at=whole.opened_at,
        changed_at=now,
        said_at=whole.said_at,
        unread=False,
    )
    owing.put_right(cut, owed)
    cut.search = words_of(cut, whole.citizen.name if whole.citizen else "")
    return owed, cut


def _share_contacts(whole: Case, cut: Case) -> None:
    links = CaseContact.objects.filter(case=whole).order_by("id")
    CaseContact.objects.bulk_create(
        CaseContact(case=cut, contact_id=link.contact_id, opened=link.opened, at=link.at) for link in links
    )


def _give_back_contacts(cut: Case, whole: Case) -> None:
    links = CaseContact.objects.filter(case=cut).order_by("id")
    CaseContact.objects.bulk_create(
        [CaseContact(case=whole, contact_id=link.contact_id, at=link.at) for link in links],
        ignore_conflicts=True,
    )
    links.delete()
    whole.unread, whole.said_at = whole.unread or cut.unread, max(whole.said_at, cut.said_at)
