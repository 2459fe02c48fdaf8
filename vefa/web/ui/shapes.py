"""What the parts show: plain frozen shapes that a view fills and a part's template draws.

Every moment is in UTC; `language` is one of the five codes, or "" when nobody knows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vefa.web.ui.clock import Clock

BRIEF = 300  # characters of a post that need no fold


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case in a list; `unit`, `owner`, `service` and `area` are names in the reader's language."""

    case_id: int
    href: str
    reference: str
    title: str
    language: str
    clock: Clock
    said_at: datetime
    service: str
    area: str
    channel: str
    unit: str
    owner: str = ""
    state: str = ""
    urgency: str = ""
    voices: int = 1
    unread: bool = False
    current: bool = False
    private: bool = False

    @property
    def facts(self) -> str:
        """What it is, where, whose: everything known, in this order."""
        return " · ".join(fact for fact in (self.service, self.area, self.unit, self.owner) if fact)


@dataclass(frozen=True, kw_only=True)
class File:
    """Something attached: a picture is shown small, anything else by name and size."""

    href: str
    name: str
    size: str = ""
    thumbnail: str = ""


@dataclass(frozen=True, kw_only=True)
class Under:
    """The public post under which something was said; `words` are empty until they were looked up."""

    words: str = ""
    author: str = ""
    href: str = ""

    @property
    def brief(self) -> bool:
        """Whether it is shown at once."""
        return 0 < len(self.words) <= BRIEF


@dataclass(frozen=True, kw_only=True)
class Fold:
    """A part of a message that few need to read: its name, and its words."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What belongs to a message and is not its words."""

    warnings: Sequence[str] = ()  # what could not be read, and whom not to trust
    facts: Sequence[str] = ()
    folds: Sequence[Fold] = ()


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """The telephone call in which it was said: what became of it, and addresses of what was recorded."""

    words: str
    recording: str = ""
    voicemail: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One thing said, in or out, or a note that only staff see (`side` is in, out or note)."""

    side: str
    who: str
    text: str
    said_at: datetime
    language: str = ""
    channel: str = ""
    delivery: str = ""
    trouble: str = ""
    files: Sequence[File] = ()
    original: str = ""  # address of the original, for those who may see it
    under: Under | None = None
    remark: str = ""  # said quietly below the words: changed, taken back
    reactions: Sequence[str] = ()  # emoji under it
    beside: Beside | None = None
    call: Spoken | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """A resident or a colleague in one line; `role` is a word such as "operator, Buca centre"."""

    name: str
    href: str = ""
    role: str = ""
    phone: str = ""
    language: str = ""
    cases: int = 0
    presence: str = ""  # "", viewing or typing


@dataclass(frozen=True, kw_only=True)
class Route:
    """A channel with the account and the direction: how something came, or where it goes."""

    channel: str
    account: str = ""
    side: str = "in"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where: words first, and a point if there is one (degrees, WGS 84)."""

    words: str
    area: str = ""
    latitude: float | None = None
    longitude: float | None = None
    href: str = ""
    near: int = 0  # open cases around it


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A proposal of the machine: what, why, and the key that takes it."""

    value: str
    label: str
    reason: str = ""
    key: str = ""
    sure: bool = False


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Who owes what to whom by when; `basis` is the law or standard behind it."""

    who: str
    to: str
    what: str
    clock: Clock
    due_at: datetime | None = None
    basis: str = ""
    wished_until: datetime | None = None  # somebody asks for time until then, and nobody has decided
    wished_by: str = ""
    why: str = ""  # what was said of its being late


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way in which an answer may go."""

    value: str
    label: str
    hint: str = ""
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A gap of an approved text and what is to stand in it."""

    name: str
    value: str = ""
    label: str = ""  # in words, where it is no gap of the text itself
    address: bool = False  # of a picture or file


@dataclass(frozen=True, kw_only=True)
class ApprovedText:
    """A text that the provider has allowed, as the resident would read it."""

    id: int
    name: str
    language: str
    text: str
    gaps: Sequence[Gap] = ()
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What will really happen when an answer is sent: the composer says it before, not after.

    `window` is the time left for a free answer, until the ISO moment `until`; `limit` is in the unit
    `counted` and `length` says in words what the draft takes of it; `nothing` says why nothing would be sent.
    """

    channel: str
    to: str = ""
    language: str = ""
    window: str = ""
    window_soon: bool = False
    until: str = ""
    limit: int = 0
    counted: str = "characters"
    length: str = ""
    cost: str = ""
    notices: Sequence[str] = ()
    ways: Sequence[Way] = ()
    hearers: Sequence[Way] = ()  # the choice where others stand behind the case
    texts: Sequence[ApprovedText] = ()
    texts_asked: bool = False
    files: str = ""  # what files may go along; "": none
    buttons: Sequence[str] = ()
    button_length: int = 0
    place: str = ""
    place_chosen: bool = False
    public: bool = False
    nothing: str = ""
    closed: bool = False  # not even by hand: there is nothing to press
    wordless: bool = False  # no words of one's own can go and none are kept: no box
    kept: bool = False  # there are words that cannot go now; they stay a draft


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of a timeline; `tone` is calm, kept, soon, late or ahead (still to come)."""

    words: str
    at: datetime | None = None
    who: str = ""
    detail: str = ""
    tone: str = "calm"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number never stands alone: its name, definition, period, n, and what it is compared with."""

    name: str
    value: str
    definition: str
    period: str
    n: str = ""
    against: str = ""
    tone: str = "calm"  # calm, kept, soon, late: good or bad, never merely up or down
    trend: str = ""  # "", up or down
    href: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter; `depth` says how far below the top it stands."""

    value: str
    name: str
    chosen: bool
    depth: int = 0


@dataclass(frozen=True, kw_only=True)
class Tag:
    """One filter that narrows a list; `href` is the same list without it."""

    name: str
    value: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Keyset paging: no page numbers and no exact count, only newer and older."""

    newer: str = ""
    older: str = ""
    shown: str = ""
