"""What a resident has typed so far: kept in their session, page by page, until it is sent.

Somebody may begin several reports, each in a window of its own. The pages of a report carry its key in
their address and in their form, so that none takes an answer of another. Without a key it is the one
that was written in last.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from vefa.inbox import files
from vefa.kit import ids

FIELD = "draft"  # name of the parameter and of the hidden field
KEY = "report"  # the one that was written in last
BESIDE_KEY = "reports_beside"
BESIDE_KEPT = 7
SENT_KEY = "sent"
SENT_KEPT = 20  # receipts that one browser remembers, so that a second click finds the first one's
_SHAPE = re.compile(r"[0-9A-Za-z]{1,16}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One report in the making. `token` makes it count once; `done` names the pages that were answered.

    `key` tells it from the others of this browser; it opens nothing anywhere else.
    """

    token: str
    key: str = "0"
    text: str = ""
    photos: tuple[Mapping[str, Any], ...] = ()
    place_text: str = ""
    area: str = ""
    lat: float | None = None
    lon: float | None = None
    placeless: bool = False
    follows: int = 0  # the public case that this report joins
    incident: int = 0  # the running incident that this report joins
    service: str = ""  # code; "" leaves it to the city
    details: Mapping[str, str] = field(default_factory=dict)  # answers to the questions of the service
    warned: bool = False  # has read that the emergency number comes first
    told: str = ""  # the service of which the resident has read that another body looks after it
    name: str = ""
    phone: str = ""
    email: str = ""
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()  # pages with nothing to ask; they count as answered

    def answer(self, step: str, **changes: Any) -> "Answers":
        """The same report with this page answered."""
        rest = tuple(one for one in self.skipped if one != step)
        return replace(self, done=tuple(dict.fromkeys([*self.done, step])), skipped=rest, **changes)

    def skip(self, *steps: str) -> "Answers":
        """The same report with these pages passed over: there is nothing to ask on them."""
        done, skipped = (tuple(dict.fromkeys([*kept, *steps])) for kept in (self.done, self.skipped))
        return replace(self, done=done, skipped=skipped)

    def forget(self, *steps: str) -> "Answers":
        """The same report with these pages to be answered again."""
        done, skipped = (tuple(one for one in kept if one not in steps) for kept in (self.done, self.skipped))
        return replace(self, done=done, skipped=skipped)

    @property
    def begun(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.text or self.photos)

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, where given."""
        return (self.lat, self.lon) if self.lat is not None and self.lon is not None else None


def of(request: HttpRequest) -> Answers:
    """The report of this page: by its address, else by its form."""
    return read(request.session, named(request))


def named(request: HttpRequest) -> str:
    """The key that a page carries; "" where it carries none."""
    key = request.GET.get(FIELD) or request.POST.get(FIELD) or ""
    return key if _SHAPE.fullmatch(key) else ""


def fresh_key() -> str:
    """A key for a report that begins."""
    return secrets.token_hex(4)


def read(session: SessionBase, key: str = "") -> Answers:
    """The report of this key, or the one that was written in last; else an empty one with a fresh token."""
    reports = every(session)
    if not key and reports:
        return reports[-1]
    found = (one for one in reports if one.key == key)
    return next(found, Answers(token=ids.secret(), key=key or fresh_key()))


def every(session: SessionBase) -> list[Answers]:
    """All reports in the making, the one that was written in last at the end."""
    return [_read(kept) for kept in (*session.get(BESIDE_KEY, ()), session.get(KEY)) if _is_report(kept)]


def begun(session: SessionBase) -> Answers | None:
    """The report that was written in last, where there is anything in it or in another."""
    return next((one for one in reversed(every(session)) if one.begun), None)


def _is_report(kept: Any) -> bool:
    return isinstance(kept, dict) and bool(kept.get("token"))


def _read(kept: Mapping[str, Any]) -> Answers:
    known = {one.name for one in fields(Answers)}
    values = {name: value for name, value in kept.items() if name in known}
    for name in ("photos", "done", "skipped"):
        values[name] = tuple(values.get(name, ()))
    return Answers(**values)


def keep(session: SessionBase, answers: Answers) -> None:
    """Remember the report until it is sent or the session ends."""
    _write(session, [*(one for one in every(session) if one.key != answers.key), answers])


def _write(session: SessionBase, reports: list[Answers]) -> None:
    *beside, last = reports
    session[KEY] = asdict(last)
    session[BESIDE_KEY] = [asdict(one) for one in beside[-BESIDE_KEPT:]]
    files.stay(str(photo["path"]) for one in reports for photo in one.photos)


def forget(session: SessionBase, key: str = "") -> None:
    """Nothing of the report, or of any, stays here; photos are swept away with all that nobody names."""
    left = [one for one in every(session) if key and one.key != key]
    session.pop(KEY, None)
    session.pop(BESIDE_KEY, None)
    if left:
        _write(session, left)


def remember_receipt(session: SessionBase, answers: Answers, address: str) -> None:
    """End the report: forget what was typed and keep where its receipt stands."""
    receipts = dict(session.get(SENT_KEY, {}))
    receipts[answers.token] = address
    session[SENT_KEY] = dict(list(receipts.items())[-SENT_KEPT:])
    forget(session, answers.key)


def receipt_of(session: SessionBase, token: str) -> str:
    """Where the receipt of a report stands that this browser has sent already; "" if it has not."""
    return str(session.get(SENT_KEY, {}).get(token, ""))
