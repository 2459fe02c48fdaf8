"""How an invented case begins: somebody says something, triage reads it, the city acknowledges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from vefa.cases.clocks import promised_facts
from vefa.cases.models import Kind
from vefa.cases.rules import nearest
from vefa.directory.models import Remit, Service, Unit
from vefa.wiring.demo.people import Crowd, Voice
from vefa.wiring.demo.rhythm import Moment
from vefa.wiring.demo.sayings import filled, sayings
from vefa.wiring.demo.stage import Spot, Stage
from vefa.wiring.demo.story import Owed, Said, Story, Written
from vefa.wiring.demo.tables import Numbers
from vefa.wiring.demo.wording import Wording

LINES = ("3", "7", "12", "15A", "21", "34", "40", "44", "52", "78", "101")
PRIVATE_GROUPS = {"social"}
# What triage makes of a further message of each sort.
MATTERS = {"followup": "same_case", "support": "same_case", "reopening": "not_solved", "chatter": "nothing"}
POINTED = {"telegram": 0.55, "portal": 0.75, "phone": 0.35, "headman": 0.2, "counter": 0.25}
UNSURE = 0.06
STORM_TREE = "park.tree_fallen"
SYSTEM_DELAY = timedelta(seconds=3)


@dataclass(frozen=True)
class Teller:
    """Everything that a story is made from. `now` is where every story stops."""

    random: Random
    stage: Stage
    crowd: Crowd
    numbers: Numbers
    wording: Wording
    now: datetime


def begin(teller: Teller, moment: Moment, *, like: Story | None = None) -> Story:
    """A new case at this moment; `like` another one, it is about the same thing at the same place."""
    random, stage = teller.random, teller.stage
    service = like.service if like else stage.service(moment.at, random, storm=moment.storm)
    spot = like.spot if like else random.choice(stage.spots)
    channels, shares = stage.channels
    channel = random.choices(channels, cum_weights=shares)[0]
    voice = teller.crowd.voice(stage.endpoint(channel, random), moment.at, teller.numbers)
    chosen = channel == "portal" and random.random() < 0.7
    topic = _Topic(service, spot, sure=chosen or random.random() >= UNSURE)
    return _story(teller, _first(teller, voice, moment, topic), topic)


def say(teller: Teller, voice: Voice, at: datetime, name: str, spot: Spot) -> Said:
    """A further message, of the sayings of this name."""
    text = sayings().other(name, voice.language, teller.random)
    text = filled(text, place=spot.name(voice.language), n=str(teller.random.randint(2, 9)))
    return Said(id=next(teller.numbers.contacts), voice=voice, at=at, text=text, matter=MATTERS[name])


def owed(teller: Teller, service: Service | None, since: datetime) -> list[Owed]:
    """What is promised on a matter that came at `since`."""
    facts = promised_facts(service, since=since, now=teller.now)
    return [Owed(id=next(teller.numbers.promises), **one) for one in facts]


@dataclass(frozen=True, slots=True)
class Notice:
    """What the system says by itself: a phrase, when, its words, and to whom if not to the resident."""

    key: str
    at: datetime
    words: Mapping[str, str] = field(default_factory=dict)
    to: Voice | None = None


def tell_resident(teller: Teller, story: Story, sentence: Notice) -> None:
    """Write it to the resident, or to a supporter."""
    voice = sentence.to or story.voice
    text = teller.wording.text(
        sentence.key,
        story,
        sentence.words,
        language=voice.language,
        supporter=sentence.to is not None,
    )
    key = next(teller.numbers.replies)
    reply = Written(id=key, case_id=story.id, to=voice, at=sentence.at, text=text, phrase=sentence.key)
    story.written.append(reply)


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a case is about, and whether triage is sure of it."""

    service: Service
    spot: Spot
    sure: bool


def _first(teller: Teller, voice: Voice, moment: Moment, topic: _Topic) -> Said:
    """The message that opens a case."""
    random, channel = teller.random, voice.endpoint.channel
    with_point = random.random() < POINTED.get(channel, 0)
    at_once = channel in {"portal", "phone", "counter"}  # the number is told at the door
    return Said(
        id=next(teller.numbers.contacts),
        voice=voice,
        at=moment.at,
        text=_words(teller, voice, moment, topic),
        matter="new_case",
        subject=topic.service.name(voice.language) if channel == "email" else "",
        spot=topic.spot,
        point=random.choice(topic.spot.points) if with_point else None,
        reference=teller.numbers.reference(moment.at) if at_once else None,
        secret=next(teller.numbers.secrets),
        service=topic.service,
        sure=topic.sure,
    )


def _words(teller: Teller, voice: Voice, moment: Moment, topic: _Topic) -> str:
    random, language = teller.random, voice.language
    if moment.storm and topic.service.code == STORM_TREE and random.random() < 0.7:
        text = sayings().other("storm", language, random)
    else:
        text = sayings().about(topic.service.code, language, random)
    place, number = topic.spot.name(language), str(random.randint(2, 9))
    return filled(text, place=place, n=number, line=random.choice(LINES))


def _story(teller: Teller, said: Said, topic: _Topic) -> Story:
    service = topic.service
    story = Story(
        id=next(teller.numbers.cases),
        reference=said.reference or teller.numbers.reference(said.at),
        secret=said.secret,
        voice=said.voice,
        first=said,
        spot=topic.spot,
        service=service,
        unit=_unit(teller, topic, sure=said.sure),
        unsure=not said.sure,
        private=service.group.key in PRIVATE_GROUPS,
        opened_at=said.at,
        said_at=said.at,
        promises=owed(teller, service if said.sure else None, said.at),
    )
    said.case_id = story.id
    story.said.append(said)
    _opened(teller, story)
    return story


def _unit(teller: Teller, topic: _Topic, *, sure: bool) -> Unit | None:
    known = teller.stage.known
    if sure:
        return known.unit_for(topic.service, topic.spot.area.id)
    return next((unit for unit in known.units.values() if unit.key == "contact"), None)


def _opened(teller: Teller, story: Story) -> None:
    due = nearest(promise.due_at for promise in story.promises)
    service = story.service
    story.tell(
        story.opened_at,
        "case.opened",
        "triage",
        contact_id=story.first.id,
        channel=story.voice.endpoint.channel,
        unit_id=story.unit.id if story.unit else None,
        service=None if story.unsure else service.code,
        kind=service.kind,
        urgency=urgency_of(service),
        unsure=story.unsure,
        parent_id=None,
        due=due.isoformat() if due else None,
    )
    keys = ["thanks_received" if service.kind == Kind.THANKS else "received"]
    if urgency_of(service) == 2 and service.remit != Remit.AGENCY:
        keys.insert(0, "emergency_notice")
    for key in keys:
        words = {"due": teller.wording.when(due, story.language)}
        tell_resident(teller, story, Notice(key, story.opened_at + SYSTEM_DELAY, words))


@lru_cache(maxsize=1_000)
def _urgency(name: str) -> int:
    return ("normal", "urgent", "emergency").index(name)


def urgency_of(service: Service) -> int:
    """The service's urgency as cases hold it."""
    return _urgency(service.urgency)
