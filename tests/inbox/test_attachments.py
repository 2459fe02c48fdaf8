"""Files are fetched after the words, as often as it takes, and never at the cost of the words."""

import io
import json
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.providers.telegram_bot_api import TelegramBotApi
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.inbox import attachments, files
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Attachment, Contact
from vefa.journal.models import Event


@pytest.fixture
def provider():
    with TelegramBotApi.running() as running:
        yield running


@pytest.fixture
def wanted(town, now, provider, settings, tmp_path):
    """A photo that waits at the provider: `wanted(content)`."""
    settings.MEDIA_ROOT = tmp_path
    secrets = {"token": provider.token, "secret": "s"}
    Endpoint.objects.filter(id=town.bot.id).update(sealed=seal(secrets), settings={"api_base": provider.base})

    def photo(content):
        provider.files["photo-1"] = content
        accept([Incoming(endpoint_id=town.bot.id, external_id="1", lane="", raw=b"{}", received_at=now)])
        return Attachment.objects.create(
            contact=Contact.objects.get(), kind="photo", provider_ref="photo-1", due_at=now
        )

    return photo


def picture():
    stream = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(stream, "JPEG")
    return stream.getvalue()


def fetch(moment):
    with httpx.Client(timeout=5) as http:
        return attachments.fetch_due(http=http, clock=lambda: moment, limit=10)


def test_a_photo_is_brought_home(wanted, now):
    content = picture()
    file = wanted(content)

    assert fetch(now) == 1
    file.refresh_from_db()
    assert (file.state, file.content_type, file.size) == ("stored", "image/jpeg", len(content))
    assert files.full_path(file.path).read_bytes() == content
    assert fetch(now) == 0


@pytest.mark.parametrize("content", [b"<svg onload='x'/>", b"MZ" + b"\0" * 50])
def test_what_we_do_not_keep_is_refused_with_the_reason(wanted, now, content):
    file = wanted(content)

    fetch(now)

    file.refresh_from_db()
    assert (file.state, file.trouble) == ("refused", "Files of this type are not taken.")


@pytest.mark.parametrize("broken", [{"sealed": b"sealed with another key"}, {"channel": "pigeon"}])
def test_an_account_that_cannot_be_used_is_tried_again_and_holds_up_no_other(wanted, now, broken):
    file = wanted(picture())
    Endpoint.objects.filter(id=file.contact.endpoint_id).update(**broken)

    moments = [now + timedelta(days=turn) for turn in range(attachments.MAX_TRIES)]
    assert [fetch(moment) for moment in moments] == [1] * len(moments)

    file.refresh_from_db()
    assert file.state == "failed"
    assert file.trouble


def test_a_file_that_is_too_large_is_refused(wanted, now, settings):
    settings.UPLOAD_LIMIT_MB = 1
    file = wanted(b"\xff\xd8\xff" + b"\0" * 2_000_000)

    fetch(now)

    file.refresh_from_db()
    assert file.state == "refused"


def test_a_provider_in_trouble_is_asked_again_later_and_given_up_in_the_end(wanted, now, provider):
    file = wanted(picture())
    provider.misbehave("500", times=1, method="getFile")
    fetch(now)
    file.refresh_from_db()
    assert (file.state, file.tries) == ("waiting", 1)
    assert file.due_at > now

    fetch(now + timedelta(minutes=10))
    file.refresh_from_db()
    assert file.state == "stored"

    Attachment.objects.update(state="waiting", tries=attachments.MAX_TRIES - 1, due_at=now)
    provider.misbehave("500", times=1, method="getFile")
    fetch(now)
    file.refresh_from_db()
    assert file.state == "failed"
    assert attachments.retry([file.pk], by="staff:3", now=now) == 1
    assert attachments.retry([file.pk], by="staff:3", now=now) == 0
    assert Event.objects.get(kind="contact.file_retried").data == {"attachment_id": file.pk}
    fetch(now)
    file.refresh_from_db()
    assert file.state == "stored"


def test_bytes_that_came_with_the_message_are_taken_out_of_it(town, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    letter = (
        "From: ali@example.org\r\nTo: city@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Not\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nEkte.\r\n"
        '--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="not.txt"'
        "\r\n\r\nÇukur\r\n--b--\r\n"
    ).encode()
    mail = {"endpoint_id": town.mailbox.id, "external_id": "m1", "lane": "", "received_at": now}
    accept([Incoming(raw=letter, **mail)])
    file = Attachment.objects.create(
        contact=Contact.objects.get(), kind="document", name="not.txt", due_at=now
    )

    fetch(now)

    file.refresh_from_db()
    assert (file.state, file.trouble) == ("stored", "")
    assert "Çukur" in files.full_path(file.path).read_text(encoding="utf-8")


def test_a_mail_is_opened_once_for_all_its_files(town, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    head = "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
    parts = "".join(f"{head}file {number}\r\n" for number in range(3))
    letter = (
        "From: ali@example.org\r\nMessage-ID: <3@example.org>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="b"\r\n\r\n{parts}--b--\r\n'
    ).encode()
    mail = {"endpoint_id": town.mailbox.id, "lane": "", "received_at": now}
    accept([Incoming(raw=letter, external_id="m3", **mail), Incoming(raw=letter, external_id="m4", **mail)])
    for contact in Contact.objects.order_by("id"):
        for position in range(3):
            Attachment.objects.create(contact=contact, position=position, kind="document", due_at=now)

    with CaptureQueriesContext(connection) as seen:
        assert fetch(now) == 6

    stored = Attachment.objects.filter(state="stored").order_by("id")
    assert [files.full_path(one.path).read_text()[:6] for one in stored] == ["file 0", "file 1", "file 2"] * 2
    assert sum('"raw"' in query["sql"] for query in seen) == 2  # each mail is brought from its row once


def test_a_file_that_the_message_does_not_hold_has_failed(town, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    raw = json.dumps({"text": "Çukur"}).encode()
    accept([Incoming(endpoint_id=town.counter.id, external_id="1", lane="", raw=raw, received_at=now)])
    file = Attachment.objects.create(contact=Contact.objects.get(), kind="document", due_at=now)

    fetch(now)

    file.refresh_from_db()
    assert (file.state, file.trouble) == ("failed", "the message does not hold this file")
