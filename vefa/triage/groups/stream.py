"""Whose matter is it? One walk through a group's talk, message after message. Pure.

Somebody opens a matter; others stand behind it; whoever spoke goes on speaking of it; the rest is talk.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vefa.triage.groups.signs import SURE, Weighed

GOES_ON = timedelta(minutes=10)  # a photo or further words of the same person
HALVES = timedelta(minutes=3)  # "Bizim sokakta" – "su yok": two messages, one matter
JOINS = timedelta(minutes=60)  # "us too" without an answer to anything
NODS = timedelta(minutes=3)  # "+", right behind a matter
SAME = timedelta(hours=8)  # the same thing at the same place
SAME_UNPLACED = timedelta(minutes=40)  # the same thing, nobody says where
FORGETS = timedelta(hours=24)
_FEW = 2  # words that say nothing more


@dataclass(eq=False)
class MatterHere:
    """One matter of a group. `case_id` is None until the case is opened; `opener` says by which message."""

    opened_at: datetime
    said_at: datetime  # the last word about it
    case_id: int | None = None
    opener: "Said | None" = None
    authors: set[int] = field(default_factory=set)  # who opened it
    supporters: set[int] = field(default_factory=set)
    service: str = ""
    area_id: int | None = None
    numbers: frozenset[str] = frozenset()
    ended: bool = False  # it has an outcome


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message as the walk sees it. `author` is the id of an address."""

    message_id: str
    contact_id: int
    author: int
    at: datetime
    weighed: Weighed
    text: str = ""
    thread: str = ""
    reply_to: str = ""
    root: str = ""
    album: str = ""
    service: str = ""
    area_id: int | None = None
    wordless: bool = False  # a photo, a file or a place without words
    machine: bool = False
    unsolved: bool = False  # says that something was not done


@dataclass(frozen=True)
class Verdict:
    """What was made of a message: matter, me_too, follow_up or chatter; with the matter and the reason."""

    made: str
    matter: MatterHere | None = None
    because: str = ""
    reopens: bool = False  # the outcome is not accepted
    halves: tuple[Said, ...] = ()  # earlier messages of the same person that belong to it


