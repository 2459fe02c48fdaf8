"""Files that belong to nobody go after a day; everything else stays."""

import io
import os
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import UUIDField

from vefa.cases.models import Proof
from vefa.dialogue.models import Enclosure
from vefa.inbox import files, orphans, pictures
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Attachment, Contact

HOUR = 3600


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def put(now, *, hours, first="00"):
    """A file that was touched so many hours ago."""
    key = uuid.UUID(hex=first + uuid.uuid4().hex[2:])
    stored = files.store(io.BytesIO(b"a note"), name="not.txt", limit_bytes=100, key=key)
    age(files.full_path(stored.path), now, hours)
    return stored


def age(path, now, hours):
    moment = now.timestamp() - hours * HOUR
    os.utime(path, (moment, moment))


def contact(town, now, *, kept=()):
    return accept([Incoming(endpoint_id=town.web.id, external_id=str(len(kept)), lane="", raw=b"{}",
                            received_at=now - timedelta(days=2), files=kept)])  # fmt: skip


def nothing(_keys):
    return set()


def left(folder):
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_what_no_row_names_goes_after_a_day(town, now, folder):
    sent, abandoned, young = put(now, hours=50), put(now, hours=25), put(now, hours=23)
    contact(town, now, kept=(sent,))

    assert orphans.sweep_folder(0, now=now, elsewhere=nothing) == 1
    assert left(folder) == {sent.key.hex, young.key.hex}
    assert abandoned.key.hex not in left(folder)


def test_a_file_that_is_being_written_stays_and_one_that_was_given_up_goes(town, now, folder):
    sent = put(now, hours=50)
    contact(town, now, kept=(sent,))
    given_up, writing = (folder / "00" / f"{sent.key.hex}.{pid}-0a1b2c3d.part" for pid in (7, 8))
    given_up.write_bytes(b"half")
    writing.write_bytes(b"half")
    age(given_up, now, 25)

    orphans.sweep_folder(0, now=now, elsewhere=nothing)

    assert left(folder) == {sent.key.hex, writing.name}


def test_a_bare_copy_goes_with_its_picture_and_stays_with_it(town, now, folder):
    sent, abandoned = put(now, hours=50), put(now, hours=50)
    contact(town, now, kept=(sent,))
    for one in (sent, abandoned):
        copy = files.full_path(one.path).with_suffix(".bare")
        copy.write_bytes(b"picture")
        age(copy, now, 40)

    orphans.sweep_folder(0, now=now, elsewhere=nothing)

    assert left(folder) == {sent.key.hex, f"{sent.key.hex}.bare"}
    with pytest.raises(pictures.UnshowableError):
        pictures.bare(abandoned.path, "text/plain")


def test_names_that_are_not_ours_and_files_of_other_rooms_stay(town, now, folder):
    proof = put(now, hours=50)
    for name in ("README", "backup.tar", "0" * 31):
        other = folder / "00" / name
        other.write_bytes(b"x")
        age(other, now, 99)

    assert orphans.sweep_folder(0, now=now, elsewhere={proof.key}.intersection) == 0
    assert len(left(folder)) == 4


def test_touching_a_draft_keeps_it_for_another_day(town, now, folder):
    draft = put(now, hours=50)
    files.stay([draft.path, "00/gone"])

    assert orphans.sweep_folder(0, now=now, elsewhere=nothing) == 0


def test_every_folder_has_its_turn_within_the_hour(town, now, folder):
    contact(town, now)
    for first in ("00", "7f", "ff"):
        put(now, hours=50, first=first)

    moments = (now + timedelta(seconds=orphans.PACE_S * turn) for turn in range(orphans.FOLDERS))
    assert sum(orphans.sweep(now=moment, elsewhere=nothing) for moment in moments) == 3


def test_beside_an_empty_database_nothing_is_swept(town, now, folder):
    put(now, hours=50)

    moments = (now + timedelta(seconds=orphans.PACE_S * turn) for turn in range(orphans.FOLDERS))
    assert sum(orphans.sweep(now=moment, elsewhere=nothing) for moment in moments) == 0
    assert not Contact.objects.exists()


def test_no_other_table_names_files():
    naming = {
        field.model
        for model in apps.get_models()
        for field in model._meta.fields
        if field.name == "key" and isinstance(field, UUIDField) and hasattr(model, "path")
    }

    assert naming == {Attachment, Proof, Enclosure}  # whoever adds one must tell the sweeper
