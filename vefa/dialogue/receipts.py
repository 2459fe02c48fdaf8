"""What became of what we sent: receipts and bounces. A receipt never moves a state back.

A centre may report faster than it answers, under an id that only its answer tells: such a report is kept
until the delivery knows the id, and so is one that spells it otherwise than the answer did (`respelling`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from vefa.dialogue.models import Delivery, DeliveryState, EarlyReport, Reply
from vefa.dialogue.respelling import facts_of, spelt_otherwise
from vefa.dialogue.rests import has_rest
from vefa.inbox import private
from vefa.inbox.models import Contact
from vefa.journal.record import Happening, record

S = DeliveryState
type Report = tuple[int, dict[str, Any]]  # an endpoint and what it reports
CLOCKS_DIFFER = timedelta(seconds=2)  # the provider's answer and its report were timed by two clocks
PRIVATE = "private"  # the way of an answer to a comment that only its author reads
SENT = "sent"  # the provider has it: news only where we were in doubt
SLOW = timedelta(minutes=10)  # in which whoever holds an item in doubt may still be sending it
WAITS = timedelta(hours=1)  # a report for a delivery that knows no id yet: a hand-over takes seconds
BATCH = 500
LONGEST = 200  # an id that no delivery can have
_WRITTEN = (
    *("state", "due_at", "trouble", "provider_id", "parts", "handed_over_at", "delivered_at", "read_at"),
    "ended_at",
)
# From which states each report is believed; anything else is late or doubled and changes nothing.
BELIEVED: dict[str, frozenset[str]] = {
    SENT: frozenset({S.UNCERTAIN}),
    S.DELIVERED: frozenset({S.HANDED_OVER, S.UNCERTAIN}),
    S.READ: frozenset({S.HANDED_OVER, S.UNCERTAIN, S.DELIVERED}),
    S.FAILED: frozenset({S.LEASED, S.HANDED_OVER, S.UNCERTAIN}),
}
_FINAL = frozenset({S.DELIVERED, S.READ, S.FAILED})  # what is worth waiting with
_EARLY = ("provider_id", "state", "reason", "status", "key")  # nobody's number is kept with it


def apply_receipts(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Apply the reports that these contacts carry (`details["receipts"]`), in their order."""
    _apply_moments(contacts, now=now)
    reports = [
        (contact.endpoint_id, report) for contact in contacts for report in contact.details["receipts"]
    ]
    _keep_early(_apply(reports, now=now), now=now)


@transaction.atomic
def apply_early(*, now: datetime) -> int:
    """Apply the reports that came before the provider's answer, where it has come since; how many."""
    here = Delivery.objects.filter(endpoint=OuterRef("endpoint")).exclude(state__in=(S.QUEUED, S.LEASED))
    known = here.filter(provider_id=OuterRef("provider_id")).exclude(provider_id="")
    sent = here.filter(key=OuterRef("told_key"))
    rows = (
        EarlyReport.objects.select_for_update(skip_locked=True)
        .annotate(told_key=Cast(KeyTextTransform("key", "facts"), UUIDField()))
        .filter(Exists(known) | Exists(sent))
        .order_by("id")
    )
    kept: list[EarlyReport] = list(rows[:BATCH])
    further, theirs = _early_of_parts(now=now)
    kept += [one for one in further if one not in kept]
    reports = [(one.endpoint_id, one.facts) for one in kept]
    respelt = [(one, number) for one, number in spelt_otherwise(now=now) if one not in kept]
    reports += [(one.endpoint_id, {**one.facts, "provider_id": number}) for one, number in respelt]
    kept += [one for one, _ in respelt]
    if kept:
        _apply(reports, now=now, beside=theirs)
        EarlyReport.objects.filter(id__in=[one.pk for one in kept]).delete()
    EarlyReport.objects.filter(heard_at__lt=now - WAITS).delete()
    return len(kept)


