"""`vefa load`: describe the municipality by a folder, or add the areas of a map."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.db.models import Q

from vefa.cases.queries import open_by_unit
from vefa.directory.load.engine import Report, check_folder, load_folder
from vefa.directory.load.map_alone import MapOrder, check_map, load_map
from vefa.directory.models import Area, Source, Unit
from vefa.kit.loading import Problem
from vefa.wiring.cli.command import CommandError
from vefa.wiring.folder import SECTIONS

EXAMPLES = (
    "vefa load mycity                    a folder of TOML, CSV and GeoJSON: see docs/load.md",
    "vefa load mycity --check            say what is wrong, change nothing",
    "vefa load --areas izmir.geojson --parent izmir --kind district --only admin_level=6",
    "vefa load --areas regions.geojson --parent isfahan --kind district --name-property area",
)
ACTOR = "system"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", nargs="?", type=Path, help="the folder that describes the municipality")
    parser.add_argument("--check", action="store_true", help="only say what is wrong, change nothing")
    parser.add_argument(
        "--overwrite", action="store_true", help="take the folder's word over what was changed at the desk"
    )
    parser.add_argument("--areas", type=Path, metavar="FILE", help="a GeoJSON map, without a folder")
    parser.add_argument("--parent", default="", metavar="KEY", help="the area that they belong to")
    parser.add_argument(
        "--kind", choices=Area.Level.values, default="district", help="the level of its areas"
    )
    parser.add_argument("--name-property", default="name", metavar="NAME", help="the property with the name")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME=VALUE", help="only features with this property"
    )


def run(options: Namespace) -> int:
    """Load and say what was done; with a problem nothing is done. Raises CommandError."""
    now = datetime.now(UTC)
    if (options.folder is None) == (options.areas is None):
        raise CommandError("name a folder, or a map with --areas FILE")
    if options.areas is not None:
        order = _order(options)
        return _say(check_map(order) if options.check else load_map(order, now=now, actor=ACTOR))
    if options.check:
        report = check_folder(options.folder, SECTIONS, overwrite=options.overwrite)
    else:
        report = load_folder(options.folder, SECTIONS, now=now, actor=ACTOR, overwrite=options.overwrite)
    if not report.problems:
        report.notices += _left_behind(report)
    return _say(report)


def _left_behind(report: Report) -> Iterable[Problem]:
    """Units that are retired, or will be by this folder, with which open cases stand."""
    leaving = Q(source=Source.FOLDER) & ~Q(key__in=report.units)
    gone = list(Unit.objects.filter(leaving | Q(retired_at__isnull=False)).order_by("key"))
    counts = open_by_unit([unit.pk for unit in gone])
    for unit in gone:
        if count := counts.get(unit.pk, 0):
            cases = "1 open case stands" if count == 1 else f"{count} open cases stand"
            what = f"The unit “{unit.key}” is retired, and {cases} with it."
            remedy = (
                "Nothing moves by itself: at the desk, list them under Open by the filter Unit and assign"
                " them to a unit in use, or put its line back."
            )
            yield Problem("units.csv", 1, what, remedy)


def _order(options: Namespace) -> MapOrder:
    if not options.parent:
        raise CommandError("say with --parent KEY which area the map's areas belong to")
    if not options.areas.is_file():
        raise CommandError(f"there is no file {options.areas}")
    pairs = [pair.partition("=") for pair in options.only]
    if not all(name and equals for name, equals, _ in pairs):
        raise CommandError("write --only as NAME=VALUE, such as --only admin_level=8")
    return MapOrder(
        path=options.areas,
        parent=options.parent,
        kind=options.kind,
        name_property=options.name_property,
        only={name: value for name, _, value in pairs},
    )


def _say(report: Report) -> int:
    _list("To look at", report.notices)
    if report.problems:
        _list("Problems", report.problems)
        count = len(report.problems)
        print(f"\n{count} problem{'' if count == 1 else 's'}; nothing was changed.")
        return 1
    for file, tally in report.tallies.items():
        print(
            f"{file:<20} {tally.created:>6} new {tally.changed:>6} changed "
            f"{tally.retired:>6} retired {tally.unchanged:>6} as before"
        )
    if report.tallies:
        print("Loaded." if report.total.moved else "Nothing has changed since the last load.")
    else:
        print("No problem found; nothing was changed.")
    return 0


def _list(title: str, problems: Iterable[Problem]) -> None:
    listed = list(problems)
    if listed:
        print(f"{title}:")
    for problem in listed:
        print(f"  {problem.file}:{problem.line}: {problem.what}\n      → {problem.remedy}")
