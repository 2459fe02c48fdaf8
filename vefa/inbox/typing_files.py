"""What a file is, by its content: its name and what the sender claims count for nothing."""

import re
from pathlib import Path

import filetype
import pi_heif
from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 50_000_000
MOST_UNPACKED = 200_000_000  # bytes that a picture takes while it is drawn anew
# JPEG is read at a fraction of its size. What shines through is unpacked twice, other colours once.
_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "RGB": 4}
_ALPHA_BYTES = 8
HEIC = "image/heic"
# How Pillow calls each; it is never asked to try all that it knows.
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", HEIC: "HEIF", "image/gif": "GIF"}
IMAGES = tuple(FORMATS)
SOUND = ("audio/aac", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/x-flac", "audio/x-wav", "audio/amr")
FILMS = (
    "video/3gpp", "video/mp4", "video/x-m4v", "video/quicktime", "video/webm", "video/x-matroska",
    "video/mpeg",
)  # fmt: skip
OFFICE = "application/vnd.openxmlformats-officedocument."
PAPERS = (
    "application/pdf", "application/rtf", "application/msword", "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint", "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.presentation",
    f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet",
    f"{OFFICE}presentationml.presentation",
)  # fmt: skip
TAKEN = frozenset((*IMAGES, *SOUND, *FILMS, *PAPERS))
PLAIN = "text/plain"
_ACTIVE = re.compile(rb"\s*(<\?xml|<svg|<!doctype|<html|<script|#!|<\?php|%!PS)", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")

pi_heif.register_heif_opener()


class UnknownTypeError(Exception):
    """A type that we do not keep; the sentence is for the resident or the staff."""


def type_of(head: bytes, path: Path) -> str:
    """The content type of a file from its first bytes, `path` holds the whole. Raises UnknownTypeError."""
    found = filetype.guess(head)
    mime = "image/png" if found and found.mime == "image/apng" else found.mime if found else ""
    if mime in IMAGES:
        _check_pixels(mime, path)
    if mime in TAKEN:
        return mime
    if not mime and _is_plain(head):
        return PLAIN
    raise UnknownTypeError("Files of this type are not taken.")


def kind_of(content_type: str) -> str:
    """photo, audio, video or document."""
    family = content_type.partition("/")[0]
    return {"image": "photo", "audio": "audio", "video": "video"}.get(family, "document")


def _is_plain(head: bytes) -> bool:
    """UTF-8 text that no browser or shell takes for something to run."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # not merely cut inside its last letter
            return False
        text = head[: error.start].decode("utf-8")
    return not _CONTROLS.search(text) and not _ACTIVE.match(head.removeprefix(b"\xef\xbb\xbf"))


def _check_pixels(mime: str, path: Path) -> None:
    """A small file can unpack to gigabytes: only its measures are read here."""
    try:
        with Image.open(path, formats=[FORMATS[mime]]) as image:
            width, height = image.size
            pixels = width * height
            unpacked = 0 if mime == "image/jpeg" else pixels * _BYTES.get(image.mode, _ALPHA_BYTES)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if mime == HEIC:
            return  # telephones invent new kinds of it: kept for whoever can open it, shown to nobody
        raise UnknownTypeError("The picture cannot be read.") from error
    if pixels > MOST_PIXELS or unpacked > MOST_UNPACKED:
        raise UnknownTypeError("The picture has too many pixels.")
