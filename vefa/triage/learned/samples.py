"""What a model learns from: short texts of which it is known what they are about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from vefa.kit.text import words
from vefa.triage.script import native

EXPRESSION = 0.4  # what a single word of the catalogue counts against a message
MOST_SAID = 1_000  # characters of a text that is learned from


@dataclass(frozen=True, slots=True)
class Sample:
    """One text in the letters of its language, the code of its service, and how much it counts."""

    text: str
    language: str
    code: str
    weight: float = 1.0
    vectored: bool = True  # single words mean too little for a vector

    @property
    def said(self) -> list[str]:
        """Its folded words."""
        return words(self.text)


@dataclass(frozen=True, slots=True)
class Told:
    """What the catalogue says of one service: by language."""

    code: str
    names: Mapping[str, str]
    description: Mapping[str, str]
    words: Mapping[str, Iterable[str]]


def sample(text: str, language: str, code: str) -> Sample:
    """A message as it was written."""
    return Sample(native(text[:MOST_SAID], language), language, code)


def of_catalogue(services: Iterable[Told]) -> Iterator[Sample]:
    """Names and descriptions as messages, everyday words as what they are."""
    for service in services:
        for language, name in service.names.items():
            yield Sample(f"{name}. {service.description.get(language, '')}".strip(), language, service.code)
        for language, expressions in service.words.items():
            for text in expressions:
                yield Sample(text, language, service.code, EXPRESSION, vectored=False)


def digest(samples: Iterable[Sample]) -> str:
    """The same for the same samples, in any order."""
    lines = sorted(f"{one.code}\t{one.language}\t{one.text}" for one in samples)
    return blake2b("\n".join(lines).encode("utf-8", "replace"), digest_size=16).hexdigest()
