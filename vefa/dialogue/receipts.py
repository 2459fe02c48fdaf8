"""What became of what we sent: receipts and bounces. A receipt never moves a state back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from vefa.dialogue.models import Delivery, DeliveryState
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record

S = DeliveryState
# From which states each report is believed; anything else is late or doubled and changes nothing.
BELIEVED: dict[str, frozenset[str]] = {
    S.DELIVERED: frozenset({S.LEASED, S.HANDED_OVER, S.UNCERTAIN}),
    S.READ: frozenset({S.LEASED, S.HANDED_OVER, S.UNCERTAIN, S.DELIVERED}),
    S.FAILED: frozenset({S.LEASED, S.HANDED_OVER, S.UNCERTAIN}),
}


def apply_receipts(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Apply the reports that these contacts carry (`details["receipts"]`), in their order."""
    reports = [
        (contact.endpoint_id, report) for contact in contacts for report in contact.details["receipts"]
    ]
    wanted = {report["provider_id"] for _endpoint_id, report in reports if report["provider_id"]}
    if not wanted:
        return
    rows = (
        Delivery.objects.select_for_update()
        .filter(endpoint_id__in={endpoint_id for endpoint_id, _ in reports}, provider_id__in=wanted)
        .order_by("id")
    )
    known = {(row.endpoint_id, row.provider_id): row for row in rows}
    failed = []
    for endpoint_id, report in reports:
        row = known.get((endpoint_id, report["provider_id"]))
        if row is not None and _believe(row, report, now=now) and row.state == S.FAILED:
            failed.append(row)
    fields = ["state", "trouble", "delivered_at", "read_at", "ended_at"]
    Delivery.objects.bulk_update(known.values(), fields)
    tell_failed(failed, now=now)


def tell_failed(rows: Iterable[Delivery], *, now: datetime) -> None:
    """Leave the failures in the journal of their cases."""
    record(
        Happening(
            kind="delivery.failed",
            subject=f"case:{row.reply.case_id}",
            actor="system",
            at=now,
            data={"delivery_id": row.id, "reason": row.trouble},
        )
        for row in rows
        if row.reply.case_id
    )


def _believe(row: Delivery, report: dict[str, str], *, now: datetime) -> bool:
    state = report["state"]
    if row.state not in BELIEVED.get(state, frozenset()):
        return False
    row.state = state
    if state == S.DELIVERED:
        row.delivered_at = row.ended_at = now
    elif state == S.READ:
        row.read_at = row.ended_at = now
        row.delivered_at = row.delivered_at or now
    else:
        row.trouble, row.ended_at = report.get("reason", "") or report.get("status", ""), now
    return True
