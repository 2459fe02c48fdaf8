"""What was recorded of a call: heard in the list of calls and on the case, and each listening is kept."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.calls.exchange import exchange
from tests.web.desk.telephone import _here_and_now, entry, now, seated
from vefa.calls import queries
from vefa.calls.models import Call
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.directory.models import Staff
from vefa.inbox.delegating import Grant, give
from vefa.inbox.models import Attachment, AttachmentState
from vefa.journal.models import Event

__all__ = ["_here_and_now", "exchange", "now"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded(exchange, town, now):
    """A call whose recording is on the disk."""
    exchange.push("c1", "newCall", user="derya")
    exchange.push("c1", "answer", at_s=4, answeringNumber="201")
    exchange.push("c1", "hangup", at_s=40, cause="normalClearing")
    exchange.push("c1", "recording", at_s=41, url="1.wav")
    call = exchange.call("c1")
    path = Path(settings.MEDIA_ROOT) / "aa" / "recording-of-a-test"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(range(250)) * 4)
    Attachment.objects.filter(contact=call.recording).update(
        state=AttachmentState.STORED, path="aa/recording-of-a-test", content_type="audio/wav", size=1000
    )
    yield call
    path.unlink()


def body(answer):
    return b"".join(answer.streaming_content)


def test_a_recording_is_heard_in_parts_and_every_listening_is_kept(recorded, town):
    client = seated(town.derya)
    address = reverse("desk:recording", args=[recorded.pk, "recording"])
    assert address in client.get(reverse("desk:calls")).content.decode()

    whole = client.get(address)
    assert (whole.status_code, whole.headers["Accept-Ranges"], len(body(whole))) == (200, "bytes", 1000)
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.headers["Content-Range"]) == (206, "bytes 10-19/1000")
    assert body(part) == bytes(range(10, 20))
    assert len(body(client.get(address, headers={"Range": "bytes=-100"}))) == 100
    assert client.get(address, headers={"Range": "bytes=5000-"}).status_code == 416
    assert len(body(client.get(address, headers={"Range": "lines=1"}))) == 1000

    other = seated(town.reza)
    body(other.get(address))
    heard = Event.objects.filter(kind="recording.heard", subject=f"call:{recorded.pk}")
    assert sorted(heard.values_list("actor", flat=True)) == [
        f"staff:{town.derya.pk}",
        f"staff:{town.reza.pk}",
    ]
    assert seated(town.murat).get(address).status_code == 404
    assert seated(town.orhan).get(address).status_code == 403
    assert client.get(reverse("desk:recording", args=[recorded.pk, "voicemail"])).status_code == 404


def test_a_case_shows_the_call_in_which_it_was_told_with_its_recording_to_who_may_hear_it(
    recorded, exchange, town
):
    client = seated(town.derya)
    address = f"{reverse('desk:enter')}?call={recorded.pk}"
    sent = entry(
        client.get(address).content.decode(), text="Çarşıda sokak lambası yanmıyor", call=recorded.pk
    )
    client.post(address, sent)
    exchange.work(60)
    case = Case.objects.get(title__startswith="Çarşıda")
    heard = reverse("desk:recording", args=[recorded.pk, "recording"])
    page = reverse("desk:case", args=[case.pk])

    client.get(page)  # the first look marks it as read
    with CaptureQueriesContext(connection) as caught:
        shown = client.get(page).content.decode()
    assert f'src="{heard}"' in shown
    assert re.search(r'class="message-call".*answered · 0:36 · ', shown)
    assert sum(one["sql"].count("EXECUTE ") or 1 for one in caught.captured_queries) <= 10

    Case.objects.update(unit=town.roads)
    theirs = seated(town.murat).get(page)
    assert theirs.status_code == 200
    assert b"sokak lambas" in theirs.content
    assert heard.encode() not in theirs.content


@pytest.mark.parametrize("owner", ["institution", "mayor", "unit"])
@pytest.mark.parametrize("personal", [False, True])
def test_a_case_shows_the_calls_that_the_list_of_calls_shows(recorded, exchange, town, now, owner, personal):
    contact = recorded.recording
    Call.objects.filter(pk=recorded.pk).update(contact=contact, staff=town.reza)
    line = Endpoint.objects.filter(pk=recorded.endpoint_id)
    line.update(owner=owner, personal=personal, unit_key="roads")
    if personal:
        give(endpoint=line.get(), to=town.selin, grant=Grant(from_at=now), by=town.ayse, now=now)

    for staff in Staff.objects.order_by("username"):
        listed = list(queries.visible_to(staff, now=now).filter(contact=contact))
        assert queries.written_down(staff, [contact.pk], now=now) == listed, staff
