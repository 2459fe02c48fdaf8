"""What a group is talking of: read from the rows of the last hours, fed with what has just come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from vefa.cases.models import Case, State
from vefa.channels.port import Form
from vefa.dialogue.models import Delivery
from vefa.inbox.models import Contact
from vefa.kit.text import words
from vefa.triage.advice import Advice, advise
from vefa.triage.drawing import asked_of
from vefa.triage.groups.signs import Shown, Weighed, numbers_in, weigh
from vefa.triage.groups.stream import FORGETS, GOES_ON, MatterHere, Said, Stream, Verdict
from vefa.triage.models import GroupMessage, Made
from vefa.triage.tone import verdict_of

ABOUT, VERDICT = "about", "verdict"  # signs without weight: the likeliest service, and the walk's reason
_MOST = 400  # rows of one batch's groups that are read of the last day
_NOTHING = Weighed(confidence=0)

Place = tuple[int, str]  # endpoint and topic
type Row = dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """A contact of a group, what triage thinks of its words, and the message as the walk sees it."""

    contact: Contact
    advice: Advice
    said: Said

    @property
    def place(self) -> Place:
        """In which stream it was said."""
        return self.contact.endpoint_id, self.said.thread


@dataclass
class Past:
    """What was said before a batch: the streams by their places, and posts of the city's channel."""

    by_message: dict[str, MatterHere] = field(default_factory=dict)  # of all streams, by a message's key
    streams: dict[Place, Stream] = field(default_factory=dict)
    matters: dict[int, MatterHere] = field(default_factory=dict)  # by case
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)  # by key of the message

    def stream(self, place: Place) -> Stream:
        """The talk of one place."""
        return self.streams.setdefault(place, Stream(by_message=self.by_message))


def key_of(contact: Contact, message_id: str) -> str:
    """A message's name among all of its endpoint, also after the group has moved and counts anew."""
    return f"{chat_of(contact)}/{message_id}" if message_id else ""


def chat_of(contact: Contact) -> str:
    """The chat's number at the moment of speaking."""
    thread = contact.conversation.thread if contact.conversation else ""
    return thread.partition("/")[0]


def heard(contact: Contact) -> Heard:
    """Read the words of one contact."""
    advice = advise(asked_of(contact))
    kinds = {"photo", "video", "animation", "document"}
    files = [one for one in contact.details.get("files", ()) if one in kinds]
    shown = Shown(
        text=contact.text,
        photo=bool(files),
        point=contact.lat is not None,
        forwarded=bool(contact.details.get("forwarded_from")),
        subject=str(contact.endpoint.settings.get("subject", "")),
    )
    return Heard(contact, advice, _said(contact, advice, weigh(advice, shown)))


def _said(contact: Contact, advice: Advice, weighed: Weighed) -> Said:
    details = contact.details
    bare = not contact.text.strip() and contact.form == Form.MESSAGE
    return Said(
        message_id=key_of(contact, contact.message_id or f"x{contact.external_id}"),
        contact_id=contact.pk,
        text=contact.text,
        author=contact.conversation.address_id if contact.conversation else 0,
        at=contact.said_at or contact.received_at,
        weighed=weighed,
        thread=contact.conversation.thread.partition("/")[2] if contact.conversation else "",
        reply_to=key_of(contact, str(details.get("edits") or contact.reply_to_id)),
        root=key_of(contact, str(details.get("root", ""))),
        album=str(details.get("album", "")),
        service=advice.services[0].value if advice.services else "",
        area_id=advice.area.value if advice.area else None,
        wordless=bare and (bool(details.get("files")) or contact.lat is not None),
        machine=bool(details.get("auto")),
        unsolved=verdict_of(advice.said, language=advice.language.value).value == "not_solved",
    )


def past_of(batch: Sequence[Heard], thumbs: Iterable[Contact]) -> Past:
    """What must be known of the groups of this batch: two to five statements.

    `thumbs` are reactions, for whose messages the matter is looked up too.
    """
    past = Past()
    if batch:
        _remember_talk(past, batch)
    here = {one.said.message_id for one in batch} | past.by_message.keys()
    answered = [(name, one.place) for one in batch for name in (one.said.reply_to, one.said.root)]
    answered += [(key_of(one, one.reply_to_id), (one.endpoint_id, "")) for one in thumbs]
    _meet(past, {name: place for name, place in answered if name and name not in here})
    return past


def _remember_talk(past: Past, batch: Sequence[Heard]) -> None:
    """The matters of the last day, and the talk of the last minutes."""
    since = min(one.said.at for one in batch)
    endpoints = {one.contact.endpoint_id for one in batch}
    recent = GroupMessage.objects.filter(endpoint_id__in=endpoints, said_at__gt=since - FORGETS)
    rows = _rows(recent.exclude(made=Made.CHATTER))
    rows += _rows(recent.filter(made=Made.CHATTER, said_at__gt=since - GOES_ON))
    for row in sorted(rows, key=lambda row: (row["said_at"], row["id"])):
        _remember(past, row)


