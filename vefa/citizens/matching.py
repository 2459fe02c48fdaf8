"""Looking for rows that may be one person: in batches, behind the back of intake."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from django.db import transaction

from vefa.citizens.models import Address, Citizen, Likeness
from vefa.citizens.rules import Traits, is_telling, likeness
from vefa.kit.text import fold

MOST_NAMESAKES = 200  # a name that more people bear says nothing

Places = Callable[[Collection[int]], Mapping[int, AbstractSet[str]]]


class DecidedError(Exception):
    """Somebody has decided on this suggestion already."""


@transaction.atomic
def suggest(*, now: datetime, places: Places, limit: int = 200) -> int:
    """Compare people who have not been compared yet with all others; returns how many likenesses are new.

    places  gives for some citizens the places that they speak of, by id: this room knows no cases
    """
    fresh = list(
        Citizen.objects.select_for_update(skip_locked=True)
        .filter(compared_at=None, merged_into=None)
        .order_by("id")[:limit]
    )
    if not fresh:
        return 0
    pairs = _candidates(fresh)
    ids = {citizen_id for pair in pairs for citizen_id in pair}
    traits = _traits(ids, places(ids) if ids else {})
    found = [
        Likeness(older_id=older, newer_id=newer, reasons=reasons, found_at=now)
        for older, newer in sorted(pairs)
        if (reasons := likeness(traits[older], traits[newer]))
    ]
    known = set(Likeness.objects.filter(older_id__in=ids, newer_id__in=ids).values_list("older", "newer"))
    new = [one for one in found if (one.older_id, one.newer_id) not in known]
    Likeness.objects.bulk_create(new, ignore_conflicts=True)
    Citizen.objects.filter(id__in=[citizen.pk for citizen in fresh]).update(compared_at=now)
    return len(new)


@transaction.atomic
def decide(*, likeness_id: int, accepted: bool, by: str, now: datetime, after_all: bool = False) -> Likeness:
    """Take note of what a person says to a suggestion; merging is a step of its own. Raises DecidedError.

    after_all  they know what was said before and say something else
    """
    found = Likeness.objects.select_for_update().get(id=likeness_id)
    if found.decided_at is not None and not after_all:
        raise DecidedError("this suggestion is decided already")
    found.accepted, found.decided_at, found.by = accepted, now, by
    found.save(update_fields=["accepted", "decided_at", "by"])
    return found


def note_claimed(pairs: Mapping[tuple[int, int], str], *, now: datetime) -> None:
    """Suggest people of whom a form says that they are one, by the number that it names; unproved."""
    found = [
        Likeness(older_id=min(pair), newer_id=max(pair), reasons=[f"claimed:{number}"], found_at=now)
        for pair, number in sorted(pairs.items())
        if pair[0] != pair[1]
    ]
    if found:
        Likeness.objects.bulk_create(found, ignore_conflicts=True)


def note_named(one_id: int, other_id: int, *, now: datetime) -> Likeness:
    """Suggest two people of whom only a person says that they are one; known pairs stay as they are."""
    older_id, newer_id = sorted((one_id, other_id))
    given = {"reasons": ["named"], "found_at": now}
    return Likeness.objects.get_or_create(older_id=older_id, newer_id=newer_id, defaults=given)[0]


def _candidates(fresh: Collection[Citizen]) -> set[tuple[int, int]]:
    """Pairs of (older, newer) ids that share an address or a name."""
    ids = [citizen.pk for citizen in fresh]
    values = {
        value
        for value in Address.objects.filter(citizen_id__in=ids).order_by("id").values_list("value", flat=True)
        if is_telling(value)
    }
    names = {citizen.folded_name for citizen in fresh if " " in citizen.folded_name}
    by_value = Address.objects.filter(value__in=values, citizen__merged_into=None).order_by("id")
    by_name = Citizen.objects.filter(folded_name__in=names, merged_into=None).order_by("id")
    groups = [
        *_grouped(by_value.values_list("value", "citizen_id")),
        *_grouped(by_name.values_list("folded_name", "id")),
    ]
    return {
        (min(mine, other), max(mine, other))
        for group in groups
        if len(group) <= MOST_NAMESAKES
        for mine in group.intersection(ids)
        for other in group
        if other != mine
    }


def _grouped(rows: Iterable[tuple[str, int]]) -> Iterable[set[int]]:
    groups: dict[str, set[int]] = defaultdict(set)
    for key, citizen_id in rows:
        groups[key].add(citizen_id)
    return groups.values()


def _traits(ids: Collection[int], places: Mapping[int, AbstractSet[str]]) -> dict[int, Traits]:
    addresses: dict[int, set[tuple[str, str]]] = defaultdict(set)
    handles: dict[int, set[str]] = defaultdict(set)
    for row in Address.objects.filter(citizen_id__in=ids).order_by("id"):
        addresses[row.citizen_id].add((row.space, row.value))
        handles[row.citizen_id] |= {fold(row.shown_name)} - {""}
    return {
        citizen.pk: Traits(
            name=citizen.folded_name,
            addresses=addresses[citizen.pk],
            handles=handles[citizen.pk] - {citizen.folded_name},
            places=places.get(citizen.pk, frozenset()),
        )
        for citizen in Citizen.objects.filter(id__in=ids).order_by("id")
    }
