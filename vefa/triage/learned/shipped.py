"""Vectors that come with a catalogue, so that a fresh home need not reckon thousands of them.

An npz beside the example messages: the model of the vectors, keys of 16 bytes, rows as int8. Whoever writes
other examples loses nothing: what the file does not hold is reckoned on the spot.
"""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vefa.triage import semantic

_KEY = 16  # bytes
_TOP = 127  # of an int8


def key_of_text(text: str, language: str) -> str:
    """The key of a row: the same for the same text in the same language."""
    return blake2b(f"{language}\t{text}".encode("utf-8", "replace"), digest_size=_KEY).hexdigest()


def read(path: Path) -> dict[str, NDArray[np.float16]]:
    """Rows by `key_of_text`; nothing where there is no such file, or one of another model."""
    try:
        with np.load(path, allow_pickle=False) as held:
            if held["model"].tobytes().decode() != semantic.MODEL_ID:
                return {}
            keys, rows = held["keys"], held["rows"].astype(np.float32)
    except (OSError, KeyError, ValueError, BadZipFile):
        return {}
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return {key.tobytes().hex(): row for key, row in zip(keys, rows.astype(np.float16), strict=True)}


def write(path: Path, rows: Mapping[str, NDArray[Any]]) -> None:
    """Keep these rows, each in steps of one part in 127 of its largest number."""
    keys = sorted(rows)
    wide = np.array([rows[key] for key in keys], np.float32)
    steps = np.round(wide * _TOP / np.maximum(np.abs(wide).max(axis=1, keepdims=True), 1e-6)).astype(np.int8)
    np.savez_compressed(
        path,
        allow_pickle=False,
        model=np.frombuffer(semantic.MODEL_ID.encode(), np.uint8),
        keys=np.frombuffer(bytes.fromhex("".join(keys)), np.uint8).reshape(len(keys), _KEY),
        rows=steps,
    )
