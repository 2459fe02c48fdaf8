"""What a desk reads of groups: which ones somebody may see, and their streams."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from vefa.channels.models import Endpoint
from vefa.channels.registry import CHANNELS
from vefa.directory.access import scope_of
from vefa.directory.models import Staff
from vefa.directory.queries import directory
from vefa.inbox.models import Attachment
from vefa.triage.groups.hearing import VERDICT
from vefa.triage.groups.membership import strange_groups
from vefa.triage.models import GroupMessage, Made

PAGE = 60
_MINE = {"matters": (Made.MATTER, Made.ME_TOO, Made.FOLLOW_UP), "talk": (Made.CHATTER,)}


@dataclass(frozen=True)
class Strange:
    """A group to which somebody added a bot and that is no endpoint."""

    bot: Endpoint
    chat: str
    title: str


@dataclass(frozen=True)
class Reason:
    """One sign of a message: for or against its being a matter."""

    sign: str
    words: str
    weight: float


def groups_seen_by(staff: Staff) -> list[Endpoint]:
    """The groups whose talk this person may read: all, or those of the own units."""
    crowds = [key for key, channel in CHANNELS.items() if channel.crowd and not channel.announces]
    rows = Endpoint.objects.filter(channel__in=crowds, retired_at=None).order_by("key")
    scope = scope_of(staff)
    if scope.everything:
        return list(rows)
    keys = {unit.key for unit in directory().units.values() if unit.pk in scope.unit_ids}
    return [row for row in rows if {row.default_unit_key, row.unit_key} & keys - {""}]


def group_seen_by(staff: Staff, key: str) -> Endpoint | None:
    """One group, None where there is none that this person may see."""
    return next((row for row in groups_seen_by(staff) if row.key == key), None)


def stream_of(
    endpoint: Endpoint, *, show: str = "", before: int = 0, after: int = 0, limit: int = PAGE
) -> list[GroupMessage]:
    """Messages of a group, the newest first, with author, case and files. Who opted out is not among them."""
    rows = GroupMessage.objects.filter(endpoint=endpoint, contact__form__in=("message", "echo"))
    if show in _MINE:
        rows = rows.filter(made__in=_MINE[show])
    if before:
        rows = rows.filter(pk__lt=before)
    if after:
        rows = rows.filter(pk__gt=after)
    seen = rows.select_related("case", "author", "staff", "contact__conversation").order_by("-id")
    spoken = Prefetch("contact__attachments", Attachment.objects.order_by("position"))
    return list(seen.prefetch_related(spoken)[:limit])


def reasons_of(row: GroupMessage) -> list[Reason]:
    """Why it was taken for what it is: the signs that weigh, the heaviest first."""
    signs = [Reason(str(sign), str(words), float(weight)) for sign, words, weight in row.signs]
    return sorted((one for one in signs if one.weight), key=lambda one: -abs(one.weight))


def verdict_of(row: GroupMessage) -> str:
    """The walk's own word on it, in English."""
    return next((str(words) for sign, words, _ in row.signs if sign == VERDICT), "")


def strangers() -> list[Strange]:
    """Groups to which somebody added one of our bots and that are no endpoints."""
    bots = Endpoint.objects.filter(channel="telegram", retired_at=None).order_by("key")
    return [Strange(bot, chat, title) for bot in bots for chat, title in strange_groups(bot).items()]


def last_numbers(rows: Sequence[GroupMessage]) -> tuple[int, int]:
    """The newest and the oldest number of these rows; 0 for none."""
    numbers = [row.pk for row in rows]
    return (max(numbers), min(numbers)) if numbers else (0, 0)
