"""Vectors of what is learned from, reckoned once: 30 ms each, and most are the same in the next night."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vefa.triage import semantic
from vefa.triage.learned.samples import Sample
from vefa.triage.learned.shipped import key_of_text
from vefa.triage.models import TextVector

EXAMPLE = "example"
_AT_ONCE = 200


def vectors_of(samples: Sequence[Sample], *, shipped: dict[str, NDArray[Any]] | None = None) -> NDArray[Any]:
    """A row for each sample that is worth a vector, from the table where it is known.

    `shipped` holds rows that came with the catalogue, by `key_of`.
    """
    told = [one for one in samples if one.vectored]
    keys = [key_of(one) for one in told]
    known = {**(shipped or {}), **_stored(set(keys) - (shipped or {}).keys())}
    missing = {key: one for key, one in zip(keys, told, strict=True) if key not in known}
    for start in range(0, len(missing), _AT_ONCE):
        known |= _made(dict(list(missing.items())[start : start + _AT_ONCE]))
    return np.array([known[key] for key in keys], np.float16).reshape(len(keys), semantic.DIMENSIONS)


def key_of(one: Sample) -> str:
    """The same for the same text in the same language."""
    return key_of_text(one.text, one.language)


def forget_others(samples: Sequence[Sample]) -> None:
    """Drop what nothing is learned from any more: a case that was erased leaves no vector."""
    kept = {key_of(one) for one in samples}
    rows = TextVector.objects.filter(kind=EXAMPLE)
    gone = [pk for pk, key in rows.values_list("id", "key").iterator() if key not in kept]
    TextVector.objects.filter(id__in=gone).delete()


def _stored(keys: set[str]) -> dict[str, NDArray[Any]]:
    rows = TextVector.objects.filter(kind=EXAMPLE, model=semantic.MODEL_ID, key__in=keys)
    return {
        key: np.frombuffer(held, np.float16) for key, held in rows.values_list("key", "vector").iterator()
    }


def _made(samples: dict[str, Sample]) -> dict[str, NDArray[Any]]:
    rows = semantic.vectors([one.text for one in samples.values()])
    TextVector.objects.bulk_create(
        [
            TextVector(
                kind=EXAMPLE,
                key=key,
                language=one.language,
                model=semantic.MODEL_ID,
                vector=row.tobytes(),
                words=key,
            )
            for (key, one), row in zip(samples.items(), rows, strict=True)
        ],
        ignore_conflicts=True,
    )
    return dict(zip(samples, rows, strict=True))
