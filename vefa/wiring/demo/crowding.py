"""One problem and many people: those who say "me too", and those who report it anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from vefa.cases.models import Outcome, State
from vefa.wiring.demo.beginning import SYSTEM_DELAY, Notice, Teller, begin, say, tell_resident
from vefa.wiring.demo.course import drop, run, settle, tell_outcome
from vefa.wiring.demo.rhythm import Moment
from vefa.wiring.demo.story import Story, actor

JOINED, JOINED_IN_STORM = 0.07, 0.3  # of public cases
SPREAD = timedelta(hours=60)  # how long others keep reporting the same


def tell_all(teller: Teller, moment: Moment, *, reports: int) -> Iterator[Story]:
    """One problem from this moment on: its case, and `reports` - 1 further ones about the same thing."""
    story = begin(teller, moment)
    run(teller, story)
    followers = [_report(teller, story, moment) for _ in range(reports - 1)]
    _join(teller, story, moment)
    for one in (story, *followers):
        settle(teller, one)
        yield one


def _report(teller: Teller, master: Story, moment: Moment) -> Story:
    """Somebody else reports the same; an operator lets it follow the first case, if that is still open."""
    until = min(master.opened_at + SPREAD, teller.now)
    at = master.opened_at + (until - master.opened_at) * teller.random.random() ** 2
    follower = begin(teller, Moment(at, storm=moment.storm), like=master)
    found_at = at + timedelta(minutes=teller.random.uniform(10, 200))
    if found_at > (master.ended_at or teller.now):
        run(teller, follower)
        return follower
    operator = teller.stage.operator(follower.language, teller.random)
    follower.see(operator, found_at)
    follower.unsure = False
    follower.unit = master.unit
    follower.state, follower.outcome, follower.ended_at = State.ENDED, Outcome.DUPLICATE, found_at
    follower.master_id = master.id
    master.supporters += 1
    drop(follower, found_at)
    follower.tell(found_at, "case.doubled", actor(operator), master_id=master.id)
    tell_resident(teller, follower, Notice("duplicate_follows", found_at + SYSTEM_DELAY))
    if master.ended_at:
        _end_with(teller, follower, master, master.ended_at)
    return follower


def _end_with(teller: Teller, follower: Story, master: Story, at: datetime) -> None:
    ended = next(event for event in reversed(master.events) if event[1] == "case.ended")
    follower.tell(at, "case.ended", ended[2], **dict(ended[3]) | {"master_id": master.id})
    tell_outcome(teller, follower, at, of=master)


def _join(teller: Teller, story: Story, moment: Moment) -> None:
    """Some say "me too" while it is open."""
    random = teller.random
    if not story.service.public or random.random() >= (JOINED_IN_STORM if moment.storm else JOINED):
        return
    until = min(story.ended_at or teller.now, story.opened_at + SPREAD)
    for _ in range(random.randint(1, 6 if moment.storm else 3)):
        at = story.opened_at + (until - story.opened_at) * random.random()
        endpoint = story.voice.endpoint
        voice = teller.crowd.voice(endpoint, at, teller.numbers)
        if voice.resident is None or voice.citizen_id in {story.voice.citizen_id, *_joined(story)}:
            continue
        said = say(teller, voice, at, "support", story.spot)
        said.case_id = story.id
        story.joined.append((said, at))
        story.supporters += 1
        story.tell(
            at, "case.supported", "resident", citizen_id=voice.citizen_id, contact_id=said.id,
            conversation_id=voice.conversation_id,
        )  # fmt: skip
        if voice.conversation_id:
            tell_resident(teller, story, Notice("received_brief", at + SYSTEM_DELAY, to=voice))
            if story.ended_at:
                tell_outcome(teller, story, story.ended_at, to=voice)


def _joined(story: Story) -> set[int | None]:
    return {said.voice.citizen_id for said, _ in story.joined}
