"""Ways of romanising that were held out of training: how well the language is heard all the same.

For each way a model is fitted without it (a minute of a core) and asked about real texts that are written by
it alone; of Persian, about Finglish typed by hand. Real texts lie beside a checkout (`../shared/data`), as of
`tools.measure_language`; without them only Persian is measured.
"""

from collections.abc import Iterator, Sequence

from tools.measure_language import Hearer, Sample, by_hand, romanised, without
from tools.romanise import PERSIAN
from tools.train_language import sentences
from vefa.triage.measures import Share

ALL = "language, unseen romanisation"
TARGETS = {ALL: 0.95}


def figures() -> Iterator[tuple[str, Share]]:
    """Each way by itself, each language, and all of them.

    A language's share is the mean of its ways, of as many texts as there are: the same ones come by every
    way, which makes them no more.
    """
    texts = sentences()
    ways = romanised() | {f"fa: {scheme}": _finglish() for scheme in PERSIAN}
    found: dict[str, list[Share]] = {}
    for name, rows in ways.items():
        if rows:
            share = _share(without(name, texts), rows)
            found.setdefault(name.partition(":")[0], []).append(share)
            yield f"language, unseen: {name}", share
    means = {code: _mean(shares) for code, shares in found.items()}
    for code, share in means.items():
        yield f"{ALL} ({code})", share
    yield ALL, Share(sum(one.hits for one in means.values()), sum(one.n for one in means.values()))


def _finglish() -> Sample:
    return [row for row in by_hand("latin") if row[0] == "fa"]


def _share(hear: Hearer, rows: Sample) -> Share:
    return Share(sum(hear(text) == code for code, text in rows), len(rows))


def _mean(shares: Sequence[Share]) -> Share:
    return Share(round(sum(one.hits for one in shares) / len(shares)), shares[0].n)
