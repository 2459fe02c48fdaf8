"""How well a language is heard: sentences written by hand, real ones, and ways of romanising never seen.

Real sets lie beside a checkout, never in it; what is missing is left out of the table.
"""

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.romanise import KAZAKH, PERSIAN, RUSSIAN, by
from tools.train_language import ALL, fit, latin_rows, sentences
from vefa.kit.text import fold, words
from vefa.triage.language import language_of
from vefa.triage.letters import LATIN, Model, likelihoods_by, marks_of

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
HEARD = ROOT / "tests" / "triage" / "heard"

Sample = Sequence[tuple[str, str]]  # language, text
Hearer = Callable[[str], str]


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_hand(name: str) -> list[tuple[str, str]]:
    """Sentences that were written for measuring and are never learnt from."""
    return [(row["language"], row["text"]) for row in _rows(HEARD / f"{name}.csv")]


def real() -> dict[str, list[tuple[str, str]]]:
    """The real sets, at most a thousand texts of each."""
    turkish = [("tr", row["text"]) for row in _rows(DATA / "tr-municipal-complaints" / "train_dev.csv")]
    kazakh = [("kk", row["text"]) for row in _rows(DATA / "kk-place-reviews" / "mapping_valid.csv")]
    appeals = _rows(DATA / "kk-ru-akimat-appeals" / "appeals_dev.csv")
    english = [
        ("en", row["Description"])
        for row in _rows(DATA / "en-nyc-publicstuff" / "nyc_even_ids.csv")
        if len(row["Description"]) > 12 and "without a description" not in row["Description"]
    ]
    portal = DATA / "ru-city-portal-appeals" / "appeals_sample.jsonl"
    lines = portal.read_text(encoding="utf-8").splitlines() if portal.is_file() else []
    sets = {
        "Turkish complaints": turkish,
        "the same without dots": [(code, fold(text)) for code, text in turkish],
        "Russian portal": [("ru", json.loads(line)["text"]) for line in lines[:1000]],
        "Russian appeals": [("ru", row["text_ru"]) for row in appeals],
        "Kazakh appeals": [("kk", row["text_kz"]) for row in appeals],
        "the same on a Russian keyboard": [("kk", fold(row["text_kz"])) for row in appeals],
        "Kazakh reviews": kazakh,
        "English 311": english,
    }
    return {name: rows[:1000] for name, rows in sets.items() if rows}


def romanised() -> dict[str, list[tuple[str, str]]]:
    """Real Russian and Kazakh texts by every scheme."""
    sets = real()
    made = {}
    for code, schemes, source in (("ru", RUSSIAN, "Russian portal"), ("kk", KAZAKH, "Kazakh appeals")):
        for name, scheme in schemes.items():
            made[f"{code}: {name}"] = [
                (code, by(scheme, text)[:200]) for _, text in sets.get(source, [])[:300]
            ]
    return made


def share(hear: Hearer, rows: Sample) -> float:
    """The part of the rows whose language is heard."""
    return sum(hear(text) == code for code, text in rows) / (len(rows) or 1)


def shipped(text: str) -> str:
    """As the product hears it, with the language of another as the hint."""
    return language_of(text, hint="tr").value


def measure() -> None:
    """Print the tables."""
    _say("| heard by the shipped model | texts | right |\n| --- | --- | --- |")
    hand = {"by hand, Latin": by_hand("latin"), "by hand, Cyrillic": by_hand("cyrillic")}
    for name, rows in (hand | real()).items():
        _say(f"| {name} | {len(rows)} | {share(shipped, rows):.3f} |")
    _say(
        "\n| way of romanising | known | never seen, whole | never seen, 4 words |\n| --- | --- | --- | --- |"
    )
    texts = sentences()
    for name, rows in romanised().items():
        unseen = without(name, texts)
        short = [(code, " ".join(text.split()[2:6])) for code, text in rows if len(text.split()) > 5]
        known, whole, few = share(shipped, rows), share(unseen, rows), share(unseen, short)
        _say(f"| {name} | {known:.3f} | {whole:.3f} | {few:.3f} |")
    typed = [row for row in hand["by hand, Latin"] if row[0] == "fa"]
    for scheme in PERSIAN:
        right = share(without(f"fa: {scheme}", texts), typed)
        _say(f"| fa: {scheme}, on Finglish by hand | | {right:.3f} | |")


def without(name: str, texts: Mapping[str, list[str]]) -> Hearer:
    """Who hears by a model that never met this way of romanising."""
    weights = fit(latin_rows(texts, ALL.without(name)), LATIN)
    model = Model(LATIN, [tuple(map(float, row)) for row in weights])

    def hear(text: str) -> str:
        found = likelihoods_by(model, words(text), marks_of(text))
        return max(found, key=lambda code: found[code])

    return hear


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    measure()
