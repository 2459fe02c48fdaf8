"""The texts that WhatsApp approved beforehand, as its account lists them."""

import re
from typing import Any

import msgspec
from msgspec import Struct

from vefa.channels.cleaning import clean, clean_line
from vefa.channels.graph.api import Graph
from vefa.channels.manners import TemplateFound
from vefa.channels.port import BusyError

MOST_PAGES = 50
GAP = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_STATES = {
    "APPROVED": "approved", "PENDING": "pending", "IN_APPEAL": "pending", "REJECTED": "rejected",
    "PAUSED": "paused", "DISABLED": "paused", "LIMIT_EXCEEDED": "paused", "FLAGGED": "approved",
    "REINSTATED": "approved", "DELETED": "gone", "PENDING_DELETION": "gone", "ARCHIVED": "gone",
}  # fmt: skip
_PLAIN_BUTTONS = {"QUICK_REPLY", "PHONE_NUMBER", "URL"}


class _Button(Struct):
    type: str = ""
    url: str = ""


class _Component(Struct):
    type: str = ""
    format: str = ""
    text: str = ""
    buttons: list[_Button] = []


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
        raise BusyError(f"the list of texts cannot be read: {error}") from None


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
    parts = [clean(part.text) for part in one.components if part.type in {"HEADER", "BODY", "FOOTER"}]
    return TemplateFound(
        name=clean_line(one.name),
        language=clean_line(one.language),
        status=state,
        category=clean_line(one.category).lower(),
        text="\n\n".join(part for part in parts if part),
        gaps=len(dict.fromkeys(GAP.findall(_body(one)))),
        reason=reason,
    )


def _body(one: _Template) -> str:
    return next((part.text for part in one.components if part.type == "BODY"), "")


def _unfit(one: _Template) -> str:
    """Why we cannot send it: it wants more than words in its body."""
    for part in one.components:
        if part.type == "HEADER" and (part.format not in {"", "TEXT"} or GAP.search(part.text)):
            return "its heading needs a picture, a file or a word of its own"
        for button in part.buttons:
            if button.type not in _PLAIN_BUTTONS or GAP.search(button.url):
                return "a button needs a value of its own"
        if part.type not in {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
            return "it has parts that cannot be filled here"
    return ""
