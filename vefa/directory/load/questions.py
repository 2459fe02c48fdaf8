"""[[service.question]]: what the form asks beside the message itself."""

from collections.abc import Mapping
from typing import Any

from vefa.kit.loading import Line, Reading

KINDS = ("text", "number", "yesno", "choice", "line", "stop", "vehicle", "minutes")
FIELDS = ("key", "kind", "texts", "required", "danger", "choices")
CHOICE_FIELDS = ("key", "texts", "danger")


def questions_of(line: Line, reading: Reading) -> list[dict[str, Any]]:
    """The questions of a service: key, kind, texts, required, danger and, for a choice, its choices.

    danger   on a choice or a yesno: who answers so is told to call the emergency number
    """
    written = line.values.get("question", [])
    if not isinstance(written, list) or not all(isinstance(one, Mapping) for one in written):
        reading.refuse(line, "The questions cannot be read.", "Write each below [[service.question]].")
        return []
    found = [_question(_part(line, one), reading) for one in written]
    _check_keys(line, [str(one["key"]) for one in found], reading)
    return found


def _question(line: Line, reading: Reading) -> dict[str, Any]:
    _check_fields(line, FIELDS, reading)
    kind = reading.choice(line, "kind", KINDS, default="text")
    question = {
        "key": reading.text(line, "key", required=True),
        "kind": kind,
        "texts": reading.texts(line, "texts", required=True),
        "required": reading.flag(line, "required", default=False),
        "danger": reading.flag(line, "danger", default=False),
    }
    if kind == "choice":
        question["choices"] = _choices(line, reading)
    return question


def _choices(line: Line, reading: Reading) -> list[dict[str, Any]]:
    written = line.values.get("choices", [])
    if not isinstance(written, list) or len(written) < 2:
        reading.refuse(line, "A choice needs two choices or more.", "Fill in “choices”.", at="question")
        return []
    found: list[dict[str, Any]] = []
    for one in written:
        part = _part(line, one if isinstance(one, Mapping) else {})
        _check_fields(part, CHOICE_FIELDS, reading)
        found.append(
            {
                "key": reading.text(part, "key", required=True),
                "texts": reading.texts(part, "texts", required=True),
                "danger": reading.flag(part, "danger", default=False),
            }
        )
    _check_keys(line, [one["key"] for one in found], reading)
    return found


def _part(line: Line, values: Mapping[str, Any]) -> Line:
    """A table inside a line; its problems are shown where the first question stands."""
    return Line(line.file, line.numbers.get("question", line.number), values, table="question")


def _check_fields(line: Line, allowed: tuple[str, ...], reading: Reading) -> None:
    for name in sorted(set(line.values) - set(allowed)):
        reading.refuse(line, f"A question knows no field “{name}”.", f"Use some of: {', '.join(allowed)}.")


def _check_keys(line: Line, keys: list[str], reading: Reading) -> None:
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        reading.refuse(line, f"The key “{doubled[0]}” stands twice.", "Give one another key.", at="question")
