"""Photos that a resident adds: stored at once under random names, remembered by their keys alone."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from vefa.inbox import files
from vefa.inbox.files import NoRoomError, RefusedFileError, StoredFile
from vefa.web.ui.words import digits

AT_MOST = 5
_NAME = "\0"  # stands for a file's name, which holds anything else
PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic"})

type Upload = "UploadedFile[Any]"  # only the checker knows the parameter
Photos = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Given:
    """What became of the files of one form: all that are kept now, and why others are not."""

    stored: Photos
    refused: list[str]


@dataclass(frozen=True)
class Shown:
    """One photo on a page."""

    key: str
    name: str
    size: str


def receive(uploads: Sequence[Upload], *, kept: Photos) -> Given:
    """Store what may be stored; every refusal names the file and says what to do."""
    taken, refused = list(kept), []
    for upload in uploads:
        if len(taken) >= AT_MOST:
            words = gettext("%(name)s: up to %(count)d photos can go with a report.")
            refused.append(_said(words, upload))
            break
        try:
            taken.append(_store(upload))
        except RefusedFileError as error:
            refused.append(str(error))
    return Given(tuple(taken), refused)


def _said(sentence: str, upload: Upload) -> str:
    """A sentence about one file: our limits in the reader's digits, the file's name as it is."""
    told = sentence % {"name": _NAME, "count": AT_MOST, "limit": settings.UPLOAD_LIMIT_MB}
    return digits(told).replace(_NAME, upload.name or gettext("File"))


def _store(upload: Upload) -> dict[str, Any]:
    """The stored file as plain values. Raises RefusedFileError in words for the resident."""
    if not upload.size:
        raise RefusedFileError(_said(gettext("%(name)s is empty. Choose the photo again."), upload))
    limit = settings.UPLOAD_LIMIT_MB * 1_000_000
    if upload.size > limit:
        raise RefusedFileError(
            _said(gettext("%(name)s is larger than %(limit)d MB. Choose a smaller photo."), upload)
        )
    unlike = _said(gettext("%(name)s is not a photo. Choose a JPEG, PNG, WebP or HEIC picture."), upload)
    try:
        file = files.store(upload, name=upload.name or "", limit_bytes=limit)
    except RefusedFileError as error:
        raise RefusedFileError(unlike) from error
    except NoRoomError as error:
        raise RefusedFileError(
            _said(
                gettext(
                    "We have no room for %(name)s right now. Send the report without it and add it later."
                ),
                upload,
            )
        ) from error
    if file.content_type not in PHOTOS:
        files.discard(file)
        raise RefusedFileError(unlike)
    return plain(file)


def plain(file: StoredFile) -> dict[str, Any]:
    """As a session can keep it."""
    return {name: value if isinstance(value, int) else str(value) for name, value in asdict(file).items()}


def stored(photos: Photos) -> tuple[StoredFile, ...]:
    """As the inbox knows them."""
    return tuple(StoredFile(**{**photo, "key": UUID(photo["key"])}) for photo in photos)


def give_up(given: Given, form: forms.Form) -> None:
    """Nothing of this form is taken: no page can choose its photos again, so the resident is asked to."""
    if given.stored:
        form.add_error("photos", gettext("Choose the photos again."))
    discard(given.stored)


def asked_again[F: forms.Form](form: F, request: HttpRequest) -> F:
    """A form that comes back unread in another language: what was chosen in it is to be chosen again."""
    if request.FILES.getlist("photos"):
        form.errors["photos"] = form.error_class([gettext("Choose the photos again.")])
    return form


def discard(photos: Photos) -> None:
    """Remove photos from the disk that no report will carry."""
    for file in stored(photos):
        files.discard(file)


def without(photos: Photos, key: str) -> Photos:
    """All but the one that the resident takes back."""
    return tuple(photo for photo in photos if photo["key"] != key)


def shown(photos: Photos) -> list[Shown]:
    """As a page shows them."""
    return [
        Shown(key=str(photo["key"]), name=str(photo["name"]), size=filesizeformat(photo["size"]))
        for photo in photos
    ]
