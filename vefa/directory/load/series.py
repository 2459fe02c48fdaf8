"""Names that must be there once, and numbers that must have no gap."""

from collections import defaultdict
from collections.abc import Sequence

from vefa.kit.geo import Point
from vefa.kit.loading import Line, Reading

Named = tuple[str, Line, Point]


def check_series(features: Sequence[Named], *, below: str, reading: Reading) -> None:
    """Note every name that stands twice and, if all names are numbers, every number that is missing.

    features   (name, line, middle) of the areas that hang below one parent, in the order of the file
    """
    by_name: dict[str, list[Named]] = defaultdict(list)
    for feature in features:
        by_name[feature[0]].append(feature)
    missing = _missing(list(by_name), len(features))
    for name, same in by_name.items():
        if len(same) > 1:
            places = " and ".join(_place(line, middle) for _, line, middle in same)
            remedy = "Find out on the map which is right; rename or delete the other."
            if missing:
                remedy = (
                    f"One of them may be the missing {_listed(missing)}, but look at the map first: "
                    "a number given by guess sends people to the wrong office."
                )
            reading.refuse(
                same[-1][1], f"“{name}” stands {len(same)} times below “{below}”: {places}.", remedy
            )
    if missing:
        what = (
            f"The numbers below “{below}” go from 1 to {max(map(int, by_name))} in {len(features)} features,"
        )
        remedy = "Add its outline to the file, or correct the number that another feature bears wrongly."
        reading.refuse(features[0][1], f"{what} but {_listed(missing)} is missing.", remedy)


def _missing(names: Sequence[str], count: int) -> list[int]:
    """The numbers from 1 up to the highest one, or to the number of features, that no feature bears."""
    if not names or not all(name.isdecimal() for name in names):
        return []
    present = {int(name) for name in names}
    return sorted(set(range(1, max(count, *present) + 1)) - present)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _place(line: Line, middle: Point) -> str:
    return f"the {line.table} (middle {middle.latitude:.3f}, {middle.longitude:.3f})"
