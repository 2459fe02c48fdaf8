"""A learned model as numbers, as it is stored and as it is loaded: small, and without anything that runs.

Rows are features in the order of their names, columns are services in the order of `codes`.
"""

import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vefa.triage.learned.nearness import Neighbours

FORM = 1  # of what is stored; another one is not read
MOST_FEATURES = 60_000  # 6.4 MB for a hundred services


class UnreadableModelError(Exception):
    """These bytes are no model of this form."""


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """How much each voice counts in the sum, and how warm the sum is made before it becomes shares."""

    words: float
    lexicon: float
    meaning: float = 0.0
    nearness: float = 0.0
    warmth: float = 1.0  # above 1: less sure


@dataclass(frozen=True, kw_only=True, eq=False)
class Meaning:
    """What vectors say for services: `weights` is float16 (384, services)."""

    model: str  # that the vectors must be of
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    middles: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)  # by language
    neighbours: Neighbours | None = None  # None: of a model from before there were any


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """One learned model. `weights` is int8 (features, services), to be multiplied by `scale`."""

    codes: list[str]
    names: NDArray[np.uint32]  # ascending
    rarity: NDArray[np.float32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]  # (services,)
    bias: NDArray[np.float32]
    plain: Mixture
    mixed: Mixture | None = None  # where a vector speaks too
    meaning: Meaning | None = None


def to_bytes(model: Model) -> bytes:
    """The model as a compressed npz without pickles."""
    head: dict[str, Any] = {
        "form": FORM,
        "codes": model.codes,
        "plain": _as_row(model.plain),
        "mixed": _as_row(model.mixed) if model.mixed else None,
        "meaning": model.meaning.model if model.meaning else None,
        "middles": sorted(model.meaning.middles) if model.meaning else [],
    }
    held: dict[str, NDArray[Any]] = {
        "head": np.frombuffer(json.dumps(head).encode(), np.uint8),
        "names": model.names,
        "rarity": model.rarity.astype(np.float16),
        "weights": model.weights,
        "scale": model.scale,
        "bias": model.bias,
    }
    if model.meaning:
        held |= {"meaning_weights": model.meaning.weights, "meaning_bias": model.meaning.bias}
        held |= {f"middle_{language}": row for language, row in model.meaning.middles.items()}
        held |= _near_rows(model.meaning.neighbours)
    kept = io.BytesIO()
    np.savez_compressed(kept, allow_pickle=False, **held)
    return kept.getvalue()


def from_bytes(stored: bytes) -> Model:
    """The model that was stored. Raises UnreadableModelError."""
    try:
        with np.load(io.BytesIO(stored), allow_pickle=False) as held:
            head = json.loads(held["head"].tobytes())
            if head["form"] != FORM:
                raise UnreadableModelError(f"form {head['form']}, not {FORM}")
            return Model(
                codes=head["codes"],
                names=held["names"],
                rarity=held["rarity"].astype(np.float32),
                weights=held["weights"],
                scale=held["scale"],
                bias=held["bias"],
                plain=Mixture(**head["plain"]),
                mixed=Mixture(**head["mixed"]) if head["mixed"] else None,
                meaning=_meaning(head, held) if head["meaning"] else None,
            )
    except (KeyError, TypeError, ValueError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise UnreadableModelError(str(error)) from error


def _meaning(head: Mapping[str, Any], held: Any) -> Meaning:
    return Meaning(
        model=head["meaning"],
        weights=held["meaning_weights"],
        bias=held["meaning_bias"],
        middles={language: held[f"middle_{language}"] for language in head["middles"]},
        neighbours=_neighbours(held) if "near_rows" in held else None,
    )


def _near_rows(known: Neighbours | None) -> dict[str, NDArray[Any]]:
    if known is None:
        return {}
    return {
        "near_rows": known.rows,
        "near_services": known.services,
        "near_tongues": known.tongues,
        "near_spread": np.array([known.spread], np.float32),
    }


def _neighbours(held: Any) -> Neighbours:
    return Neighbours(
        rows=held["near_rows"],
        services=held["near_services"],
        tongues=held["near_tongues"],
        spread=float(held["near_spread"][0]),
    )


def _as_row(mixture: Mixture) -> dict[str, float]:
    return {one.name: getattr(mixture, one.name) for one in fields(mixture)}
