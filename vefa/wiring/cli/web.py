"""`vefa web`: the doors alone; as many as wanted, on as many machines as wanted."""

import os
from argparse import ArgumentParser, Namespace

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from vefa.wiring.database import NAME, database_of

EXAMPLES = (
    "VEFA_DATABASE_URL=postgresql://vefa:…@db/vefa vefa web --host 0.0.0.0 --home /srv/vefa",
    "vefa web --workers 4                several processes that share one port",
)
DRAIN_S = 30


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8137, help="port to listen on (default: 8137)")
    parser.add_argument("--workers", type=int, default=1, help="processes to serve with (default: 1)")


def run(options: Namespace) -> int:
    """Serve until SIGINT or SIGTERM, then let what is under way finish (at most 30 s)."""
    with database_of(options.home, doing="vefa web") as database:
        os.environ[NAME] = database.url
        os.environ.pop(f"{NAME}_FILE", None)
        server = Server(
            "vefa.wiring.boot:load",
            address=options.host,
            port=options.port,
            interface=Interfaces.ASGI,
            workers=options.workers,
            factory=True,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=DRAIN_S,
            log_level=LogLevels.warning,
        )
        server.serve()
    return 0
