"""What people say in groups, found in one walk, whatever the language: neighbours mix them."""

import tomllib
from functools import cache
from importlib import resources

from vefa.triage.lexicon import Phrases


@cache
def words_of_groups() -> Phrases:
    """The lists of `words.toml` by their names."""
    source = resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return Phrases.of(tomllib.loads(source))
