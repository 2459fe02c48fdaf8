"""Contacts from a table that somebody else made: a mapping says which of its columns is what of ours.

`docs/import.md` explains the columns and the mapping; a test holds the two together.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vefa.channels.cleaning import clean
from vefa.channels.manners import Copied
from vefa.channels.registry import CHANNELS
from vefa.inbox.intake import Incoming
from vefa.inbox.moments import OLDEST
from vefa.kit.loading import LANGUAGES

COLUMNS = {
    "external_id": "unique in the file's source; without it, one is made from the row's content",
    "text": "what was said; the only column that must not be empty",
    "received_at": "when it arrived; without it, the moment of the import",
    "name": "the person's name",
    "author": "on a network: the name under which the person writes there",
    "link": "on a network: the address of the post, which also names it where there is no `external_id`",
    "phone": "a telephone number",
    "email": "a mail address",
    "language": "tr, ru, kk, fa or en; without it, the language is found",
    "place_text": "the place in words",
    "lat": "latitude in degrees (WGS 84)",
    "lon": "longitude in degrees (WGS 84)",
    "service": "the code of a service of ours",
    "kind": "request, complaint, suggestion, question, thanks, danger, abuse or spam",
}
KINDS = ("request", "complaint", "suggestion", "question", "thanks", "danger", "abuse", "spam")
_SORTS: dict[str, type | tuple[type, ...]] = {
    "endpoint": str, "zone": str, "dates": (str, list), "delimiter": str, "encoding": str, "prefix": str,
    "columns": dict, "constants": dict, "empty": dict,
}  # fmt: skip
KEYS = set(_SORTS)


class MappingError(Exception):
    """The mapping cannot be used; the sentence says why."""


class RowError(Exception):
    """The row cannot be taken; the sentence stands in the file of rejected rows."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """How to read a foreign table. Without a mapping file its columns are called like ours."""

    columns: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {name: (name,) for name in COLUMNS}
    )
    constants: Mapping[str, str] = field(default_factory=dict)
    empty: Mapping[str, frozenset[str]] = field(default_factory=dict)  # words that mean "nothing" there
    dates: tuple[str, ...] = ("iso",)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    endpoint: str = ""
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    prefix: str = ""  # before every external id, so that two sources do not meet


def read_mapping(path: Path) -> Sheet:
    """The mapping in a TOML file. Raises MappingError."""
    given, zone = _given(path)
    columns, constants = given.get("columns", {}), given.get("constants", {})
    _check(path, {"": set(given) - KEYS, "columns": set(columns) - set(COLUMNS)})
    _check(path, {"constants": set(constants) - set(COLUMNS)})
    if "text" not in columns:
        raise MappingError(f"{path}: [columns] must say which column is `text`")
    plain = {name: given[name] for name in ("endpoint", "delimiter", "encoding", "prefix") if name in given}
    return Sheet(
        columns={name: _several(theirs) for name, theirs in columns.items()},
        constants={name: str(value) for name, value in constants.items()},
        empty={name: frozenset(_several(words)) for name, words in given.get("empty", {}).items()},
        dates=_several(given.get("dates", "iso")),
        zone=zone,
        **plain,
    )


def _given(path: Path) -> tuple[dict[str, Any], ZoneInfo]:
    """What the file says, each of its right sort, and its time zone. Raises MappingError."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path} cannot be read: {error}") from error
    for name, sort in _SORTS.items():
        if name in given and not isinstance(given[name], sort):
            raise MappingError(f"{path}: `{name}` is {given[name]!r}: docs/import.md says how it is written")
    check_reading(path, given)
    try:
        return given, ZoneInfo(given.get("zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise MappingError(f"{path}: there is no time zone {given.get('zone')!r}") from error


def check_reading(path: Path, given: Mapping[str, Any]) -> None:
    """Whether a table can be read with the `encoding` and `delimiter` of a mapping. Raises MappingError."""
    encoding, delimiter = given.get("encoding", "utf-8"), given.get("delimiter", ",")
    if not isinstance(encoding, str) or not _is_encoding(encoding):
        remedy = "write one such as utf-8, windows-1254 or windows-1251"
        raise MappingError(f"{path}: there is no `encoding` {encoding!r}: {remedy}")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        remedy = 'write the one sign that stands between two cells, such as ";" or "\\t"'
        raise MappingError(f"{path}: `delimiter` is {delimiter!r}: {remedy}")


def _is_encoding(name: str) -> bool:
    try:
        b"a".decode(name)
    except UnicodeDecodeError:
        return True  # of two bytes a sign
    except (LookupError, ValueError):
        return False
    return True


def incoming(sheet: Sheet, row: Mapping[str, Any], *, endpoint_id: int, now: datetime) -> Incoming:
    """One row as an arrival: the canonical form that the doors by hand make. Raises RowError."""
    facts = _facts(sheet, row)
    if not facts.get("text"):
        raise RowError("there is no text")
    received_at = _moment(facts.pop("received_at", ""), sheet, now)
    given = facts.pop("external_id", "") or _linked(facts.get("link", ""))
    external_id = sheet.prefix + (given or _digest(row))
    form: dict[str, Any] = {**facts, "said_at": received_at.isoformat(), **_point(facts)}
    kept = {name: facts[name] for name in ("service", "kind", "place_text") if facts.get(name)}
    return Incoming(
        endpoint_id=endpoint_id,
        external_id=external_id,
        lane=external_id,
        raw=json.dumps(form, ensure_ascii=False, sort_keys=True).encode(),
        received_at=received_at,
        due_at=now,
        details={**kept, "imported": True},
    )


def _facts(sheet: Sheet, row: Mapping[str, Any]) -> dict[str, str]:
    """Our columns; several of theirs become lines of one text."""
    facts = dict(sheet.constants)
    for name, theirs in sheet.columns.items():
        nothing = sheet.empty.get(name, frozenset())
        found = [clean(str(row[their])).strip() for their in theirs if row.get(their) not in (None, "")]
        words = [text for text in dict.fromkeys(found) if text and text not in nothing]
        if words:
            facts[name] = "\n".join(words)
    if facts.get("language", "tr") not in LANGUAGES:
        raise RowError(f"there is no language {facts['language']!r} here")
    if facts.get("kind", "request") not in KINDS:
        raise RowError(f"there is no kind {facts['kind']!r} of contact")
    return facts


def _moment(text: str, sheet: Sheet, now: datetime) -> datetime:
    """When it arrived, in UTC; a moment without a zone is in the sheet's. Raises RowError."""
    if not text:
        return now
    for form in sheet.dates:
        try:
            found = _read_moment(text, form)
            moment = found.replace(tzinfo=found.tzinfo or sheet.zone).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            continue
        if moment.year < OLDEST:
            raise RowError(f"{text!r} lies before {OLDEST}")
        if moment > now:
            raise RowError(f"{text!r} lies in the future")
        return moment
    raise RowError(f"{text!r} is no moment that the mapping's `dates` describe")


def _read_moment(text: str, form: str) -> datetime:
    if form == "iso":
        return datetime.fromisoformat(text)
    if form == "unix":
        return datetime.fromtimestamp(float(text), UTC)
    return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone


def _point(facts: Mapping[str, str]) -> dict[str, float]:
    """Latitude and longitude, both or none. Raises RowError."""
    if not facts.get("lat") or not facts.get("lon"):
        return {}
    try:
        lat, lon = float(facts["lat"].replace(",", ".")), float(facts["lon"].replace(",", "."))
    except ValueError as error:
        raise RowError(f"{facts['lat']!r}, {facts['lon']!r} is no point in degrees") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise RowError(f"{lat}, {lon} lies on no globe")
    return {"lat": lat, "lon": lon}


def _linked(link: str) -> str:
    """The name of a post by its address, as it would have if it were pushed; "" for any other address."""
    if not link:
        return ""
    for channel in CHANNELS.values():
        arrival = channel.copied(Copied(link=link, text="")) if channel.copied else None
        if arrival is not None:
            return arrival.external_id
    return ""


def _digest(row: Mapping[str, Any]) -> str:
    """The same row always gets the same name, so that a second import finds it again."""
    content = json.dumps(row, ensure_ascii=False, sort_keys=True, default=str)
    return f"row:{hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _several(given: Any) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list) else (str(given),)


def _check(path: Path, strange: Mapping[str, set[str]]) -> None:
    for where, names in strange.items():
        if names:
            place = f"[{where}] has" if where else "it has"
            raise MappingError(f"{path}: {place} unknown names: {', '.join(sorted(names))}")
