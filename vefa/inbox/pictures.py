"""Pictures as others may see them: without place, device and name that a camera writes into its files."""

import hashlib
import os
import uuid
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

from vefa.inbox.files import StoredFile, full_path
from vefa.inbox.typing_files import FORMATS, HEIC

DRAWN_AS = {HEIC: "image/jpeg"}  # what browsers cannot draw, as something that all of them can
SENT_AS = {"image/png": "image/png", "image/gif": "image/png"}  # everything else as JPEG
LONGEST_SIDE = 2048  # pixels
_drawing = Lock()  # unpacked, a picture of a few kilobytes may take 200 MB: one after the other


class UnshowableError(Exception):
    """The file is no picture that can be drawn anew, so it is not shown to others."""


def bare(path: str, content_type: str) -> Path:
    """A copy with the picture and nothing else, upright and of bounded size; made once, beside the file.

    Raises UnshowableError, OSError where the file is gone.
    """
    original = full_path(path)
    copy = original.with_suffix(".bare")
    if copy.exists():
        return copy
    if content_type not in FORMATS:
        raise UnshowableError(f"{content_type} is not drawn anew")
    with _drawing:
        if not copy.exists():  # while we waited, somebody else may have drawn it
            _redraw(original, copy, content_type, FORMATS[drawn_as(content_type)])
    return copy


def drawn_as(content_type: str) -> str:
    """The content type of the bare copy of a picture of this type."""
    return DRAWN_AS.get(content_type, content_type)


def redrawn(file: StoredFile) -> StoredFile:
    """The file with its picture and nothing else, as JPEG or PNG, which all channels take; in its own place.

    Raises UnshowableError, OSError.
    """
    if file.content_type not in FORMATS:
        raise UnshowableError(f"{file.content_type} is not drawn anew")
    path, content_type = full_path(file.path), SENT_AS.get(file.content_type, "image/jpeg")
    with _drawing:
        _redraw(path, path, file.content_type, FORMATS[content_type])
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return replace(file, content_type=content_type, size=len(content), sha256=digest)


def _redraw(original: Path, copy: Path, content_type: str, form: str) -> None:
    draft = copy.with_suffix(f".{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        with Image.open(original, formats=[FORMATS[content_type]]) as image:
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)  # only now: the large picture is never copied
            drawn = upright if upright.mode in {"RGB", "RGBA", "L", "LA"} else upright.convert("RGBA")
            clean = Image.new(drawn.mode, drawn.size)
            clean.paste(drawn)
            (_opaque(clean) if form == "JPEG" else clean).save(draft, form, quality=85)
        draft.replace(copy)
    except FileNotFoundError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise UnshowableError("the picture cannot be drawn anew") from error
    finally:
        with suppress(OSError):
            draft.unlink()


def _opaque(picture: Image.Image) -> Image.Image:
    """On white, where something shines through: JPEG knows nothing of that."""
    if picture.mode not in {"RGBA", "LA"}:
        return picture.convert("RGB")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
    return ground
