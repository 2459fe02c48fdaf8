"""Pictures as others may see them: without place, device and name that a camera writes into its files."""

import os
import uuid
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from vefa.inbox.files import full_path
from vefa.inbox.typing_files import FORMATS, HEIC

DRAWN_AS = {HEIC: "image/jpeg"}  # what browsers cannot draw, as something that all of them can
LONGEST_SIDE = 2048  # pixels


class UnshowableError(Exception):
    """The file is no picture that can be drawn anew, so it is not shown to others."""


def bare(path: str, content_type: str) -> Path:
    """A copy with the picture and nothing else, upright and of bounded size; made once, beside the file.

    Raises UnshowableError, OSError where the file is gone.
    """
    original = full_path(path)
    copy = original.with_suffix(".bare")
    if not copy.exists():
        if content_type not in FORMATS:
            raise UnshowableError(f"{content_type} is not drawn anew")
        _redraw(original, copy, content_type)
    return copy


def drawn_as(content_type: str) -> str:
    """The content type of the bare copy of a picture of this type."""
    return DRAWN_AS.get(content_type, content_type)


def _redraw(original: Path, copy: Path, content_type: str) -> None:
    form = FORMATS[drawn_as(content_type)]
    draft = copy.with_suffix(f".{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        with Image.open(original, formats=[FORMATS[content_type]]) as image:
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            drawn = upright if upright.mode in {"RGB", "RGBA", "L", "LA"} else upright.convert("RGBA")
            clean = Image.new(drawn.mode, drawn.size)
            clean.paste(drawn)
            (clean.convert("RGB") if form == "JPEG" else clean).save(draft, form, quality=85)
        draft.replace(copy)
    except FileNotFoundError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise UnshowableError("the picture cannot be drawn anew") from error
    finally:
        with suppress(OSError):
            draft.unlink()