def _early_of_parts(*, now: datetime) -> tuple[list[EarlyReport], list[Delivery]]:
    """Failures of further messages of an answer, told without its key, and the answers that know them now.

    One statement where there is no such report.
    """
    keyless = EarlyReport.objects.select_for_update(skip_locked=True).filter(
        facts__state=S.FAILED, facts__key__isnull=True
    )
    waiting = list(keyless.order_by("id")[:BATCH])
    if not waiting:
        return [], []
    rows = (
        _with_part({one.endpoint_id for one in waiting}, {one.provider_id for one in waiting})
        .filter(handed_over_at__gt=now - 2 * WAITS)
        .exclude(state__in=(S.QUEUED, S.LEASED))
    )
    found = list(rows.order_by("id"))
    known = {(row.endpoint_id, number) for row in found for number in row.parts}
    return [one for one in waiting if (one.endpoint_id, one.provider_id) in known], found


def _with_part(endpoint_ids: Collection[int], numbers: Collection[str]) -> QuerySet[Delivery]:
    """Deliveries of which one message has one of these ids."""
    rows = Delivery.objects.select_for_update(of=("self",))
    return rows.filter(endpoint_id__in=endpoint_ids, parts__has_any_keys=list(numbers))


def _keep_early(reports: Iterable[Report], *, now: datetime) -> None:
    """Those of which no delivery knows yet: it may be on its way at this moment."""
    EarlyReport.objects.bulk_create(
        EarlyReport(
            endpoint_id=endpoint_id,
            provider_id=report["provider_id"],
            facts=_early(report),
            heard_at=now,
        )
        for endpoint_id, report in reports
        if 0 < len(report["provider_id"]) <= LONGEST and report["state"] in _FINAL
    )


def _early(report: dict[str, Any]) -> dict[str, Any]:
    facts = {name: report[name] for name in _EARLY if report.get(name)} | facts_of(report)
    if not _uuid(facts.get("key", "")):
        facts.pop("key", None)
    return facts


def _apply(reports: Sequence[Report], *, now: datetime, beside: Sequence[Delivery] = ()) -> list[Report]:
    """Apply what speaks of a known delivery, or of one `beside` these; the reports that speak of none."""
    rows = _spoken_of(reports)
    rows += [row for row in beside if row not in rows]
    by_id = {(row.endpoint_id, number): row for row in rows for number in (row.provider_id, *row.parts)}
    by_key = {(row.endpoint_id, str(row.key)): row for row in rows}
    failed, strange = [], []
    doubts = _told_doubts(rows)
    for endpoint_id, report in reports:
        named = by_id.get((endpoint_id, report["provider_id"])) if report["provider_id"] else None
        row = named or by_key.get((endpoint_id, report.get("key", "")))
        if row is None or _comes_too_early(row, report) or _may_be_of_another_try(row, report):
            strange.append((endpoint_id, report))
        elif _went_meanwhile(row, report):
            row.parts = [*row.parts, report["provider_id"]]
        elif _believe(row, report, now=now) and row.state == S.FAILED:
            failed.append(row)
    if rows:
        Delivery.objects.bulk_update(rows, _WRITTEN)
    tell_failed(failed, now=now, doubts=doubts)
    _wait_no_more(rows, doubts, now=now)
    return strange


