"""Members of staff by name, for those who give work to each other."""

from vefa.directory.models import Staff


def by_username(username: str) -> Staff | None:
    """Somebody who is at work, by their name for signing in; case does not count."""
    found = Staff.objects.filter(username__iexact=username.strip(), is_active=True, retired_at=None)
    return found.order_by("id").first()


def colleagues(unit_ids: list[int]) -> list[Staff]:
    """Who works in these units, by name."""
    found = Staff.objects.filter(unit_id__in=unit_ids, is_active=True, retired_at=None)
    return list(found.order_by("name", "id"))
