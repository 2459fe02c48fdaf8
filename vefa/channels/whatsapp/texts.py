"""The texts that WhatsApp approved beforehand, as its account lists them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.graph.api import Graph
from vefa.channels.manners import TemplateFound
from vefa.channels.port import BusyError, Slot, because
from vefa.kit.saying import gettext_noop

MOST_PAGES = 50
GAP = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_STATES = {
    "APPROVED": "approved", "PENDING": "pending", "IN_APPEAL": "pending", "REJECTED": "rejected",
    "PAUSED": "paused", "DISABLED": "paused", "LIMIT_EXCEEDED": "paused", "FLAGGED": "approved",
    "REINSTATED": "approved", "DELETED": "gone", "PENDING_DELETION": "gone", "ARCHIVED": "gone",
}  # fmt: skip
_PLAIN_BUTTONS = {"QUICK_REPLY", "PHONE_NUMBER", "URL", "COPY_CODE"}
_MEDIA = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
HEADER, BUTTON = "vefa_header", "vefa_button_"  # names of gaps that no text of a provider has


class _Button(Struct):
    type: str = ""
    text: str = ""
    url: str = ""
    example: Any = None


class _Component(Struct):
    type: str = ""
    format: str = ""
    text: str = ""
    buttons: list[_Button] = []
    example: Any = None


class _Template(Struct):
    name: str
    language: str
    status: str = ""
    category: str = ""
    rejected_reason: str | None = ""
    components: list[_Component] = []


def all_texts(graph: Graph, account_id: str) -> list[TemplateFound]:
    """Every text of the business account. Raises BusyError or RejectedError."""
    fields = "name,language,status,category,rejected_reason,components"
    asked, found = {"fields": fields, "limit": "200"}, []
    for _ in range(MOST_PAGES):
        page = graph.ask("GET", f"{account_id}/message_templates", asked)
        found += [_text(one) for one in _rows(page)]
        after = _after(page)
        if not after:
            return found
        asked = {**asked, "after": after}
    return found


def state_of(word: str) -> str:
    """A status in our words: approved, pending, rejected, paused, gone."""
    return _STATES.get(word.upper(), "pending")


def _rows(page: Any) -> list[_Template]:
    try:
        return msgspec.convert(page.get("data", []), list[_Template], strict=False)
    except msgspec.ValidationError as error:
        raise BusyError(because("the list of texts cannot be read", error)) from None


def _after(page: dict[str, Any]) -> str:
    """Where the next page begins; "" on the last one."""
    paging = page.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else ""
    return after if isinstance(after, str) else ""


def _text(one: _Template) -> TemplateFound:
    state, reason = state_of(one.status), clean_line(one.rejected_reason or "")
    reason = "" if reason == "NONE" else reason
    if state == "approved" and (why := _unfit(one)):
        state, reason = "unfit", why
    slots = tuple(_slots(one))
    return TemplateFound(
        name=clean_line(one.name),
        language=clean_line(one.language),
        status=state,
        category=clean_line(one.category).lower(),
        text="\n\n".join(words for part in one.components if (words := _words(part, slots))),
        gaps=len(dict.fromkeys(GAP.findall(_body(one)))),
        reason=reason,
        slots=slots,
    )


def _slots(one: _Template) -> Iterator[Slot]:
    """What it wants beside the gaps of its body: something in its heading, values of its buttons."""
    for part in one.components:
        if part.type == "HEADER" and part.format in _MEDIA:
            yield Slot(name=HEADER, kind=_MEDIA[part.format], sample=_sample(part.example, "header_handle"))
        elif part.type == "HEADER" and (gap := GAP.search(part.text)):
            yield Slot(name=HEADER, kind="text", param="" if gap[1].isdecimal() else gap[1])
        for index, button in enumerate(part.buttons):
            if gap := GAP.search(button.url):
                begins = clean_line(button.url[: gap.start()])
                yield Slot(name=f"{BUTTON}{index}", kind="url", index=index, begins=begins)
            elif button.type == "COPY_CODE":
                yield Slot(
                    name=f"{BUTTON}{index}", kind="code", index=index, sample=_sample(button.example, "")
                )


def _words(part: _Component, slots: Sequence[Slot]) -> str:
    """What a resident reads of one part, with a gap for whatever must be filled in."""
    if part.type == "BUTTONS":
        asked = {slot.index: slot for slot in slots if slot.name.startswith(BUTTON)}
        return "\n".join(
            f"[{clean_line(button.text)}] {asked[index].begins}{{{{{asked[index].name}}}}}"
            for index, button in enumerate(part.buttons)
            if index in asked
        )
    if part.type == "HEADER" and part.format in _MEDIA:
        return f"{{{{{HEADER}}}}}"
    if part.type == "HEADER":
        return GAP.sub(f"{{{{{HEADER}}}}}", clean(part.text))
    return clean(part.text) if part.type in {"BODY", "FOOTER"} else ""


def _sample(example: Any, name: str) -> str:
    """What was shown to the provider as an example, as far as it is one text."""
    found = example.get(name) if isinstance(example, dict) else example
    first = found[0] if isinstance(found, list) and found else found
    return clean_line(first, limit=1000) if isinstance(first, str) else ""


def _body(one: _Template) -> str:
    return next((part.text for part in one.components if part.type == "BODY"), "")


def _unfit(one: _Template) -> str:
    """Why we cannot send it: it wants what nobody can fill in here."""
    for part in one.components:
        if part.type == "HEADER" and part.format not in {"", "TEXT", *_MEDIA}:
            return gettext_noop("its heading needs a place or a product")
        if any(button.type not in _PLAIN_BUTTONS for button in part.buttons):
            return gettext_noop("one of its buttons opens a form or a catalogue")
        if part.type not in {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
            return gettext_noop("it has parts that cannot be filled here")
    return ""
