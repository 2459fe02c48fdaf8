"""Modules come in undisturbed by Python's collector of rings, which then never looks at them again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the collector rest while modules are imported; what exists afterwards is taken as there to stay.

    They leave next to nothing to collect, each later look at them would cost 80 ms, and a process that is
    forked from here goes on sharing their pages.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
