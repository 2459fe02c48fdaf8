"""The table at the end of a run, and the same as JSON where VEFA_FAULTS_REPORT names a file."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.history import Evidence, Wrong
from tests.faults.neighbours import read_twice

WHOLE = os.environ.get("VEFA_FAULTS") == "whole"


@dataclass
class Report:
    """What the stories found; an installation has one ledger, so that its last count is of everything."""

    stories: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)  # by installation

    def add(self, title: str, *, seconds: float, **more: Any) -> None:
        """A story has come to its end."""
        self.stories.append({"story": title, "seconds": round(seconds, 1), **more})

    def count(self, name: str, evidence: Evidence, wrong: Wrong, kills: Mapping[str, int]) -> None:
        """Take over everything that can be counted at this moment in an installation."""
        ledger, tables, provider = evidence.ledger, evidence.tables, evidence.provider
        came = Counter(ledger.sent[row["external_id"]]["way"] for row in tables.contacts
                       if row["external_id"] in ledger.sent)  # fmt: skip
        self.facts[name] = {
            "sent": len(ledger.sent),
            "acknowledged": len(ledger.acked),
            "acknowledged again": ledger.again.total(),
            "refused, by status": dict(ledger.refused),
            "stored": len(tables.contacts),
            "stored, by channel": dict(came),
            "by state": dict(Counter(row["state"] for row in tables.contacts)),
            "poison": len(ledger.marked("poison")),
            "cases": sum(row["opened"] for row in tables.cases),
            "photos acknowledged": len(ledger.marked("photo")),
            "files that no row names": evidence.strays(),
            "kills": dict(kills),
            "the provider's troubles": dict(provider.trouble),
            "outbox, by state": dict(Counter(row["state"] for row in tables.deliveries)),
            "sent again after doubt": sum(row["resent"] for row in tables.deliveries),
            "read twice by a resident": read_twice(evidence.read),
            "read by residents": dict(Counter(one.way for one in evidence.read)),
            "numbers read by their owner": len([*evidence.numbers_read()]) - len(wrong["read by a stranger"]),
            "calls": dict(Counter(row["state"] for row in tables.calls)),
            **{name: len(found) for name, found in wrong.items()},
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        yield "the whole form" if WHOLE else "the short form"
        for story in self.stories:
            more = ", ".join(
                f"{name} {value}" for name, value in story.items() if name not in {"story", "seconds"}
            )
            yield f"  {story['seconds']:7.1f} s  {story['story']}{f' ({more})' if more else ''}"
        for installation, facts in self.facts.items():
            yield f"  on {installation}, after all of them:"
            for name, value in facts.items():
                yield f"    {name:<30}{_told(value) if isinstance(value, dict) else value}"

    def write(self, path: Path) -> None:
        """For machines."""
        whole = {"form": "whole" if WHOLE else "short", "stories": self.stories, "facts": self.facts}
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _told(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=str)) or "none"


REPORT = Report()
