"""`endpoints.toml`: the accounts on which people write to the city, read with the rest of its folder.

Secrets never stand in the file: `vefa endpoint` takes them, and a load leaves them as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from phonenumbers import SUPPORTED_REGIONS

from vefa.channels.manners import REGION, Channel, Field
from vefa.channels.models import Endpoint, Owner
from vefa.channels.registry import CHANNELS
from vefa.channels.sharing import DOOR
from vefa.kit.loading import LANGUAGES, LONGEST_SLUG, Line, Reading, Section, Tally

SECRET_WORDS = ("password", "token", "secret", "reply_key")
SWITCHES = {"yes", "no", "true", "false", "on", "off", "1", "0"}
BY_FILE = "loaded"  # marks what came from the folder


@dataclass(frozen=True)
class Row:
    """One endpoint as the file has it."""

    key: str
    columns: Mapping[str, Any]


class EndpointSection(Section):
    """Endpoints: channel, names, whose they are, which unit takes what nobody else takes, plain settings."""

    file: ClassVar[str] = "endpoints.toml"
    fields: ClassVar[Mapping[str, Sequence[str]]] = {
        "": (),
        "endpoint": (
            "key", "channel", "names", "owner", "default_unit", "language", "settings", "active",
            "personal",
        ),
    }  # fmt: skip

    def read(self, lines: Sequence[Line], reading: Reading) -> list[Row]:
        """Check every endpoint; one may stand behind the door of another, also of one that a person added."""
        for known in Endpoint.objects.filter(retired_at=None).order_by("key"):
            if not known.settings.get(BY_FILE):
                reading.declare("endpoint", known.key)
        mine = [line for line in lines if line.table == "endpoint"]
        rows = [self._row(line, reading) for line in mine]
        for line, row in zip(mine, rows, strict=True):
            reading.check_known(line, row.columns["settings"].get(DOOR, ""), "endpoint", at="settings.door")
        return rows

    def _row(self, line: Line, reading: Reading) -> Row:
        key = reading.text(line, "key", required=True, longest=LONGEST_SLUG)
        reading.declare("endpoint", key, line)
        owner, unit = self._owner(line, reading)
        language = reading.choice(
            line, "language", LANGUAGES, default=reading.default_language or reading.languages[0]
        )
        columns = {
            "channel": reading.choice(line, "channel", list(CHANNELS)),
            "names": reading.texts(line, "names"),
            "owner": owner,
            "unit_key": unit,
            "default_unit_key": _short(
                line, reading.refer(line, "default_unit", "unit"), "default_unit", reading
            ),
            "language": language,
            "settings": _settings(line, CHANNELS.get(reading.text(line, "channel")), reading),
            "active": reading.flag(line, "active", default=True),
            "personal": reading.flag(line, "personal", default=False),
            "retired_at": None,
        }
        return Row(key, columns)

    def _owner(self, line: Line, reading: Reading) -> tuple[str, str]:
        """`institution`, `mayor`, or `unit:<key>`: the kind of owner and the unit."""
        owner, _, unit = (reading.text(line, "owner") or str(Owner.INSTITUTION)).partition(":")
        if owner not in Owner.values or (owner == Owner.UNIT) != bool(unit):
            what = f"“owner” may not be “{reading.text(line, 'owner')}”."
            reading.refuse(line, what, "Write institution, mayor or unit:KEY.", at="owner")
        reading.check_known(line, unit, "unit", at="owner")
        return owner, _short(line, unit, "owner", reading)

    def write(self, rows: Sequence[Row], *, now: datetime) -> Tally:
        """Create and change endpoints; retire those that an earlier load brought and this file lacks.

        Endpoints that came by `vefa endpoint` stay, and so do settings that the file does not name.
        """
        known = {endpoint.key: endpoint for endpoint in Endpoint.objects.order_by("id")}
        tally = Tally()
        for row in rows:
            tally += self._write(row, known.get(row.key))
        named = {row.key for row in rows}
        gone = [one.pk for key, one in known.items() if key not in named and one.settings.get(BY_FILE)]
        retired = Endpoint.objects.filter(pk__in=gone, retired_at=None).update(retired_at=now, active=False)
        return tally + Tally(retired=retired)

    def _write(self, row: Row, known: Endpoint | None) -> Tally:
        if known is None:
            Endpoint.objects.create(key=row.key, **row.columns)
            return Tally(created=1)
        wanted = {**row.columns, "settings": {**known.settings, **row.columns["settings"]}}
        if known.sealed and known.channel == row.columns["channel"]:
            wanted["active"] = known.active  # the file's "not yet" is over once somebody gave the keys
        if all(getattr(known, name) == value for name, value in wanted.items()):
            return Tally(unchanged=1)
        Endpoint.objects.filter(pk=known.pk).update(**wanted)
        return Tally(changed=1)

    def recall(self) -> Iterable[tuple[str, str]]:
        """Endpoints that are in the table already."""
        return [("endpoint", key) for key in Endpoint.objects.order_by("key").values_list("key", flat=True)]


def _short(line: Line, unit: str, name: str, reading: Reading) -> str:
    """The key of a unit, which an account keeps only where it is no longer than its own may be."""
    if len(unit) > LONGEST_SLUG:
        what = f"“{name}” names a unit whose key has {len(unit)} characters."
        reading.refuse(line, what, f"Shorten that key to {LONGEST_SLUG}.", at=name)
    return unit


def _settings(line: Line, channel: Channel | None, reading: Reading) -> dict[str, str]:
    """Plain settings as texts, each one of the channel's own and of its sort.

    A secret among them is a problem, for files get copied and shared.
    """
    if channel is None:
        return {}
    fields = {field.name: field for field in channel.fields if not field.secret}
    secrets = [field.name for field in channel.fields if field.secret]
    given = line.values.get("settings")
    names = list(given) if isinstance(given, Mapping) else []
    hidden = [name for name in names if name in secrets or any(word in name for word in SECRET_WORDS)]
    found = reading.table(line, "settings", [*fields, *_unasked(channel), *hidden])
    told = {BY_FILE: "yes"}
    for name, value in found.values.items():
        text = _plain(fields.get(name), value)
        if name in hidden:
            what = f"“{name}” is a secret and must not stand in a file."
            reading.refuse(found, what, "Take it out and give it to `vefa endpoint`.", at=name)
        elif isinstance(value, list | Mapping):
            reading.refuse(found, f"“{name}” is not a text: {value!r}.", "Write one text.", at=name)
        elif remedy := _remedy(fields.get(name), text):
            reading.refuse(found, f"“{name}” may not be “{text}”.", remedy, at=name)
        else:
            told[name] = text
    return told


def _unasked(channel: Channel) -> list[str]:
    """Settings that no form asks for, or not every one."""
    wanted = {"public_url": channel.pushed, DOOR: bool(channel.account), "dialect": channel.key == "telegram"}
    return [name for name, has in wanted.items() if has]


def _remedy(field: Field | None, text: str) -> str:
    """What to write instead; "" where the text is as the channel wants it, or empty."""
    if field is None or not text:
        return ""
    if field.yes_no:
        return "" if text.lower() in SWITCHES else "Write true or false."
    if field.choices:
        return "" if text in field.choices else f"Choose one of: {', '.join(field.choices)}."
    if field == REGION:
        return "" if text.upper() in SUPPORTED_REGIONS else "Write two letters, such as TR or KZ."
    if field.number and not field.takes(text):
        sort = "number" if field.decimals else "whole number"
        return f"Write a {sort} from {field.number[0]} to {field.number[1]}."
    return ""


def _plain(field: Field | None, value: object) -> str:
    """The text without what adapters pass over: spaces around it, and capitals where there is a choice."""
    text = _text(value).strip()
    return text.lower() if field is not None and field.choices else text


def _text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
