"""What others see of a photo is the photo alone."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from PIL import Image

from tests.heic import APPLE
from vefa.inbox import files, pictures
from vefa.inbox.files import RefusedFileError
from vefa.inbox.pictures import UnshowableError

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def photo(form="JPEG", size=(3000, 1000)):
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Ali's phone"
    exif.get_ifd(GPS)[2] = (38.0, 1.0, 12.0)
    stream = io.BytesIO()
    Image.new("RGB", size, "teal").save(stream, form, exif=exif)
    stream.seek(0)
    return files.store(stream, name="a", limit_bytes=10_000_000)


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "PNG"])
def test_neither_place_nor_device_is_left_in_what_others_see(form):
    stored = photo(form)
    copy = pictures.bare(stored.path, stored.content_type)

    with Image.open(copy) as shown:
        assert (shown.format, dict(shown.getexif()), shown.info.get("exif")) == (form, {}, None)
        assert shown.size == (683, 2048)  # upright, and of bounded size
    assert b"Ali" not in copy.read_bytes()
    assert b"Ali" in files.full_path(stored.path).read_bytes()
    assert pictures.bare(stored.path, stored.content_type) == copy


def test_many_readers_of_a_new_photo_wait_for_one_drawing(monkeypatch):
    """Each drawing unpacks the whole picture: eight at once would take gigabytes."""
    stored, opened, at_work, most = photo("PNG"), Image.open, 0, 0

    @contextmanager
    def counted(*args, **kwargs):
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        draws.append(1)
        with opened(*args, **kwargs) as image:
            yield image
        at_work -= 1

    draws: list[int] = []
    monkeypatch.setattr(Image, "open", counted)
    others = [photo("PNG", (1500, 1500)) for _ in range(3)]
    with ThreadPoolExecutor(8) as readers:
        wanted = [stored] * 5 + others
        copies = list(readers.map(lambda one: pictures.bare(one.path, one.content_type), wanted))

    assert (most, len(draws) - len(others)) == (
        1,
        1 + len(others),
    )  # the others were opened to be stored, too
    assert len(set(copies)) == 4


def test_drawing_takes_no_more_memory_than_the_picture_twice():
    """Measured in a process of its own: a picture of few bytes and many pixels, turned by its camera."""
    stored = photo("PNG", (7000, 7000))
    story = """if True:
        import re, sys
        from pathlib import Path
        from vefa.inbox import pictures

        def most():
            told = Path("/proc/self/status").read_text()
            return int(re.search(r"VmHWM:\\s+([0-9]+)", told)[1]) // 1000

        before = most()
        pictures._redraw(Path(sys.argv[1]), Path(sys.argv[2]), "image/png", "PNG")
        print(most() - before)
    """
    original = files.full_path(stored.path)
    ran = subprocess.run(
        [sys.executable, "-c", story, str(original), str(original.with_suffix(".bare"))],
        capture_output=True, check=True, text=True,
    )  # fmt: skip

    assert int(ran.stdout) < 290


def test_heic_becomes_a_jpeg_that_every_browser_draws():
    stored = files.store(io.BytesIO(APPLE), name="IMG_1.HEIC", limit_bytes=10_000)
    copy = pictures.bare(stored.path, stored.content_type)

    assert (stored.content_type, pictures.drawn_as(stored.content_type)) == ("image/heic", "image/jpeg")
    with Image.open(copy) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (96, 32), {})
        assert shown.getpixel((48, 16)) == pytest.approx((0, 128, 128), abs=4)
    assert b"Ali" in APPLE
    assert b"Ali" not in copy.read_bytes()


def test_heic_of_an_unknown_kind_is_kept_but_not_shown():
    strange = APPLE[:40] + b"\0" * 400
    stored = files.store(io.BytesIO(strange), name="IMG_2.HEIC", limit_bytes=10_000)

    assert stored.content_type == "image/heic"
    with pytest.raises(UnshowableError):
        pictures.bare(stored.path, stored.content_type)


def test_heic_with_too_many_pixels_is_refused():
    measures, crop = APPLE.index(b"ispe") + 8, APPLE.index(b"clap") + 4
    side, one, nothing = (number.to_bytes(4) for number in (8_000, 1, 0))
    huge = APPLE[:measures] + side * 2 + APPLE[measures + 8 : crop]
    huge += (side + one) * 2 + (nothing + one) * 2 + APPLE[crop + 32 :]

    with pytest.raises(RefusedFileError, match="pixels"):
        files.store(io.BytesIO(huge), name="IMG_3.HEIC", limit_bytes=10_000)


def test_what_cannot_be_drawn_anew_is_not_shown():
    stored = files.store(io.BytesIO(b"plain"), name="a", limit_bytes=100)

    with pytest.raises(UnshowableError):
        pictures.bare(stored.path, "application/pdf")
    with pytest.raises(UnshowableError):
        pictures.bare(stored.path, "image/jpeg")
    with pytest.raises(FileNotFoundError):
        pictures.bare("aa/nothing", "image/jpeg")
