"""Finding a case by whatever somebody has: a number, a name, a telephone number, words in any script."""

from django.db.models import Q

from vefa.cases import paging
from vefa.cases.models import Case
from vefa.cases.queries import ROW, Page, attached, rows, visible_to
from vefa.citizens import queries as citizens
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.kit.ids import BadReferenceError, read_reference
from vefa.kit.text import digits_of, fold

MOST_PEOPLE = 50


def search(staff: Staff, text: str, *, cursor: str = "", limit: int = 50) -> Page:
    """Cases that this person may see, newest first: by reference, telephone digits, mail, name, or words.

    A name, telephone number or mail address is looked up only for those who may see them. Common words cost
    no more than rare ones. Raises paging.CursorError.
    """
    exact = _by_reference(staff, text) or ([] if cursor else _by_address(staff, text, limit))
    if exact:
        return Page(rows=rows(exact), newer=None, older=None)
    found = paging.page(
        paging.Question(
            cases=visible_to(staff),
            order=paging.NEWEST,
            text=text,
            names=can(staff, Action.PRIVATE),
            cursor=paging.read_cursor(cursor) if cursor else None,
            limit=limit,
        )
    )
    return Page(rows=rows(found.ids), newer=found.newer, older=found.older)


def past_cases(staff: Staff, citizen_id: int, *, limit: int = 20) -> list[Case]:
    """The latest cases of a person under every row that stands for them, as far as they may be seen.

    Two statements.
    """
    people = citizens.same_person(citizen_id)
    cases = visible_to(staff).filter(citizen_id__in=people).select_related("staff").only(*ROW)
    return [attached(case) for case in cases.order_by("-opened_at", "-id")[:limit]]


def _by_reference(staff: Staff, text: str) -> list[int]:
    try:
        wanted = Q(reference=read_reference(text))
    except BadReferenceError:
        beginning = fold(text)
        if len(beginning) < 5 or beginning[2:3] != "-" or not digits_of(beginning):
            return []
        wanted = Q(reference__startswith=beginning)
    found = visible_to(staff).filter(wanted).order_by("-opened_at", "-id")
    return list(found.values_list("id", flat=True)[:20])


def _by_address(staff: Staff, text: str, limit: int) -> list[int]:
    if not can(staff, Action.PRIVATE) or not (citizens.looks_like_phone(text) or "@" in text):
        return []
    people = citizens.people_at(text, country=directory().municipality.country, limit=MOST_PEOPLE)
    if not people:
        return []
    found = visible_to(staff).filter(citizen_id__in=people).order_by("-opened_at", "-id")
    return list(found.values_list("id", flat=True)[:limit])
