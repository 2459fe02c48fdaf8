"""Fit the model of services in a process of its own, so that the worker stays small and serves on."""

import logging
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from django.conf import settings

from vefa.directory.queries import NotLoadedError
from vefa.triage.learned.due import Watch
from vefa.triage.models import ModelVersion
from vefa.wiring.leash import leashed

POLITENESS = "19"  # it has all night
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SHIPPED = Path(__file__).parent / "demo" / "city" / "examples.npz"  # another city's texts it does not hold

log = logging.getLogger(__name__)


class BusyError(Exception):
    """Another process learns already."""


WHATS_WRONG = (BusyError, ValueError)


@dataclass
class Apprentice:
    """A worker's way to have a model fitted: looks whether one is due, starts the process, hears its end."""

    watch: Watch = field(default_factory=Watch)
    process: subprocess.Popen[bytes] | None = None

    def look(self, *, now: datetime) -> bool:
        """Start a fit where one is due and none is at work; False: there is no hurry to look again."""
        if self.process is not None and self.process.poll() is None:
            return False
        self.process = None
        try:
            why = self.watch.why(now=now) if settings.LEARNING else ""
        except NotLoadedError:
            return False
        if why:
            log.info("Fitting a model of services: %s", why)
            self.process = _start()
        return False

    def stop(self) -> None:
        """End what is at work: nothing of it is written yet, and it begins anew."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def learn_here() -> ModelVersion:
    """Fit a model in this process; what it takes stays taken until the end. Raises WHATS_WRONG."""
    learning = import_module("vefa.triage.learned.learning")  # scikit-learn: 110 MB, here alone
    try:
        return cast("ModelVersion", learning.learn(clock=_clock, shipped=SHIPPED))
    except learning.BusyError as error:
        raise BusyError(str(error)) from error


def _start() -> subprocess.Popen[bytes]:
    words = [
        sys.executable,
        "-m",
        "vefa.wiring.cli.main",
        "triage",
        "learn",
        "--nice",
        POLITENESS,
        "--home",
        str(settings.HOME),
    ]
    environment: dict[str, Any] = {**os.environ, **ONE_THREAD}
    return subprocess.Popen(
        leashed(words, farewell=signal.SIGTERM),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _clock() -> datetime:
    return datetime.now(UTC)
