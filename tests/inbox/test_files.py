"""Files are known by their content, live under random names, and what we do not know is refused."""

import io
import os
import shutil
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from vefa.inbox import files
from vefa.inbox.files import NoRoomError, RefusedFileError


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def photo(form="JPEG", size=(40, 30)):
    stream = io.BytesIO()
    Image.new("RGB", size, "teal").save(stream, form)
    return stream.getvalue()


def word_file():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("word/document.xml", "<w/>")
    return stream.getvalue()


def huge_picture():
    """A PNG of a few bytes that claims 60,000 x 60,000 pixels."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0" * 64
    )


def keep(content, name="file", limit_bytes=1_000_000):
    return files.store(io.BytesIO(content), name=name, limit_bytes=limit_bytes)


@pytest.mark.parametrize(
    ("content", "content_type", "kind"),
    [
        (photo(), "image/jpeg", "photo"),
        (photo("PNG"), "image/png", "photo"),
        (photo("WEBP"), "image/webp", "photo"),
        (b"%PDF-1.7\n...", "application/pdf", "document"),
        (b"OggS" + b"\0" * 40, "audio/ogg", "audio"),
        ("Сокакта чукур var, لطفاً".encode(), "text/plain", "document"),
        (word_file(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"),
    ],
)
def test_a_file_is_what_its_content_says(content, content_type, kind):
    stored = keep(content, name="virus.exe")

    assert (stored.content_type, stored.kind, stored.size) == (content_type, kind, len(content))
    assert files.full_path(stored.path).read_bytes() == content
    assert "virus" not in stored.path


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>",
        b"#!/bin/sh\nrm -rf /",
        b"MZ\x90\0" + b"\0" * 100,
        b"\x7fELF" + b"\0" * 100,
        b"PK\x03\x04" + b"\0" * 100,
        b"\xff\xd8\xff no picture after all",
        huge_picture(),
        b"",
    ],
)
def test_what_could_run_or_cannot_be_read_is_refused_and_leaves_nothing(content, folder):
    with pytest.raises(RefusedFileError):
        keep(content, name="photo.jpg")

    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_stream_that_never_ends_is_cut_off_at_the_limit(folder):
    def endless():
        while True:
            yield b"x" * 1000

    with pytest.raises(RefusedFileError, match="larger than"):
        files.store(endless(), name="a.txt", limit_bytes=5000)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_name_is_shown_but_never_used_as_a_path():
    stored = keep(b"text", name="../../etc/passwd\u202egpj.exe")

    assert stored.name == "passwdgpj.exe"
    with pytest.raises(ValueError, match="outside"):
        files.full_path("../../etc/passwd")


def test_a_full_disk_is_said_clearly(monkeypatch):
    def full(_number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoomError, match="No space left"):
        keep(b"text")


@pytest.mark.parametrize(("colours", "taken"), [("L", True), ("RGB", True), ("RGBA", False)])
def test_a_picture_that_unpacks_to_too_much_is_refused_by_what_its_colours_take(colours, taken):
    stream = io.BytesIO()
    Image.new(colours, (6000, 6000)).save(stream, "PNG", compress_level=1)
    picture = stream.getvalue()
    if taken:
        assert keep(picture).content_type == "image/png"
        return
    with pytest.raises(RefusedFileError, match="pixels"):
        keep(picture)


def test_files_stop_before_the_disk_is_full_for_the_database(settings, folder):
    settings.FILES_RESERVE_MB = shutil.disk_usage(folder).free // 1_000_000 + 1000

    with pytest.raises(NoRoomError):
        keep(photo())

    assert [one for one in folder.rglob("*") if one.is_file()] == []
