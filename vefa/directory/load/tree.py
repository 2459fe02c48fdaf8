"""Rows that hang below each other: a parent must exist, and nothing may hang below itself."""

from collections.abc import Mapping
from types import MappingProxyType

from vefa.kit.loading import Line, Reading


def check_tree(
    lines: Mapping[str, Line],
    parents: Mapping[str, str],
    *,
    sort: str,
    reading: Reading,
    above: Mapping[str, str] = MappingProxyType({}),
) -> bool:
    """Note every unknown parent and every ring; whether the tree is sound.

    `above` holds the parents of rows that are not in the file.
    """
    before = len(reading.problems)
    for key, parent in parents.items():
        reading.check_known(lines[key], parent, sort, at="parent")
    way_up = {**above, **parents}
    for key in parents:
        ring = _ring(key, way_up)
        if ring and key == min(one for one in ring if one in parents):
            what = f"The {sort} “{key}” hangs below itself: {' → '.join([*ring, key])}."
            reading.refuse(lines[key], what, "Correct “parent” in one of these lines.", at="parent")
    return len(reading.problems) == before


def _ring(key: str, parents: Mapping[str, str]) -> list[str]:
    """The keys on the way up from `key` if that way comes back to it, else nothing."""
    way = [key]
    while (above := parents.get(way[-1], "")) and above != key:
        if above in way:
            return []
        way.append(above)
    return way if above == key else []
