"""Residents' files: streamed to disk under random names, typed by content, refused when of no known type."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from vefa.channels.cleaning import clean_file_name
from vefa.inbox.typing_files import UnknownTypeError, kind_of, type_of

HEAD = 8192  # bytes that are enough to know a type


class RefusedFileError(Exception):
    """We do not keep this file: too large, empty, or of a type that we do not take. The text says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoRoomError(Exception):
    """The disk takes no more files, what is left is for the database; what was said is kept without them."""


@dataclass(frozen=True)
class StoredFile:
    """A file on disk. `path` is relative to MEDIA_ROOT; `name` is for showing only; `size` in bytes."""

    key: uuid.UUID
    path: str
    name: str
    content_type: str
    size: int
    sha256: str

    @property
    def kind(self) -> str:
        """photo, audio, video or document."""
        return kind_of(self.content_type)


def store(
    stream: Iterable[bytes] | BinaryIO, *, name: str, limit_bytes: int, key: uuid.UUID | None = None
) -> StoredFile:
    """Write a stream to a random name, on disk when this returns. Raises RefusedFileError, NoRoomError.

    The same `key` always lands on the same path: a repeated download replaces its own file. So it is one
    that we drew ourselves, never what a browser sends.
    """
    key = key or uuid.uuid4()
    path = f"{key.hex[:2]}/{key.hex}"
    target = Path(settings.MEDIA_ROOT, path)
    draft = target.with_suffix(f".{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        draft.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        _leave_room(draft.parent)
        size, digest, content_type = _write(draft, stream, limit_bytes)
        draft.replace(target)
        _settle(target.parent)
    except OSError as error:
        raise NoRoomError(f"The file cannot be kept: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return StoredFile(key, path, clean_file_name(name), content_type, size, digest)


def share(file: StoredFile, *, key: uuid.UUID) -> StoredFile:
    """The same file under another key, for another contact: each can go without the other. NoRoomError."""
    path = f"{key.hex[:2]}/{key.hex}"
    target = Path(settings.MEDIA_ROOT, path)
    draft = target.with_suffix(f".{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        draft.hardlink_to(full_path(file.path))
        draft.replace(target)
        _settle(target.parent)
    except OSError as error:
        raise NoRoomError(f"The file cannot be kept: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return replace(file, key=key, path=path)


def discard(file: StoredFile) -> None:
    """Remove a file that nothing points at."""
    with suppress(OSError):
        Path(settings.MEDIA_ROOT, file.path).unlink(missing_ok=True)


def remove(path: str) -> None:
    """Remove a stored file for good. Raises ValueError for a path that leaves the folder."""
    with suppress(OSError):
        full_path(path).unlink(missing_ok=True)


def stay(paths: Iterable[str]) -> None:
    """Files of a report in the making: they count as new again, so that nobody sweeps them away."""
    for path in paths:
        with suppress(FileNotFoundError):
            os.utime(full_path(path))


def full_path(path: str) -> Path:
    """Where a stored file lies. Raises ValueError for a path that leaves the folder."""
    root = Path(settings.MEDIA_ROOT).resolve()
    found = (root / path).resolve()
    if not found.is_relative_to(root) or not path:
        raise ValueError("the path lies outside the folder of files")
    return found


def _write(draft: Path, stream: Iterable[bytes] | BinaryIO, limit_bytes: int) -> tuple[int, str, str]:
    """Size, SHA-256 and type of what was written."""
    size, digest, head = 0, hashlib.sha256(), b""
    with draft.open("xb") as file:
        for chunk in _chunks(stream):
            size += len(chunk)
            if size > limit_bytes:
                raise RefusedFileError(f"The file is larger than {limit_bytes // 1_000_000} MB.")
            if len(head) < HEAD:
                head += chunk[: HEAD - len(head)]
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if not size:
        raise RefusedFileError("The file is empty.")
    try:
        return size, digest.hexdigest(), type_of(head, draft)
    except UnknownTypeError as error:
        raise RefusedFileError(str(error)) from error


def _leave_room(folder: Path) -> None:
    """Files stop before the disk is full, so that a database on the same one goes on. Raises NoRoomError."""
    if shutil.disk_usage(folder).free < settings.FILES_RESERVE_MB * 1_000_000:
        raise NoRoomError(f"Less than {settings.FILES_RESERVE_MB} MB are left on the disk of the files.")


def _chunks(stream: Iterable[bytes] | BinaryIO) -> Iterable[bytes]:
    """Pieces of bounded size, also from a file whose lines could be endless."""
    read = getattr(stream, "read", None)
    return iter(lambda: read(65_536), b"") if read else stream


def _settle(folder: Path) -> None:
    """Make the new name durable, not only the content."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
