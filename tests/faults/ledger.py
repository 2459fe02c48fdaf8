"""What was sent and what was acknowledged: one line each, written by whoever sends and never altered.

Nothing here knows Vefa. A line is `{"op": ..., "id": external id, "at": seconds, ...}`; the ops are

    sent     for the first time; the `way`, its `text`, `who` says it in which `chat`, the `call` that it is a
             step of and how that `ends`, `photo` (SHA-256), `poison`, and how many `copies` follow
    acked    the first receipt, or a provider holds it for us; `reference` where we told one
    again    the receipt of a repetition
    refused  any other answer, with its `status`; 0 where there was none
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO


@dataclass(frozen=True)
class Scribe:
    """Appends to a ledger; several processes may write to the same one."""

    file: TextIO

    @classmethod
    @contextmanager
    def at(cls, path: Path) -> "Iterator[Scribe]":
        """Write to this file until the block ends."""
        with path.open("a", encoding="utf-8", buffering=1) as file:
            yield cls(file)

    def write(self, op: str, external_id: str, **facts: Any) -> None:
        """One line, on its way to the disk when this returns."""
        self.file.write(json.dumps({"op": op, "id": external_id, "at": time.time(), **facts}) + "\n")


@dataclass(frozen=True)
class Ledger:
    """All that is written there."""

    sent: dict[str, dict[str, Any]]
    acked: set[str]
    again: Counter[str]
    refused: Counter[int]
    references: dict[str, set[str]]

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """The ledger up to now; a line that is being written is left out."""
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
        by_op: dict[str, list[dict[str, Any]]] = defaultdict(list)
        references: dict[str, set[str]] = defaultdict(set)
        for line in lines:
            by_op[line["op"]].append(line)
            if "reference" in line:
                references[line["id"]].add(line["reference"])
        return cls(
            sent={line["id"]: line for line in by_op["sent"]},
            acked={line["id"] for line in by_op["acked"]},
            again=Counter(line["id"] for line in by_op["again"]),
            refused=Counter(line["status"] for line in by_op["refused"]),
            references=references,
        )

    def marked(self, mark: str) -> dict[str, Any]:
        """Acknowledged ids with the value of one fact, where they have it."""
        return {key: line[mark] for key, line in self.sent.items() if line.get(mark) and key in self.acked}

    def chats(self) -> dict[str, list[str]]:
        """What each chat said, in its order."""
        return self._by("chat")

    def calls(self) -> dict[str, list[str]]:
        """The steps of each call, in their order."""
        return self._by("call")

    def _by(self, mark: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key, line in self.sent.items():
            if mark in line:
                found[str(line[mark])].append(key)
        return found
