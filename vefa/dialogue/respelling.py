"""Reports that spell the id otherwise than the provider's answer did: the other base of one number.

Such a report waits among the early ones until every id that it could mean as it stands must be known. Then it
is of the only message that bears the id in another spelling, if that one went to the same person and nothing
was reported of it; of two such messages, or of one whose report is known, nothing is guessed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.crypto import salted_hmac

from vefa.dialogue.models import Delivery, DeliveryState, EarlyReport

SALT = "vefa.dialogue.respelling"
ANSWERED = timedelta(minutes=1)  # a hand-over has its answer by then, or is in doubt
TRIED = timedelta(minutes=10)  # since it was heard; what is nobody's by then stays nobody's
WITHIN = timedelta(days=3)  # a centre gives a message up sooner
BATCH = 2000
type Known = Mapping[tuple[int, str], list[Delivery]]  # by endpoint and id


def facts_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the other spellings, and a digest of whom the report is about: no number."""
    also, whom = list(report.get("also") or ()), report.get("recipient")
    return {"also": also, "whom": _digest(whom)} if also and whom else {}


def spelt_otherwise(*, now: datetime) -> list[tuple[EarlyReport, str]]:
    """Early reports whose message is known by now, and the id that it bears.

    One statement where none waits.
    """
    waiting = EarlyReport.objects.select_for_update(skip_locked=True).filter(
        facts__has_key="also", heard_at__lte=now - ANSWERED, heard_at__gt=now - TRIED
    )
    rows = list(waiting.order_by("id")[:BATCH])
    if not rows:
        return []
    late = Delivery.objects.filter(
        endpoint_id__in={row.endpoint_id for row in rows}, handed_over_at__gt=now - WITHIN
    ).select_related("conversation__address")
    known = _by_number(late.filter(provider_id__in=_numbers(rows)))
    rows = [row for row in rows if _meant(row, known)]
    if not rows:
        return []
    people = {one.conversation.address_id for some in known.values() for one in some if one.conversation}
    theirs = late.filter(conversation__address__in=people, parts__has_any_keys=_numbers(rows))
    known = _by_number([*theirs, *(one for some in known.values() for one in some)])
    return [(row, one.provider_id) for row in rows if (one := _meant(row, known))]


def _numbers(rows: Iterable[EarlyReport]) -> list[str]:
    return sorted({number for row in rows for number in (row.provider_id, *row.facts["also"])})


def _by_number(deliveries: Iterable[Delivery]) -> Known:
    """Each under all its ids, in whatever state it is."""
    known: dict[tuple[int, str], list[Delivery]] = {}
    for one in {one.pk: one for one in deliveries}.values():
        for number in {one.provider_id, *one.parts}:
            known.setdefault((one.endpoint_id or 0, number), []).append(one)
    return known


def _meant(row: EarlyReport, known: Known) -> Delivery | None:
    """The one delivery that the report can only be about."""
    if known.get((row.endpoint_id, row.provider_id)):
        return None
    fitting = [one for number in row.facts["also"] for one in known.get((row.endpoint_id, number), ())]
    if len(fitting) != 1:
        return None
    (one,) = fitting
    awaited = one.state == DeliveryState.HANDED_OVER and one.provider_id in row.facts["also"]
    in_time = one.handed_over_at is not None and one.handed_over_at <= row.heard_at + ANSWERED
    theirs = one.conversation is not None and _digest(one.conversation.address.value) == row.facts["whom"]
    return one if awaited and in_time and theirs else None


def _digest(whom: str) -> str:
    return salted_hmac(SALT, whom, algorithm="sha256").hexdigest()