_FIELDS = (
    "id", "endpoint_id", "message_id", "thread", "author_id", "said_at", "made", "case_id", "contact_id",
    "contact__text",
    "case__state", "case__service__code", "case__area_id", "case__opened_at", "confidence", "signs",
)  # fmt: skip


def _rows(found: QuerySet[GroupMessage]) -> list[Row]:
    return list(found.order_by("-said_at", "-id").values(*_FIELDS)[:_MOST])


def _remember(past: Past, row: Row) -> None:
    """One row of the past, as if it had just been heard."""
    stream = past.stream((row["endpoint_id"], row["thread"]))
    about = row["case_id"] and row["made"] != Made.CHATTER
    matter = _matter(past, row, stream) if about else None
    if matter is not None:
        stream.by_message[row["message_id"]] = matter
    stream.recall(_recalled(row), Verdict(row["made"], matter))


def _recalled(row: Row) -> Said:
    weighed = _NOTHING
    if row["made"] == Made.CHATTER:
        text = row["contact__text"]
        signs = [tuple(sign) for sign in row["signs"]]
        against = any(weight < 0 and name not in {"short", "nothing"} for name, _, weight in signs)
        weighed = Weighed(
            confidence=row["confidence"],
            signs=signs,
            against=against,
            numbers=numbers_in(text),
            said=len(words(text)),
        )
    return Said(
        message_id=row["message_id"],
        contact_id=row["contact_id"],
        text=row["contact__text"],
        author=row["author_id"] or 0,
        at=row["said_at"],
        weighed=weighed,
        thread=row["thread"],
        wordless=row["made"] == Made.CHATTER and not row["contact__text"],
    )


def _matter(past: Past, row: Row, stream: Stream) -> MatterHere:
    matter = past.matters.get(row["case_id"])
    if matter is None:
        matter = past.matters[row["case_id"]] = MatterHere(
            opened_at=row["case__opened_at"],
            said_at=row["said_at"],
            case_id=row["case_id"],
            service=row["case__service__code"] or "",
            area_id=row["case__area_id"],
            ended=row["case__state"] == State.ENDED,
        )
        stream.matters.append(matter)
    author = row["author_id"] or 0
    if row["made"] == Made.MATTER:
        matter.authors.add(author)
        about = next((words for name, words, _ in row["signs"] if name == ABOUT), "")
        matter.service = matter.service or about
        matter.numbers |= numbers_in(row["contact__text"])
    elif row["made"] == Made.ME_TOO:
        matter.supporters.add(author)
    matter.said_at = max(matter.said_at, row["said_at"])
    return matter


def _meet(past: Past, wanted: Mapping[str, Place]) -> None:
    """The matters of older messages that are answered here, ours among them."""
    if not wanted:
        return
    endpoints = {endpoint_id for endpoint_id, _ in wanted.values()}
    found = GroupMessage.objects.filter(endpoint_id__in=endpoints, message_id__in=wanted)
    for row in found.exclude(made=Made.CHATTER).values(*_FIELDS, "contact__details"):
        stream = past.stream((row["endpoint_id"], row["thread"]))
        if row["made"] == Made.POST:
            past.posts[row["message_id"]] = row["contact__details"].get("post", {})
        elif row["case_id"]:
            stream.by_message[row["message_id"]] = _matter(past, row, stream)
    _meet_ours(past, wanted)


def _meet_ours(past: Past, wanted: Mapping[str, Place]) -> None:
    """Messages of ours that are answered: each belongs to a case."""
    numbers = {name.partition("/")[2]: name for name in wanted}
    rows = Delivery.objects.filter(
        endpoint_id__in={endpoint_id for endpoint_id, _ in wanted.values()},
        provider_id__in=numbers,
        reply__case__isnull=False,
    )
    facts = rows.values_list("provider_id", "reply__case_id")
    cases = Case.objects.select_related("service").in_bulk({case_id for _, case_id in facts})
    for provider_id, case_id in facts:
        name, case = numbers[provider_id], cases[case_id]
        past.by_message[name] = past.matters.get(case.pk) or _of_case(past, case)


def _of_case(past: Past, case: Case) -> MatterHere:
    talk = case.conversation
    matter = past.matters[case.pk] = MatterHere(
        opened_at=case.opened_at,
        said_at=case.said_at,
        case_id=case.pk,
        service=case.service.code if case.service else "",
        area_id=case.area_id,
        ended=case.state == State.ENDED,
        authors={talk.address_id} if talk else set(),
    )
    return matter


def posts_under(batch: Iterable[Heard], past: Past) -> None:
    """Tell a comment of a comment under which post it stands."""
    for one in batch:
        post = past.posts.get(one.said.root)
        if post and not one.contact.details.get("post"):
            one.contact.details["post"] = post