def _apply_moments(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Reports that speak of everything up to a moment. No statement where there is none."""
    reports = [
        (contact, report["state"], datetime.fromisoformat(report["until"]))
        for contact in contacts
        for report in contact.details["receipts"]
        if report.get("until") and contact.conversation
    ]
    if not reports:
        return
    rows = list(
        Delivery.objects.select_for_update(of=("self",))
        .filter(
            endpoint_id__in={contact.endpoint_id for contact, _, _ in reports},
            conversation__address_id__in={_address(contact) for contact, _, _ in reports},
            handed_over_at__isnull=False,
            state__in=(S.HANDED_OVER, S.UNCERTAIN, S.DELIVERED),
        )
        .exclude(Q(conversation__public=True) & ~Q(reply__way=PRIVATE))  # what everybody reads is read by all
        .select_related("conversation")
        .order_by("id")
    )
    doubts = _told_doubts(rows)
    for contact, state, until in reports:
        meant = contact.endpoint_id, _address(contact)
        for row in rows:
            theirs = row.conversation and (row.endpoint_id, row.conversation.address_id) == meant
            if theirs and row.handed_over_at and row.handed_over_at <= until + CLOCKS_DIFFER:
                _believe(row, {"state": state, "provider_id": ""}, now=now)
    Delivery.objects.bulk_update(rows, ["state", "trouble", "delivered_at", "read_at", "ended_at"])
    _wait_no_more(rows, doubts, now=now)


def _address(contact: Contact) -> int:
    return contact.conversation.address_id if contact.conversation else 0


def _spoken_of(reports: Sequence[Report]) -> list[Delivery]:
    """The deliveries that these reports name, by the provider's id or by the key that it gives back."""
    ids = {report["provider_id"] for _, report in reports if report["provider_id"]}
    keys = {key for _, report in reports if (key := _uuid(report.get("key", "")))}
    if not ids and not keys:
        return []
    named = Q(endpoint_id__in={endpoint_id for endpoint_id, _ in reports}, provider_id__in=ids)
    rows = Delivery.objects.select_for_update().filter(named | Q(key__in=keys) if keys else named)
    found = list(rows.order_by("id"))
    return found + _of_later_parts(reports, found)


def _of_later_parts(reports: Sequence[Report], found: Sequence[Delivery]) -> list[Delivery]:
    """The deliveries of which a further message failed, where the provider gives no key back but names whom.

    No statement where there is no such failure.
    """
    known = {number for row in found for number in (row.provider_id, *row.parts)}
    failed = [
        (endpoint_id, report["provider_id"], report["recipient"])
        for endpoint_id, report in reports
        if report["state"] == S.FAILED
        and report["provider_id"] not in known
        and report.get("recipient")
        and not report.get("key")
    ]
    if not failed:
        return []
    endpoints, numbers, people = (set(one) for one in zip(*failed, strict=True))
    theirs = _with_part(endpoints, numbers).filter(conversation__address__value__in=people)
    return list(theirs.exclude(pk__in=[row.pk for row in found]).order_by("id"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def tell_failed(rows: Collection[Delivery], *, now: datetime, doubts: Collection[int] = ()) -> None:
    """Leave the failures in the journal of their cases; what was answered without one waits once more.

    Call it in the transaction that writes them; `doubts` as in `wait_again`.
    """
    wait_again(rows, now=now, doubts=doubts)
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


def wait_again(rows: Iterable[Delivery], *, now: datetime, doubts: Collection[int] = ()) -> None:
    """Private messages whose answer did not arrive wait once more: no case would tell anybody of it.

    Not for one of these `doubts` where somebody has answered once more since.
    """
    mine = _private(rows)
    latest = _latest([row for row in mine if row.pk in doubts])
    private.unanswered(
        {row.reply.answers_id or 0: row.pk for row in mine if row.pk not in doubts or row in latest}, now=now
    )


def _wait_no_more(rows: Iterable[Delivery], doubts: Collection[int], *, now: datetime) -> None:
    """Private messages that wait because of these doubts, where the answer has arrived after all."""
    arrived = [row for row in rows if row.pk in doubts and row.state in {S.DELIVERED, S.READ}]
    latest = _latest(_private(arrived))
    private.answered_after_all({row.reply.answers_id or 0: row.reply.staff_id for row in latest}, now=now)


def _told_doubts(rows: Iterable[Delivery]) -> set[int]:
    """Those in doubt that are not sent once more by themselves: a person was asked."""
    return {row.pk for row in rows if row.state == S.UNCERTAIN and (row.resent or row.handed_over_at)}


def _private(rows: Iterable[Delivery]) -> list[Delivery]:
    """What somebody answered without a case."""
    return [
        row for row in rows if row.reply.answers_id and row.reply.case_id is None and not row.reply.automatic
    ]


def _latest(rows: Sequence[Delivery]) -> list[Delivery]:
    """Of private answers the last to their message. No statement where there is none."""
    if not rows:
        return []
    said = Reply.objects.filter(
        answers__in={row.reply.answers_id for row in rows}, case=None, automatic=False, taken_back_at=None
    )
    last = dict(said.order_by("id").values_list("answers_id", "pk"))
    return [row for row in rows if last.get(row.reply.answers_id or 0) == row.reply_id]


def _comes_too_early(row: Delivery, report: dict[str, str]) -> bool:
    """Whether a message of the answer arrived while the next is on its way: that says nothing of the rest."""
    return row.state == S.LEASED and report["state"] in {S.DELIVERED, S.READ}


def _may_be_of_another_try(row: Delivery, report: dict[str, str]) -> bool:
    """Whether a failure, told with the key that every try shares, is of what went before this try."""
    number = report["provider_id"]
    if report["state"] != S.FAILED or number in {"", str(row.key), row.provider_id, *row.parts}:
        return False
    return bool(row.provider_id) or (row.state == S.LEASED and row.resent > 0)


def _is_news(row: Delivery, report: dict[str, str]) -> bool:
    """Whether a report is believed, of an answer in one message or in several.

    Of several, one may fail though another arrived; and the arrival of one that surely went settles no doubt
    about the next. Where the last one's report is the report of all, it is the only one.
    """
    state, number = report["state"], report["provider_id"]
    if number in row.parts and _is_doubtful(row) and state != S.FAILED:
        return False
    if state == SENT and row.handed_over_at:
        return False
    alone = number == row.provider_id == row.parts[-1] if number in row.parts else True
    if state == S.FAILED and not alone and row.state in {S.DELIVERED, S.READ}:
        return True
    return row.state in BELIEVED.get(state, frozenset())


def _is_doubtful(row: Delivery) -> bool:
    """Whether we do not know that the provider took it; what it took and never reported went as a whole."""
    return row.state == S.UNCERTAIN and row.handed_over_at is None


def _believe(row: Delivery, report: dict[str, str], *, now: datetime) -> bool:
    state = report["state"]
    if not _is_news(row, report):
        return False
    if _is_doubtful(row) and report["provider_id"] not in {"", *row.parts}:
        rest = state != S.FAILED and has_rest(row, now=now)
        if row.parts or rest:
            row.parts = [*row.parts, report["provider_id"]]  # the one that was in doubt
        if rest:
            _send_on(row, now=now)
            return True
    row.state = state if state != SENT else S.HANDED_OVER
    row.provider_id = row.provider_id or (row.parts[0] if row.parts else report["provider_id"])
    row.handed_over_at = row.handed_over_at or now
    row.trouble = ""
    if state == SENT:
        row.ended_at = None
    elif state == S.DELIVERED:
        row.delivered_at = row.ended_at = now
    elif state == S.READ:
        row.read_at = row.ended_at = now
        row.delivered_at = row.delivered_at or now
    else:
        row.trouble, row.ended_at = report.get("reason", "") or report.get("status", ""), now
    return True


def _send_on(row: Delivery, *, now: datetime) -> None:
    """What stands behind the message that was in doubt leaves too; whoever is slow may still be at it."""
    row.state, row.due_at, row.ended_at, row.trouble = S.QUEUED, now, None, ""
    if row.lease is not None:
        row.due_at = now + SLOW


def _went_meanwhile(row: Delivery, report: dict[str, str]) -> bool:
    """Whether a slow holder sent this message of an answer that waits to be sent on."""
    number = report["provider_id"]
    waits = row.state == S.QUEUED and row.lease is not None
    return waits and report["state"] != S.FAILED and number not in {"", *row.parts}
