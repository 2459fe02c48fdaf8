"""Hand one parcel over: free words inside the window, an approved text outside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from vefa.channels.cleaning import clean_file_name
from vefa.channels.graph.api import Graph
from vefa.channels.manners import Freight
from vefa.channels.port import (
    Filled,
    Parcel,
    ParcelFile,
    RejectedError,
    SendError,
    Sent,
    Slot,
    UnsureError,
    because,
)
from vefa.channels.whatsapp.codes import told
from vefa.channels.whatsapp.words import TEXT, cut, head_and_body

WINDOW = timedelta(hours=24)
MOST_BUTTONS, MOST_ROWS, BUTTON_LENGTH, BODY = 3, 10, 20, 1024  # up to three are buttons, more a list
_MB = 1024 * 1024
# By type: the kind of message, and the largest file that it takes. Everything else goes as a document.
_MEDIA = {
    "image/jpeg": ("image", 5 * _MB),
    "image/png": ("image", 5 * _MB),
    "video/mp4": ("video", 16 * _MB),
    "video/3gpp": ("video", 16 * _MB),
    "audio/aac": ("audio", 16 * _MB),
    "audio/amr": ("audio", 16 * _MB),
    "audio/mpeg": ("audio", 16 * _MB),
    "audio/mp4": ("audio", 16 * _MB),
    "audio/ogg": ("audio", 16 * _MB),
}
_DOCUMENT = ("document", 100 * _MB)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_DOCUMENTS = (
    "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint", f"{_OFFICE}wordprocessingml.document", f"{_OFFICE}spreadsheetml.sheet",
    f"{_OFFICE}presentationml.presentation",
)  # fmt: skip
# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media, read in November 2026
FREIGHT = Freight(each=_DOCUMENT[1], types=frozenset((*_MEDIA, *_DOCUMENTS)))
_MEDIA_SLOTS = frozenset({"image", "video", "document"})

type Content = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """One of our numbers."""

    graph: Graph
    number_id: str

    def send(self, parcel: Parcel) -> Sent:
        """Every message of a parcel but those in `parcel.done`. Raises what `Adapter.send` raises."""
        steps = self._steps(parcel)
        if not steps:
            raise RejectedError("there is nothing to send")
        done = list(parcel.done[: len(steps)])
        for step in steps[len(done) :]:
            try:
                done.append(self._step(parcel, step, first=not done))
            except SendError as error:
                error.done = tuple(done)
                raise
        return Sent(provider_id=done[0], parts=tuple(done))

    def count(self, parcel: Parcel) -> int:
        """How many messages it is. Raises RejectedError."""
        return len(self._steps(parcel))

    def _steps(self, parcel: Parcel) -> list[Content | ParcelFile]:
        """What goes out, in order. Raises RejectedError where only an approved text may and none is there."""
        group = group_of(parcel)
        if parcel.way == "template" or not is_open(parcel):
            # In a group a filled text may show what is one person's.
            if parcel.template is None or group:
                raise RejectedError(told(131047, ""))
            return [approved(parcel.template)]
        if group and (parcel.buttons or parcel.place):
            raise RejectedError("a group takes words and files, no buttons and no place")
        places = [location(parcel)] if parcel.place else []
        return [*worded(parcel.text, parcel.buttons), *places, *parcel.attachments]

    def _step(self, parcel: Parcel, step: Content | ParcelFile, *, first: bool) -> str:
        content = self._uploaded(step) if isinstance(step, ParcelFile) else step
        heading: Content = {"messaging_product": "whatsapp", **_to(parcel)}
        if first and parcel.in_reply_to.startswith("wamid."):
            heading["context"] = {"message_id": parcel.in_reply_to}
        if parcel.idempotency_key:
            heading["biz_opaque_callback_data"] = parcel.idempotency_key
        return _message_id(self.graph.tell(f"{self.number_id}/messages", heading | content))

    def _uploaded(self, file: ParcelFile) -> Content:
        """Hand the file over first: the message only names it."""
        kind, most = _MEDIA.get(file.content_type, _DOCUMENT)
        if len(file.content) > most:
            kind, most = _DOCUMENT
        if len(file.content) > most:
            raise RejectedError(because("the file is larger than allowed", f"{most // _MB} MB"))
        name = clean_file_name(file.name) or "file"
        about = {"messaging_product": "whatsapp", "type": file.content_type}
        found = self.graph.upload(
            f"{self.number_id}/media", about, {"file": (name, file.content, file.content_type)}
        )
        media: Content = {"id": str(found.get("id", ""))}
        if kind == "document":
            media["filename"] = name
        return {"type": kind, kind: media}


def is_open(parcel: Parcel) -> bool:
    """Whether free words may go: the person wrote within the last 24 hours."""
    return bool(parcel.heard_at and parcel.at and parcel.at - parcel.heard_at < WINDOW)


def group_of(parcel: Parcel) -> str:
    """The group in which it was said; "" between two, where the thread is empty or the person's own."""
    return "" if parcel.thread.removeprefix("+") == parcel.to.removeprefix("+") else parcel.thread