@dataclass
class Stream:
    """What one thread of a group talks of; fed message by message, in order."""

    matters: list[MatterHere] = field(default_factory=list)
    by_message: dict[str, MatterHere] = field(default_factory=dict)
    _heard: list[tuple[Said, Verdict]] = field(default_factory=list)  # the last minutes

    def hear(self, said: Said) -> Verdict:
        """What this message is, given all before it."""
        self._forget(said.at)
        verdict = self._verdict(said)
        if verdict.matter is not None:
            self._note(said, verdict)
        self._heard.append((said, verdict))
        return verdict

    def recall(self, said: Said, verdict: Verdict) -> None:
        """What was heard before this walk; its matter is known already."""
        self._heard.append((said, verdict))

    def meant(self, said: Said) -> MatterHere | None:
        """The matter of the message that is answered, or of the chain of answers that it stands in."""
        return self.by_message.get(said.reply_to) or self.by_message.get(said.root)

    def _verdict(self, said: Said) -> Verdict:
        if said.machine:
            return Verdict("chatter", None, "written by a machine")
        if said.album and (beside := self._beside(said)) is not None:
            return beside
        answered = self.meant(said)
        if answered is not None:
            return self._answer(said, answered)
        return self._aside(said) if said.reply_to else self._unbidden(said)

    def _beside(self, said: Said) -> Verdict | None:
        """A further picture of an album has no words of its own."""
        for earlier, verdict in reversed(self._heard):
            if (earlier.album, earlier.author) == (said.album, said.author):
                if verdict.matter is not None:
                    return Verdict("follow_up", verdict.matter, "sent together with another picture")
                return None
        return None

    def _answer(self, said: Said, matter: MatterHere) -> Verdict:
        """Something answers a message about a matter."""
        if matter.ended:
            return self._after_the_end(said, matter)
        weighed, own = said.weighed, said.author in matter.authors
        sure = weighed.confidence >= SURE
        if sure and not weighed.me_too and _differs(said, matter):
            return self._new(said)
        if weighed.against and not sure:
            return Verdict("chatter", None, "answers it, and is talk")
        if not own and (sure or weighed.me_too or weighed.also or weighed.agrees):
            return Verdict("me_too", matter, "answers it and has it too")
        if own or weighed.said > _FEW or said.wordless:
            return Verdict("follow_up", matter, "answers it")
        return Verdict("chatter", None, "answers it with a word")

    def _after_the_end(self, said: Said, matter: MatterHere) -> Verdict:
        """Something answers a matter that has its outcome: objections open it again, thanks do not."""
        weighed = said.weighed
        if said.unsolved:
            return Verdict("follow_up", matter, "says that it is not solved", reopens=True)
        if (weighed.confidence >= SURE or weighed.me_too) and not weighed.against:
            return self._new(said)
        return Verdict("chatter", None, "a word after the end")

    def _unbidden(self, said: Said) -> Verdict:
        """Something that answers nothing."""
        weighed, own = said.weighed, self._own(said)
        if (known := self._stood_behind(said)) is not None:
            made = "follow_up" if said.author in known.authors else "me_too"
            return Verdict(made, known, "has it too, soon after it was said")
        if weighed.confidence >= SURE and not said.wordless:
            return self._new_or_same(said, own)
        if own is not None and not weighed.against and (said.wordless or self._goes_on(said, own)):
            return Verdict("follow_up", own, "goes on speaking of it")
        return Verdict("chatter", None, "nothing says that it is a matter")

    def _stood_behind(self, said: Said) -> MatterHere | None:
        """The matter that "us too" or a bare "+" means."""
        weighed = said.weighed
        if weighed.me_too and not weighed.against:
            return self._joined(said, JOINS)
        if weighed.also and not weighed.against and weighed.confidence < SURE:
            return self._joined(said, GOES_ON)
        return self._nodded(said) if weighed.agrees and weighed.confidence < SURE else None

    def _new_or_same(self, said: Said, own: MatterHere | None) -> Verdict:
        if own is not None and (not _differs(said, own) or not _complains(said)):
            return Verdict("follow_up", own, "says more about it")
        for known in reversed(self._here()):
            if _same(said, known):
                made = "follow_up" if said.author in known.authors else "me_too"
                return Verdict(made, known, "tells the same")
        return self._new(said)

    def _aside(self, said: Said) -> Verdict:
        """Something that answers talk, or a message that nobody remembers."""
        if said.weighed.confidence >= SURE and not said.wordless:
            return self._new_or_same(said, None)
        return Verdict("chatter", None, "answers talk")

    def _new(self, said: Said) -> Verdict:
        matter = MatterHere(
            opened_at=said.at,
            said_at=said.at,
            opener=said,
            authors={said.author},
            service=said.service,
            area_id=said.area_id,
            numbers=said.weighed.numbers,
        )
        return Verdict("matter", matter, "a matter of its own", halves=self._halves(said))

    def _halves(self, said: Said) -> tuple[Said, ...]:
        """What the same person said just before and was not a matter by itself."""
        found = []
        for earlier, verdict in reversed(self._heard):
            if said.at - earlier.at > HALVES:
                break
            if earlier.author == said.author and verdict.matter is None and _is_half(earlier):
                found.append(earlier)
        return tuple(reversed(found))

    def _own(self, said: Said) -> MatterHere | None:
        """The matter that this person spoke of in the last minutes."""
        for earlier, verdict in reversed(self._heard):
            if said.at - earlier.at > GOES_ON:
                return None
            if earlier.author == said.author and verdict.matter is not None:
                return verdict.matter if verdict.made != "me_too" else None
        return None

    def _goes_on(self, said: Said, own: MatterHere) -> bool:
        """Whether the same person still speaks of it: right away, or by what is said."""
        weighed = said.weighed
        at_once = next((one for one, _ in reversed(self._heard)), None)
        alone = at_once is not None and at_once.author == said.author and said.at - at_once.at <= HALVES
        tells = weighed.further or bool(weighed.numbers) or said.area_id is not None
        return (alone and weighed.said > 1) or tells or (bool(said.service) and said.service == own.service)

    def _joined(self, said: Said, within: timedelta) -> MatterHere | None:
        """The matter that "us too" means: that of the same service, else the one spoken of last."""
        recent = [one for one in self._here() if said.at - one.said_at <= within]
        alike = [one for one in recent if said.service and one.service == said.service]
        return (alike or recent)[-1] if recent else None

    def _nodded(self, said: Said) -> MatterHere | None:
        """The matter that a bare "+" means: that of the message right before it."""
        for earlier, verdict in reversed(self._heard):
            if said.at - earlier.at > NODS:
                return None
            if earlier.author != said.author or verdict.matter is not None:
                matter = verdict.matter
                return matter if matter is not None and said.author not in matter.authors else None
        return None

    def _here(self) -> list[MatterHere]:
        """Open matters of this thread, the one spoken of last at the end."""
        return sorted((one for one in self.matters if not one.ended), key=lambda one: one.said_at)

    def _note(self, said: Said, verdict: Verdict) -> None:
        matter = verdict.matter
        assert matter is not None
        if verdict.made == "matter":
            self.matters.append(matter)
            for half in verdict.halves:
                self.by_message[half.message_id] = matter
        elif verdict.made == "me_too":
            matter.supporters.add(said.author)
        matter.said_at = max(matter.said_at, said.at)
        matter.area_id = matter.area_id or said.area_id
        matter.service = matter.service or said.service
        if said.author in matter.authors:
            matter.numbers |= said.weighed.numbers
        self.by_message[said.message_id] = matter

    def _forget(self, now: datetime) -> None:
        if self._heard and now - self._heard[0][0].at > 2 * GOES_ON:
            self._heard = [one for one in self._heard if now - one[0].at <= GOES_ON]
        if self.matters and now - self.matters[0].said_at > FORGETS:
            self.matters = [one for one in self.matters if now - one.said_at <= FORGETS]


