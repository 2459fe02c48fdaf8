"""A service as plain values: everything that can be edited of it, to be compared, kept, merged and restored.

A state refers by keys ("unit": "roads"), never by ids, and is what JSON can hold. Texts and lists per
language count as a field each: "words.kk" can differ while "words.tr" is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

State = Mapping[str, Any]

PER_LANGUAGE = ("names", "description", "explanation", "words", "examples")
LISTS = ("words", "examples")
PLAIN: Mapping[str, Any] = {
    "group": "",
    "remit": "ours",
    "agency": "",
    "remit_by": [],
    "unit": "",
    "unit_kind": "",
    "unit_by_area": {},
    "kind": "request",
    "urgency": "normal",
    "calendar": "office",
    "first_answer_min": 480,
    "resolution_min": 2400,
    "legal_days": None,
    "legal_basis": "",
    "public": True,
    "photo_required": False,
    "questions": [],
    "order": 0,
    "retired": False,
}


@dataclass(frozen=True)
class Merged:
    """What becomes of a service that a file and the desk both speak of.

    kept       fields that the desk changed and the file did not: they stay
    disputed   fields that both changed, each to something else
    """

    state: State
    kept: tuple[str, ...] = field(default=())
    disputed: tuple[str, ...] = field(default=())


def flat(state: State) -> dict[str, Any]:
    """Every field by its name, with languages apart; what is empty is left out."""
    found = {name: value for name, value in state.items() if name not in PER_LANGUAGE}
    for name in PER_LANGUAGE:
        found |= {f"{name}.{code}": value for code, value in state.get(name, {}).items() if value}
    return found


def whole(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The state that `flat` took apart."""
    state: dict[str, Any] = {name: {} for name in PER_LANGUAGE}
    for name, value in fields.items():
        head, _, language = name.partition(".")
        if language:
            state[head][language] = value
        else:
            state[name] = value
    return state


def changes(before: State, after: State) -> dict[str, tuple[Any, Any]]:
    """The fields that differ, with both values; None or an empty value where there was nothing."""
    old, new = flat(before), flat(after)
    names = [name for name in {**old, **new} if name != "order"]
    return {name: (old.get(name), new.get(name)) for name in names if _differ(old.get(name), new.get(name))}


def _differ(one: Any, other: Any) -> bool:
    return one != other and bool(one or other or one == 0 or other == 0)


def merge(*, base: State, desk: State, file: State, overwrite: bool = False) -> Merged:
    """A file against what the desk made of its earlier state; with `overwrite` the file has the last word.

    base   what the file said when it was loaded last; desk   what is in use; file   what it says now
    """
    was, here, said = flat(base), flat(desk), flat(file)
    result, kept, disputed = {}, [], []
    for name in {**said, **was, **here}:
        old, ours, theirs = was.get(name), here.get(name), said.get(name)
        edited = _differ(old, ours) and _differ(ours, theirs)
        if edited and not overwrite and not _differ(old, theirs):
            result[name] = ours
            kept.append(name)
        else:
            result[name] = theirs
            disputed += [name] if edited and not overwrite else []
    present = {name: value for name, value in result.items() if value is not None or name in PLAIN}
    return Merged(whole(present), tuple(sorted(kept)), tuple(sorted(disputed)))


def complete(state: State) -> dict[str, Any]:
    """The state with a value for every field."""
    return {**PLAIN, **{name: {} for name in PER_LANGUAGE}, **state}
