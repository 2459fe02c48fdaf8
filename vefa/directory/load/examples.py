"""examples.<language>.csv: messages as residents write them, by which the words of services are learned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from vefa.directory.models import Service, ServiceExample, Source
from vefa.kit import rows
from vefa.kit.loading import Line, Reading, Section, Tally
from vefa.kit.text import fold

LONGEST = 600
TAKEN_OUT = "--overwrite brings back what was taken out at the desk."


@dataclass(frozen=True)
class Examples:
    """Messages with the code of their service; `overwrite`: also those that the desk took out."""

    said: list[tuple[str, str]]
    overwrite: bool


@dataclass
class _Moves:
    """What becomes of the rows that are there."""

    revived: list[int] = field(default_factory=list)
    adopted: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


class ExampleSection(Section):
    """One message a line, with the code of the service that it is about."""

    fields: ClassVar[Mapping[str, Sequence[str]]] = {"": ("service", "text")}
    language: ClassVar[str]

    def read(self, lines: Sequence[Line], reading: Reading) -> Examples:
        """Check every line: a known service, a text that is not too long and stands once."""
        said = []
        earlier: dict[str, int] = {}
        for line in lines:
            code = reading.refer(line, "service", "service")
            text = " ".join(reading.text(line, "text", required=True).split())
            if not code:
                reading.refuse(line, "“service” is empty.", "Write the code of a service.", at="service")
            if len(text) > LONGEST:
                what = f"The message has {len(text)} characters."
                reading.refuse(line, what, f"Shorten it to {LONGEST}.", at="text")
            first = earlier.setdefault(fold(text), line.number)
            if text and first != line.number:
                what = f"The same message stands in line {first}."
                reading.refuse(line, what, "Keep one of the two: a message has one service.", at="text")
            said.append((code, text))
        return Examples(said, reading.overwrite)

    def write(self, rows_: Examples, *, now: datetime) -> Tally:
        """Make, revive and retire messages of this language; those of the desk stay as they are."""
        ids = dict(Service.objects.values_list("code", "id"))
        wanted = {(ids[code], text) for code, text in rows_.said}
        table = ServiceExample.objects.filter(language=self.language)
        known = {(row.service_id, row.text): row for row in table}
        moves = _moves(known, wanted, overwrite=rows_.overwrite)
        table.filter(id__in=moves.revived).update(retired_at=None, source=Source.FOLDER)
        table.filter(id__in=moves.adopted).update(source=Source.FOLDER)
        table.filter(id__in=moves.gone).update(retired_at=now)
        fresh = [
            {"service_id": key[0], "language": self.language, "text": key[1], "source": Source.FOLDER.value}
            for code, text in rows_.said
            if (key := (ids[code], text)) not in known
        ]
        rows.insert(ServiceExample, fresh)
        changed = len(moves.revived) + len(moves.adopted)
        return Tally(len(fresh), changed, len(moves.gone), len(wanted) - len(fresh) - changed)


def _moves(
    known: Mapping[tuple[int, str], ServiceExample], wanted: set[tuple[int, str]], *, overwrite: bool
) -> _Moves:
    moves = _Moves()
    for key, row in known.items():
        by_folder = row.source == Source.FOLDER
        if key not in wanted:
            moves.gone += [row.pk] if by_folder and row.retired_at is None else []
        elif row.retired_at is not None:
            moves.revived += [row.pk] if by_folder or overwrite else []
        elif not by_folder:
            moves.adopted.append(row.pk)
    return moves


class TurkishExamples(ExampleSection):
    """Messages in Turkish."""

    file = "examples.tr.csv"
    language = "tr"


class RussianExamples(ExampleSection):
    """Messages in Russian."""

    file = "examples.ru.csv"
    language = "ru"


class KazakhExamples(ExampleSection):
    """Messages in Kazakh."""

    file = "examples.kk.csv"
    language = "kk"


class PersianExamples(ExampleSection):
    """Messages in Persian."""

    file = "examples.fa.csv"
    language = "fa"


class EnglishExamples(ExampleSection):
    """Messages in English."""

    file = "examples.en.csv"
    language = "en"


def example_sections() -> Iterator[ExampleSection]:
    """One section per language."""
    yield from (
        TurkishExamples(),
        RussianExamples(),
        KazakhExamples(),
        PersianExamples(),
        EnglishExamples(),
    )
