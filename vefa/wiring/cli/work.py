"""`vefa work`: a worker alone; as many as wanted, on as many machines as wanted."""

from argparse import ArgumentParser, Namespace

from vefa.wiring.supervise import stop_on_signals
from vefa.wiring.tables import bring_up_to_date
from vefa.wiring.work import run_worker

EXAMPLES = (
    "VEFA_DATABASE_URL=postgresql://vefa:…@db/vefa vefa work --home /srv/vefa",
    "vefa work                           beside a running vefa up: a second worker",
)


def add_arguments(parser: ArgumentParser) -> None:
    """There are none of its own."""


def run(_options: Namespace) -> int:
    """Work until SIGINT or SIGTERM; what was claimed is finished or given back."""
    stop = stop_on_signals()
    bring_up_to_date()
    run_worker(stop=stop)
    return 0
