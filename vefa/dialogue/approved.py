"""Approved texts in a conversation: which may go, how their gaps are filled, which speak for a phrase.

An approved text speaks for a phrase when its name is the phrase's key; dashes and underscores are equal.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import structs

from vefa.channels.models import Template
from vefa.channels.port import Filled, Slot
from vefa.channels.registry import CHANNELS
from vefa.channels.templates import GAP, approved_on, gap_names
from vefa.dialogue.audience import Listener

FETCHED = frozenset({"image", "video", "document"})  # kinds of slots that an address fills
TEMPLATED = frozenset(channel.key for channel in CHANNELS.values() if channel.templated)


class GapsError(ValueError):
    """An approved text still has empty gaps."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"not filled in: {', '.join(names)}")
        self.names = tuple(names)


@dataclass(frozen=True)
class Approved:
    """One text that may go, with its gaps in their order."""

    id: int
    name: str
    language: str  # one of our five where it is one of them
    text: str
    gaps: tuple[str, ...]  # those in its words, then what its heading and buttons want
    spelt: str  # the language as the provider spells it
    slots: tuple[Slot, ...] = ()

    @property
    def phrase(self) -> str:
        """The key of the phrase for which it speaks."""
        return _key(self.name)


def offered(endpoint_id: int, *, language: str) -> list[Approved]:
    """The texts that may go on this account, those in the resident's language first. One statement."""
    found = [_approved(row) for row in approved_on([endpoint_id])]
    return sorted(found, key=lambda one: (one.language != language, one.name, one.spelt))


def one_of(endpoint_id: int, template_id: int) -> Approved | None:
    """One of the texts that may go on this account."""
    return next((one for one in offered(endpoint_id, language="") if one.id == template_id), None)


def filled(one: Approved, values: Mapping[str, str]) -> Filled:
    """The text as it goes out: `values` by the gap's name. Raises GapsError."""
    empty = [name for name in one.gaps if not values.get(name, "").strip()]
    filled_in = [slot for slot in one.slots if slot.name not in empty]
    empty += [slot.name for slot in filled_in if not _fits(slot, values[slot.name])]
    if empty:
        raise GapsError(empty)
    own = {slot.name for slot in one.slots}
    gaps = tuple(name for name in one.gaps if name not in own)
    named = any(not name.isdecimal() for name in gaps)
    return Filled(
        name=one.name,
        language=one.spelt,
        values=tuple(" ".join(values[name].split()) for name in gaps),
        names=gaps if named else (),
        slots=tuple(structs.replace(slot, value=" ".join(values[slot.name].split())) for slot in one.slots),
    )


def _fits(slot: Slot, value: str) -> bool:
    """A picture is named by an address that its provider can fetch; an address and a code have no gaps."""
    plain = value.strip()
    if slot.kind in FETCHED:
        return plain.startswith("https://") and len(plain.split()) == 1
    return slot.kind == "text" or len(plain.split()) == 1


def shown(one: Approved, values: Mapping[str, str]) -> str:
    """What the resident will read; an empty gap stays a gap."""
    return GAP.sub(lambda found: " ".join(values.get(found[1], "").split()) or found[0], one.text)


def guesses(one: Approved, words: Sequence[str], values: Mapping[str, str]) -> dict[str, str]:
    """What may stand in the gaps: the variable of a gap's name, or the n-th of `words` in the n-th gap."""
    numbered = {str(number): values.get(name, "") for number, name in enumerate(words, start=1)}
    guessed = {name: numbered.get(name) or values.get(name, "") for name in one.gaps}
    return guessed | {slot.name: _guess(slot, values) for slot in one.slots}


def _guess(slot: Slot, values: Mapping[str, str]) -> str:
    """The picture that the provider saw; the end of one of our own addresses where the button begins it."""
    if slot.kind == "url":
        ends = (value.removeprefix(slot.begins) for value in values.values() if value.startswith(slot.begins))
        return next((end for end in ends if slot.begins and end), "")
    return values.get(slot.param, "") if slot.kind == "text" else slot.sample


def speaking(
    said: Sequence[tuple[Listener, str, Mapping[str, str]]],
) -> list[Filled | None]:
    """For each listener, phrase and its values in their order: the approved text that says the same, if any.

    At most one statement, and none where nobody is on a channel that knows such texts.
    """
    on = {account for one, _key_, _values in said if (account := _account(one))}
    known = _by_name(approved_on(on)) if on else {}
    return [
        _speak(known.get((_account(one), _key(key)), []), one.language, values) for one, key, values in said
    ]


def _account(one: Listener) -> int:
    talk = one.conversation
    return talk.endpoint_id if talk and talk.endpoint.channel in TEMPLATED else 0


def _by_name(rows: Collection[Template]) -> dict[tuple[int, str], list[Approved]]:
    found: dict[tuple[int, str], list[Approved]] = {}
    for row in rows:
        found.setdefault((row.endpoint_id, _key(row.name)), []).append(_approved(row))
    return found


def _speak(known: Sequence[Approved], language: str, values: Mapping[str, str]) -> Filled | None:
    for one in known:
        if one.language == language:
            try:
                return filled(one, guesses(one, list(values), values))
            except GapsError:
                continue
    return None


def _approved(row: Template) -> Approved:
    language = row.language.replace("-", "_").partition("_")[0].lower()
    slots = msgspec.convert(row.slots, tuple[Slot, ...])
    own = tuple(slot.name for slot in slots)
    gaps = gap_names(GAP.sub(lambda found: "" if found[1] in own else found[0], row.text))
    return Approved(row.pk, row.name, language, row.text, (*gaps, *own), row.language, slots)


def _key(name: str) -> str:
    return name.replace("-", "_").replace("+", "_").lower()
