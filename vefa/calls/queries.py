"""Reads about calls for the rooms above. What a screen shows goes through `visible_to`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from vefa.calls.models import Call, CallBack, Dialling, Seat
from vefa.calls.rules import FORWARDED, LONGEST_RING, SHORT_S, Figures, seat_state
from vefa.calls.screens import concerned
from vefa.calls.seats import Seats, everybody
from vefa.channels.models import Endpoint, Owner
from vefa.directory.access import scope_of
from vefa.directory.models import Staff
from vefa.inbox.delegating import parts_of
from vefa.inbox.models import Attachment, AttachmentState

EXCHANGES = ("asterisk", "telephony")
LINES = ("asterisk", "phone", "telephony")
SHOWN = timedelta(minutes=10)  # an ended call that nobody wrote down stays in sight so long
RINGS = timedelta(minutes=15)  # what rings for longer was not told to have ended
UNDONE = timedelta(minutes=2)
MOST_RINGING = 20


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How the log is narrowed; "" and None: not at all."""

    state: str = ""  # answered, missed, ringing, talking, spot, open
    direction: str = ""
    line: int | None = None
    mine: bool = False
    number: str = ""
    since: datetime | None = None
    before: int | None = None  # calls older than this one


def visible_to(staff: Staff, *, now: datetime) -> QuerySet[Call]:
    """The calls that this person may see: on the city's lines who sees everybody's cases, else their own.

    A personal line is seen by whose it is and by their delegates, and each call by who took it.
    """
    return Call.objects.filter(Q(staff=staff) | _seen_lines(staff, now))


def _seen_lines(staff: Staff, now: datetime) -> Q:
    """The lines whose calls this person may see."""
    seen = Q(endpoint_id__in=list(parts_of(staff, now=now)))
    return seen | Q(endpoint__personal=False) if scope_of(staff).everything else seen


def call_of(staff: Staff, call_id: int, *, now: datetime) -> Call | None:
    """One call with whom and what it names, if this person may see it."""
    return _whole(visible_to(staff, now=now).filter(pk=call_id)).first()


def _whole(calls: QuerySet[Call]) -> QuerySet[Call]:
    related = ("citizen__merged_into", "staff", "service", "endpoint", "contact", "call_back")
    return calls.select_related(*related).defer("contact__raw")


def log(staff: Staff, asked: Asked, *, now: datetime, limit: int = 50) -> list[Call]:
    """The newest calls that fit, one more than `limit` where there are more."""
    calls = visible_to(staff, now=now).filter(_condition(staff, asked))
    if asked.before is not None:
        edge = Call.objects.filter(pk=asked.before).values_list("began_at", "id").first()
        if edge:
            calls = calls.filter(Q(began_at__lt=edge[0]) | Q(began_at=edge[0], id__lt=edge[1]))
    return list(_whole(calls).order_by("-began_at", "-id")[: limit + 1])


def _condition(staff: Staff, asked: Asked) -> Q:
    found = Q()
    if asked.state == "spot":
        found &= Q(on_the_spot=True)
    elif asked.state == "open":
        found &= Q(state="answered", contact=None)
    elif asked.state:
        found &= Q(state=asked.state)
    if asked.direction:
        found &= Q(direction=asked.direction)
    if asked.line:
        found &= Q(endpoint_id=asked.line)
    if asked.mine:
        found &= Q(staff=staff)
    if asked.number:
        found &= Q(caller=asked.number) | Q(called=asked.number)
    return found & Q(began_at__gte=asked.since) if asked.since else found


def at_hand(staff: Staff, *, now: datetime) -> list[Call]:
    """What rings for this person or is on their line, and what they ended just now and have not noted."""
    known = everybody()
    going_on = Q(answered_at__isnull=False, began_at__gt=now - LONGEST_RING) | Q(began_at__gt=now - RINGS)
    open_calls = visible_to(staff, now=now).filter(going_on, ended_at=None)
    just_now = Q(staff=staff, state="answered", contact=None, source="exchange", ended_at__gt=now - SHOWN)
    rows = list(_whole(open_calls).exclude(direction="internal").order_by("began_at", "id")[:200])
    mine = [call for call in rows if _is_mine(call, staff, known)]
    return mine[:MOST_RINGING] + list(
        _whole(visible_to(staff, now=now).filter(just_now)).order_by("-ended_at")[:3]
    )


def _is_mine(call: Call, staff: Staff, known: Seats) -> bool:
    if call.state == "talking":
        return call.staff_id == staff.pk
    return staff.pk in concerned(call, known) and call.state == "ringing"


