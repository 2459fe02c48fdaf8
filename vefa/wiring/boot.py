"""The first steps of a process that serves: Django must be set up before the doors can be imported."""

import gc
import signal
from importlib import import_module
from typing import cast

import django
from django.conf import settings

from vefa.wiring.asgi import App
from vefa.wiring.leash import die_with_parent
from vefa.wiring.tables import bring_up_to_date, give_up_after


def load() -> App:
    """What granian serves in each of its processes; none of them outlives granian itself."""
    die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # granian's own answer, inherited, is to wait half a minute
    django.setup()
    bring_up_to_date()
    give_up_after(settings.DATABASE_TIMEOUT_S)  # whoever asked has left by then; a migration has all its time
    app = cast("App", import_module("vefa.wiring.serve").app)
    settle()
    return app


def settle() -> None:
    """What was loaded so far stays for good: looking through it for garbage would hold up all who wait."""
    gc.collect()
    gc.freeze()
