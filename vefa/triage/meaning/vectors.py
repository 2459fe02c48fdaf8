"""Vectors that may be stored and compared: in native script, seen from the middle of their language.

The middle of a language is reckoned once, from the example messages of the catalogue, and then kept: vectors
that were seen from different middles cannot be compared.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import md5
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vefa.directory.queries import examples
from vefa.triage import semantic
from vefa.triage.learned.shipped import key_of_text
from vefa.triage.lexicon import LANGUAGES
from vefa.triage.models import CaseVector, TextVector
from vefa.triage.script import native
from vefa.triage.semantic import MODEL_ID

PHRASE, SERVICE, MIDDLE = "phrase", "service", "middle"
SAMPLE = 40  # messages of a language from which its middle is reckoned
ENOUGH = 10  # fewer tell of their subject, not of their language

Middles = dict[str, NDArray[np.float32]]
Known = Mapping[str, NDArray[Any]]
_lock = threading.Lock()
_held: dict[str, Middles] = {}


def made(
    texts: Sequence[str], languages: Sequence[str], *, known: Known | None = None
) -> NDArray[np.float32]:
    """One row of length 1 for each text; 30 ms of a core for a short one. Raises SemanticMissingError.

    `known` holds rows that are not reckoned again, by `shipped.key_of_text` of the native text.
    """
    return semantic.centred(_rows(texts, languages, known or {}), languages, middles(languages))


def _rows(texts: Sequence[str], languages: Sequence[str], known: Known) -> semantic.Vectors:
    told = [native(text, language) for text, language in zip(texts, languages, strict=True)]
    keys = [key_of_text(text, language) for text, language in zip(told, languages, strict=True)]
    missing = {key: text for key, text in zip(keys, told, strict=True) if key not in known}
    rows = {**known, **dict(zip(missing, semantic.vectors(list(missing.values())), strict=True))}
    return np.array([rows[key] for key in keys], np.float16).reshape(len(keys), semantic.DIMENSIONS)


def packed(row: NDArray[np.float32]) -> bytes:
    """A row as it is stored: float16."""
    return row.astype(np.float16).tobytes()


def unpacked(rows: Sequence[bytes]) -> NDArray[np.float32]:
    """Stored rows, ready for reckoning."""
    flat = np.frombuffer(b"".join(rows), np.float16).reshape(len(rows), semantic.DIMENSIONS)
    return flat.astype(np.float32)


def signs_of(row: NDArray[np.float32]) -> str:
    """The signs of a row, "0110…": rows that mean the like have most signs in common."""
    return "".join("1" if number > 0 else "0" for number in row)


def digest_of(text: str) -> str:
    """A digest by which changed words are noticed."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def middles(spoken: Iterable[str] = ()) -> Middles:
    """The middle of each language as it is stored; none before the job has reckoned it.

    Read anew where one of the `spoken` languages is missing: another process may have reckoned it meanwhile.
    """
    known = _held.get(MODEL_ID)
    if not known or not known.keys() >= set(spoken):
        with _lock:
            known = _held[MODEL_ID] = _stored()
    return known


def forget() -> None:
    """Read the middles anew; for tests."""
    with _lock:
        _held.clear()


def reckon_middles(came: Callable[[], Known] = dict) -> bool:
    """Reckon and keep the middle of one language that has none yet; whether there was one to reckon.

    `came` reads the rows that came with the catalogue.

    A city without example messages does without: its vectors are compared as they are.
    """
    missing = [language for language in LANGUAGES if language not in _stored()]
    told: dict[str, list[str]] = {language: [] for language in missing}
    for one in examples() if missing else []:
        if one.language in told:
            told[one.language].append(one.text)
    for language in missing:
        if len(told[language]) >= ENOUGH:
            _keep(language, _spread(told[language]), came())
            forget()
            return True
    return False


def _keep(language: str, texts: Sequence[str], came: Known) -> None:
    rows = _rows(texts, [language] * len(texts), came).astype(np.float32)
    _, is_new = TextVector.objects.get_or_create(
        kind=MIDDLE,
        key=MIDDLE,
        language=language,
        model=MODEL_ID,
        defaults={"vector": rows.mean(axis=0).astype(np.float32).tobytes(), "words": ""},
    )
    if is_new:  # what was seen from nowhere until now is read anew
        CaseVector.objects.filter(case__language=language).delete()
        TextVector.objects.filter(kind__in=(PHRASE, SERVICE), language=language).delete()


def _spread(texts: Sequence[str]) -> list[str]:
    """Some of all, from begin to end: neighbours are about one service."""
    step = max(1, len(texts) // SAMPLE)
    return list(texts[::step])[:SAMPLE]


def _stored() -> Middles:
    rows = TextVector.objects.filter(kind=MIDDLE, model=MODEL_ID).order_by("language")
    return {row.language: np.frombuffer(bytes(row.vector), np.float32) for row in rows}
