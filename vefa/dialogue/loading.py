"""`phrases.toml`: the municipality's own sentences, read with the rest of its folder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from vefa.dialogue.models import Phrase
from vefa.dialogue.phrases import VARIABLES, variables
from vefa.directory.models import Unit
from vefa.kit.loading import LONGEST_SLUG, Line, Reading, Section, Tally


@dataclass(frozen=True)
class Row:
    """One phrase as the file has it."""

    key: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    unit: str
    services: tuple[str, ...]
    automatic: bool


class PhraseSection(Section):
    """Phrases with their titles and texts in every language; variables must be known and the same in all."""

    file: ClassVar[str] = "phrases.toml"
    fields: ClassVar[Mapping[str, Sequence[str]]] = {
        "": (),
        "phrase": ("key", "title", "texts", "unit", "services", "automatic"),
    }

    def read(self, lines: Sequence[Line], reading: Reading) -> list[Row]:
        """Check every phrase."""
        return [self._row(line, reading) for line in lines if line.table == "phrase"]

    def _row(self, line: Line, reading: Reading) -> Row:
        key = reading.text(line, "key", required=True, longest=LONGEST_SLUG)
        reading.declare("phrase", key, line)
        texts = reading.texts(line, "texts", required=True)
        self._check_variables(line, texts, reading)
        return Row(
            key=key,
            titles=reading.texts(line, "title", required=True),
            texts=texts,
            unit=reading.refer(line, "unit", "unit"),
            services=self._services(line, reading),
            automatic=reading.flag(line, "automatic", default=False),
        )

    def _services(self, line: Line, reading: Reading) -> tuple[str, ...]:
        found = line.values.get("services", [])
        if not isinstance(found, list) or not all(isinstance(code, str) for code in found):
            reading.refuse(line, f"“services” is {found!r}.", 'Write services = ["…", "…"].', at="services")
            return ()
        for code in found:
            reading.check_known(line, code, "service", at="services")
        return tuple(found)

    def _check_variables(self, line: Line, texts: Mapping[str, str], reading: Reading) -> None:
        used = {language: set(variables(text)) for language, text in texts.items()}
        for language, names in used.items():
            for name in sorted(names - set(VARIABLES)):
                reading.refuse(
                    line,
                    f"The text in {language} has the variable {{{name}}}, which nothing fills.",
                    f"Use one of: {', '.join(VARIABLES)}.",
                    at="texts",
                )
        everywhere: set[str] = set().union(*used.values())
        for language, names in used.items():
            for name in sorted(everywhere & set(VARIABLES) - names):
                reading.refuse(
                    line,
                    f"The text in {language} lacks {{{name}}}, which other languages have.",
                    "Every language must tell the same.",
                    at="texts",
                )

    def write(self, rows: Sequence[Row], *, now: datetime) -> Tally:
        """Create, change and retire phrases so that the table is what the file says."""
        known = {row.key: row for row in Phrase.objects.select_related("unit")}
        units = dict(Unit.objects.values_list("key", "id"))
        tally = Tally()
        for row in rows:
            tally += self._write(row, known.get(row.key), units)
        gone = [key for key in known if key not in {row.key for row in rows}]
        retired = Phrase.objects.filter(key__in=gone, retired_at=None).update(retired_at=now)
        return tally + Tally(retired=retired)

    def _write(self, row: Row, known: Phrase | None, units: Mapping[str, int]) -> Tally:
        wanted: dict[str, Any] = {
            "titles": dict(row.titles),
            "texts": dict(row.texts),
            "unit_id": units.get(row.unit),
            "service_codes": list(row.services),
            "automatic": row.automatic,
            "retired_at": None,
        }
        if known is None:
            Phrase.objects.create(key=row.key, **wanted)
            return Tally(created=1)
        if all(getattr(known, name) == value for name, value in wanted.items()):
            return Tally(unchanged=1)
        Phrase.objects.filter(pk=known.pk).update(**wanted)
        return Tally(changed=1)

    def recall(self) -> Iterable[tuple[str, str]]:
        """Phrases that are in the table already."""
        return [("phrase", key) for key in Phrase.objects.values_list("key", flat=True)]
