"""Sentences that wait for their translation."""

from collections.abc import Mapping
from typing import Any, Self


def gettext_noop(sentence: str) -> str:
    """Mark an English sentence for the translators where no language is known yet; it comes back as it is.

    For rooms that know no Django: the screen that shows it translates it.
    """
    return sentence


class Sentence(str):
    """An English sentence with its values in it, which a screen can say in another language later.

    `Sentence("says %(words)s", words="çukur")` is the text "says çukur" and remembers what it was made of;
    the translators find its pattern as they find those of `gettext`. A value may be a sentence of its own.
    """

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, str]

    def __new__(cls, pattern: str, **values: object) -> Self:
        """Raises KeyError for a pattern that names a value which is not given."""
        told = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
        made = super().__new__(cls, pattern % told if told else pattern)
        made.pattern, made.values = pattern, told
        return made

    def parts(self) -> list[Any]:
        """As JSON keeps it: [pattern, {name: text, or the parts of a sentence}]."""
        return [self.pattern, {name: parts_of(value) for name, value in self.values.items()}]


def parts_of(text: str) -> Any:
    """The parts of a sentence; a plain text stays as it is."""
    return text.parts() if isinstance(text, Sentence) else text
