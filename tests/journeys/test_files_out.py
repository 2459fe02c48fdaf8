"""Files go along with an answer to where the resident wrote, once, and stand on the page of the report."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.journeys.conftest import Worker, fetch
from tests.journeys.meta import DERYA as DERYA_ON_FACEBOOK
from tests.journeys.meta import push as push_to_page
from tests.journeys.test_telegram import ALI, bot
from tests.journeys.test_viber import viber
from tests.journeys.whatsapp_line import HOLE, cloud, fresh, line, push
from tests.providers.meta_graph import message as said_on_page
from tests.providers.telegram_bot_api import message
from tests.providers.whatsapp_cloud import statuses
from tests.web.desk.seat import seated
from tests.web.desk.test_enclosing import PDF, photo, upload
from vefa.cases.models import Case, Supporter
from vefa.channels.models import Endpoint
from vefa.channels.port import Account, Parcel
from vefa.channels.registry import build
from vefa.citizens.models import Address, Citizen
from vefa.dialogue import sweeping
from vefa.dialogue.carrying import laden
from vefa.dialogue.models import Delivery, DeliveryState, Enclosure
from vefa.inbox.models import Conversation
from vefa.wiring import work
from vefa.wiring.cli.export import rows_of

__all__ = ["bot", "cloud", "line", "viber"]
pytestmark = pytest.mark.django_db
S = DeliveryState
WORDS = "Karar ve plan ektedir."


@pytest.fixture(autouse=True)
def disk(settings, tmp_path) -> Path:
    """An empty folder of files, no second step."""
    settings.MEDIA_ROOT, settings.SECOND_FACTOR = tmp_path, False
    return Path(tmp_path)


def answered(case: Case, town, *files) -> Delivery:
    """Derya answers at the desk, with files; what becomes of it."""
    given = {"do": "send", "text": WORDS, "way": "", "files": list(files)}
    page = seated(town.derya).post(reverse("desk:reply", args=[case.pk]), given)
    assert page.status_code == 302, page.content.decode()
    return Delivery.objects.get(reply__staff=town.derya, conversation=case.conversation)


@pytest.fixture
def case(town, bot, worker) -> Case:
    """Ali wrote to the bot about a pothole."""
    bot.updates.append(message(ALI, "Çarşı'da yolda büyük bir çukur var"))
    fetch(town.bot)
    worker.work()
    bot.sent.clear()
    return Case.objects.get()


def wait_no_more() -> None:
    """What was laid back is due, and the account rests no longer."""
    Delivery.objects.filter(state=S.QUEUED).update(due_at=timezone.now())
    Endpoint.objects.update(paused_until=None)


def test_a_photo_and_a_paper_follow_the_words_and_stand_on_the_residents_page(town, bot, worker, case):
    answered(case, town, upload("plan.jpg", photo()), upload("karar.pdf"))
    worker.work()

    assert [one.method for one in bot.sent] == ["sendMessage", "sendPhoto", "sendDocument"]
    assert bot.sent[0].text == WORDS
    assert bot.sent[1].files["photo"][0] == "plan.jpg"
    assert b"Ali's phone" not in bot.sent[1].files["photo"][1]
    assert bot.sent[2].files["document"] == ("karar.pdf", PDF)
    sent = Delivery.objects.get(reply__staff=town.derya)
    assert (sent.state, len(sent.parts)) == (S.HANDED_OVER, 3)

    resident, mine = Client(), [case.reference, case.secret]
    page = resident.get(reverse("portal:track", args=mine)).content.decode()
    for kept in Enclosure.objects.all():
        href = reverse("portal:file", args=[*mine, kept.key])
        assert href in page
        assert resident.get(href).status_code == 200
        assert resident.get(href.replace(case.secret, "x" * len(case.secret))).status_code == 404
    with rows_of("deliveries") as (names, rows):
        told = {row[names.index("text")]: row[names.index("files")] for row in rows}
    assert told.pop(WORDS) == 2
    assert set(told.values()) == {0}


def test_on_the_residents_page_no_file_stands_before_the_answer_leaves(town, bot, worker, case, settings):
    settings.UNDO_S = 60
    answered(case, town, upload("karar.pdf"))
    mine = [case.reference, case.secret]
    href = reverse("portal:file", args=[*mine, Enclosure.objects.get().key])

    assert href not in Client().get(reverse("portal:track", args=mine)).content.decode()
    assert Client().get(href).status_code == 404


def test_after_a_refusal_for_now_only_what_is_missing_goes(town, bot, worker, case):
    bot.misbehave("429", method="sendDocument", retry_after=1)
    sent = answered(case, town, upload("plan.jpg", photo()), upload("karar.pdf"))
    worker.work()
    sent.refresh_from_db()
    assert (sent.state, len(sent.parts), len(bot.sent)) == (S.QUEUED, 2, 2)

    wait_no_more()
    worker.work()
    sent.refresh_from_db()
    assert (sent.state, len(sent.parts)) == (S.HANDED_OVER, 3)
    assert [one.method for one in bot.sent] == ["sendMessage", "sendPhoto", "sendDocument"]


def test_a_file_of_which_nobody_knows_is_in_doubt_and_goes_once_more_alone(town, bot, worker, case):
    bot.misbehave("drop", method="sendPhoto")
    sent = answered(case, town, upload("plan.jpg", photo()), upload("karar.pdf"))
    worker.work()
    worker.work()
    sent.refresh_from_db()
    assert (sent.state, len(sent.parts)) == (S.UNCERTAIN, 1)
    assert [one.method for one in bot.sent] == ["sendMessage", "sendPhoto"]

    assert sweeping.resend_doubtful(now=timezone.now() + timedelta(hours=1)) == 1
    wait_no_more()
    worker.work()
    sent.refresh_from_db()
    assert (sent.state, sent.resent, len(sent.parts)) == (S.HANDED_OVER, 1, 3)
    assert [one.method for one in bot.sent[2:]] == ["sendPhoto", "sendDocument"]


def test_an_answer_whose_file_is_gone_does_not_go_by_halves(town, bot, worker, case, disk):
    sent = answered(case, town, upload("karar.pdf"))
    kept = Enclosure.objects.get()
    assert work._kept_beside([kept.key]) == {kept.key}
    (disk / kept.path).unlink()
    worker.work()
    sent.refresh_from_db()

    assert (sent.state, bot.sent) == (S.FAILED, [])
    page = seated(town.derya).get(reverse("desk:case", args=[case.pk])).content.decode()
    assert "bu yanıtın bir dosyası artık diskte değil" in page


@pytest.mark.django_db(transaction=True)
def test_whatsapp_gets_each_file_handed_over_and_then_sent(town, line, cloud, worker):
    push(line, fresh(HOLE))
    worker.work()
    before = len(cloud.received)
    sent = answered(Case.objects.get(), town, upload("plan.png", photo(form="PNG")), upload("karar.pdf"))
    for _ in range(3):  # one message in six seconds to the same person
        worker.work()
        wait_no_more()
    sent.refresh_from_db()

    assert sent.state == S.HANDED_OVER
    words, picture, paper = cloud.received[before:]
    assert (words.text, picture.kind, paper.kind) == (WORDS, "image", "document")
    assert paper.content["filename"] == "karar.pdf"
    assert cloud.files[paper.content["id"]] == (PDF, "application/pdf")
    assert cloud.files[picture.content["id"]][1] == "image/png"

    push(line, *statuses(words.wamid, "delivered", key=str(sent.key)))
    worker.work()
    push(line, *statuses(paper.wamid, "failed", key=str(sent.key), code=131053))
    worker.work()
    sent.refresh_from_db()
    assert (sent.state, "131053" in sent.trouble) == (S.FAILED, True)


@pytest.mark.django_db(transaction=True)
def test_messenger_gets_files_in_private(town, facebook, worker: Worker):
    endpoint, graph = facebook
    push_to_page(endpoint, graph, said_on_page(DERYA_ON_FACEBOOK, HOLE, mid="m_1"))
    worker.work()
    before = len(graph.sent)
    sent = answered(Case.objects.get(), town, upload("plan.jpg", photo()), upload("karar.pdf"))
    worker.work()
    sent.refresh_from_db()

    assert sent.state == S.HANDED_OVER
    words, picture, paper = graph.sent[before:]
    assert words.text == WORDS
    assert picture.files["filedata"][0] == "plan.jpg"
    assert paper.files["filedata"] == ("karar.pdf", PDF)


def test_a_further_listener_whose_channel_takes_no_files_is_told_of_them(town, bot, viber, worker, case):
    now = timezone.now()
    other = Citizen.objects.create(created_at=now)
    address = Address.objects.create(space="viber", value="v-2", citizen=other, created_at=now)
    talk = Conversation.objects.create(
        endpoint=Endpoint.objects.get(key="viber"), address=address, language="ru", created_at=now
    )
    Supporter.objects.create(case=case, citizen=other, conversation=talk, at=now)
    sent = answered(case, town, upload("karar.pdf"))
    worker.work()

    assert [one.method for one in bot.sent] == ["sendMessage", "sendDocument"]
    (told,) = viber.heard()
    assert told.startswith(WORDS)
    assert "dosya" in told
    assert "/r/" not in told
    assert set(Delivery.objects.filter(reply__staff=town.derya).values_list("state", flat=True)) == {
        S.HANDED_OVER
    }
    mute = build("viber", Account(settings={}, secrets={}, http=httpx.Client()))
    own = laden(Parcel(to="7", text=WORDS, language="tr", at=now), sent, mute)
    assert own.attachments == ()
    assert f"/r/{case.reference}/{case.secret}" in own.text
