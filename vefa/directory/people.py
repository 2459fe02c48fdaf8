"""Members of staff by name, for those who give work to each other."""

from collections.abc import Collection

from django.db.models import Q

from vefa.directory.access import MAY, Action
from vefa.directory.models import Role, Staff


def by_username(username: str) -> Staff | None:
    """Somebody who is at work, by their name for signing in; case does not count."""
    found = Staff.objects.filter(username__iexact=username.strip(), is_active=True, retired_at=None)
    return found.order_by("id").first()


def colleagues(unit_ids: list[int]) -> list[Staff]:
    """Who works in these units, by name."""
    found = Staff.objects.filter(unit_id__in=unit_ids, is_active=True, retired_at=None)
    return list(found.order_by("name", "id"))


def by_ids(staff_ids: Collection[int]) -> dict[int, Staff]:
    """These members of staff by their ids, whoever has left too."""
    return Staff.objects.in_bulk(list(staff_ids))


def to_hand_to(*, other_than: Staff) -> list[Staff]:
    """Whom work is handed to by name: heads of units and of districts, and one's own colleagues."""
    near = Q(role__in=[Role.HEAD, Role.DISTRICT_HEAD])
    if other_than.unit_id:
        near |= Q(unit_id=other_than.unit_id)
    found = Staff.objects.filter(near, is_active=True, retired_at=None).exclude(pk=other_than.pk)
    return list(found.exclude(role=Role.AUDITOR).order_by("name", "id")[:200])


def who_answer(*, other_than: Staff | None = None) -> list[Staff]:
    """Everybody at work whose role writes to residents, by name."""
    roles = [role.value for role, may in MAY.items() if Action.ANSWER in may]
    found = Staff.objects.filter(role__in=roles, is_active=True, retired_at=None).order_by("name", "id")
    return [one for one in found if other_than is None or one.pk != other_than.pk]


def one_at_work(staff_id: int) -> Staff | None:
    """Somebody who is at work, by id."""
    return Staff.objects.filter(pk=staff_id, is_active=True, retired_at=None).first()
