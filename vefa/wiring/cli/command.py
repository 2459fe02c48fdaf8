"""What every command module offers, and how a command says that it cannot go on."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Protocol


class CommandError(Exception):
    """The command cannot do what was asked; the text goes to standard error and the exit code is 1."""


class Command(Protocol):
    """A module under `vefa.wiring.cli`. Django is set up before it is imported, unless its entry is bare.

    `options` holds its own arguments and `home` (an absolute path). Before `run`, the database is
    attached (and started for the time of the command where no `vefa up` runs) unless its entry says no.
    """

    EXAMPLES: tuple[str, ...]

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """Declare the command's arguments; `--home` is already there."""

    @staticmethod
    def run(options: Namespace) -> int:
        """Do it; the returned number is the exit code. Raises CommandError."""


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A sort of argument: a whole number within these bounds, said in a sentence where it is none."""

    def read(text: str) -> int:
        number = int(text) if text.isdecimal() and len(text) <= len(str(most)) else -1
        if not least <= number <= most:
            raise ArgumentTypeError(f"{text!r} does not fit: write a whole number from {least} to {most}")
        return number

    return read


PORT_NUMBER = whole_number(1, 65535)
