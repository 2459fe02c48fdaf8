"""`vefa work`: a worker alone; as many as wanted, on as many machines as wanted."""

import gc
import os
from argparse import ArgumentParser, Namespace

from vefa.wiring.boot import settle
from vefa.wiring.supervise import stop_on_signals
from vefa.wiring.tables import bring_up_to_date
from vefa.wiring.work import run_worker

EXAMPLES = (
    "VEFA_DATABASE_URL=postgresql://vefa:…@db/vefa vefa work --home /srv/vefa",
    "vefa work                           beside a running vefa up: a second worker",
)
POLITENESS = 5  # a provider waits at the door, a person before a screen; nobody waits for the worker itself
YOUNG = 50_000  # a batch makes as many and drops them itself; seeking rings among them took 8 % of its time


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--nice",
        type=int,
        choices=range(20),
        default=POLITENESS,
        metavar="0-19",
        help=f"how far to stand back when doors and screens want the processor too (default: {POLITENESS})",
    )


def run(options: Namespace) -> int:
    """Work until SIGINT or SIGTERM; what was claimed is finished or given back."""
    stop = stop_on_signals()
    os.nice(options.nice)
    bring_up_to_date()
    settle()
    gc.set_threshold(YOUNG)
    run_worker(stop=stop)
    return 0
