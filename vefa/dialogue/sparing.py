"""How many of the system's own words one mail address gets: whoever is named may never have written.

A sender can be forged, and a form takes any address. Without a measure a stranger makes the city fill
somebody else's mailbox; and two machines that answer each other fill a night (RFC 3834).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from vefa.cases.models import Urgency
from vefa.channels.port import Form
from vefa.dialogue.audience import BY_HAND, Listener
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.inbox.models import Contact


@dataclass(frozen=True)
class Measure:
    """How many acknowledgements one address gets, over all its conversations."""

    an_hour: int
    a_day: int


PROVED = Measure(an_hour=3, a_day=6)  # who is named has shown that the address is theirs
UNPROVED = Measure(an_hour=1, a_day=3)  # anybody may have named it
UNPROVED_A_DAY = 12  # all that the system says of itself to an address from which no mail has come
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_ACKNOWLEDGES = (
    "received",
    "received_brief",
    "duplicate_follows",
    "outside_hours",
)  # the last of its phrases
_ACKNOWLEDGED = Q(*[("reply__phrase_key__endswith", key) for key in _ACKNOWLEDGES], _connector=Q.OR)


def machines(contact_ids: Collection[int]) -> set[int]:
    """Those of these contacts that a machine wrote: no machine answers them."""
    written = Contact.objects.filter(pk__in=contact_ids, details__auto__isnull=False)
    return set(written.values_list("pk", flat=True))


def within_measure[Said](
    rows: Sequence[tuple[Listener, Said]], *, now: datetime
) -> list[tuple[Listener, Said]]:
    """Those of these acknowledgements that their addresses may still have, these rows counted too.

    Where danger was told of, the larger measure holds for everybody: the emergency number comes with it.
    """
    mails = {place for one, _ in rows if (place := _mail(one))}
    if not mails:
        return list(rows)
    proved = _proved(mails)
    day, hour = Counter[int](), Counter[int]()
    sent = _written(mails, now).filter(_ACKNOWLEDGED)
    for address_id, at in sent.values_list("conversation__address_id", "reply__written_at"):
        day[address_id] += 1
        hour[address_id] += at > now - _HOUR
    kept = []
    for one, said in rows:
        place = _mail(one)
        if place is not None:
            large = place in proved or one.case.urgency == Urgency.EMERGENCY
            measure = PROVED if large else UNPROVED
            if day[place] >= measure.a_day or hour[place] >= measure.an_hour:
                continue
            day[place] += 1
            hour[place] += 1
        kept.append((one, said))
    return kept


def only_shown(heard: Sequence[Listener], *, now: datetime) -> list[bool]:
    """For each, whether it is only shown on the tracking page: the address has had enough for a day.

    Who has written by mail is told everything; an address that was only named in forms, or under a sender
    that our mail server calls forged, is not.
    """
    unproved = _unproved({place for one in heard if (place := _mail(one))})
    if not unproved:
        return [False] * len(heard)
    left = _written(unproved, now).exclude(state__in=(DeliveryState.SHOWN, DeliveryState.TAKEN_BACK))
    sent = Counter(left.values_list("conversation__address_id", flat=True))
    found = []
    for one in heard:
        place = _mail(one)
        found.append(place is not None and place in unproved and sent[place] >= UNPROVED_A_DAY)
        if place is not None:
            sent[place] += 1
    return found


def _mail(one: Listener) -> int | None:
    """The address, where it is one of mail."""
    talk = one.conversation
    return talk.address_id if talk and talk.address.space == "email" else None


def _unproved(address_ids: Collection[int]) -> set[int]:
    """Those from which no mail of a person has come, as far as anybody can tell."""
    if not address_ids:
        return set()
    mails = Contact.objects.filter(
        Q(details__verified__isnull=True) | Q(details__verified=True),
        conversation__address_id__in=address_ids,
        form=Form.MESSAGE.value,
        details__auto__isnull=True,
    ).exclude(endpoint__channel__in=BY_HAND)
    return set(address_ids) - set(mails.values_list("conversation__address_id", flat=True).distinct())


def _proved(address_ids: Collection[int]) -> set[int]:
    """Those for whose mail our own mail server vouched, or who answered one of ours by its sealed token."""
    vouched = Q(details__verified=True)
    answered = Q(details__verified__isnull=True, details__reference__isnull=False)
    mails = Contact.objects.filter(
        vouched | answered,
        conversation__address_id__in=address_ids,
        form=Form.MESSAGE.value,
        details__passed_on__isnull=True,  # what staff forward proves who they are, not who wrote it
    ).exclude(endpoint__channel__in=BY_HAND)
    return set(mails.values_list("conversation__address_id", flat=True).distinct())


def _written(address_ids: Collection[int], now: datetime) -> QuerySet[Delivery]:
    """What the system has said to these addresses within a day."""
    return Delivery.objects.filter(
        conversation__address_id__in=address_ids,
        reply__automatic=True,
        reply__staff=None,
        reply__written_at__gt=now - _DAY,
    )
