"""Files that go along with an answer: taken from its writer, kept beside it, carried where a channel does.

A picture is drawn anew before it is kept: without what the camera wrote into it, as JPEG or PNG. Where a
channel carries no files (a supporter's SMS), the words go and say that there is a file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from vefa.channels.cleaning import clean_file_name
from vefa.channels.manners import Freight
from vefa.dialogue.models import Enclosure, Reply
from vefa.inbox import files, pictures
from vefa.inbox.files import NoRoomError, RefusedFileError, StoredFile
from vefa.inbox.pictures import UnshowableError

MOST = 10  # files of one answer, whatever a channel takes
_ENDINGS = {
    "image/jpeg": ("jpg", "jpeg"), "image/png": ("png",), "application/pdf": ("pdf",),
    "text/plain": ("txt", "csv", "md"), "application/msword": ("doc",), "application/rtf": ("rtf",),
    "application/vnd.ms-excel": ("xls",), "application/vnd.ms-powerpoint": ("ppt",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/vnd.oasis.opendocument.presentation": ("odp",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "audio/aac": ("aac",), "audio/mpeg": ("mp3",), "audio/mp4": ("m4a", "mp4"), "audio/amr": ("amr",),
    "audio/ogg": ("ogg", "oga", "opus"), "audio/x-flac": ("flac",), "audio/x-wav": ("wav",),
    "video/mp4": ("mp4", "m4v"), "video/x-m4v": ("m4v", "mp4"), "video/3gpp": ("3gp",),
    "video/quicktime": ("mov", "qt"), "video/webm": ("webm",), "video/x-matroska": ("mkv",),
    "video/mpeg": ("mpg", "mpeg"),
}  # fmt: skip


class EnclosureError(ValueError):
    """These files cannot go along, and none of them was kept; `code` says why.

    The words are in `web/ui/terms.py`: too_many (`limit` files), too_large and together (`limit` bytes),
    empty, type, channel_type, picture, no_room, none, template
    """

    def __init__(self, code: str, *, name: str = "", limit: int = 0) -> None:
        super().__init__(code)
        self.code, self.name, self.limit = code, clean_file_name(name), limit


@dataclass(frozen=True)
class Chosen:
    """A file as its writer hands it over; `size` in bytes."""

    name: str
    size: int
    stream: Iterable[bytes] | BinaryIO


def house() -> Freight:
    """What a page of ours shows."""
    return Freight(most=MOST, each=_own_limit(), together=_own_limit(), apart=False)


def within_house(freight: Freight) -> Freight:
    """What a channel takes, and never more than we keep."""
    own = _own_limit()
    return Freight(
        most=min(freight.most, MOST),
        each=min(freight.each or own, own),
        together=min(freight.together or own, own),
        types=freight.types,
        apart=freight.apart,
    )


def take(chosen: Sequence[Chosen], freight: Freight | None) -> tuple[StoredFile, ...]:
    """Keep files on disk for an answer that is about to be written. Raises EnclosureError."""
    if not chosen:
        return ()
    if freight is None:
        raise EnclosureError("none")
    if len(chosen) > freight.most:
        raise EnclosureError("too_many", limit=freight.most)
    kept: list[StoredFile] = []
    try:
        for one in chosen:
            kept.append(_stored(one))
            _check(kept[-1], freight)
        _check_together(kept, freight)
    except EnclosureError:
        drop(kept)
        raise
    return tuple(kept)


def drop(kept: Iterable[StoredFile]) -> None:
    """Remove files whose answer was not written."""
    for file in kept:
        files.discard(file)


def fits(enclosed: Iterable[StoredFile | Enclosure], freight: Freight) -> bool:
    """Whether a channel takes all of them."""
    every = list(enclosed)
    try:
        for one in every:
            _check(one, freight)
        _check_together(every, freight)
    except EnclosureError:
        return False
    return len(every) <= freight.most


def keep(reply: Reply, enclosed: Sequence[StoredFile]) -> None:
    """Lay the files beside their reply, in their order."""
    Enclosure.objects.bulk_create(
        Enclosure(
            reply=reply,
            position=position,
            key=file.key,
            path=file.path,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
        )
        for position, file in enumerate(enclosed)
    )


def count_of(reply: Reply) -> int:
    """How many files a reply has; asks nobody."""
    return int((reply.extras or {}).get("files", 0))


def of_replies(replies: Iterable[Reply]) -> Mapping[int, Sequence[Enclosure]]:
    """The files of these replies by their ids; no statement where none has any."""
    found: dict[int, list[Enclosure]] = {}
    if ids := [one.pk for one in replies if count_of(one)]:
        for enclosure in Enclosure.objects.filter(reply_id__in=ids).order_by("position"):
            found.setdefault(enclosure.reply_id, []).append(enclosure)
    return found


def enclosure_of(key: UUID, *, cases: QuerySet[Any]) -> Enclosure | None:
    """A file that went along with an answer on one of these cases; None where there is none."""
    return Enclosure.objects.filter(key=key, reply__case__in=cases).first()


def named(keys: Iterable[UUID]) -> set[UUID]:
    """Which of these files belong to an answer."""
    return set(Enclosure.objects.filter(key__in=keys).values_list("key", flat=True))


def _own_limit() -> int:
    return settings.UPLOAD_LIMIT_MB * 1_000_000


def _stored(one: Chosen) -> StoredFile:
    """On disk, a picture without anything but itself, the name's ending true to its type."""
    if not one.size:
        raise EnclosureError("empty", name=one.name)
    limit = _own_limit()
    if one.size > limit:
        raise EnclosureError("too_large", name=one.name, limit=limit)
    try:
        file = files.store(one.stream, name=one.name, limit_bytes=limit)
    except RefusedFileError as error:
        raise EnclosureError("type", name=one.name) from error
    except NoRoomError as error:
        raise EnclosureError("no_room", name=one.name) from error
    if file.kind == "photo":
        file = _redrawn(file)
    return replace(file, name=_true_name(file))


def _redrawn(file: StoredFile) -> StoredFile:
    try:
        return pictures.redrawn(file)
    except UnshowableError as error:
        files.discard(file)
        raise EnclosureError("picture", name=file.name) from error
    except OSError as error:
        files.discard(file)
        raise EnclosureError("no_room", name=file.name) from error


def _true_name(file: StoredFile) -> str:
    """The name with an ending that says what the file is: a receiver's program goes by it."""
    endings = _ENDINGS.get(file.content_type, ())
    stem, dot, ending = file.name.rpartition(".")
    if not endings or (dot and ending.lower() in endings):
        return file.name or "file"
    known = dot and ending.isalnum() and len(ending) <= 5
    return clean_file_name(f"{(stem if known else file.name) or 'file'}.{endings[0]}")


def _check(file: StoredFile | Enclosure, freight: Freight) -> None:
    if freight.types and file.content_type not in freight.types:
        raise EnclosureError("channel_type", name=file.name)
    if freight.each and file.size > freight.each:
        raise EnclosureError("too_large", name=file.name, limit=freight.each)


def _check_together(every: Sequence[StoredFile | Enclosure], freight: Freight) -> None:
    if freight.together and sum(one.size for one in every) > freight.together:
        raise EnclosureError("together", limit=freight.together)
