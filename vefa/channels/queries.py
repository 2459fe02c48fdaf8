"""Which account takes what: asked at every door, and so remembered for a few seconds."""

import time

from vefa.channels.models import Endpoint

KEPT_S = 10.0
_remembered: dict[str, tuple[float, int]] = {}


class NoDoorError(Exception):
    """No active endpoint takes this channel: add one, or load the municipality's folder."""


def door_of(channel: str) -> int:
    """The id of the endpoint that takes what comes by this channel: the first active one by its key.

    For channels without a provider (portal, phone, counter, letter, meeting, headman); at most ten seconds
    old. Raises NoDoorError.
    """
    read_at, endpoint_id = _remembered.get(channel, (float("-inf"), 0))
    if time.monotonic() - read_at < KEPT_S:
        return endpoint_id
    doors = Endpoint.objects.filter(channel=channel, active=True, retired_at=None).order_by("key")
    found = doors.values_list("id", flat=True).first()
    if found is None:
        raise NoDoorError(f"no active endpoint for {channel}")
    _remembered[channel] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Read again at the next question; for loads and tests."""
    _remembered.clear()
