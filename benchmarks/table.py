"""A figure, what it must reach, and the table that is printed and kept."""

import sys
from dataclasses import asdict, dataclass

from benchmarks.machine import keep, machine


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
        return "reached" if low and high else "MISSED"

    def line(self) -> str:
        """The figure as it is printed."""
        limit = f"at least {self.at_least:g}" if self.at_least is not None else ""
        limit = f"at most {self.at_most:g}" if self.at_most is not None else limit
        figure = f"{self.name:<62} {self.value:>12,.2f} {self.unit:<9} {limit:<16} {self.verdict}"
        return f"{figure} {self.remark}".rstrip()


def finish(name: str, postgresql: str, rows: list[Row]) -> None:
    """Print the table and keep it in benchmarks/results with commit and machine."""
    where = machine(postgresql)
    sys.stdout.write(
        f"\n{name}: commit {where.commit}, {where.cores} cores, {where.cpu}, PostgreSQL {postgresql},"
        f" a million additions in {where.loop_ms:g} ms, on every core at once in {where.cores_ms:g}\n"
    )
    for row in rows:
        sys.stdout.write(row.line() + "\n")
    keep(name, where, [asdict(row) | {"verdict": row.verdict} for row in rows])
