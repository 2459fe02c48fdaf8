"""A made stream of a group, as written in `streams/`: who says what, and what it is.

A line is `[label] minutes name [signs]: words`. Labels: `M3` opens matter 3, `=3` has it too, `>3` says more
about it; without a label it is talk. `<M3` answers the opening of matter 3; `[photo]` comes with a photo.
The talk was made up for these tests; nobody has said it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STREAMS = Path(__file__).parent / "streams"
_LINE = re.compile(
    r"(?:(?P<label>[M=>]\d+) )?(?P<minutes>\d+) (?P<who>[^:<\[]+?)(?: <(?P<answers>M\d+))?"
    r"(?P<photo> \[photo\])?:(?: (?P<text>.*))?"
)


@dataclass(frozen=True)
class Line:
    """One message; `matter` is "" for talk, `role` M, = or >."""

    who: str
    after_min: int
    text: str
    role: str
    matter: str
    answers: str
    photo: bool


def lines(name: str) -> Iterator[Line]:
    """The messages of one stream, in their order."""
    for number, row in enumerate((STREAMS / f"{name}.txt").read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip() or row.startswith("#"):
            continue
        met = _LINE.fullmatch(row.rstrip())
        if met is None:
            raise ValueError(f"{name}.txt, line {number} cannot be read: {row}")
        label = met["label"] or ""
        yield Line(
            who=met["who"],
            after_min=int(met["minutes"]),
            text=(met["text"] or "").strip(),
            role=label[:1],
            matter=label[1:],
            answers=(met["answers"] or "")[1:],
            photo=bool(met["photo"]),
        )
