"""`vefa up`: the whole product on one machine, in one tree of processes."""

import http.client
import os
import signal
import socket
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from vefa.wiring.cli.command import PORT_NUMBER, CommandError
from vefa.wiring.database import NAME, outside_url
from vefa.wiring.demo import welcome
from vefa.wiring.home import URL_FILE, held, write_secret
from vefa.wiring.postgres.cluster import ready_cluster
from vefa.wiring.postgres.server import ServerError, start
from vefa.wiring.supervise import Child, command, stop_all, stop_on_signals, tend_until

EXAMPLES = (
    "vefa up --demo                      an invented town to try everything in",
    "vefa up --home /srv/vefa            a municipality of your own",
    "vefa up --host 0.0.0.0 --port 80    reachable from other machines (set VEFA_HOSTS too)",
)
PORT = 8137
READY_S = 180.0
STUBBORN = 4  # deaths in a row while starting
POLITE = ((signal.SIGTERM, 35.0),)
FOR_DATABASE = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))


@dataclass(frozen=True)
class Plan:
    """What is to run where."""

    home: Path
    host: str
    port: int
    demo: bool

    @property
    def url(self) -> str:
        """The address of this machine's own browser."""
        return f"http://{_own(self.host)}:{self.port}/"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=PORT_NUMBER, default=PORT, help=f"port to listen on (default: {PORT})")
    parser.add_argument(
        "--demo", action="store_true", help="with an invented town, loaded if the home is empty"
    )


def run(options: Namespace) -> int:
    """Run until SIGINT or SIGTERM. Raises CommandError where the port is taken or a part does not start."""
    plan = Plan(options.home, options.host, options.port, options.demo)
    os.environ.setdefault("VEFA_PUBLIC_URL", plan.url.rstrip("/"))
    if plan.demo:  # nobody's telephone knows the invented staff
        os.environ.setdefault("VEFA_SECOND_FACTOR", "false")
    stop = stop_on_signals()
    with held(plan.home, doing=f"vefa up on port {plan.port}"):
        _check_port(plan)
        with _database(plan) as database:
            children = [*database, *_processes(plan)]
            try:
                _begin(plan, children, stop)
                tend_until(stop, children, say=_say)
            finally:
                stop_all(children, say=_say)
    _say("Vefa has stopped.")
    return 0


@contextmanager
def _database(plan: Plan) -> Iterator[list[Child]]:
    """The list of children to run, with the database in it unless one outside is named."""
    if outside_url():
        _say("Using the database that VEFA_DATABASE_URL names")
        yield []
        return
    _say("Starting the database")
    cluster = ready_cluster(plan.home)
    child = Child("database", lambda: start(cluster).process, FOR_DATABASE, troubles=(ServerError,))
    child.start()
    os.environ[NAME] = cluster.url()
    os.environ.pop(f"{NAME}_FILE", None)
    write_secret(plan.home / URL_FILE, cluster.url())
    try:
        yield [child]
    finally:
        (plan.home / URL_FILE).unlink(missing_ok=True)
        child.stop()


def _processes(plan: Plan) -> list[Child]:
    """The worker first: it is the last to stop, after the doors through which work comes in."""
    where = ["--host", plan.host, "--port", str(plan.port)]
    return [
        Child("worker", command(["work"]), POLITE),
        Child("web", command(["web", *where]), POLITE),
    ]


def _begin(plan: Plan, children: list[Child], stop: threading.Event) -> None:
    """Start what is not started, wait until all is well, and say so. Raises CommandError."""
    _say("Starting worker and web")
    for child in children:
        if child.process is None:
            child.start()
    advice = _town(plan, stop) if plan.demo else ""  # while web and worker find their feet
    _wait_until_well(plan, children, stop)
    if not stop.is_set():
        _say(f"Vefa is ready: {plan.url}")
        _say(advice)


def _wait_until_well(plan: Plan, children: list[Child], stop: threading.Event) -> None:
    """Wait until the web itself says that web, worker and database are well. Raises CommandError."""
    deadline = time.monotonic() + READY_S
    while _health(plan) != HTTPStatus.OK and not stop.wait(0.1):
        for child in children:
            child.tend(say=_say)
            if child.deaths >= STUBBORN:
                raise CommandError(f"{child.name} does not start; what it said stands above.")
        if time.monotonic() > deadline:
            raise CommandError(f"Not ready after {READY_S:.0f} s; `vefa check` may tell why.")


def _health(plan: Plan) -> int:
    """HTTP status of /healthz, 0 while nobody answers."""
    connection = http.client.HTTPConnection(_own(plan.host), plan.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _town(plan: Plan, stop: threading.Event) -> str:
    """See to it that the invented town is in place; how to sign in there. Raises CommandError."""
    if not welcome.stands_whole(outside_url() or "", plan.home):
        _say("Putting the demo town in place")
        process = command(["demo", "--start"], silent=True)()
        while process.poll() is None and not stop.wait(0.05):
            pass
        if stop.is_set():
            process.terminate()
            process.wait()
            return ""
        if process.returncode:
            raise CommandError("The demo town could not be loaded; what was wrong stands above.")
    return welcome.advice(plan.home, public_url=os.environ["VEFA_PUBLIC_URL"].rstrip("/"))


def _check_port(plan: Plan) -> None:
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((plan.host, plan.port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {plan.host}:{plan.port} ({error.strerror}): try --port."
            ) from error


def _own(host: str) -> str:
    """The address under which this machine reaches what listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not listened on


def _say(text: str) -> None:
    if text:
        print(text, flush=True)
