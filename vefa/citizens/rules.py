"""When two rows may be one person. A likeness is only ever suggested; a person decides."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is known of a person for comparing: folded texts, and places as the caller names them.

    addresses  pairs of (space, value)      handles  what they call themselves on a channel
    """

    name: str = ""
    addresses: AbstractSet[tuple[str, str]] = field(default_factory=frozenset)
    handles: AbstractSet[str] = field(default_factory=frozenset)
    places: AbstractSet[str] = field(default_factory=frozenset)


def likeness(one: Traits, other: Traits) -> list[str]:
    """Why the two may be one person; empty: nothing says so.

    The same number or mailbox on two channels says so by itself. The same name says so only together with
    the same place or the same handle, and only if it has two words: a city has many of one first name.
    """
    return [*_shared_addresses(one, other), *_shared_name(one, other)]


def _shared_addresses(one: Traits, other: Traits) -> Iterator[str]:
    """An address belongs to one row only: the same value on both sides means two channels."""
    values = ({value for _, value in each.addresses if is_telling(value)} for each in (one, other))
    for value in sorted(set.intersection(*values)):
        yield f"address:{value}"


def _shared_name(one: Traits, other: Traits) -> Iterator[str]:
    if one.name != other.name or " " not in one.name:
        return
    for handle in sorted(one.handles & other.handles):
        yield f"handle:{handle}"
    for place in sorted(one.places & other.places):
        yield f"place:{place}"


def is_telling(value: str) -> bool:
    """Whether an address means the same person on any channel: a telephone number or a mailbox."""
    return value.startswith("+") or "@" in value
