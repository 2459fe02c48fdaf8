"""A report as its own resident finds it: a case, or at first the contact that will become one."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing
from django.urls import reverse

from vefa.cases.models import Case
from vefa.cases.tracking import Tracked, proved_before, track
from vefa.inbox.models import Attachment, Contact
from vefa.inbox.waiting import by_receipt
from vefa.kit import ids

SALT = "vefa.portal.look"
OPEN_S = 3600  # how long four digits open a page; who needs it longer proves it again
WRITTEN_S = 12 * 3600  # what was typed there in the meantime is taken even later
MARK = ":"  # stands in every such key, and in no secret


@dataclass(frozen=True)
class Mine:
    """What the secret opens. `case` is None while the worker has not read the contact yet.

    secret  of the resident's own link; or a key that was given for four digits and is good for an hour
    """

    reference: str
    secret: str
    case: Case | None
    contact: Contact | None
    shown: Case | None = None  # whose course it shows: the master's, where it is a duplicate

    @property
    def said(self) -> dict[str, Any]:
        """The form as it was sent, for the moments before it is a case."""
        if self.contact is None:
            return {}
        try:
            found = json.loads(bytes(self.contact.raw))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def files(self) -> Sequence[Attachment]:
        """What came with a contact that is no case yet."""
        return list(self.contact.attachments.all()) if self.contact else []

    @property
    def received_at(self) -> datetime:
        """When it reached us, UTC."""
        if self.case is not None:
            return self.case.opened_at
        assert self.contact is not None
        return self.contact.received_at

    @property
    def passing(self) -> bool:
        """Whether the page is open for an hour only."""
        return MARK in self.secret

    def address(self, page: str = "track") -> str:
        """One of its pages."""
        return reverse(f"portal:{page}", args=[self.reference, self.secret])


def find(reference: str, secret: str, *, open_s: int = OPEN_S) -> Mine | None:
    """The report that this link opens; None alike for a wrong reference and a wrong secret."""
    try:
        reference = ids.read_reference(reference)
    except ids.BadReferenceError:
        return None
    if MARK in secret:
        tracked = proved_before(reference) if _opened(secret, open_s) == reference else None
        return Mine(reference, secret, tracked.case, None, tracked.shown) if tracked else None
    tracked = track(reference, secret=secret)
    if tracked is not None:
        return Mine(reference, secret, tracked.case, None, tracked.shown)
    contact = by_receipt(reference=reference, secret=secret)
    return Mine(reference, secret, None, contact) if contact else None


def address_by_digits(*, reference: str, digits: str) -> str:
    """The page of the report whose resident gave a telephone number that ends so; "" if there is none.

    Four digits are a weak proof: they open it for an hour, and never tell the link that is good for ever.
    """
    tracked = track(reference, last_digits=digits)
    return _for_an_hour(tracked).address() if tracked else ""


def renewed(mine: Mine) -> Mine:
    """The same, open for an hour from now where it is open for an hour only; at most half a day in all."""
    since = _since(mine.secret, WRITTEN_S)[1] if mine.passing else 0
    return replace(mine, secret=_key(mine.reference, since)) if mine.passing else mine


def was_open(reference: str, secret: str) -> bool:
    """Whether this address was open for an hour that is over."""
    return MARK in secret and _since(secret, None)[0] == reference


def _for_an_hour(tracked: Tracked) -> Mine:
    reference = tracked.case.reference
    return Mine(reference, _key(reference, int(time.time())), tracked.case, None, tracked.shown)


def _key(reference: str, since: int) -> str:
    return signing.dumps([reference, since], salt=SALT)


def _opened(key: str, open_s: int) -> str:
    """The reference that a key opens; "" where it is forged or its time is over."""
    reference, since = _since(key, open_s)
    return reference if time.time() - since <= WRITTEN_S else ""


def _since(key: str, open_s: int | None) -> tuple[str, int]:
    """What a key says: the reference, and when the digits were given."""
    try:
        reference, since = signing.loads(key, salt=SALT, max_age=open_s)
    except (signing.BadSignature, TypeError, ValueError):
        return "", 0
    return str(reference), int(since)
