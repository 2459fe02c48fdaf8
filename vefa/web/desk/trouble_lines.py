"""What failed and can be tried again: steps that nothing followed, and files that never came, as rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vefa.cases import queries
from vefa.cases.behind import cases_behind
from vefa.cases.models import Case
from vefa.directory.access import scope_of
from vefa.directory.models import Staff
from vefa.inbox.queries import failed_files
from vefa.journal.queries import parked

MOST_AT_ONCE = 10_000  # tried again by one press

UNTOLD = _("The resident was not told of it.")
UNANSWERED = _("The word that somebody sent was not answered.")
UNREAD = _("It was not read anew for searching and learning.")
UNMOVED = _("The open cases of a service were not moved.")
UNRECKONED = _("What is owed was not reckoned anew by the changed calendar.")
UNALARMED = _("Nobody was told of the account by mail.")
# What did not happen, by the step that it should have followed. Every kind in wiring/flow.py stands here.
MISSED: Mapping[str, Promise] = {
    **dict.fromkeys(
        ("case.opened", "acknowledgement.held"), _("The resident was not told that it arrived.")
    ),
    "case.ended": _("The resident was not told the outcome."),
    "contact.started": _("Whoever opened a conversation was not greeted."),
    **dict.fromkeys(
        (
            "case.followed", "case.supported", "case.doubled", "case.gathered", "case.planned",
            "case.waiting", "case.referred", "case.reopened", "promise.extended", "promise.broken",
            "promise.told_by_day", "incident.answer_awaited",
        ),
        UNTOLD,
    ),
    **dict.fromkeys(("case.taken_back", "case.described"), UNREAD),
    **dict.fromkeys(
        (
            "keyword.stopped", "keyword.started", "keyword.helped", "keyword.spoken", "verdict.solved",
            "verdict.unclear", "group.stopped", "group.resumed",
        ),
        UNANSWERED,
    ),
    **dict.fromkeys(("service.cases_moved", "service.cases_returned"), UNMOVED),
    **dict.fromkeys(("directory.loaded", "directory.reckoning", "service.edited"), UNRECKONED),
    **dict.fromkeys(("endpoint.troubled", "endpoint.recovered"), UNALARMED),
}  # fmt: skip


@dataclass(frozen=True)
class Missed:
    """A step that happened and what should have followed it; `case` where it concerns one."""

    id: int
    what: str
    kind: str
    at: datetime
    since: datetime | None
    tries: int
    why: str
    case: Case | None


@dataclass(frozen=True)
class Lost:
    """A file that its provider did not give; the name is empty where it came to a personal account."""

    id: int
    name: str
    channel: str
    at: datetime
    tries: int
    why: str
    cases: list[Case] = field(default_factory=list)


def missed(staff: Staff, *, limit: int = 100) -> list[Missed]:
    """Parked events of cases that this person sees; those of no case for who sees everything."""
    events = parked(limit=limit)
    behind = cases_behind(events)
    seen = _seen(staff, behind.values())
    everything = scope_of(staff).everything
    return [
        Missed(
            id=one.pk,
            what=str(MISSED.get(one.kind) or gettext("What should have followed it did not happen.")),
            kind=one.kind,
            at=one.at,
            since=one.parked_at,
            tries=one.tries,
            why=one.trouble,
            case=seen.get(behind.get(one.pk, 0)),
        )
        for one in events
        if (behind[one.pk] in seen if one.pk in behind else everything)
    ]


def lost(staff: Staff, *, limit: int = 100) -> list[Lost]:
    """Files that failed, of cases that this person sees; those of no case for who sees everything."""
    found = failed_files(limit=limit)
    seen = _seen(staff, (case_id for _one, ids in found for case_id in ids))
    everything = scope_of(staff).everything
    return [
        Lost(
            id=one.pk,
            name="" if one.contact.endpoint.personal and not ids else one.name or one.kind,
            channel=one.contact.endpoint.channel,
            at=one.contact.received_at,
            tries=one.tries,
            why=one.trouble,
            cases=[seen[case_id] for case_id in ids if case_id in seen],
        )
        for one, ids in found
        if (any(case_id in seen for case_id in ids) if ids else everything)
    ]


def _seen(staff: Staff, case_ids: Iterable[int]) -> dict[int, Case]:
    asked = set(case_ids)
    return queries.visible_to(staff).in_bulk(asked) if asked else {}
