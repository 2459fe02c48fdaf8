"""Make the models by which triage hears a language: vefa/triage/language.npz.

python -m tools.train_language      make the file anew from the shipped sentences
python -m tools.measure_language    how well it hears, ways of romanising that it never saw among them

Everything it learns from is shipped with the product: example messages, sayings of the demo, phrases, the
sentences of the screens, words of the lexicon. The same sentences give the same file.
"""

import csv
import random
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from babel.messages.pofile import read_po
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from tools.romanise import KAZAKH, PERSIAN, RUSSIAN, Scheme, by, finglish, mixed
from vefa.kit.text import fold, words
from vefa.triage.letters import CLASSES, CYRILLIC, FORMAT, LATIN, SIZES, bucket, groups_of, marks_of

ROOT = Path(__file__).resolve().parent.parent / "vefa"
CITY = ROOT / "wiring" / "demo" / "city"
SEED = 311
STRENGTH = 8.0  # inverse of regularisation
_HOLES = re.compile(r"[{<][^}>]*[}>]|%\([a-z_]+\)[sd]|https?://\S+|&\w+;")

Row = tuple[str, str]  # text, language


@dataclass(frozen=True)
class Schemes:
    """The ways of romanising that a model may learn from."""

    russian: Mapping[str, Scheme]
    kazakh: Mapping[str, Scheme]
    persian: Mapping[str, Scheme]

    def without(self, name: str) -> "Schemes":
        """All but one, named as in "kk: 2021"."""
        language, _, scheme = name.partition(": ")
        kept = {
            code: {key: value for key, value in known.items() if (code, key) != (language, scheme)}
            for code, known in (("ru", self.russian), ("kk", self.kazakh), ("fa", self.persian))
        }
        return Schemes(kept["ru"], kept["kk"], kept["fa"])


ALL = Schemes(RUSSIAN, KAZAKH, PERSIAN)


def sentences() -> dict[str, list[str]]:
    """Our own sentences by language, each once, in a steady order."""
    found: dict[str, dict[str, None]] = {code: {} for code in CLASSES[LATIN]}
    for language, text in (
        *_examples(),
        *_told("phrases.toml"),
        *_told("services.toml"),
        *_sayings(),
        *_screens(),
        *_lexicons(),
    ):
        plain = " ".join(_HOLES.sub(" ", text).split())
        if language in found and plain:
            found[language][plain] = None
    return {language: sorted(texts) for language, texts in found.items()}


def _examples() -> Iterator[Row]:
    for path in sorted(CITY.glob("examples.*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield path.suffixes[-2].strip("."), row.get("text") or ""


def _told(name: str) -> Iterator[Row]:
    yield from _strings(tomllib.loads((CITY / name).read_text(encoding="utf-8")), "")


def _sayings() -> Iterator[Row]:
    path = ROOT / "wiring" / "demo" / "sayings.toml"
    yield from _strings(tomllib.loads(path.read_text(encoding="utf-8")), "")


def _strings(value: Any, language: str) -> Iterator[Row]:
    """Every text below a key that is a language code."""
    if isinstance(value, str) and language:
        yield language, value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one, language)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _strings(one, key if key in CLASSES[LATIN] else language)


def _screens() -> Iterator[Row]:
    for path in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        language = path.parts[-3]
        with path.open("rb") as file:
            for message in read_po(file):
                for text in message.string if isinstance(message.string, tuple) else (message.string,):
                    yield language, str(text)
                if language == "tr" and isinstance(message.id, str):
                    yield "en", message.id


def _lexicons() -> Iterator[Row]:
    for path in sorted((ROOT / "triage" / "lexicon").glob("*.toml")):
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        yield from ((code, text.replace("*", "")) for code, text in _strings(read, path.stem))


def latin_rows(texts: Mapping[str, list[str]], schemes: Schemes, *, seed: int = SEED) -> list[Row]:
    """Every sentence as people type it in Latin letters, and pieces of it: short messages are many."""
    chance = random.Random(seed)  # noqa: S311 - the same file must come out again
    rows: list[Row] = [(text, code) for code in ("tr", "en") for text in texts[code]]
    rows += [(fold(text), "tr") for text in texts["tr"]]
    for code, known in (("ru", schemes.russian), ("kk", schemes.kazakh)):
        listed = list(known.values())
        for text in texts[code]:
            rows += [(by(chance.choice(listed), text), code), (mixed(listed, text, chance), code)]
    for text in texts["fa"]:
        scheme = chance.choice(list(schemes.persian.values()))
        rows += [(finglish(scheme, text, chance), "fa"), (finglish(scheme, text, chance, known=False), "fa")]
    return rows + _pieces(rows, chance)


def cyrillic_rows(texts: Mapping[str, list[str]], *, seed: int = SEED) -> list[Row]:
    """Kazakh with and without its own letters, and Russian."""
    chance = random.Random(seed)  # noqa: S311 - as above
    rows = [(text, code) for code in ("ru", "kk") for text in texts[code]]
    rows += [(fold(text), "kk") for text in texts["kk"]]
    return rows + _pieces(rows, chance)


def _pieces(rows: Iterable[Row], chance: random.Random) -> list[Row]:
    found = []
    for text, code in rows:
        said = text.split()
        if len(said) > 3:
            length = chance.randint(1, 4)
            at = chance.randrange(len(said) - length + 1)
            found.append((" ".join(said[at : at + length]), code))
    return found


def fit(rows: Iterable[Row], script: str) -> "np.ndarray[Any, np.dtype[np.float16]]":
    """The weights of a script: one row a bucket and one for the bias, one column a class."""
    counted = [(_counts(text, script), code) for text, code in rows]
    counted = [(counts, code) for counts, code in counted if counts]
    data = [value for counts, _ in counted for value in counts.values()]
    columns = [column for counts, _ in counted for column in counts]
    starts = np.cumsum([0, *(len(counts) for counts, _ in counted)])
    matrix = csr_matrix((data, columns, starts), shape=(len(counted), SIZES[script]))
    classes = CLASSES[script]
    labels = [classes.index(code) for _, code in counted]
    fitted = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=300, tol=1e-3)
    fitted.fit(matrix, labels)
    weights, bias = fitted.coef_, fitted.intercept_
    if len(classes) == 2:  # one row of scikit-learn's stands for both classes
        weights, bias = np.vstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    return np.ascontiguousarray(np.vstack([weights.T, bias]), dtype=np.float16)


def _counts(text: str, script: str) -> dict[int, float]:
    groups = [group for word in words(text) for group in groups_of(word)]
    groups += marks_of(text) if script == LATIN else []
    size = len(groups) ** 0.5
    counts: dict[int, float] = {}
    for group in groups:
        column = bucket(group, script)
        counts[column] = counts.get(column, 0.0) + 1 / size
    return counts


def make(path: Path) -> None:
    """Fit both scripts and write the file."""
    texts = sentences()
    latin, cyrillic = fit(latin_rows(texts, ALL), LATIN), fit(cyrillic_rows(texts), CYRILLIC)
    np.savez_compressed(path, format=np.array(FORMAT), latin=latin, cyrillic=cyrillic)
    counts = ", ".join(f"{len(found)} {code}" for code, found in texts.items())
    sys.stdout.write(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB from {counts}\n")


if __name__ == "__main__":
    make(ROOT / "triage" / "language.npz")
