"""Which account takes what: asked at every door, and so remembered for a few seconds."""

import time

from django.db.models import QuerySet

from vefa.channels.models import Endpoint, Template

KEPT_S = 10.0
_remembered: dict[str, tuple[float, int]] = {}
_timed: dict[str, tuple[float, frozenset[int]]] = {}
_asked: dict[str, tuple[float, bool]] = {}
_mailboxes: list[tuple[float, Endpoint]] = []  # the one that was read last, and when


class NoDoorError(Exception):
    """No active endpoint takes this channel: add one, or load the municipality's folder."""


def door_of(channel: str) -> int:
    """The id of the endpoint that takes what comes by this channel: the first active one by its key.

    For channels without a provider (portal, phone, counter, letter, meeting, headman); at most ten seconds
    old. Raises NoDoorError.
    """
    read_at, endpoint_id = _remembered.get(channel, (float("-inf"), 0))
    if time.monotonic() - read_at < KEPT_S:
        return endpoint_id
    doors = Endpoint.objects.filter(channel=channel, active=True, personal=False, retired_at=None)
    doors = doors.order_by("key")
    found = doors.values_list("id", flat=True).first()
    if found is None:
        raise NoDoorError(f"no active endpoint for {channel}")
    _remembered[channel] = (time.monotonic(), found)
    return found


def with_hours() -> frozenset[int]:
    """The accounts in use that are not always read; at most ten seconds old."""
    read_at, ids = _timed.get("hours", (float("-inf"), frozenset()))
    if time.monotonic() - read_at >= KEPT_S:
        rows = Endpoint.objects.filter(active=True, retired_at=None).exclude(opening_hours={})
        ids = frozenset(rows.values_list("pk", flat=True))
        _timed["hours"] = (time.monotonic(), ids)
    return ids


def accounts() -> list[Endpoint]:
    """Every account, retired ones last, by whose it is and by key."""
    rows = Endpoint.objects.order_by("key")
    return sorted(rows, key=lambda row: (row.retired_at is not None, row.owner, row.unit_key, row.key))


def account(endpoint_id: int) -> Endpoint | None:
    """One account."""
    return Endpoint.objects.filter(pk=endpoint_id).first()


def templates_of(endpoint_id: int) -> list[Template]:
    """The texts of an account that its provider approved or not, by name and language."""
    return list(Template.objects.filter(endpoint_id=endpoint_id))


def is_taken(key: str) -> bool:
    """Whether an account has this key and is not waiting for its own."""
    return Endpoint.objects.filter(key=key).exclude(sealed=b"", active=False, retired_at=None).exists()


def ailing() -> list[Endpoint]:
    """Accounts in use that somebody should see to, the longest in trouble first."""
    return list(ailing_endpoints().order_by("alarmed_at", "id"))


def ailing_count() -> int:
    """How many accounts in use somebody should see to."""
    return ailing_endpoints().count()


def ailing_endpoints() -> QuerySet[Endpoint]:
    """Accounts that somebody should see to, to ask further; one without its keys for what waits there."""
    return Endpoint.objects.filter(alarmed_at__isnull=False, retired_at=None)


def account_of(channel: str) -> Endpoint | None:
    """The account that takes what comes by this channel, read anew; None where there is none."""
    doors = Endpoint.objects.filter(channel=channel, active=True, retired_at=None).order_by("key")
    return doors.first()


def mailbox() -> Endpoint | None:
    """The mail account through which people are answered who left a mail address elsewhere.

    At most ten seconds old where there is one; many pages ask.
    """
    if _mailboxes and time.monotonic() - _mailboxes[0][0] < KEPT_S:
        return _mailboxes[0][1]
    mail = Endpoint.objects.filter(channel="email", active=True, retired_at=None)
    found = mail.order_by("owner", "id").first()
    _mailboxes[:] = [(time.monotonic(), found)] if found else []
    return found


def has_door(channel: str) -> bool:
    """Whether something is taken by this channel; at most ten seconds old, also where nothing is."""
    read_at, there = _asked.get(channel, (float("-inf"), False))
    if time.monotonic() - read_at >= KEPT_S:
        there = account_of(channel) is not None
        _asked[channel] = (time.monotonic(), there)
    return there


LINKING = ("telegram", "bale", "whatsapp", "sms", "email")  # over which a staff member's code is heard


def messengers() -> list[Endpoint]:
    """The active accounts to which a staff member can send a code and forward things."""
    rows = Endpoint.objects.filter(active=True, retired_at=None, channel__in=LINKING)
    return list(rows.order_by("owner", "key"))


def mail_is_proved() -> bool:
    """Whether a mailbox knows our mail server's name, so that a sender in a mail can be believed at all."""
    rows = Endpoint.objects.filter(active=True, retired_at=None, channel="email")
    return any(str(one.get("authserv_id", "")).strip() for one in rows.values_list("settings", flat=True))


def forget() -> None:
    """Read again at the next question; for loads and tests."""
    _remembered.clear()
    _timed.clear()
    _mailboxes.clear()
    _asked.clear()
