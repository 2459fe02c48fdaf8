"""What residents and staff say, and how the invented residents are called."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random
from typing import Any

Texts = Mapping[str, Sequence[str]]  # by language


@dataclass(frozen=True)
class Sayings:
    """Texts by language: `of_service` by a service's code, `others` by name (chatter, note, reopening …)."""

    of_service: Mapping[str, Texts]
    others: Mapping[str, Texts]

    def about(self, code: str, language: str, random: Random) -> str:
        """What somebody says who asks for this service, with its slots unfilled."""
        return random.choice(self.of_service[code][language])

    def other(self, name: str, language: str, random: Random) -> str:
        """One of the other sayings, with its slots unfilled."""
        return random.choice(self.others[name][language])


@cache
def sayings() -> Sayings:
    """Everything in sayings.toml; `thanks`, `suggestion` and `question` are asked of services, too."""
    found = _read("sayings.toml")
    of_service = found.pop("case")
    of_service |= {
        "city.thanks": found["thanks"],
        "city.suggestion": found["suggestion"],
        "city.other": found["question"],
    }
    return Sayings(of_service=of_service, others=found)


@cache
def _names() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return _read("names.toml")


def name(language: str, random: Random) -> str:
    """A name as people of this language are called."""
    known = _names()[language]
    woman = random.random() < 0.5
    family = random.choice(known["family"]).split("/")
    return f"{random.choice(known['women' if woman else 'men'])} {family[-1] if woman else family[0]}"


def filled(text: str, **slots: str) -> str:
    """The text with {place}, {n} and {line} put in; slots that it does not have are passed over."""
    for slot, value in slots.items():
        text = text.replace(f"{{{slot}}}", value)
    return text


def _read(file: str) -> dict[str, Any]:
    source = resources.files("vefa.wiring.demo").joinpath(file).read_text(encoding="utf-8")
    return tomllib.loads(source)
