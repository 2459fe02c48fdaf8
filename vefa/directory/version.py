"""The stamp by which every process notices that the directory has changed."""

import secrets

from django.db import connection

from vefa.directory.models import Municipality

LOCK = 1_448_429_154  # any number that nothing else locks


def wait_for_turn(*, alone: bool) -> None:
    """Wait until no load runs; a load (`alone`) waits for edits as well. Holds until the transaction ends."""
    with connection.cursor() as cursor:
        shared = "" if alone else "_shared"
        cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s)", [LOCK])


def mark_changed() -> None:
    """Give the directory a new stamp; call it in the transaction of every change of it."""
    Municipality.objects.update(version=secrets.randbits(62))


def stamp() -> int | None:
    """The present stamp in one query, or None where no municipality is loaded."""
    return Municipality.objects.values_list("version", flat=True).first()
