"""Every measurement, one after the other; each prints its table and keeps it in benchmarks/results."""

import sys

from benchmarks.runs import run_all

PARTS = {
    "door": (),
    "flow": (),
    "channels": (),
    "groups": (),
    "ring": (),
    "cases": ("--sizes", "1000,100000,1000000"),
    "house": ("--cases", "1000000"),
}

sys.exit(
    run_all(
        {name: [sys.executable, "-m", f"benchmarks.bench_{name}", *words] for name, words in PARTS.items()}
    )
)
