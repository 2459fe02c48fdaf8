"""What an exchange pushes, form or JSON, as fields; and what the fields say."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import parse_qsl

import msgspec

from vefa.channels.cleaning import clean_line
from vefa.channels.port import UnreadableError
from vefa.channels.telephone import CallNews, SeatNews, Step

# The first three are those of Zammad's generic interface (docs.zammad.org, Generic CTI); the others are ours,
# for exchanges that can tell more.
STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "newcall": Step.BEGAN,
        "answer": Step.ANSWERED,
        "hangup": Step.ENDED,
        "queued": Step.QUEUED,
        "ringing": Step.OFFERED,
        "abandoned": Step.LEFT,
        "recording": Step.RECORDED,
        "voicemail": Step.VOICEMAIL,
        "logged": Step.LOGGED,
    }
)
STATE = "state"
CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "normalclearing": "normal",
        "cancel": "cancelled",
        "busy": "busy",
        "noanswer": "no_answer",
        "congestion": "congestion",
        "notfound": "not_found",
        "forwarded": "forwarded",
    }
)
WITHHELD = frozenset(
    {"", "anonymous", "unknown", "<unknown>", "restricted", "private", "unavailable", "withheld", "-1", "s"}
)
SEATS = frozenset({"available", "on_call", "break", "away"})
LONGEST_ID = 250  # Zammad's own limit for callId


class Fields:
    """Names without case and without "[]", each with all its values in their order."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.lower().removesuffix("[]"), []).append(clean_line(value))

    def text(self, name: str) -> str:
        """The first value, "" when there is none."""
        return self._values.get(name.lower(), [""])[0]

    def texts(self, *names: str) -> tuple[str, ...]:
        """Every value of these names once, those that are empty left out."""
        found = (value for name in names for value in self._values.get(name.lower(), ()))
        return tuple(dict.fromkeys(value for value in found if value))


def read_fields(body: bytes) -> Fields:
    """The fields of a body; JSON begins with a brace, anything else is a form. Raises UnreadableError."""
    text = body.strip()
    if not text.startswith(b"{"):
        try:
            return Fields(parse_qsl(text.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
        except ValueError as error:
            raise UnreadableError(f"no form: {type(error).__name__}") from None
    try:
        found = msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableError(f"no JSON: {type(error).__name__}") from None
    return Fields([(name, one) for name, value in found.items() for one in _plain(value)])


def _plain(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _plain(one)]
    return [] if value is None or isinstance(value, dict) else [str(value)]


def step_of(fields: Fields) -> Step:
    """Which step is told. Raises UnreadableError."""
    event = fields.text("event")
    step = STEPS.get(event.lower())
    if step is None:
        raise UnreadableError(f"the event {event[:40]!r} is none that we know")
    if not fields.text("callId"):
        raise UnreadableError("no callId")
    if len(fields.text("callId")) > LONGEST_ID:
        raise UnreadableError(f"a callId longer than {LONGEST_ID}")
    return step


def call_news(fields: Fields) -> CallNews:
    """The step of a call. Raises UnreadableError."""
    step = step_of(fields)
    direction = fields.text("direction").lower()
    return CallNews(
        call=fields.text("callId"),
        step=step,
        direction=direction if direction in {"in", "out", "internal"} else "",
        caller=number(fields.text("from")),
        caller_name=fields.text("fromName"),
        called=number(fields.text("to")),
        queue=fields.text("queue")[:80],
        who=fields.texts("answeringNumber", "user"),
        cause=CAUSES.get(fields.text("cause").lower(), "failed" if fields.text("cause") else ""),
        at=moment(fields.text("timestamp")),
        talk_s=_seconds(fields.text("duration")),
    )


def seat_news(fields: Fields) -> SeatNews:
    """What somebody at the telephone is doing. Raises UnreadableError."""
    who, state = fields.text("answeringNumber") or fields.text("user"), fields.text("state").lower()
    if not who or state not in SEATS:
        raise UnreadableError(f"a state names who and one of {', '.join(sorted(SEATS))}")
    return SeatNews(
        who=who[:80],
        state=state,
        reason=fields.text("reason")[:80],
        queue=fields.text("queue")[:80],
        at=moment(fields.text("timestamp")),
    )


def number(text: str) -> str:
    """A number as the exchange sends it; "" when the caller withheld it."""
    return "" if text.lower() in WITHHELD else text[:40]


def moment(text: str) -> datetime | None:
    """Seconds since 1970, or ISO 8601 with its zone; anything else is not believed."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        said = datetime.fromisoformat(text)
        return said.astimezone(UTC) if said.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None
