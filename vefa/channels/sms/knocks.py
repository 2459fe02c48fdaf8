"""One knock of a gateway, kept as it came but for the secret in its address, and the fields in it."""

import codecs
import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, unquote_to_bytes

import msgspec

from vefa.channels.port import Arrival, Call, UnreadableError

SECRET = "secret"  # noqa: S105 - the name of a parameter, not a secret
MOST_FIELDS = 200
_ASCII = "".join(map(chr, range(0x80)))


class Knock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a call: enough to read it again, nothing that would open the door."""

    query: str = ""
    kind: str = ""  # the content type
    body: str = ""  # UTF-8, or as Latin-1 where it is none
    latin: bool = False
    headers: dict[str, str] = {}  # those that a gateway gives facts in


def knock_of(call: Call, *, headers: str = "") -> Knock:
    """The call without its secret; `headers` is the beginning of the names of those worth keeping."""
    try:
        body, latin = call.body.decode(), False
    except UnicodeDecodeError:
        body, latin = call.body.decode("latin-1"), True
    return Knock(
        query=_without_secret(call.query),
        kind=call.headers.get("content-type", ""),
        body=body,
        latin=latin,
        headers={name: call.headers[name] for name in call.headers if headers and name.startswith(headers)},
    )


def secret_of(call: Call) -> str:
    """The shared secret in the query, the last one where there are several; "" where there is none."""
    told = [pair.partition("=")[2] for pair, name in _named(call.query) if name == SECRET]
    return unquote_plus(told[-1]) if told else ""


def _without_secret(query: str) -> str:
    """The query as it came; octets beyond ASCII are written with percent signs."""
    kept = "&".join([pair for pair, name in _named(query) if name != SECRET])
    return kept if kept.isascii() else quote(kept, safe=_ASCII, encoding="latin-1")


def _named(query: str) -> list[tuple[str, str]]:
    """Each pair of a query as it came, with its name."""
    pairs = query.split("&")
    names = [pair.partition("=")[0] for pair in pairs]
    if "%" in "".join(names):  # as nobody writes them
        names = [unquote_plus(name) if "%" in name else name for name in names]
    return list(zip(pairs, names, strict=True))


def report_name(key: object, state: str, at: object) -> str:
    """The name of a report: with its moment, for an answer that is sent again may fail once more.

    A report that is delivered twice has the same moment.
    """
    return ":".join(str(part) for part in ("report", key, state, at) if part)[:200]


def arrival(knock: Knock, external_id: str, lane: str, *, heard: datetime | None = None) -> Arrival:
    """The knock on its way to the inbox; without an id its content names it.

    `heard` is given where nothing in it tells its moment either: the same words are another message on
    another day.
    """
    raw = msgspec.json.encode(knock)
    if not external_id:
        day = f"{heard:%Y%m%d}:" if heard else ""
        external_id = f"sha256:{day}{hashlib.sha256(raw).hexdigest()}"
    return Arrival(external_id, lane[:200], raw)


def reread(raw: bytes) -> Knock:
    """The knock that was kept. Raises UnreadableError."""
    try:
        return msgspec.json.decode(raw, type=Knock)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableError(f"no knock of a gateway: {type(error).__name__}") from None


def fields(knock: Knock, words: Collection[str] = ()) -> dict[str, Any]:
    """What stands in the query and in a form or JSON body, the body first. Raises UnreadableError.

    `words` are the parameters that hold what somebody wrote: a charset that is named is theirs alone.
    """
    return {**_decoded(knock.query, words), **_body(knock, words)}


def facts(knock: Knock, names: frozenset[str]) -> Mapping[str, Any]:
    """What `fields` says of these names: at the door, where the text is not read yet. Raises UnreadableError.

    A query with a body beside it is read at length.
    """
    pairs = knock.query.split("&")
    if knock.body or len(pairs) > MOST_FIELDS:
        return fields(knock)
    found = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if "%" in name or "+" in name:
            name = _plain(name)
        if name in names and pair:
            found[name] = _plain(value)
    return found


def _plain(word: str) -> str:
    """`unquote_plus` of octets that are ASCII, at a third of its cost."""
    if "%" not in word and "+" not in word:
        return word
    return unquote_to_bytes(word.replace("+", " ")).decode("utf-8", "replace")


def text_at(found: Any, path: str) -> str:
    """The text under a path such as `message.from` or `0.id`; "" where there is none."""
    for step in path.split(".") if path else ():
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return ""
    return str(found) if path and isinstance(found, str | int | float) else ""


def octets(knock: Knock) -> bytes:
    """The body as it came."""
    return knock.body.encode("latin-1" if knock.latin else "utf-8", "replace")


def text_of(knock: Knock) -> str:
    """A body that is the text itself, in the charset that its type names: Kannel posts UCS-2 as UTF-16."""
    kind = Message()
    kind["content-type"] = knock.kind
    charset = _known(str(kind.get_param("charset", "")))
    return knock.body if charset == "utf-8" else octets(knock).decode(charset, "replace")


def _body(knock: Knock, words: Collection[str]) -> dict[str, Any]:
    if not knock.body:
        return {}
    if "json" in knock.kind or knock.body.lstrip()[:1] in ("{", "["):
        try:
            found = msgspec.json.decode(knock.body)
        except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
            raise UnreadableError(f"no JSON: {type(error).__name__}") from None
        return found if isinstance(found, dict) else _numbered(found)
    return _decoded(knock.body, words) if "=" in knock.body else {}


def _numbered(found: Any) -> dict[str, Any]:
    """All of a list: what is not read here is lost, for the gateway hears that we have it."""
    return {str(at): one for at, one in enumerate(found)} if isinstance(found, list) else {}


def _decoded(text: str, words: Collection[str]) -> dict[str, str]:
    """Parameters as texts: `words` in the charset that one of them names, everything else in UTF-8.

    Kannel names UTF-16 for the octets of the text, and writes the sender's plus as ASCII beside it.
    """
    found = _pairs(text, "utf-8")
    charset = _known(dict(found).get("charset", ""))
    if charset == "utf-8" or not words:
        return dict(found)
    told = _pairs(text, charset)
    return {
        name: other if name in words else plain for (name, plain), (_, other) in zip(found, told, strict=True)
    }


def _pairs(text: str, charset: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text, keep_blank_values=True, encoding=charset, errors="replace", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise UnreadableError(f"no parameters: {error}") from None


def _known(charset: str) -> str:
    """A charset that any octets can be read in; UTF-8 where it is none."""
    try:
        name = codecs.lookup(charset or "utf-8").name
        b"a".decode(name, "replace")
    except (LookupError, ValueError):
        return "utf-8"
    return name if not name.startswith(("idna", "punycode", "unicode", "raw", "undefined")) else "utf-8"
