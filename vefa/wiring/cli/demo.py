"""`vefa demo`: the invented city of Pınarova, with as much history as wanted."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vefa.cases.models import Case
from vefa.wiring.cli.command import CommandError, whole_number
from vefa.wiring.demo.city_loaded import BrokenCityError, OtherCityError, let_staff_in, put_in_place
from vefa.wiring.demo.history import Plan, invent
from vefa.wiring.demo.neighbours import tell_groups
from vefa.wiring.demo.private import tell_private
from vefa.wiring.demo.telephone import tell_calls
from vefa.wiring.demo.welcome import advice
from vefa.wiring.tables import bring_up_to_date

EXAMPLES = (
    "vefa demo                           the city and 2,000 cases of the last year",
    "vefa demo --cases 20000 --months 18 more of them",
    "vefa demo --cases 500 --seed 7      another history; the same seed tells the same one",
    "vefa demo --start                   what vefa up --demo does: only what is missing",
)
MOST_CASES = 1_000_000
MOST_MONTHS = 240
AT_START = {"cases": 300, "months": 3, "seed": 137}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    cases, months = whole_number(1, MOST_CASES), whole_number(1, MOST_MONTHS)
    parser.add_argument("--cases", type=cases, default=2000, help="how many cases (default: 2000)")
    parser.add_argument("--months", type=months, default=12, help="over how many months (default: 12)")
    parser.add_argument("--seed", type=int, default=137, help="which history (default: 137)")
    parser.add_argument("--start", action="store_true", help="only what is missing; says how to sign in")


def run(options: Namespace) -> int:
    """Load the city if need be, and tell its history. Raises CommandError."""
    now = datetime.now(UTC)
    if options.start:
        bring_up_to_date()  # web and worker of the same `vefa up` may still be on their way
    try:
        put_in_place(now=now)
    except (OtherCityError, BrokenCityError) as error:
        raise CommandError(str(error)) from error
    let_staff_in(options.home)
    if not options.start:
        _tell(Plan(cases=options.cases, months=options.months, seed=options.seed, now=now))
    elif not Case.objects.exists():
        # All of it or none: the next start asks only whether there is any, so nobody waits for the disk.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
            _tell(Plan(**AT_START, now=now))
    tell_private(now=now)
    print(advice(options.home, public_url=settings.PUBLIC_URL))
    return 0


def _tell(plan: Plan) -> None:
    """Write the history behind a bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, refresh_per_second=1, disable=not console.is_terminal)
    with bar:
        task = bar.add_task("Cases", total=plan.cases)
        invent(plan, told=lambda done: bar.update(task, completed=done))
    tell_calls(seed=plan.seed, now=plan.now)
    tell_groups(seed=plan.seed)
