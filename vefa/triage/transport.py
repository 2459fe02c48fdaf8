"""What a message says of public transport, as values: line, stop, vehicle, minutes waited.

Read only where the service asks for them. A number is a line where a word beside it says so ("14 numaralı
otobüs", "автобус 14", "خط ۱۴"), or where the city has a line of that name with a letter in it ("7K").
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from vefa.directory.models import Service
from vefa.directory.queries import directory, stop_names
from vefa.kit.expressions import ANY, Expressions, Met, Part
from vefa.kit.text import fold, words

FACT = {"line": "line", "stop": "stop", "vehicle": "vehicle", "minutes": "waited"}  # of a question's kind
LONGEST_WAIT = 600  # minutes; longer is no waiting at a stop
_NEAR = 2  # words between a number and the word that says what it is
_NUMBER = re.compile(r"(?:no|n|номер)?(\d{1,3}[a-zа-я]?|[a-zа-я]\d{1,3})(?:['\-][^\W\d]{1,5})?")
_ORDINAL = re.compile(r"(\d{1,3})(?:й|я|е|ши|шы|lu|li|nci|uncu|inci|th|ом|ка|ку|ки)")
_MINUTE = re.compile(r"[0-5]\d(?!\d)")
_PLATES = (
    re.compile(r"\b\d{2} ?[A-Z]{1,3} ?\d{2,4}\b"),  # Türkiye: 35 ABC 123
    re.compile(r"\b[АВЕКМНОРСТУХ]\d{3}[АВЕКМНОРСТУХ]{2} ?\d{2,3}\b"),  # Russia: А123ВС 77
    re.compile(r"\b\d{3} ?[A-Z]{2,3} ?\d{2}\b"),  # Kazakhstan: 123 ABC 02
    re.compile(r"\b\d{2} ?[آ-ی] ?\d{3}(?: ?-? ?ایران)? ?\d{2}\b"),  # Iran: 12ب345 67
)
_SIDE_NUMBER = r"(?:\W+[^\W\d]+)?\W{0,3}(?:no\W?|№)?(\d{2,5})\b"
_WESTERN = {start + digit: str(digit) for start in (0x660, 0x6F0) for digit in range(10)}


@dataclass(frozen=True)
class Marks:
    """The words of transport.toml, folded and ready."""

    line: tuple[str, ...]
    stop: tuple[str, ...]
    vehicle: re.Pattern[str]
    minutes: tuple[str, ...]
    hours: tuple[str, ...]
    counted: tuple[str, ...]
    waited: re.Pattern[str]
    numbers: Mapping[str, float]
    alone: Mapping[str, int]


@cache
def marks() -> Marks:
    """Read once."""
    text = resources.files("vefa.triage").joinpath("transport.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    lists = ("line", "stop", "minutes", "hours", "counted")
    folded = {name: tuple(map(fold, found[name])) for name in lists}
    numbers = {fold(word): float(amount) for word, amount in found["numbers"].items()}
    amount = rf"\d+(?:[.,]\d)?|{_either(numbers)}"
    unit = f"(?P<minutes>{_either(folded['minutes'])})|(?P<hours>{_either(folded['hours'])})"
    every, each = (_either(map(fold, found[name])) for name in ("every", "each"))
    before, behind = rf"(?P<every>\b(?:{every}) )?", rf"(?P<each> (?:{each})\b)?"
    waited = rf"{before}\b(?P<amount>{amount})[ '\-]*(?:{unit})(?P<end>\w*){behind}"
    alone = {fold(word): int(amount) for word, amount in found["alone"].items()}
    return Marks(
        **folded,
        vehicle=re.compile(rf"\b(?:{_either(map(fold, found['vehicle']))})\w*{_SIDE_NUMBER}"),
        waited=re.compile(waited),
        numbers=numbers,
        alone=alone,
    )


def _either(texts: Iterable[str]) -> str:
    return "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))


def facts_said(service: Service | None, text: str, said: Sequence[str]) -> dict[str, Any]:
    """Line, stop, vehicle and waited (minutes) as the text names them, if the service asks for any.

    All four are read then: which of two services of a bus it is may turn out later. `said` are the folded
    words of the text.
    """
    if not asks(service):
        return {}
    found: dict[str, Any] = {
        "line": line_in(said),
        "stop": stop_in(said),
        "vehicle": vehicle_in(text),
        "waited": waited_in(text),
    }
    return {name: value for name, value in found.items() if value}


def facts_answered(service: Service | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The same values from the answers that a resident gave to the service's questions in the form."""
    found: dict[str, Any] = {}
    for one in service.questions if service else ():
        answer = str(answers.get(one["key"]) or "").strip()
        if answer and one["kind"] in FACT:
            found[FACT[one["kind"]]] = _answered(one["kind"], answer)
    return {name: value for name, value in found.items() if value}


def asks(service: Service | None) -> bool:
    """Whether one of its questions is about a line, a stop, a vehicle or waiting."""
    return any(one["kind"] in FACT for one in service.questions) if service else False


