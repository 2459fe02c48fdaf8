"""Reads about people for the rooms above."""

from collections.abc import Collection, Sequence

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from vefa.citizens import numbers
from vefa.citizens.models import Address, Citizen, Likeness, Merge
from vefa.kit.text import digits_of, fold

LEAST_DIGITS = 4
LEAST_LETTERS = 2


def root_of(citizen_id: int) -> Citizen:
    """The person who stands for this row after merges. Raises Citizen.DoesNotExist."""
    citizen = Citizen.objects.select_related("merged_into").get(id=citizen_id)
    return citizen.merged_into or citizen


def same_person(citizen_id: int) -> list[int]:
    """The ids of all rows that stand for the same person, this one included, in one statement."""
    return list(_same_person(citizen_id).order_by("id"))


def _same_person(citizen_id: int) -> QuerySet[Citizen, int]:
    found = Citizen.objects.filter(id=citizen_id).annotate(top=Coalesce("merged_into_id", "id"))
    root = Subquery(
        found.values("top")[:1]
    )  # asked once, before: both sides of the "or" then use their index
    return Citizen.objects.filter(Q(id=root) | Q(merged_into_id=root)).values_list("id", flat=True)


def owners_of(numbers: Collection[str]) -> dict[str, int]:
    """Whose these telephone numbers (E.164) are: the rows to which they came, so that a merge can be undone.

    Those that nobody has are left out.
    """
    if not numbers:
        return {}
    rows = Address.objects.filter(space="phone", value__in=numbers)
    return dict(rows.order_by("id").values_list("value", "citizen_id"))


def addresses_of(citizen_id: int) -> list[Address]:
    """Where a person can be reached, under every row that stands for them, in one statement."""
    return list(Address.objects.filter(citizen_id__in=_same_person(citizen_id)).order_by("space", "id"))


def proved_digits_of(citizen_id: int | None) -> list[str]:
    """The last four digits of every number that a channel proved to be a person's; nobody costs the same."""
    mine = Address.objects.filter(citizen_id__in=_same_person(citizen_id or 0), verified_at__isnull=False)
    return list(mine.exclude(last_digits="").order_by("id").values_list("last_digits", flat=True))


def looks_like_phone(text: str) -> bool:
    """Whether this may be a telephone number or its end: four digits or more, few other signs."""
    plain = text.strip()
    digits = digits_of(plain)
    signs = [char for char in plain if not char.isdecimal() and char not in " +-()./"]
    return len(digits) >= LEAST_DIGITS and not signs


def people_at(text: str, *, country: str, limit: int = 50) -> list[int]:
    """The people (all their rows) at a telephone number, its last four digits, or a mail address."""
    wanted = _address_condition(text.strip(), country)
    if wanted is None:
        return []
    owners = Address.objects.filter(wanted).order_by("-id").values_list("citizen_id", flat=True)[:limit]
    return _whole_people(list(owners))


def people_named(text: str, *, limit: int = 20) -> list[Citizen]:
    """People whose name begins so, in any script, those who stand for a person only."""
    beginning = fold(text)
    if len(beginning) < LEAST_LETTERS:
        return []
    found = Citizen.objects.filter(folded_name__startswith=beginning, merged_into=None)
    return list(found.order_by("folded_name", "id")[:limit])


def found(text: str, *, country: str, limit: int = 20) -> list[Citizen]:
    """People by telephone number, mail address or name, whatever the text looks like."""
    if looks_like_phone(text) or "@" in text:
        ids = people_at(text, limit=limit, country=country)
        return list(Citizen.objects.filter(id__in=ids, merged_into=None).order_by("-id")[:limit])
    return people_named(text, limit=limit)


def likenesses_of(citizen_id: int) -> list[Likeness]:
    """Suggestions about this person and others that nobody has decided on."""
    return [one for one in _likenesses(citizen_id) if one.decided_at is None]


def told_apart(citizen_id: int) -> list[Likeness]:
    """Suggestions of whose two people somebody said that they are two; it can be said otherwise after all."""
    return [one for one in _likenesses(citizen_id) if one.decided_at is not None]


def merges_of(citizen_id: int) -> list[Merge]:
    """The merges in force that made this person of several rows, the latest first."""
    rows = Merge.objects.filter(kept_id__in=same_person(citizen_id), undone_at=None)
    return list(rows.select_related("absorbed").order_by("-at", "-id"))


def pair_of(likeness_id: int) -> tuple[int, int]:
    """The two citizens of a suggestion, the older first. Raises Likeness.DoesNotExist."""
    found = Likeness.objects.get(id=likeness_id)
    return found.older_id, found.newer_id


def merge_of(merge_id: int) -> tuple[int, int]:
    """The two citizens of a merge: kept, absorbed. Raises Merge.DoesNotExist."""
    found = Merge.objects.get(id=merge_id)
    return found.kept_id, found.absorbed_id


def _likenesses(citizen_id: int) -> list[Likeness]:
    """Every suggestion about this person and somebody who is another still."""
    people = same_person(citizen_id)
    rows = Likeness.objects.filter(Q(older_id__in=people) | Q(newer_id__in=people))
    found = rows.select_related("older", "newer").order_by("-found_at", "id")
    return [one for one in found if one.older.root_id != one.newer.root_id]


def _address_condition(text: str, country: str) -> Q | None:
    if "@" in text:
        return Q(value=text.casefold())
    digits = digits_of(text)
    if len(digits) == numbers.LAST:
        return Q(last_digits=digits)
    try:
        return Q(value=numbers.normal(text, country=country))
    except numbers.NoNumberError:
        return None


def _whole_people(ids: Sequence[int]) -> list[int]:
    roots = Citizen.objects.filter(id__in=ids).values_list("merged_into_id", flat=True)
    tops = {root for root in roots.order_by("id") if root}
    rows = Citizen.objects.filter(Q(id__in=[*ids, *tops]) | Q(merged_into_id__in=[*ids, *tops]))
    return list(rows.order_by("id").values_list("id", flat=True))
