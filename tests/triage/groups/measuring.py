"""How well a made stream is understood: which messages open a matter, and to which matter the rest belong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.triage.groups.reading import Line, lines
from tests.triage.groups.street import Street
from vefa.channels.models import Endpoint
from vefa.triage.models import GroupMessage, Made


@dataclass
class Figures:
    """Counts over one or several streams."""

    messages: int = 0
    matters: int = 0  # that people spoke of
    met: int = 0  # of those: a case stands for it
    opened: int = 0  # cases that were opened
    right: int = 0  # of those: for a matter, and the first of it
    further: int = 0  # further messages about matters
    joined: int = 0  # of those: with the case of their matter
    further_of_met: int = 0  # those whose matter has a case at all

    @property
    def precision(self) -> float:
        """Of the cases opened, those that stand for a matter."""
        return self.right / self.opened if self.opened else 0.0

    @property
    def recall(self) -> float:
        """Of the matters, those that have a case."""
        return self.met / self.matters if self.matters else 0.0

    @property
    def which(self) -> float:
        """Of the further messages, those that came to the right case."""
        return self.joined / self.further if self.further else 0.0

    def __str__(self) -> str:
        return (
            f"{self.messages} messages, {self.matters} matters: precision {self.precision:.2f}, "
            f"recall {self.recall:.2f}, which case {self.which:.2f} of {self.further}, "
            f"where there is one {self.joined / max(1, self.further_of_met):.2f} of {self.further_of_met}"
        )


def play(name: str, endpoint: Endpoint, *, chat: int, now: datetime) -> Street:
    """Say a whole stream in a group."""
    street = Street(endpoint, now=now, chat=chat)
    openers: dict[str, int] = {}
    for line in lines(name):
        parts: dict[str, Any] = {}
        if line.photo:
            parts["photo"] = [{"file_id": "p", "width": 90, "height": 60}]
            if line.text:
                parts["caption"] = line.text
        text = "" if line.photo else line.text
        number = street.say(line.who, text, after=line.after_min, answers=openers.get(line.answers), **parts)
        if line.role == "M":
            openers[line.matter] = number
    return street


def measure(name: str, endpoint: Endpoint, figures: Figures) -> None:
    """Compare what was made of a stream with what it says of itself."""
    said = list(lines(name))
    rows = list(GroupMessage.objects.filter(endpoint=endpoint).order_by("id").select_related("contact"))
    assert len(rows) == len(said)
    cases: dict[str, int] = {}
    for line, row in zip(said, rows, strict=True):
        if line.role == "M" and row.case_id is not None and row.case_id not in cases.values():
            cases[line.matter] = row.case_id
    figures.messages += len(said)
    for line, row in zip(said, rows, strict=True):
        _count(line, row, cases, figures)


def _count(line: Line, row: GroupMessage, cases: dict[str, int], figures: Figures) -> None:
    if line.role == "M":
        figures.matters += 1
        figures.met += line.matter in cases
    elif line.role:
        figures.further += 1
        figures.further_of_met += line.matter in cases
        figures.joined += row.case_id is not None and row.case_id == cases.get(line.matter)
    if row.made == Made.MATTER:
        figures.opened += 1
        figures.right += line.role == "M" or (bool(line.role) and line.matter not in cases)
