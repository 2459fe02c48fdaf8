"""`vefa check`: is this installation fit, and what is to be done if not."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

import psycopg
from django.db import Error

from vefa.channels.port import Finding
from vefa.wiring import checkup
from vefa.wiring.database import database_of
from vefa.wiring.home import HomeTakenError
from vefa.wiring.postgres.cluster import ClusterError
from vefa.wiring.postgres.server import ServerError
from vefa.wiring.tables import attach

EXAMPLES = (
    "vefa check                          exit code 1 if something is to be done",
    "vefa check --skip-endpoints         without asking the providers",
)
NO_DATABASE = (Error, psycopg.Error, HomeTakenError, ClusterError, ServerError)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--skip-endpoints", action="store_true", help="do not ask the providers")


def run(options: Namespace) -> int:
    """Print every finding; the exit code is 1 if one of them is bad."""
    fit = _report(checkup.configuration(options.home)) & _report(checkup.meaning())
    try:
        with database_of(options.home, doing="vefa check") as database:
            attach(database.url, upgrade=False)
            fit &= _report(checkup.database()) and _inside(endpoints=not options.skip_endpoints)
    except NO_DATABASE as error:
        fit = _report([Finding(ok=False, text=f"The database: {str(error).strip()}")])
    print("Vefa is fit." if fit else "Something is to be done: see the lines that begin with FIX.")
    return 0 if fit else 1


def _inside(*, endpoints: bool) -> bool:
    """What only makes sense to ask of a database in order."""
    fit = _report(checkup.municipality()) & _report(checkup.worker())
    return fit & _report(checkup.endpoints()) if endpoints else fit


def _report(findings: Iterable[Finding]) -> bool:
    fit = True
    for finding in findings:
        print(f"{'ok ' if finding.ok else 'FIX'}  {finding.text}", flush=True)
        fit &= finding.ok
    return fit
