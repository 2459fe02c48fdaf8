"""What stands around every page of the desk: search, alarms, lists with counts, the person at work."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class View:
    """One list at the side; `count` is text, so that it may be "500+"; `tone` is late or soon."""

    name: str
    href: str
    count: str = ""
    key: str = ""  # the letter after g
    current: bool = False
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Something that cannot wait until somebody looks for it, such as a sending that stayed uncertain."""

    words: str
    href: str
    icon: str = "late"


@dataclass(frozen=True, kw_only=True)
class Link:
    """One entry of the person's menu."""

    name: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The desk's frame, as `frame` in its templates."""

    staff: str
    place: str = ""
    views: Sequence[View] = ()
    saved: Sequence[View] = ()
    alarms: Sequence[Alarm] = ()
    links: Sequence[Link] = ()
    search_href: str = ""
    searched: str = ""
    new_href: str = ""
    leave_href: str = ""
    counts_href: str = ""
    calls_href: str = ""  # for those who sit at a telephone
    compact: bool = False
    keys_off: bool = False
    who: str = ""  # what is kept in the browser is put back for this person only
