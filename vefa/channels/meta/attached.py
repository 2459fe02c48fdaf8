"""What hangs on a message: files, a place, what was shared."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from vefa.channels.cleaning import clean_file_name, clean_line
from vefa.channels.meta.shapes import Attachment
from vefa.channels.port import AttachmentRef, Place
from vefa.channels.remarks import contains, no_place
from vefa.kit.saying import Sentence

_FILES = {"image": "photo", "video": "video", "audio": "audio", "file": "document", "animated_image": "photo"}
_LONGEST_URL = 4000


class Attached(Struct, frozen=True):
    """What was found: files to fetch, links to show, a place, and what could not be read."""

    files: tuple[AttachmentRef, ...] = ()
    links: tuple[str, ...] = ()
    place: Place | None = None
    warnings: tuple[str, ...] = ()


_IN_A_STORY = Sentence("They named our account in a story.")


def attached(attachments: Iterable[Attachment]) -> Attached:
    """Everything that hangs on a message, in its order."""
    files: list[AttachmentRef] = []
    links: list[str] = []
    warnings: list[str] = []
    place: Place | None = None
    for one in attachments:
        payload: dict[str, Any] = one.payload if isinstance(one.payload, dict) else {}
        url = address(payload.get("url")) or address(one.url)
        if one.type == "location":
            place, trouble = _place(payload, one.title)
            warnings += trouble
        elif file := _file(one, payload, url):
            files.append(file)
            warnings += [_IN_A_STORY] if one.type == "story_mention" else []
        elif url:
            links.append(f"{clean_line(one.title)} {url}".strip())
        else:
            warnings.append(contains(clean_line(one.type)))
    return Attached(tuple(files), tuple(links), place, tuple(warnings))


def address(value: object) -> str:
    """A web address that may be kept, else nothing."""
    if not isinstance(value, str) or len(value) > _LONGEST_URL:
        return ""
    return clean_line(value, limit=_LONGEST_URL) if value.startswith(("https://", "http://")) else ""


def _file(one: Attachment, payload: dict[str, Any], url: str) -> AttachmentRef | None:
    kind = _FILES.get(one.type, "photo" if one.type == "story_mention" else "")
    if not (kind and url):
        return None
    if payload.get("sticker_id"):
        kind = "sticker"
    name = clean_file_name(one.title) if one.type == "file" else ""
    return AttachmentRef(kind=kind, provider_ref=url, name=name)


def _place(payload: dict[str, Any], title: str) -> tuple[Place | None, list[str]]:
    """The point, and a warning instead of one that lies on no globe."""
    found = payload.get("coordinates")
    at = found if isinstance(found, dict) else {}
    latitude, longitude = at.get("lat"), at.get("long")
    if not (isinstance(latitude, int | float) and isinstance(longitude, int | float)):
        return None, [Sentence("It named a place without its point on the map.")]
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None, [no_place(latitude, longitude)]
    return Place(latitude=latitude, longitude=longitude, label=clean_line(title)), []
