"""What a resident has typed so far: kept in their session, page by page, until it is sent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from vefa.inbox import files
from vefa.kit import ids

KEY = "report"
SENT_KEY = "sent"
SENT_KEPT = 20  # receipts that one browser remembers, so that a second click finds the first one's


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One report in the making. `token` makes it count once; `done` names the pages that were answered."""

    token: str
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


def read(session: SessionBase) -> Answers:
    """The report in the making, or an empty one with a fresh token."""
    kept = session.get(KEY)
    if not isinstance(kept, dict) or not kept.get("token"):
        return Answers(token=ids.secret())
    known = {one.name for one in fields(Answers)}
    values = {name: value for name, value in kept.items() if name in known}
    for name in ("photos", "done", "skipped"):
        values[name] = tuple(values.get(name, ()))
    return Answers(**values)


def keep(session: SessionBase, answers: Answers) -> None:
    """Remember the report until it is sent or the session ends."""
    session[KEY] = asdict(answers)
    files.stay(str(photo["path"]) for photo in answers.photos)


def forget(session: SessionBase) -> None:
    """Nothing of the report stays here; its photos are swept away with all that nobody names."""
    session.pop(KEY, None)


def remember_receipt(session: SessionBase, token: str, address: str) -> None:
    """End the report: forget what was typed and keep where its receipt stands."""
    receipts = dict(session.get(SENT_KEY, {}))
    receipts[token] = address
    session[SENT_KEY] = dict(list(receipts.items())[-SENT_KEPT:])
    forget(session)


def receipt_of(session: SessionBase, token: str) -> str:
    """Where the receipt of a report stands that this browser has sent already; "" if it has not."""
    return str(session.get(SENT_KEY, {}).get(token, ""))