def worded(text: str, buttons: Sequence[str]) -> list[Content]:
    """The text, cut where it is too long; with buttons under its last part."""
    if not buttons:
        return [_text(part) for part in cut(text, limit=TEXT)]
    head, body = head_and_body(text, limit=BODY)
    return [*(_text(part) for part in cut(head, limit=TEXT)), _pressable(body, buttons)]


def approved(filled: Filled) -> Content:
    """An approved text with its gaps filled, in order or by name, and what its heading and buttons want."""
    names = filled.names or ("",) * len(filled.values)
    parameters = [_word(value, name) for value, name in zip(filled.values, names, strict=True)]
    template: Content = {"name": filled.name, "language": {"code": filled.language}}
    components: list[Content] = [_filled_in(slot) for slot in filled.slots]
    if parameters:
        components.insert(0, {"type": "body", "parameters": parameters})
    if components:
        template["components"] = components
    return {"type": "template", "template": template}


def _word(value: str, name: str) -> Content:
    """A text in a gap: on one line, never empty."""
    said: Content = {"type": "text", "text": " ".join(value.split()) or "-"}
    return said | {"parameter_name": name} if name else said


def _filled_in(slot: Slot) -> Content:
    """The part of an approved text that its heading or one of its buttons is."""
    if slot.kind in _MEDIA_SLOTS:
        return {"type": "header", "parameters": [{"type": slot.kind, slot.kind: {"link": slot.value}}]}
    if slot.kind == "text":
        return {"type": "header", "parameters": [_word(slot.value, slot.param)]}
    if slot.kind == "code":
        value: Content = {"type": "coupon_code", "coupon_code": slot.value}
        sort = "copy_code"
    else:
        value, sort = {"type": "text", "text": slot.value}, "url"
    return {"type": "button", "sub_type": sort, "index": str(slot.index), "parameters": [value]}


def location(parcel: Parcel) -> Content:
    """A point on the map."""
    place = parcel.place
    assert place is not None
    point: Content = {"latitude": place.latitude, "longitude": place.longitude}
    if place.label:
        point["name"] = place.label[:100]
    return {"type": "location", "location": point}


def _text(body: str) -> Content:
    """No preview of a linked page: it would fetch a resident's tracking page to draw it."""
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _pressable(body: str, buttons: Sequence[str]) -> Content:
    if len(buttons) > MOST_ROWS or any(not 0 < len(one) <= BUTTON_LENGTH for one in buttons):
        raise RejectedError(because("too many choices, or too long ones", f"{MOST_ROWS} × {BUTTON_LENGTH}"))
    if len(buttons) > MOST_BUTTONS:
        return _choosable(body, buttons)
    offered = [
        {"type": "reply", "reply": {"id": f"button-{number}", "title": title}}
        for number, title in enumerate(buttons, start=1)
    ]
    interactive = {"type": "button", "body": {"text": body}, "action": {"buttons": offered}}
    return {"type": "interactive", "interactive": interactive}


def _choosable(body: str, choices: Sequence[str]) -> Content:
    """A list that opens at a press; "☰" says so in every language."""
    rows = [{"id": f"button-{number}", "title": title} for number, title in enumerate(choices, start=1)]
    interactive = {
        "type": "list",
        "body": {"text": body},
        "action": {"button": "☰", "sections": [{"rows": rows}]},
    }
    return {"type": "interactive", "interactive": interactive}


def _to(parcel: Parcel) -> Content:
    """The group in which it was said, a number, or the id of somebody who hides theirs."""
    if group := group_of(parcel):
        return {"recipient_type": "group", "to": group}
    plain = parcel.to.removeprefix("+")
    whom = {"to": plain} if plain.isdigit() else {"recipient": parcel.to}
    return {"recipient_type": "individual", **whom}


def _message_id(answer: Any) -> str:
    messages = answer.get("messages") if isinstance(answer, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    message_id = first.get("id") if isinstance(first, dict) else None
    if not isinstance(message_id, str) or not message_id:
        raise UnsureError("the answer names no message")
    return message_id
