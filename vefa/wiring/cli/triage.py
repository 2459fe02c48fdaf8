"""`vefa triage`: what the model of services knows, learn anew, go back."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from vefa.directory.queries import NotLoadedError
from vefa.triage.learned import queries
from vefa.triage.learned.adopting import roll_back
from vefa.triage.learned.queries import VersionView
from vefa.triage.learned.threshold import set_threshold
from vefa.triage.learned.versions import NoVersionError
from vefa.wiring.cli.command import CommandError
from vefa.wiring.learning import WHATS_WRONG, learn_here

EXAMPLES = (
    "vefa triage status                  which model decides, how well, and the versions before",
    "vefa triage learn                   fit a model now; it is adopted if it is better",
    "vefa triage rollback                go back to the version that served before",
    "vefa triage threshold 0.7           from this confidence on a case goes its way by itself",
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    kinds = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    kinds.add_parser("status", help="which model decides, and the versions before")
    learn = kinds.add_parser("learn", help="fit a model now; it is adopted if it is better")
    learn.add_argument(
        "--nice", type=int, choices=range(20), default=0, metavar="0-19", help="how far to stand back"
    )
    kinds.add_parser("rollback", help="go back to the version that served before")
    threshold = kinds.add_parser("threshold", help="set the confidence from which on nobody is asked")
    threshold.add_argument("value", type=float, help="0 to 1")


def run(options: Namespace) -> int:
    """Do it and say what came of it. Raises CommandError."""
    try:
        return _ACTIONS[options.action](options)
    except NotLoadedError as error:
        raise CommandError(str(error)) from error


def _status(_options: Namespace) -> int:
    found = queries.standing()
    serving = found.version
    print(f"In service: {_version(serving)}" if serving else "In service: the words of the catalogue alone")
    by = found.threshold_by or ("set at the command line" if found.threshold_at else "fitted")
    print(f"Threshold: {found.threshold:.2f} ({by})")
    print(f"Examples: {', '.join(f'{code} {count}' for code, count in sorted(found.examples.items()))}")
    print(f"Labels: {found.labels}, of which {found.labels_since} are new; by meaning: {found.semantic}")
    if found.trouble:
        print(f"The last fit failed: {found.trouble}")
    for version in queries.versions():
        print(f"  {_version(version)} {version.state}")
    return 0


def _version(one: VersionView) -> str:
    told = f"{one.first.hits} of {one.first.n} right" if one.first.n else "not measured yet"
    before = f", {one.before.hits} before" if one.before else ""
    return f"{one.number:>4}  {one.made_at:%Y-%m-%d %H:%M} UTC  {told}{before}"


def _learn(options: Namespace) -> int:
    os.nice(options.nice)
    try:
        version = learn_here()
    except WHATS_WRONG as error:
        raise CommandError(str(error)) from error
    said = queries.versions(limit=1)[0]
    print(f"Version {version.number}: {said.state}, {len(version.weights) / 1e6:.1f} MB")
    return 0


def _rollback(_options: Namespace) -> int:
    try:
        version = roll_back(by=None, now=datetime.now(UTC))
    except NoVersionError as error:
        raise CommandError(str(error)) from error
    print(
        f"Version {version.number} is in service again" if version else "The catalogue's words decide alone"
    )
    return 0


def _threshold(options: Namespace) -> int:
    try:
        set_threshold(options.value, by=None, now=datetime.now(UTC))
    except ValueError as error:
        raise CommandError(str(error)) from error
    print(f"Threshold: {options.value:.2f}")
    return 0


_ACTIONS: Mapping[str, Callable[[Namespace], int]] = {
    "status": _status,
    "learn": _learn,
    "rollback": _rollback,
    "threshold": _threshold,
}
