"""Words of kind and of danger in a message: what was heard, and what of it counts.

A word of danger counts at once ("gas smell"), unless something calm stands beside it ("fire station",
"prices on fire"), or only with others ("child", "fell", "well"). Lists are per language, words match from
their beginning: nothing is found in the middle of a word. People in Kazakhstan mix Kazakh and Russian, so
that either is also heard in the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product
from typing import NamedTuple

from vefa.triage.lexicon import Scene, lexicon, scenes

Heard = Mapping[str, list[str]]  # by the name of a list in the lexicon; only those that were heard

_ALSO = {"kk": ("ru",), "ru": ("kk",)}
_NEAR = 5  # words between a word of danger and what makes it harmless
_MOST = 6  # of one list that a scene looks at: a long text says little new
_CALMED = {"emergency", "alarm", "wounded", "danger", "urgent", "thanks"}


class Hit(NamedTuple):
    """Words of a list, from which word of the message up to which."""

    at: int
    end: int
    words: str


type Hits = dict[str, list[Hit]]


def heard_in(said: list[str], *, language: str) -> Heard:
    """The words of kind and of danger in the folded words of a message, those that count."""
    hits = _calmed(_hits(said, language))
    heard = {name: [hit.words for hit in found] for name, found in hits.items()}
    for level, words in _raised(hits):
        heard.setdefault(level, []).append(words)
    if "alarm" in hits and "emergency" not in heard:  # all of it was said of something harmless
        heard.setdefault("words", []).extend(hit.words for hit in hits["alarm"])
    return heard


def _hits(said: list[str], language: str) -> Hits:
    hits: Hits = {}
    for tongue in (language, *_ALSO.get(language, ())):
        for met in lexicon(tongue).tone.table.found_in(said):
            hit = Hit(met.at, met.at + len(met.said), " ".join(met.said))
            hits.setdefault(met.value, []).append(hit)
    return hits


def _calmed(hits: Hits) -> Hits:
    """Without what stands within an expression that is no danger."""
    calm = hits.get("words", [])
    if not calm:
        return hits
    scenic = {name for scene in scenes() for name in scene.of}
    left = {
        name: [hit for hit in found if not any(_within(hit, one) for one in calm)]
        if name in _CALMED or name in scenic
        else found
        for name, found in hits.items()
    }
    return {name: found for name, found in left.items() if found}


def _raised(hits: Hits) -> Iterator[tuple[str, str]]:
    """Levels that the words reach together, with the words."""
    for name, unless in (("alarm", "about"), ("wounded", "animal")):
        for hit in hits.get(name, ()):
            if not _any_near([hit], hits.get(unless, ())):
                yield "emergency", hit.words
    for hit in hits.get("bites", ()):
        yield "urgent", hit.words
    for scene in scenes():
        if all(name in hits for name in scene.of):
            yield from _played(scene, hits)


def _played(scene: Scene, hits: Hits) -> Iterator[tuple[str, str]]:
    for together in product(*(hits[name][:_MOST] for name in scene.of)):
        ordered = sorted(together)
        apart = all(one.end <= other.at for one, other in pairwise(ordered))
        if not apart or ordered[-1].at - ordered[0].end > scene.within:
            continue
        if not _any_near(ordered, hits.get(scene.unless, ())):
            yield scene.level, " … ".join(hit.words for hit in ordered)
            return


def _any_near(these: Iterable[Hit], others: Iterable[Hit]) -> bool:
    return any(max(one.at - other.end, other.at - one.end) <= _NEAR for one in these for other in others)


def _within(one: Hit, other: Hit) -> bool:
    return other.at <= one.at and one.end <= other.end
