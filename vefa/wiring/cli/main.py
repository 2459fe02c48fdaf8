"""`vefa COMMAND …`: find the command, prepare its home, run it, and turn errors into sentences."""

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import cast

import django

from vefa.wiring.cli.command import Command, CommandError
from vefa.wiring.cli.registry import COMMANDS, Entry
from vefa.wiring.database import database_of
from vefa.wiring.env import SettingError
from vefa.wiring.home import DEFAULT, SECRET_FILE, HomeError, HomeTakenError, open_home
from vefa.wiring.imports import undisturbed
from vefa.wiring.postgres.account import NoAccountError
from vefa.wiring.postgres.binaries import NoProgramsError
from vefa.wiring.postgres.cluster import ClusterError
from vefa.wiring.postgres.server import ServerError

PACKAGE = "vefa.wiring.cli"
HELP = {"-h", "--help"}
DATABASES = ("psycopg", "django.db.utils")
LACKING = (
    "the tables of this database lack {steps} steps of this version: "
    "start `vefa up`, `vefa web` or `vefa work` with it once, then try again"
)
SPOKEN = (
    CommandError,
    SettingError,
    HomeError,
    HomeTakenError,
    NoAccountError,
    NoProgramsError,
    ClusterError,
    ServerError,
)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the returned number is the exit code."""
    given = list(sys.argv[1:] if words is None else words)
    if not given or given[0] in {*HELP, "help"}:
        print(overview())
        return 0
    if given[0] == "--version":
        print(f"vefa {version('vefa')}")
        return 0
    entry = next((entry for entry in COMMANDS if entry.name == given[0]), None)
    if entry is None:
        print(f"vefa: there is no command '{given[0]}'.\n\n{overview()}", file=sys.stderr)
        return 2
    return _speak(entry, given[1:])


def overview() -> str:
    """What `vefa --help` prints."""
    width = max(len(entry.name) for entry in COMMANDS)
    lines = [f"  {entry.name:<{width}}  {entry.summary}" for entry in COMMANDS]
    return "\n".join(
        [
            "Vefa, the contact centre of a municipality.",
            "",
            "usage: vefa COMMAND [--home DIR] …        vefa COMMAND --help shows examples",
            "",
            *lines,
            "",
            f"DIR holds one installation; without it VEFA_HOME counts, else {DEFAULT} here.",
            "First steps: vefa up --demo",
        ]
    )


def _speak(entry: Entry, words: list[str]) -> int:
    """Run the command; what an operator can put right becomes a sentence instead of a traceback."""
    try:
        return _run(entry, words)
    except SPOKEN as error:
        print(f"vefa {entry.name}: {error}", file=sys.stderr)
        return 1
    except _raised_in("NotLoadedError", "vefa.directory.queries") as error:
        print(f"vefa {entry.name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except _raised_in("OperationalError", *DATABASES) as error:
        print(f"vefa {entry.name}: the database does not answer: {error}", file=sys.stderr)
        return 1
    except _raised_in("ProgrammingError", *DATABASES):
        steps = import_module("vefa.wiring.tables").missing_steps()
        if not steps:
            raise
        print(f"vefa {entry.name}: {LACKING.format(steps=steps)}", file=sys.stderr)
        return 1


def _raised_in(name: str, *modules: str) -> tuple[type[Exception], ...]:
    """The errors of this name in these modules; none where they were never loaded.

    Asked only once something was raised: a supervisor does without any of them.
    """
    loaded = (sys.modules.get(module) for module in modules)
    return tuple(getattr(one, name) for one in loaded if one)


def _run(entry: Entry, given: list[str]) -> int:
    home, words = _home_in(given)
    _publish(home, fresh=not HELP & set(words))
    with undisturbed():
        if not entry.bare:
            django.setup()
        command = cast("Command", import_module(f"{PACKAGE}.{entry.module}"))
    options = _parser(entry, command).parse_args(words)
    options.home = home
    if not entry.database:
        return command.run(options)
    with database_of(home, doing=f"vefa {entry.name}") as database:
        import_module("vefa.wiring.tables").attach(database.url, upgrade=database.ours)
        return command.run(options)


def _home_in(words: list[str]) -> tuple[Path, list[str]]:
    """The home, wherever it is named, and the other words."""
    finder = ArgumentParser(prog="vefa", add_help=False, allow_abbrev=False)
    finder.add_argument("--home", default=os.environ.get("VEFA_HOME") or DEFAULT)
    found, others = finder.parse_known_args(words)
    return Path(found.home).expanduser().absolute(), others


def _publish(home: Path, *, fresh: bool) -> None:
    """Tell settings, and the processes that we start, which installation this is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vefa.wiring.settings")
    os.environ["VEFA_HOME"] = str(home)
    if fresh:
        open_home(home)
    named = {"VEFA_SECRET_KEY", "VEFA_SECRET_KEY_FILE"} & set(os.environ)
    if not named and (home / SECRET_FILE).exists():
        os.environ["VEFA_SECRET_KEY_FILE"] = str(home / SECRET_FILE)


def _parser(entry: Entry, command: Command) -> ArgumentParser:
    parser = ArgumentParser(
        prog=f"vefa {entry.name}",
        description=entry.summary,
        epilog="\n".join(["examples:", *(f"  {example}" for example in command.EXAMPLES)]),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--home", metavar="DIR", help="folder of the installation (default: VEFA_HOME or ./.vefa)"
    )
    command.add_arguments(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
