"""services.toml: what can be asked for, whose duty it is, and how long it may take."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from vefa.directory.load.questions import questions_of
from vefa.directory.load.remits import remits_of
from vefa.directory.load.write import synchronise
from vefa.directory.models import Kind, Remit, Service, ServiceGroup, Source, Unit, Urgency
from vefa.directory.states import Merged, State, flat, merge
from vefa.directory.stating import Written, states, write_states
from vefa.kit.loading import LONGEST_KEY, Line, Reading, Section, Tally

EXPLAINS = ("agency", "agency_phone", "emergency")  # variables of an explanation
REFERENCES = ("group", "unit", "agency")
MOST_GROUPS, MOST_HOURS, MOST_DAYS = 10_000, 100_000, 3650
OVERWRITE = "Load with --overwrite to take what the file says; what stands there now is kept as a version."


@dataclass(frozen=True, slots=True)
class ServiceRows:
    """Groups; what the file says of each service; and what becomes of it beside what the desk changed."""

    groups: list[dict[str, Any]]
    said: dict[str, State] = field(default_factory=dict)
    merged: dict[str, State] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Present:
    """What is in the tables: the state in use, what the folder said last, and whose the row is."""

    state: State
    base: State
    source: str


class ServicesSection(Section):
    """[[group]] are headings; [[service]] stand below them; questions and remits stand below a service."""

    file = "services.toml"
    fields: ClassVar = {
        "group": ("key", "names", "order"),
        "service": (
            "code", "group", "names", "words", "description", "explanation", "remit", "agency", "remit_by",
            "unit", "unit_kind", "unit_by_area", "kind", "urgency", "calendar", "first_answer_hours",
            "resolution_hours", "legal_days", "legal_basis", "public", "photo_required", "question",
        ),
    }  # fmt: skip

    def read(self, lines: Sequence[Line], reading: Reading) -> ServiceRows:
        """Check groups first, then services with all that they refer to; compare with the desk's changes."""
        groups = [line for line in lines if line.table == "group"]
        found = ServiceRows([_group(line, place, reading) for place, line in enumerate(groups, 1)])
        present = _present()
        for place, line in enumerate((line for line in lines if line.table == "service"), 1):
            code = reading.text(line, "code", required=True, longest=LONGEST_KEY)
            reading.declare("service", code, line)
            found.said[code] = said = _said(line, reading) | {"order": place, "retired": False}
            found.merged[code] = _reconciled(line, code, (said, present.get(code)), reading)
        for code, known in present.items():
            if code not in found.said and known.source == Source.FOLDER:
                absent = {**known.base, "retired": True}
                found.said[code] = absent
                found.merged[code] = merge(
                    base=known.base, desk=known.state, file=absent, overwrite=reading.overwrite
                ).state
        return found

    def write(self, rows: ServiceRows, *, now: datetime) -> Tally:
        """Alter groups, services and the units that answer for them in single areas."""
        groups = synchronise(ServiceGroup.objects, rows.groups, keys=("key",), now=now)
        done = write_states(rows.merged, source=Source.FOLDER, now=now)
        _remember(rows.said, done, now)
        in_use = sum(1 for state in rows.said.values() if not state["retired"])
        unchanged = in_use - len(done.created | done.changed)
        return groups.tally() + Tally(
            len(done.created), len(done.changed - done.created), len(done.retired), unchanged
        )

    def recall(self) -> Iterable[tuple[str, str]]:
        """The services in use."""
        codes = Service.objects.filter(retired_at=None).order_by("code").values_list("code", flat=True)
        return [("service", code) for code in codes]


def _present() -> dict[str, _Present]:
    rows = {row.code: row for row in Service.objects.only("code", "loaded", "source")}
    return {
        code: _Present(state, rows[code].loaded or _unknown(rows[code], state), rows[code].source)
        for code, state in states(examples=False).items()
    }


def _unknown(row: Service, state: State) -> State:
    """What the folder said last where that was not kept: the state in use; the desk's own have none."""
    return {} if row.source == Source.DESK else state


def _reconciled(line: Line, code: str, sides: tuple[State, _Present | None], reading: Reading) -> State:
    said, present = sides
    if present is None:
        return said
    found = merge(base=present.base, desk=present.state, file=said, overwrite=reading.overwrite)
    _tell(line, code, found, reading)
    return found.state


