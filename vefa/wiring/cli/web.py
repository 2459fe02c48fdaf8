"""`vefa web`: the doors alone; as many as wanted, on as many machines as wanted."""

import os
import resource
from argparse import ArgumentParser, Namespace

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from vefa.wiring.cli.command import PORT_NUMBER
from vefa.wiring.database import NAME, database_of

EXAMPLES = (
    "VEFA_DATABASE_URL=postgresql://vefa:…@db/vefa vefa web --host 0.0.0.0 --home /srv/vefa",
    "vefa web --workers 4                several processes that share one port",
)
DRAIN_S = 30
MOST_CONNECTIONS = 8192  # open at once per process, idle ones too; what comes above it waits unanswered
OTHER_FILES = 512
WAITING_ROOM = 4096  # connections that the kernel keeps for us while we are busy
# Proxies and providers let go of an idle connection after 60 s or less. If we were the first, a request that
# is under way at that moment would be lost without an answer.
IDLE_MS = 75_000


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=PORT_NUMBER, default=8137, help="port to listen on (default: 8137)")
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
            backlog=WAITING_ROOM,
            backpressure=_connections(),
            http1_settings=HTTP1Settings(header_read_timeout=IDLE_MS),
            respawn_failed_workers=True,
            workers_kill_timeout=DRAIN_S,
            log_level=LogLevels.warning,
        )
        server.serve()
    return 0


def _connections() -> int:
    """Connections that one process may hold; asks the kernel for as many open files as that takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(256, allowed - OTHER_FILES)