def _same(said: Said, matter: MatterHere) -> bool:
    """Whether the words tell of a matter that is known: the same thing, and no other place."""
    if not said.service or said.service != matter.service or _elsewhere(said, matter):
        return False
    placed = bool(said.weighed.numbers & matter.numbers) or (
        said.area_id is not None and said.area_id == matter.area_id
    )
    return said.at - matter.said_at <= (SAME if placed else SAME_UNPLACED)


def _differs(said: Said, matter: MatterHere) -> bool:
    """Whether the words tell of another thing, or of another place."""
    other = bool(said.service) and bool(matter.service) and said.service != matter.service
    return other or _elsewhere(said, matter)


def _complains(said: Said) -> bool:
    """Whether the words name a trouble of their own, and do not go on about what was said."""
    names = {name for name, _, _ in said.weighed.signs}
    return bool(names & {"trouble", "ask", "danger"}) and not said.weighed.further


def _elsewhere(said: Said, matter: MatterHere) -> bool:
    ours, theirs = said.weighed.numbers, matter.numbers
    if ours and theirs and not ours & theirs:
        return True
    return said.area_id is not None and matter.area_id is not None and said.area_id != matter.area_id


def _is_half(said: Said) -> bool:
    """Whether it may belong to what follows: a place, a photo, half a matter."""
    weighed = said.weighed
    if weighed.against:
        return False
    names = said.area_id is not None or bool(weighed.numbers) or bool(said.service)
    return said.wordless or names or any(name in {"here", "trouble", "ask"} for name, _, _ in weighed.signs)


def walk(stream: Stream, said: Iterable[Said]) -> list[Verdict]:
    """The verdicts about these messages, in their order."""
    return [stream.hear(one) for one in said]
