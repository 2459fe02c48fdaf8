"""A figure, what it must reach, and the table that is printed and kept."""

import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from benchmarks.machine import keep, machine

MISSED = 3  # the exit code of a part whose table is whole and tells of a miss
MISS = "MISSED"  # how such a row ends


@dataclass(frozen=True)
class Row:
    """One figure. A limit that is None only informs."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    remark: str = ""

    @property
    def verdict(self) -> str:
        """Whether the figure reaches its limit; "" where it has none."""
        if self.at_least is None and self.at_most is None:
            return ""
        low = self.at_least is None or self.value >= self.at_least
        high = self.at_most is None or self.value <= self.at_most
        return "reached" if low and high else MISS

    def line(self) -> str:
        """The figure as it is printed."""
        limit = f"at least {self.at_least:g}" if self.at_least is not None else ""
        limit = f"at most {self.at_most:g}" if self.at_most is not None else limit
        figure = f"{self.name:<62} {self.value:>12,.2f} {self.unit:<9} {limit:<16} {self.verdict}"
        return f"{figure} {self.remark}".rstrip()


def gathered(parts: Iterable[tuple[str, Callable[[], list[Row]]]]) -> list[Row]:
    """The rows of all parts, printed as they come; a part that breaks off is a row that is missed."""
    rows: list[Row] = []
    for name, part in parts:
        try:
            found = part()
        except Exception as error:  # noqa: BLE001 - one part in trouble says nothing about the others
            traceback.print_exc()
            found = [
                Row(f"{name}: broke off", 1, "times", at_most=0, remark=f"{type(error).__name__}: {error}")
            ]
        sys.stdout.writelines(row.line() + "\n" for row in found)  # the last part takes long
        sys.stdout.flush()
        rows += found
    return rows


def finish(name: str, postgresql: str, rows: list[Row]) -> int:
    """Print the table and keep it in benchmarks/results with commit and machine; gives the exit code."""
    where = machine(postgresql)
    sys.stdout.write(
        f"\n{name}: commit {where.commit}, {where.cores} cores, {where.cpu}, PostgreSQL {postgresql},"
        f" a million additions in {where.loop_ms:g} ms, on every core at once in {where.cores_ms:g}\n"
    )
    for row in rows:
        sys.stdout.write(row.line() + "\n")
    keep(name, where, [asdict(row) | {"verdict": row.verdict} for row in rows])
    return outcome(rows)


def outcome(rows: list[Row]) -> int:
    """The exit code of a table."""
    return exit_code(row.verdict != MISS for row in rows)


def exit_code(reached: Iterable[bool]) -> int:
    """0 where every limit was reached, else MISSED."""
    return 0 if all(reached) else MISSED
