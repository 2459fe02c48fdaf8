"""Parts of a measurement, one after the other: each runs, whatever became of the one before."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from benchmarks.table import MISS, MISSED


def run_all(parts: Mapping[str, Sequence[str]]) -> int:
    """Run every part's command, let it be read, and sum up at the end what was missed; gives the exit code.

    That is 0 where all limits were reached, MISSED where a table tells of one that was not, and 1 where a
    part broke off, so that its table is not whole.
    """
    codes, misses = {}, []
    for name, command in parts.items():
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            for line in running.stdout or ():
                _say(line)
                if line.rstrip().endswith(MISS) or f" {MISS} " in line:
                    misses.append(f"{name}: {line.strip()}")
        codes[name] = running.returncode
    broken = [f"{name} broke off, code {code}" for name, code in codes.items() if code not in {0, MISSED}]
    told = list(dict.fromkeys([*broken, *misses]))  # parts print a row when they have it and in their table
    _say(f"\n{len(parts)} parts, {len(broken)} broke off, {len(told) - len(broken)} limits missed\n")
    _say("".join(f"  {line}\n" for line in told))
    return 1 if broken else MISSED if any(codes.values()) else 0


def _say(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()