def _tell(line: Line, code: str, found: Merged, reading: Reading) -> None:
    """Say plainly what was changed at the desk: it stays, or somebody must decide."""
    if found.kept:
        what = f"At the desk “{code}” was given other {_listed(found.kept)}: that stays."
        reading.notice(line, what, OVERWRITE)
    if found.disputed:
        what = f"“{code}” was changed at the desk and in the file, too: {_listed(found.disputed)}."
        reading.refuse(line, what, f"Write the desk's text into the file. {OVERWRITE}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _remember(said: Mapping[str, State], done: Written, now: datetime) -> None:
    """Keep what the folder said, so that the next load knows what the desk changed since."""
    altered = []
    for row in Service.objects.filter(code__in=list(said)):
        moved = row.code in done.created | done.changed | done.retired
        if moved or flat(row.loaded) != flat(said[row.code]) or row.source != Source.FOLDER:
            row.loaded, row.source = dict(said[row.code]), Source.FOLDER
            row.loaded_at = now if moved or row.loaded_at is None else row.loaded_at
            altered.append(row)
    Service.objects.bulk_update(altered, ["loaded", "source", "loaded_at"])


def _group(line: Line, place: int, reading: Reading) -> dict[str, Any]:
    key = reading.text(line, "key", required=True, longest=LONGEST_KEY)
    reading.declare("group", key, line)
    order = int(reading.number(line, "order", default=place, most=MOST_GROUPS) or place)
    return {"key": key, "names": reading.texts(line, "names", required=True), "order": order}


def _said(line: Line, reading: Reading) -> dict[str, Any]:
    """What the file says of a service, as a state."""
    references = {sort: reading.refer(line, sort, sort) for sort in REFERENCES}
    _check_remit(line, reading)
    own = _service(line, reading) | _clocks(line, reading)
    return own | references | {"unit_by_area": _unit_by_area(line, reading)}


def _service(line: Line, reading: Reading) -> dict[str, Any]:
    code = reading.text(line, "code")
    if not reading.text(line, "group"):
        reading.refuse(line, f"The service “{code}” stands in no group.", "Fill in “group”.")
    return {
        "names": reading.texts(line, "names", required=True),
        "words": reading.lists(line, "words"),
        "description": reading.texts(line, "description"),
        "explanation": _explanation(line, reading),
        "remit": reading.choice(line, "remit", Remit.values, default="ours"),
        "remit_by": remits_of(line, reading),
        "unit_kind": reading.choice(line, "unit_kind", ("", *Unit.Level.values)),
        "kind": reading.choice(line, "kind", Kind.values, default="request"),
        "urgency": reading.choice(line, "urgency", Urgency.values, default="normal"),
        "public": reading.flag(line, "public", default=True),
        "photo_required": reading.flag(line, "photo_required", default=False),
        "questions": questions_of(line, reading),
    }


def _explanation(line: Line, reading: Reading) -> dict[str, str]:
    texts = reading.texts(line, "explanation")
    for language, text in texts.items():
        for name in sorted(set(re.findall(r"\{(\w*)\}", text)) - set(EXPLAINS)):
            what = f"“explanation” in {language} has the variable {{{name}}}, which nothing fills."
            reading.refuse(line, what, f"Use some of: {', '.join(EXPLAINS)}.", at="explanation")
    return texts


def _clocks(line: Line, reading: Reading) -> dict[str, Any]:
    minutes = {}
    for clock in ("first_answer", "resolution"):
        hours = reading.number(line, f"{clock}_hours", most=MOST_HOURS)
        if not hours:
            remedy = f"Write {clock}_hours = 8, in hours of the service's calendar."
            reading.refuse(line, f"“{clock}_hours” is missing or 0.", remedy, at=f"{clock}_hours")
        minutes[f"{clock}_min"] = round((hours or 0) * 60)
    days = reading.number(line, "legal_days", most=MOST_DAYS)
    basis = reading.text(line, "legal_basis")
    if (days is None) == bool(basis):
        remedy = "Write both, for example legal_days = 30 and legal_basis = “3071, art. 7”, or neither."
        reading.refuse(line, "“legal_days” and “legal_basis” belong together.", remedy, at="legal_days")
    calendar = reading.text(line, "calendar") or "office"
    reading.check_known(line, calendar, "calendar", at="calendar")
    legal = {"legal_days": None if days is None else int(days), "legal_basis": basis}
    return minutes | legal | {"calendar": calendar}


def _unit_by_area(line: Line, reading: Reading) -> dict[str, str]:
    table = line.values.get("unit_by_area", {})
    if not isinstance(table, dict) or not all(isinstance(unit, str) for unit in table.values()):
        remedy = 'Write unit_by_area = { area = "unit" }.'
        reading.refuse(line, f"“unit_by_area” is {table!r}.", remedy, at="unit_by_area")
        return {}
    for area, unit in table.items():
        reading.check_known(line, area, "area", at="unit_by_area")
        reading.check_known(line, unit, "unit", at="unit_by_area")
    return dict(table)


def _check_remit(line: Line, reading: Reading) -> None:
    if reading.text(line, "remit") == Remit.AGENCY and not reading.text(line, "agency"):
        reading.refuse(
            line, "The remit is another body's, but none is named.", "Fill in “agency”.", at="remit"
        )
