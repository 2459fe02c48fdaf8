"""Keep an eye on every account: what is wrong with each, since when, told to the journal once and when over.

Several workers may watch; one does it at a time (an advisory lock). What is known stands in
`Endpoint.health`: `look` is what the provider said (see `channels.looking`), `troubles` what follows.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from vefa.channels.models import Endpoint
from vefa.channels.rules import Facts, Silence, Trouble, Usual, silence, troubles
from vefa.dialogue.measuring import Sending, sending, unreachable
from vefa.directory.queries import days_off, is_loaded, municipality
from vefa.inbox.heard import heard_by
from vefa.journal.record import Happening, record

LOCK = 0x7EFC  # the space of the advisory lock
CANDIDATE = timedelta(minutes=10)  # silent for less, nobody counts

type Health = dict[str, Any]


def watch(*, now: datetime) -> int:
    """Judge every account in use; how many changed. Does nothing while another worker is at it."""
    if not is_loaded():
        return 0
    with _alone() as alone:
        if not alone:
            return 0
        found = sending(now=now)
        rows = Endpoint.objects.filter(retired_at=None).order_by("id")
        return sum(_judge(row, found.get(row.pk, Sending()), now=now) for row in rows)


def note_measures(endpoint_id: int, *, now: datetime) -> None:
    """Write down an account's figures of the day, for its page."""
    found = sending(now=now).get(endpoint_id, Sending())
    measured = {
        "at": now.isoformat(),
        "tried": found.tried,
        "failed": found.failed,
        "unreachable": unreachable(endpoint_id),
    }
    with transaction.atomic():
        row = Endpoint.objects.select_for_update().get(pk=endpoint_id)
        row.health = {**row.health, "measured": measured}
        row.save(update_fields=["health"])


def _judge(endpoint: Endpoint, found: Sending, *, now: datetime) -> bool:
    """What is wrong with one account now, written down where that changed."""
    stumbling = _stumbling_since(endpoint, now)
    facts = _facts(endpoint, found, stumbling, now=now) if endpoint.active else _keyless(found, now=now)
    wrong = {one.code: one for one in troubles(facts)}
    known: Health = endpoint.health.get("troubles", {})
    found_before = known.get("broken", {}).get("about")
    found_now = wrong["broken"].about if "broken" in wrong else None
    same = known.keys() == wrong.keys() and found_before == found_now
    if same and endpoint.health.get("stumbling_since", "") == _iso(stumbling):
        return False
    _write(endpoint.pk, wrong, stumbling, now=now)
    return True


@transaction.atomic
def _write(
    endpoint_id: int, wrong: Mapping[str, Trouble], stumbling: datetime | None, *, now: datetime
) -> None:
    row = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    known: Health = row.health.get("troubles", {})
    kept = {
        code: {"since": known.get(code, {}).get("since", now.isoformat()), "about": one.about}
        for code, one in wrong.items()
    }
    row.health = {**row.health, "troubles": kept, "stumbling_since": _iso(stumbling)}
    row.alarmed_at = min((datetime.fromisoformat(one["since"]) for one in kept.values()), default=None)
    row.save(update_fields=["health", "alarmed_at"])
    record(_happenings(row.pk, known, kept, now))


def _happenings(endpoint_id: int, known: Health, kept: Health, now: datetime) -> Iterator[Happening]:
    """What began and what is over."""
    subject = f"endpoint:{endpoint_id}"
    for code in kept.keys() - known.keys():
        data = {"trouble": code, "about": kept[code]["about"]}
        yield Happening(kind="endpoint.troubled", subject=subject, actor="system", at=now, data=data)
    for code in known.keys() - kept.keys():
        data = {"trouble": code, "since": known[code]["since"]}
        yield Happening(kind="endpoint.recovered", subject=subject, actor="system", at=now, data=data)


def _facts(endpoint: Endpoint, found: Sending, stumbling: datetime | None, *, now: datetime) -> Facts:
    seen: Health = endpoint.health.get("look", {})
    bad: Health = next((one for one in seen.get("findings", ()) if not one["ok"]), {})
    finding, bad_looks = str(bad.get("text", "")), int(seen.get("bad_looks", 0))
    return Facts(
        now=now,
        bad_looks=bad_looks if finding else 0,
        finding=finding,
        said=bad.get("said"),
        unsubscribed=str(seen.get("why_not", "")) if bad_looks > 1 and not finding else "",
        expires_at=_moment(seen.get("expires_at", "")),
        locked=bool(seen.get("locked")),
        paused=endpoint.outbound_paused,
        oldest_due_at=found.oldest_due_at,
        stumbling_since=stumbling,
        trouble=endpoint.trouble,
        tried=found.tried,
        failed=found.failed,
        silence=_silence(endpoint, now),
    )


def _keyless(found: Sending, *, now: datetime) -> Facts:
    """Of an account that waits for its keys only what waits with it is looked at."""
    return Facts(now=now, keyless=True, oldest_due_at=found.oldest_due_at)


def _silence(endpoint: Endpoint, now: datetime) -> Silence | None:
    """Only who has been quiet for a while costs a look at what is usual."""
    if endpoint.last_in_at is None or now - endpoint.last_in_at < CANDIDATE:
        return None
    zone = ZoneInfo(municipality().timezone)
    off = {day for day, special in days_off(now=now).items() if not special.workday}
    usual = Usual(heard_by(endpoint.pk), off, zone)
    return silence(last_in_at=endpoint.last_in_at, now=now, usual=usual)


def _stumbling_since(endpoint: Endpoint, now: datetime) -> datetime | None:
    if not endpoint.trouble:
        return None
    return _moment(endpoint.health.get("stumbling_since", "")) or now


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [LOCK])
        (ours,) = cursor.fetchone()
        try:
            yield ours
        finally:
            if ours:
                cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK])
