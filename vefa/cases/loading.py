"""What municipality.toml says to this room under `[settings]`, read with the rest of its folder."""

from collections.abc import Callable, Mapping

from vefa.cases.incidents.rules import SPANS, SWITCHES, fits
from vefa.kit.loading import Line, Reading


def _incidents(settings: Line, reading: Reading) -> None:
    """What the city calls many at once."""
    bar = reading.table(settings, "incidents", [*SWITCHES, *SPANS])
    for name in SWITCHES:
        reading.flag(bar, name, default=True)
    for name, span in SPANS.items():
        value = bar.values.get(name, span[0])
        if not fits(value, span):
            remedy = f"Write a number from {span[0]:g} to {span[1]:g}."
            reading.refuse(bar, f"“{name}” is {value!r}.", remedy, at=name)


def _contact_unit(settings: Line, reading: Reading) -> None:
    reading.text(settings, "contact_unit")


SETTINGS: Mapping[str, Callable[[Line, Reading], None]] = {
    "incidents": _incidents,
    "contact_unit": _contact_unit,
}
