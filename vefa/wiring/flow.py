"""What follows from what: read it aloud. Reactions only write rows; the outbox sends."""

from collections.abc import Mapping, Sequence

from vefa.cases import reckoning, rehoming
from vefa.dialogue import (
    after_hours,
    alarms,
    announcements,
    confirming,
    in_groups,
    keywords,
    lateness,
    to_all,
)
from vefa.journal.replay import Reaction
from vefa.triage.learned import labels
from vefa.triage.meaning import storing

REACTIONS: Mapping[str, Sequence[Reaction]] = {
    "group.stopped": [in_groups.answered_leave],
    "group.resumed": [in_groups.answered_leave],
    "contact.started": [announcements.greeted],
    "acknowledgement.held": [announcements.said_late],
    "case.opened": [announcements.opened, confirming.passed_on],
    "case.followed": [confirming.passed_on, after_hours.said_again],
    "case.supported": [announcements.supported],
    "case.doubled": [announcements.doubled],
    "case.taken_back": [storing.reread],
    "case.gathered": [to_all.gathered],
    "incident.answer_awaited": [to_all.awaited],
    "case.planned": [announcements.planned],
    "case.waiting": [announcements.asked],
    "case.referred": [announcements.referred],
    "case.described": [storing.reread, labels.heard],
    "case.ended": [announcements.ended, labels.heard],
    "case.reopened": [announcements.reopened],
    "promise.extended": [announcements.slipped],
    "promise.broken": [lateness.told],
    "promise.told_by_day": [lateness.told],
    "keyword.stopped": [keywords.answered],
    "keyword.started": [keywords.answered],
    "keyword.helped": [keywords.answered],
    "keyword.spoken": [keywords.answered],
    "verdict.solved": [keywords.answered],
    "verdict.unclear": [keywords.answered],
    "service.cases_moved": [rehoming.carry_out],
    "service.cases_returned": [rehoming.carry_out],
    "directory.loaded": [reckoning.follow_calendar],
    "service.edited": [reckoning.follow_calendar],
    "directory.reckoning": [reckoning.go_on],
    "endpoint.troubled": [alarms.troubled],
    "endpoint.recovered": [alarms.recovered],
}