def _answered(kind: str, answer: str) -> Any:
    """What was typed as the city knows it; what it does not know stays as it was typed."""
    if kind == "minutes":
        digits = re.search(r"\d+", fold(answer))
        return min(int(digits[0]), LONGEST_WAIT) if digits else waited_in(answer)
    if kind == "line":
        return _known_lines().get(fold(answer)) or line_in(["bus", *words(answer)]) or answer[:16]
    if kind == "stop":
        return answer if answer in directory().stops else stop_in(words(answer)) or answer[:80]
    return vehicle_in(answer) or answer[:40]


def line_in(said: Sequence[str]) -> str:
    """The number of a line among folded words, as the city writes it if it has such a line; "" for none."""
    known, best = _known_lines(), (0, "")
    for at, word in enumerate(said):
        number = _number(word)
        if number and not _counts_time(said, at):
            weight = _weight(number, said, at)
            if weight > best[0]:
                best = (weight, known.get(number, number.upper()))
    return best[1]


def _weight(number: str, said: Sequence[str], at: int) -> int:
    """How much speaks for a line: a word beside the number, a line of that name; 0 where too little does."""
    is_known, begins = number in _known_lines(), marks().line
    places = (other for other in range(max(0, at - _NEAR), min(len(said), at + _NEAR + 1)) if other != at)
    beside = min((abs(other - at) for other in places if said[other].startswith(begins)), default=0)
    if not beside:
        names_it = not number.isdecimal() or number != said[at]  # "7k", and "14-й" or "14'lu"
        return 1 if is_known and names_it else 0
    return 10 - beside + 5 * is_known


def _number(word: str) -> str:
    """The bare number of a line in a folded word ("14-й", "14'lu", "no14", "7k"); "" where it holds none."""
    found = _ORDINAL.fullmatch(word) or _NUMBER.fullmatch(word)
    return found[1] if found else ""


def _counts_time(said: Sequence[str], at: int) -> bool:
    """Whether its neighbours make it minutes, days, people or a time of day ("14:30", "saat 14")."""
    after = said[at + 1] if at + 1 < len(said) else ""
    before = said[at - 1] if at else ""
    if after.startswith(marks().minutes + marks().hours + marks().counted):
        return True
    if before.isdecimal() and _MINUTE.match(said[at]):
        return True
    return said[at].isdecimal() and (bool(_MINUTE.match(after)) or before.startswith(marks().hours))


def _known_lines() -> Mapping[str, str]:
    return _lines_of(directory().municipality.version)


@lru_cache(4)
def _lines_of(_version: int) -> Mapping[str, str]:
    return {fold(key): key for key in directory().lines}


def stop_in(said: Sequence[str]) -> str:
    """The key of the stop among folded words: one beside the word "stop", else the only one; "" for none."""
    met = _stops_of(directory().municipality.version).found_in(list(said))
    places = [at for at, word in enumerate(said) if word.startswith(marks().stop)]
    beside = [one for one in met if any(_touches(one, place) for place in places)]
    chosen = sorted(beside or met, key=lambda one: -len(one.said))
    longest = {one.value for one in chosen if len(one.said) == len(chosen[0].said)}
    return chosen[0].value if chosen and (beside or len(longest) == 1) else ""


def _touches(one: Met[str], place: int) -> bool:
    return one.at - 1 <= place <= one.at + len(one.said)


@lru_cache(4)
def _stops_of(_version: int) -> Expressions[str]:
    return Expressions.of(
        ([_part(word) for word in words(name.text)], name.stop.key)
        for name in stop_names()
        if words(name.text)
    )


def _part(word: str) -> Part:
    """A word of a name with any ending; Russian ones change their last letter: "больница", "у больницы"."""
    stem = word[:-1] if len(word) >= 6 and word[-1] in "аяоеыиь" else word
    return Part(stem, ANY if len(word) >= 4 else 0)


def vehicle_in(text: str) -> str:
    """A number plate, else the number beside a word for the number of a vehicle; "" for none."""
    plain = text.translate(_WESTERN).upper()
    plate = next((found[0] for found in (one.search(plain) for one in _PLATES) if found), "")
    beside = None if plate else marks().vehicle.search(fold(text))
    return beside[1] if beside else plate


def waited_in(text: str) -> int:
    """Minutes: "40 dakika", "bir saat", "1,5 часа", "نیم ساعت"; 0 for none. "Every 20 minutes" is none."""
    told = fold(text)
    if not any(mark in told for mark in (*marks().minutes, *marks().hours, *marks().alone)):
        return 0
    total = float(sum(minutes for word, minutes in marks().alone.items() if word in told))
    for found in marks().waited.finditer(told):
        if found["every"] or found["each"] or found["end"].startswith(("ler", "lar")):
            continue
        written = found["amount"].replace(",", ".")
        amount = marks().numbers[written] if written in marks().numbers else float(written)
        total += amount * (1 if found["minutes"] else 60)
    return round(total) if 0 < total <= LONGEST_WAIT else 0