def open_call_backs(staff: Staff, *, now: datetime, limit: int = 100) -> list[CallBack]:
    """Whom to call back, the one who has waited longest first."""
    rows = CallBack.objects.filter(done_at=None).filter(Q(taken_by=staff) | _seen_lines(staff, now))
    return list(
        rows.select_related("citizen__merged_into", "taken_by", "endpoint").order_by("first_at", "id")[:limit]
    )


def call_back_of(staff: Staff, task_id: int, *, now: datetime) -> CallBack | None:
    """One task, done or not, if this person may see its line."""
    rows = CallBack.objects.filter(Q(taken_by=staff) | _seen_lines(staff, now), pk=task_id)
    return rows.select_related("citizen__merged_into", "taken_by", "endpoint").first()


def file_of(staff: Staff, call_id: int, which: str, *, now: datetime) -> tuple[Call, Attachment] | None:
    """A call with its recording or the message on the machine, where the file is here and may be heard."""
    call = call_of(staff, call_id, now=now)
    if call is None:
        return None
    contact_id = {"recording": call.recording_id, "voicemail": call.voicemail_id}.get(which)
    found = Attachment.objects.filter(contact_id=contact_id or 0, state=AttachmentState.STORED).first()
    return (call, found) if found else None


def written_down(staff: Staff, contact_ids: Collection[int], *, now: datetime) -> list[Call]:
    """The exchange's calls that became these contacts, of those that this person may see as in `visible_to`.

    `is_recorded` and `has_voicemail` say which files are here. One statement; two more where it is asked
    whose part a line is, which only one that is not the institution's own can be.
    """
    here = Attachment.objects.filter(state=AttachmentState.STORED)
    calls = Call.objects.filter(contact__in=contact_ids).exclude(source="hand")
    found = list(
        calls.select_related("citizen__merged_into", "staff", "service", "endpoint").annotate(
            is_recorded=Exists(here.filter(contact_id=OuterRef("recording_id"))),
            has_voicemail=Exists(here.filter(contact_id=OuterRef("voicemail_id"))),
        )
    )
    everybodys = scope_of(staff).everything
    seen = {one.pk for one in found if one.staff_id == staff.pk or (everybodys and not one.endpoint.personal)}
    left = [one for one in found if one.pk not in seen and _somebodys(one.endpoint)]
    parts = parts_of(staff, now=now) if left else {}
    seen |= {one.pk for one in left if one.endpoint_id in parts}
    return [one for one in found if one.pk in seen]


def _somebodys(line: Endpoint) -> bool:
    return line.personal or line.owner != Owner.INSTITUTION


def with_files(calls: Sequence[Call]) -> frozenset[int]:
    """Of which arrivals the recorded file is here."""
    wanted = {pk for call in calls for pk in (call.recording_id, call.voicemail_id) if pk}
    rows = Attachment.objects.filter(contact_id__in=wanted, state=AttachmentState.STORED)
    return frozenset(rows.values_list("contact_id", flat=True)) if wanted else frozenset()


def lines() -> list[Endpoint]:
    """The telephone lines of the house, those of an exchange, by hand and of persons."""
    return list(Endpoint.objects.filter(channel__in=LINES, active=True, retired_at=None).order_by("key"))


def has_exchange() -> bool:
    """Whether any exchange tells us of its calls."""
    rows = Endpoint.objects.filter(channel__in=EXCHANGES, active=True, retired_at=None)
    return rows.exclude(sealed=b"").exists()  # without a secret it is only a handset's log


def wallboard(*, now: datetime, since: datetime, in_time_s: int, queue: str = "") -> Figures:
    """The figures of the incoming calls that began between `since` and `now`, in one statement.

    A call that still waits is offered but neither answered nor abandoned yet.
    """
    found = _timed(_offered(since, queue), now).aggregate(
        waiting=Count("id", filter=_WAITS),
        longest=Max("waited", filter=_WAITS),
        talking=Count("id", filter=_ANSWERED & Q(over=None, began_at__gt=now - LONGEST_RING)),
        answered=Count("id", filter=_ANSWERED),
        gone=Count("id", filter=_GONE),
        short=Count("id", filter=_GONE & Q(waited__lt=timedelta(seconds=SHORT_S))),
        in_time=Count("id", filter=_ANSWERED & Q(waited__lte=timedelta(seconds=in_time_s))),
        waited_all=Sum("waited", filter=_ANSWERED),
        talked=Count("id", filter=_ANSWERED & Q(over__isnull=False)),
        talked_all=Sum("spoke", filter=_ANSWERED & Q(over__isnull=False)),
    )
    abandoned = found["gone"] - found["short"]
    return Figures(
        waiting=found["waiting"],
        longest_s=int(found["longest"].total_seconds()) if found["longest"] else 0,
        talking=found["talking"],
        offered=found["waiting"] + found["answered"] + abandoned,
        answered=found["answered"],
        abandoned=abandoned,
        short=found["short"],
        in_time=found["in_time"],
        mean_wait_s=_mean_s(found["waited_all"], found["answered"]),
        mean_talk_s=_mean_s(found["talked_all"], found["talked"]),
    )


