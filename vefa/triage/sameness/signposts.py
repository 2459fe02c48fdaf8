"""Words around which a place is told: see signposts.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_SHORT = 3  # a signpost of so few letters is a whole word: "ул", "sok", "no"


@dataclass(frozen=True)
class Signpost:
    """One sort of words, folded: short ones stand alone, longer ones may have any ending."""

    whole: frozenset[str]
    begun: tuple[str, ...]

    def __contains__(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.begun)


@dataclass(frozen=True)
class Signposts:
    """All sorts; `no_name` are words that stand where a name would."""

    name_before: Signpost
    name_behind: Signpost
    house: Signpost
    line: Signpost
    counted: Signpost
    no_name: frozenset[str]


@cache
def signposts() -> Signposts:
    """The words of all five languages, read once."""
    source = resources.files("vefa.triage.sameness").joinpath("signposts.toml").read_text(encoding="utf-8")
    rows: dict[str, list[str]] = tomllib.loads(source)
    sorts = {name: _post(stems) for name, stems in rows.items() if name != "no_name"}
    return Signposts(**sorts, no_name=frozenset(rows["no_name"]))


def _post(stems: list[str]) -> Signpost:
    begun = tuple(stem for stem in stems if len(stem) > _SHORT)
    return Signpost(frozenset(stems), begun)
