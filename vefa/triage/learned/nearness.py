"""What the nearest examples say: of a message's vector, which services have texts that mean the like.

Texts of one language lie closer together than those of two, so a nearness counts by how much it stands out
among all nearnesses to its language.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MOST_KEPT = 12_000  # texts, the latest: 4.6 MB as they are stored, 18 MB as they are compared
_KEENNESS = 1.4  # how much more the nearest count: e to this, for each standard deviation
_TRIED = 400  # texts on which it is seen how far apart services lie
_TOP = 127  # of an int8
_LEAST = 1e-3

Scores = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Neighbours:
    """Vectors that were learned from, seen from the middle of their language: int8 (texts, 384).

    `services` and `tongues` (ascending) hold the number of each text's service and language, `spread` how
    far the services lie apart in what they say.
    """

    rows: NDArray[np.int8]
    services: NDArray[np.uint16]
    tongues: NDArray[np.uint8]
    spread: float = 1.0


def neighbours_of(rows: NDArray[np.float32], services: list[int], languages: list[str]) -> Neighbours:
    """The last texts of what was learned from, as they are kept: one language after the other."""
    told = sorted(set(languages))
    tongues = np.array([told.index(one) for one in languages[-MOST_KEPT:]], np.uint8)
    order = np.argsort(tongues, kind="stable")
    kept = rows[-MOST_KEPT:][order]
    steps = np.abs(kept).max(axis=1, keepdims=True) / _TOP
    found = Neighbours(
        rows=np.round(kept / np.maximum(steps, 1e-9)).astype(np.int8),
        services=np.array(services[-MOST_KEPT:], np.uint16)[order],
        tongues=tongues[order],
    )
    return replace(found, spread=_spread(found, max(services) + 1))


@dataclass(eq=False)
class Nearness:
    """Neighbours in use: `services` is how many there are."""

    of: Neighbours
    services: int

    def __post_init__(self) -> None:
        """Make ready what every message is compared with."""
        wide = self.of.rows.astype(np.float32)
        wide /= np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-6)
        self._wide = wide
        begins = np.flatnonzero(np.diff(self.of.tongues, prepend=-1))
        self._tongues = [slice(*ends) for ends in pairwise([*begins, len(wide)])]
        self._count = np.bincount(self.of.services, minlength=self.services)

    def said(self, row: NDArray[np.float32]) -> Scores:
        """What a centred vector's neighbours say for each service."""
        return self._told(self._wide @ row)

    def said_without(self, place: int) -> Scores:
        """What all others say of one of them."""
        near = self._wide @ self._wide[place]
        near[place] = near.min()
        return self._told(near)

    def _told(self, near: NDArray[np.float32]) -> Scores:
        for places in self._tongues:
            some = near[places]
            near[places] = (some - some.mean()) / max(float(some.std()), _LEAST)
        heavy = np.bincount(self.of.services, np.exp(_KEENNESS * near), minlength=self.services)
        logs = np.log(np.maximum(heavy / np.maximum(self._count, 1), _LEAST))
        scores: Scores = ((logs - logs.mean()) / self.of.spread).astype(np.float32)
        return scores


def _spread(found: Neighbours, services: int) -> float:
    """How far the services lie apart in what all others say of some of the texts."""
    seen = Nearness(found, services)
    step = max(1, len(found.rows) // _TRIED)
    scores = [seen.said_without(place) for place in range(0, len(found.rows), step)]
    return float(np.std(scores)) or 1.0
