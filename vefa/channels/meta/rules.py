"""When and how one may answer. Pure.

https://developers.facebook.com/docs/messenger-platform/policy/policy-overview, …/send-messages/message-tags,
…/discovery/private-replies and https://developers.facebook.com/docs/instagram-platform/private-replies,
read in November 2026.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from vefa.channels.manners import Standing, Terms

WINDOW = timedelta(hours=24)  # free answers after the person's last word
HUMAN_WINDOW = timedelta(days=7)  # answers that a person writes, where the app has that permission
PRIVATE_WITHIN = timedelta(days=7)  # from the comment
PUBLIC, PRIVATE, HUMAN = "public", "private", "human_agent"
_PUBLIC_THREADS = ("comment/", "live/", "post/", "mention/")


class Measures(Struct, frozen=True, kw_only=True):
    """How long a message may be, and how that is counted."""

    private: int
    counted: str  # characters or utf8
    public: int  # characters
    buttons: int = 13
    button_length: int = 20


MESSENGER = Measures(private=2000, counted="characters", public=8000)
INSTAGRAM = Measures(private=1000, counted="utf8", public=2200)


def is_public(thread: str) -> bool:
    """Whether what is said in this conversation is read by everybody."""
    return thread.startswith(_PUBLIC_THREADS)


def terms(standing: Standing, *, measures: Measures, human_agent: bool, files: bool) -> Terms:
    """The rules of this moment. `human_agent`: the app may answer for seven days where a person writes."""
    if is_public(standing.thread):
        return _under_comment(standing, measures)
    ways, until, notices = _private(standing, human_agent=human_agent)
    return Terms(
        until=until,
        ways=ways,
        length=measures.private,
        counted=measures.counted,
        notices=notices,
        buttons=measures.buttons,
        button_length=measures.button_length,
        files=files,
    )


def _private(
    standing: Standing, *, human_agent: bool
) -> tuple[tuple[str, ...], datetime | None, tuple[str, ...]]:
    heard = standing.heard_at
    if heard is None:
        return (), None, ("not_written_yet",)
    if standing.now <= heard + WINDOW:
        return ("",), heard + WINDOW, ()
    if human_agent and standing.now <= heard + HUMAN_WINDOW:
        return (HUMAN,), heard + HUMAN_WINDOW, ("human_agent",)
    return (), heard + WINDOW, ("window_over",)


def _under_comment(standing: Standing, measures: Measures) -> Terms:
    """In public always; in private once, within seven days, and during a broadcast only."""
    kind, _, _ = standing.thread.partition("/")
    private = kind != "mention" and PRIVATE not in standing.own_ways
    in_time = standing.heard_at is not None and standing.now <= standing.heard_at + PRIVATE_WITHIN
    notices = ["public_comment"]
    if kind == "live":
        notices.append("live_only")
    if kind != "mention":
        notices.append(_about_private(used=not private, in_time=in_time))
    return Terms(
        ways=(PUBLIC, PRIVATE) if private and in_time else (PUBLIC,),
        length=min(measures.private, measures.public),
        counted=measures.counted,
        notices=tuple(notices),
        files=False,
    )


def _about_private(*, used: bool, in_time: bool) -> str:
    if used:
        return "private_used"
    return "private_once" if in_time else "private_over"


def tag_of(*, way: str, at: datetime | None, heard_at: datetime | None, human: bool) -> str | None:
    """The tag with which a private answer goes out now: "" for none, None where nothing may go out.

    human  a person wrote it and the app may answer as one: what was written in time and leaves a moment too
           late still goes out
    """
    if way == HUMAN:
        late = at is not None and heard_at is not None and at > heard_at + HUMAN_WINDOW
        return None if late else "HUMAN_AGENT"
    if at is None or heard_at is None or at <= heard_at + WINDOW:
        return ""
    return "HUMAN_AGENT" if human and at <= heard_at + HUMAN_WINDOW else None
