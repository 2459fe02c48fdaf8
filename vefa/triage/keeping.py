"""What never became a case is kept as long as its account says; then its words and files go.

That something came, when and from whom stays and is counted. What a case was made of belongs to the case, and
so does a recording of a call about it. Groups have a sweep of their own, `groups/sweeping`.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from vefa.calls.models import Call
from vefa.cases.models import CaseContact, Supporter
from vefa.channels.models import Endpoint
from vefa.channels.registry import CHANNELS
from vefa.dialogue.models import Delivery, DeliveryState, Reply
from vefa.inbox.models import Attachment, Contact, ContactState, PrivateMessage, PrivateState
from vefa.triage.groups.sweeping import remove_files, tell_erased
from vefa.triage.models import Finding

WINDOW = 2000  # ids that one look covers
PACE_S = 15  # one window after the other: a million contacts are seen in about two hours
ERASED = "erased"  # in the details of what is left
_ON_ITS_WAY = (DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.UNCERTAIN)
_BLANK: dict[str, object] = {
    "raw": b"", "lane": "", "text": "", "html": "", "quoted": "", "subject": "", "place_text": "",
    "lat": None, "lon": None, "details": {ERASED: True}, "warnings": [], "trouble": "",
}  # fmt: skip


def erase_old(*, now: datetime) -> int:
    """Erase what is too old in the window whose turn it is; how many contacts."""
    days = _days()
    newest = Contact.objects.order_by("-id").values_list("id", flat=True).first() if days else None
    if newest is None:
        return 0
    first = int(now.timestamp() / PACE_S) % (newest // WINDOW + 1) * WINDOW
    return erase_between(first, first + WINDOW, days, now=now)


def _days() -> dict[int, int]:
    """The accounts that keep talk for so many days; groups are not among them."""
    crowds = [key for key, channel in CHANNELS.items() if channel.crowd]
    rows = Endpoint.objects.filter(retention_days__isnull=False).exclude(channel__in=crowds)
    return {pk: days for pk, days in rows.values_list("pk", "retention_days") if days}


@transaction.atomic
def erase_between(first: int, last: int, days: Mapping[int, int], *, now: datetime) -> int:
    """Erase what is too old among the contacts from id `first` to before `last`; how many."""
    found = _too_old(days, now).filter(id__gte=first, id__lt=last).order_by("id")
    ids = list(found.select_for_update(skip_locked=True, of=("self",)).values_list("id", flat=True))
    doomed = set(ids) - _bound(ids) if ids else set()
    if not doomed:
        return 0
    stored = Attachment.objects.filter(contact__in=doomed)
    paths = [path for path in stored.values_list("path", flat=True) if path]
    stored.delete()
    Finding.objects.filter(contact__in=doomed).delete()
    if private := PrivateMessage.objects.filter(contact__in=doomed).values_list("contact_id", flat=True):
        Reply.objects.filter(answers__in=list(private), case=None).update(text="")  # what we said there too
    Contact.objects.filter(id__in=doomed).update(**_BLANK)
    rows = Contact.objects.filter(id__in=doomed)
    tell_erased(Counter(rows.values_list("endpoint_id", flat=True)), now=now)
    transaction.on_commit(lambda: remove_files(paths))
    return len(doomed)


def _too_old(days: Mapping[int, int], now: datetime) -> QuerySet[Contact]:
    """What is handled, old, in no case, and owed nothing."""
    old = Q()
    for endpoint_id, kept in days.items():
        old |= Q(endpoint_id=endpoint_id, received_at__lt=now - timedelta(days=kept))
    this = OuterRef("pk")
    undecided = PrivateMessage.objects.filter(contact=this, state__in=(PrivateState.OPEN, PrivateState.FILED))
    return (
        Contact.objects.filter(old, state=ContactState.HANDLED)
        .exclude(raw=b"")
        .exclude(Exists(CaseContact.objects.filter(contact=this)))
        .exclude(Exists(undecided))
    )


def _bound(ids: Collection[int]) -> set[int]:
    """Those of a call that became a case or after which somebody must still be called; voices of a case; and
    those whose answer is still on its way.
    """
    about = Q(recording__in=ids) | Q(voicemail__in=ids) | Q(contact__in=ids)
    bound = Q(contact__links__isnull=False) | Q(call_back__isnull=False, call_back__done_at=None)
    held = Call.objects.filter(about, bound).values_list("recording_id", "voicemail_id", "contact_id")
    voices = Supporter.objects.filter(contact__in=ids).values_list("contact_id")
    unsent = Delivery.objects.filter(state__in=_ON_ITS_WAY, reply__answers__in=ids)
    rows = [*held, *voices, *unsent.values_list("reply__answers_id")]
    return {one for row in rows for one in row if one}
