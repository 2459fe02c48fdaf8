"""`vefa check`: is this installation fit, and what is to be done if not."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from itertools import chain

import psycopg
from django.db import Error
from django.utils.translation import gettext, override

from vefa.channels.port import Finding
from vefa.directory.models import Municipality
from vefa.kit.saying import Sentence
from vefa.kit.speaking import spoken
from vefa.wiring import checkup
from vefa.wiring.cli.command import CommandError
from vefa.wiring.database import database_of
from vefa.wiring.home import HomeTakenError
from vefa.wiring.postgres.cluster import ClusterError
from vefa.wiring.postgres.server import ServerError
from vefa.wiring.tables import attach

EXAMPLES = (
    "vefa check                          exit code 1 if something is to be done",
    "vefa check --skip-endpoints         without asking the providers",
    "vefa check --language tr            in Turkish; usually the municipality's own language",
)
LANGUAGES = ("tr", "ru", "kk", "fa", "en")
DEFAULT = "en"
NO_DATABASE = (Error, psycopg.Error, HomeTakenError, ClusterError, ServerError)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--skip-endpoints", action="store_true", help="do not ask the providers")
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default="",
        help="in which the findings are told (default: VEFA_LANGUAGE, else the municipality's own)",
    )


def run(options: Namespace) -> int:
    """Print every finding; the exit code is 1 if one of them is bad. Raises CommandError."""
    asked = options.language or named_language()
    first = [*checkup.configuration(options.home), *checkup.way_in(), *checkup.meaning()]
    try:
        with database_of(options.home, doing="vefa check") as database:
            attach(database.url, upgrade=False)
            return tell(first, language=asked or own_language(), endpoints=not options.skip_endpoints)
    except NO_DATABASE as error:
        text = Sentence(
            "The database cannot be used (%(trouble)s): start it, or correct VEFA_DATABASE_URL.",
            trouble=" ".join(str(error).split()),
        )
        lost = Finding(ok=False, text=text)
        with override(asked or DEFAULT):
            return _end(fit=_report([*first, lost]))


def tell(first: Iterable[Finding], *, language: str, endpoints: bool) -> int:
    """Print what was found at first and what the attached database shows; the exit code."""
    with override(language):
        return _end(fit=_report(first) & _inside(endpoints=endpoints))


def named_language() -> str:
    """The language that the environment names; "" where it names none. Raises CommandError."""
    named = os.environ.get("VEFA_LANGUAGE", "")
    if named not in {"", *LANGUAGES}:
        raise CommandError(f"VEFA_LANGUAGE is {named}: it must be one of {', '.join(LANGUAGES)}")
    return named


def own_language() -> str:
    """What the municipality speaks; English where none is described yet, or the tables are too old to ask."""
    try:
        found = Municipality.objects.values_list("default_language", flat=True).first()
    except Error:
        return DEFAULT
    return found if found in LANGUAGES else DEFAULT


def _inside(*, endpoints: bool) -> bool:
    """The database, and what only makes sense to ask of one in order."""
    if not _report(checkup.database()):
        return False
    fit = _report(chain(checkup.municipality(), checkup.web_form(), checkup.worker(), checkup.work()))
    return fit & _report(checkup.endpoints()) if endpoints else fit


def _report(findings: Iterable[Finding]) -> bool:
    """One line each; the marks are the same in every language, so that a script can look for them."""
    fit = True
    for finding in findings:
        print(f"{'ok ' if finding.ok else 'FIX'}  {spoken(finding.text)}", flush=True)
        fit &= finding.ok
    return fit


def _end(*, fit: bool) -> int:
    print(
        gettext("Vefa is fit.")
        if fit
        else gettext("Something is to be done: see the lines that begin with FIX.")
    )
    return 0 if fit else 1
