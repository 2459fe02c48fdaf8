"""`keywords.toml`: a municipality's own words and codes, read with the rest of its folder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from vefa.kit.loading import LANGUAGES, LONGEST_SLUG, Line, Reading, Section, Tally
from vefa.triage.keywords.rules import folded
from vefa.triage.keywords.words import DEFAULT_CHANNELS
from vefa.triage.models import Does, Keyword


@dataclass(frozen=True)
class Row:
    """One keyword as the file has it."""

    does: str
    codes: list[str]
    words: Mapping[str, list[str]]
    language: str
    channels: list[str]


class KeywordSection(Section):
    """Keywords: what they do, codes for everybody, words per language; each word once on a channel."""

    file: ClassVar[str] = "keywords.toml"
    fields: ClassVar[Mapping[str, Sequence[str]]] = {
        "": (),
        "keyword": ("key", "does", "codes", "words", "language", "channels"),
    }

    def read(self, lines: Sequence[Line], reading: Reading) -> dict[str, Row]:
        """Check every keyword."""
        rows: dict[str, Row] = {}
        said: dict[tuple[str, str], str] = {}
        for line in lines:
            if line.table != "keyword":
                continue
            key = reading.text(line, "key", required=True, longest=LONGEST_SLUG)
            reading.declare("keyword", key, line)
            rows[key] = row = self._row(line, reading)
            self._check_once(line, row, said, reading)
        return rows

    def _row(self, line: Line, reading: Reading) -> Row:
        does = reading.choice(line, "does", Does.values)
        language = ""
        if does == Does.LANGUAGE:
            language = reading.choice(line, "language", LANGUAGES)
        words = reading.lists(line, "words") if "words" in line.values else {}
        codes = self._texts(line, "codes", reading)
        if not codes and not words:
            reading.refuse(line, "The keyword has neither codes nor words.", 'Write codes = ["31"].')
        return Row(
            does, codes, words, language, self._texts(line, "channels", reading) or list(DEFAULT_CHANNELS)
        )

    def _texts(self, line: Line, name: str, reading: Reading) -> list[str]:
        found = line.values.get(name, [])
        if isinstance(found, list) and all(isinstance(one, str) and one.strip() for one in found):
            return [one.strip() for one in found]
        reading.refuse(line, f"“{name}” is no list of texts.", 'Write ["…", "…"].', at=name)
        return []

    def _check_once(self, line: Line, row: Row, said: dict[tuple[str, str], str], reading: Reading) -> None:
        """One word may not ask for two things."""
        every = folded([*row.codes, *(word for words in row.words.values() for word in words)])
        for channel in row.channels:
            for word in every:
                earlier = said.setdefault((channel, word), row.does)
                if earlier != row.does:
                    what = f"“{word}” asks for {row.does} here and for {earlier} above."
                    reading.refuse(line, what, "Take it out in one of the two.")

    def write(self, rows: Mapping[str, Row], *, now: datetime) -> Tally:
        """Create, change and retire keywords so that the table is what the file says."""
        known = {row.key: row for row in Keyword.objects.all()}
        tally = Tally()
        for key, row in rows.items():
            tally += self._write(key, row, known.get(key))
        gone = [key for key in known if key not in rows]
        retired = Keyword.objects.filter(key__in=gone, retired_at=None).update(retired_at=now)
        return tally + Tally(retired=retired)

    def _write(self, key: str, row: Row, known: Keyword | None) -> Tally:
        wanted = {**asdict(row), "retired_at": None}
        if known is None:
            Keyword.objects.create(key=key, **wanted)
            return Tally(created=1)
        if all(getattr(known, name) == value for name, value in wanted.items()):
            return Tally(unchanged=1)
        Keyword.objects.filter(pk=known.pk).update(**wanted)
        return Tally(changed=1)

    def recall(self) -> Iterable[tuple[str, str]]:
        """Keywords that are in the table already."""
        return [("keyword", key) for key in Keyword.objects.values_list("key", flat=True)]
