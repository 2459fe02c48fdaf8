"""How one HTTP gateway wants to be talked to, as its description in TOML says."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Any, Literal

import msgspec

from vefa.channels.sms.knocks import text_at
from vefa.kit.saying import Sentence

SHIPPED = ("netgsm", "smsc")


class DescriptionError(ValueError):
    """The description cannot be used; the text says what is wrong with it."""

    def __init__(self, said: Sentence) -> None:
        super().__init__(said)
        self.said = said


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that an answer says: what stands at a path is one of these values, or is there at all."""

    at: str = ""
    values: tuple[str, ...] = ()

    def shows(self, found: Any) -> bool:
        """Whether the answer says so."""
        told = text_at(found, self.at)
        return told in self.values if self.values else bool(told)


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to read what the gateway answers. `id` is a path, or `#2` for the second word of a plain text."""

    id: str
    reason: str = ""
    good: Sign = Sign()
    bad: Sign = Sign()
    later: Sign = Sign()  # it passes with time
    repair: Sign = Sign()  # a person must mend it
    gone: Sign = Sign()  # the number is dead


class Inbound(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """Where a message that comes in has its parts."""

    sender: str = "from"
    text: str = "text"
    id: str = ""
    at: str = ""


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a report has its parts, and which states mean what."""

    id: str = ""
    state: str = ""
    reason: str = ""
    at: str = ""  # when it became so; needed where the id is our own, which every try of an answer shares
    delivered: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One gateway. In `request`: {to} {digits} {national} {text} {sender} {account} {password} {key} {coding}
    {report_url}; what is empty after filling is left out.
    """

    url: str
    request: dict[str, Any]
    answer: Answers
    method: Literal["POST", "GET"] = "POST"
    shape: Literal["form", "json", "query"] = "form"
    auth: Literal["none", "basic", "bearer"] = "none"
    proof: Literal["query", "basic", "hmac"] = "query"
    proof_header: str = "x-signature"
    proof_time: str = ""  # the header with the moment, Unix seconds or ISO 8601, where the gateway signs one
    proof_signs: str = "{time}.{body}"  # what is signed then
    proof_within_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 300  # how old a call may be
    turkish: bool = False
    codings: dict[str, str] = {}  # of gsm, turkish, ucs2; `other` for what is not named
    inbound: Inbound = Inbound()
    report: Report = Report()
    list_at: str = ""  # several in one body: the path of the list
    thanks: str = ""


def described(text: str) -> Description:
    """The description under one of our names, or the TOML itself. Raises DescriptionError."""
    name = text.strip()
    if name in SHIPPED:
        source = resources.files("vefa.channels.sms.gateways").joinpath(f"{name}.toml")
        name = source.read_text(encoding="utf-8")
    if not name:
        names = ", ".join(SHIPPED)
        raise DescriptionError(
            Sentence("There is no description. Write one of %(names)s, or your own.", names=names)
        )
    try:
        return msgspec.convert(tomllib.loads(name), Description)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DescriptionError(Sentence("The description cannot be read: %(error)s.", error=error)) from None


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """The template with its braces replaced, in one pass: what is put in is never read for braces again.

    Fields that come out empty are left out.
    """
    if isinstance(template, str):
        return _replaced(template, values)
    if isinstance(template, Mapping):
        pairs = ((name, filled(value, values)) for name, value in template.items())
        return {name: value for name, value in pairs if value not in ("", None)}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    return template


def _replaced(template: str, values: Mapping[str, str]) -> str:
    head, *rest = template.split("{")
    told = [head]
    for piece in rest:
        name, brace, tail = piece.partition("}")
        told.append(values[name] + tail if brace and name in values else "{" + piece)
    return "".join(told)
