"""A resident's page hears that something was said in its conversation, and nothing of anybody else's."""

import asyncio
from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.web.live.test_stream import Screen, change, run, wait
from tests.web.portal.resident import Resident
from vefa.cases.models import Case
from vefa.channels import queries as endpoints
from vefa.channels.models import Endpoint
from vefa.web.live import talks
from vefa.web.live.talks import Watched
from vefa.wiring.handling import Hands

pytestmark = pytest.mark.django_db(transaction=True)
SAID: tuple[str, dict[str, object]] = ("said", {})


@pytest.fixture
def talk(town, settings) -> str:
    """The address of Ayşe's conversation, behind /chat and /live/chat alike."""
    settings.UNDO_S = 1
    endpoints.forget()
    Endpoint.objects.create(key="chat", channel="chat", language="tr", default_unit_key="contact")
    answer = Resident().client.post("/chat", {"text": "Çarşı'da çukur var"})
    return str(answer.headers["Location"]).partition("#")[0]


def work() -> None:
    hands = Hands(lambda: datetime.now(UTC), 50)
    while hands.handle_some():
        pass
    connection.close()


def test_the_page_looks_when_its_own_case_changes_and_once_more_when_the_answer_stands(talk):
    work()
    own = Case.objects.get().pk

    async def story():
        screen = Screen("", path=f"/live{talk}")
        task = await screen.watch(lambda text: "said" in text)
        await asyncio.sleep(0.3)
        screen.text = ""
        await asyncio.to_thread(change, own + 1)
        await asyncio.sleep(0.3)
        before = [event for event in screen.events if event == SAID]
        await asyncio.to_thread(change, own)
        await wait(lambda: len(screen.events) >= len(before) + 2)
        screen.gone.set()
        await task
        assert screen.ended
        assert set(map(str, screen.events)) == {str(SAID)}

    run(story)


def test_a_conversation_that_is_no_case_yet_hears_when_it_becomes_one(talk):
    async def story():
        screen = Screen("", path=f"/live{talk}")
        task = await screen.watch(lambda text: "said" in text)
        await asyncio.sleep(1.2)
        screen.text = ""
        await asyncio.to_thread(work)
        await wait(lambda: SAID in screen.events)
        screen.gone.set()
        await task

    run(story)


def test_one_conversation_holds_a_few_streams_only_and_gives_them_back(talk):
    async def story():
        screens = [Screen("", path=f"/live{talk}") for _ in range(talks.MOST_OF_ONE)]
        tasks = [await screen.watch(lambda text: "said" in text) for screen in screens]
        more = Screen("", path=f"/live{talk}")
        await (await more.watch(lambda _: False))
        assert more.status == 503
        for screen in screens:
            screen.gone.set()
        await asyncio.gather(*tasks)
        assert not talks._open

    run(story)


def test_without_the_secret_there_is_no_stream(talk):
    async def story():
        statuses = []
        for path, method in (
            (f"/live{talk}x", "GET"),
            ("/live/chat/26-00001-2/nonsense", "GET"),
            ("/live/chat/", "GET"),
            (f"/live{talk}", "POST"),
        ):
            screen = Screen("", path=path, method=method)
            await (await screen.watch(lambda _: False))
            statuses.append(screen.status)
        assert statuses == [404, 404, 404, 405]

    run(story)


def test_who_comes_too_early_or_too_late_is_asked_to_come_again(talk):
    async def story():
        screen = Screen("", path=f"/live{talk}")
        await (await screen.watch(lambda _: False))
        assert screen.status == 503

    asyncio.run(story())


def test_looks_are_planned_for_each_change_and_never_twice_in_a_second(settings):
    settings.UNDO_S = 10
    watched = Watched("26-00001-2", "secret", 7)
    for moment in (0.0, 0.2, 5.0):
        watched.look_again(moment)

    assert watched.again_at == [1.7, 6.5, 10.7, 15.5]
