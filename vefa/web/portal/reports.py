"""A report as its own resident finds it: a case, or at first the contact that will become one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from vefa.cases.models import Case
from vefa.cases.tracking import track
from vefa.inbox.models import Attachment, Contact
from vefa.inbox.waiting import by_receipt
from vefa.kit import ids


@dataclass(frozen=True)
class Mine:
    """What the secret opens. `case` is None while the worker has not read the contact yet."""

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

    def address(self, page: str = "track") -> str:
        """One of its pages."""
        return reverse(f"portal:{page}", args=[self.reference, self.secret])


def find(reference: str, secret: str) -> Mine | None:
    """The report that this link opens; None alike for a wrong reference and a wrong secret."""
    try:
        reference = ids.read_reference(reference)
    except ids.BadReferenceError:
        return None
    tracked = track(reference, secret=secret)
    if tracked is not None:
        return Mine(reference, secret, tracked.case, None, tracked.shown)
    contact = by_receipt(reference=reference, secret=secret)
    return Mine(reference, secret, None, contact) if contact else None


def address_by_digits(*, reference: str, digits: str) -> str:
    """The page of the report whose resident gave a telephone number that ends so; "" if there is none."""
    tracked = track(reference, last_digits=digits)
    if tracked is None:
        return ""
    return reverse("portal:track", args=[tracked.case.reference, tracked.case.secret])