_ANSWERED = Q(answered_at__isnull=False)
_WAITS = Q(answered_at=None, over=None)
_GONE = Q(answered_at=None, over__isnull=False)


def _timed(calls: QuerySet[Call], now: datetime) -> QuerySet[Call]:
    """Calls with their end, how long they waited and how long was spoken.

    One that left its line unanswered is over, one that was sent on before any of us answered is not ours, and
    one of which nothing more is heard is left out.
    """
    none = Value(timedelta(0))
    over = Coalesce("ended_at", Case(When(answered_at=None, then=F("left_at"))))
    waited = Coalesce("answered_at", "over", Value(now)) - Coalesce("queued_at", "began_at")
    rows = calls.annotate(over=over).annotate(
        waited=Greatest(waited, none), spoke=Greatest(F("over") - F("answered_at"), none)
    )
    rows = rows.exclude(_GONE & Q(cause=FORWARDED))
    return rows.exclude(_WAITS & Q(began_at__lte=now - LONGEST_RING))


def _mean_s(total: timedelta | None, count: int) -> int | None:
    return round(total.total_seconds() / count) if total is not None and count else None


def _offered(since: datetime, queue: str) -> QuerySet[Call]:
    own = Call.objects.filter(
        began_at__gte=since, direction="in", source="exchange", endpoint__personal=False
    )
    return own.filter(queue=queue) if queue else own


def queues_since(since: datetime) -> list[str]:
    """The queues in which somebody waited."""
    found = _offered(since, "").exclude(queue="").order_by("queue")
    return list(found.values_list("queue", flat=True).distinct()[:50])


def at_seats(*, now: datetime) -> list[Seat]:
    """Everybody who is at a telephone, with what they do now, free ones first."""
    order = {"available": 0, "on_call": 1, "wrap_up": 2, "break": 3}
    rows = [row for row in everybody().rows if row.state != "away"]
    for row in rows:
        row.state = seat_state(row.state, row.until, now=now)
    return sorted(rows, key=lambda row: (order.get(row.state, 9), row.since))


def subjects_since(since: datetime, *, limit: int = 9) -> list[tuple[int, int]]:
    """What was answered while people spoke: services and how often, the most frequent first."""
    rows = Call.objects.filter(on_the_spot=True, began_at__gte=since, service__isnull=False)
    counted = rows.values("service").annotate(count=Count("id")).order_by("-count", "service")
    return [(row["service"], row["count"]) for row in counted[:limit]]


def counts_since(staff: Staff, since: datetime, *, now: datetime) -> Mapping[str, int]:
    """How many calls there were, by state, and how many were answered on the spot."""
    rows = visible_to(staff, now=now).filter(began_at__gte=since)
    return rows.aggregate(
        calls=Count("id"),
        answered=Count("id", filter=Q(state="answered")),
        missed=Count("id", filter=Q(state="missed", direction="in")),
        spot=Count("id", filter=Q(on_the_spot=True)),
        hand=Count("id", filter=Q(source="hand")),
    )


def last_dialling(staff: Staff, *, now: datetime) -> Dialling | None:
    """What became of the number that this person had dialled a moment ago."""
    rows = Dialling.objects.filter(seat__staff=staff, asked_at__gt=now - timedelta(minutes=1))
    return rows.order_by("-asked_at", "-id").first()


def spotted(staff: Staff, *, now: datetime) -> list[Call]:
    """What this person answered on the spot a moment ago: it can be undone.

    Contacts are numbered as they come: the latest two are looked up among all that a person ever answered.
    """
    latest = Call.objects.filter(staff=staff, on_the_spot=True, contact__isnull=False).order_by("-contact_id")
    rows = latest.select_related("service").annotate(noted_at=F("contact__received_at"))[:2]
    return [one for one in rows if vars(one)["noted_at"] > now - UNDONE]
