"""Derya complains in public and writes in private; the city answers where it should and shows no link."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.channels.forged import answers, knock
from tests.channels.x.test_archive import written
from tests.journeys.meta import ALI, push
from tests.providers.meta_graph import message
from tests.providers.x_api import (
    DERYA,
    MAYOR,
    OWN,
    XApiServer,
    direct,
    direct_event,
    mention,
    older,
    older_post,
    own_post,
)
from vefa.cases.lifecycle import Ending, double, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels import administering, looking
from vefa.channels.administering import Act
from vefa.channels.manners import Copied
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.registry import network_client
from vefa.channels.sealing import seal
from vefa.dialogue.writing import Words, write
from vefa.inbox import copied
from vefa.inbox.models import Contact
from vefa.triage import twins
from vefa.wiring.cli import importing
from vefa.wiring.cli.command import CommandError

pytestmark = pytest.mark.django_db(transaction=True)
POST, LATER = "2080765813578191303", "2080765813578191500"
POTHOLE = "@PinarovaBld Çarşı'da yolda büyük bir çukur var"


@pytest.fixture
def x(town, settings) -> Iterator[XApiServer]:
    settings.UNDO_S = 0
    with XApiServer.running() as running:
        Endpoint.objects.create(
            key="x-city", channel="x", language="tr", default_unit_key="contact",
            settings={"api_base": running.base}, sealed=seal(running.secrets),
        )  # fmt: skip
        yield running
        assert running.faults == []


def door() -> Endpoint:
    return Endpoint.objects.get(key="x-city")


def pushed(x: XApiServer, *events: object, to: Endpoint | None = None) -> None:
    bodies = [json.dumps(one).encode() for one in events]
    calls = [Call(headers={"x-twitter-webhooks-signature": x.sign(body)}, body=body) for body in bodies]
    assert knock(to or door(), calls) == [200] * len(calls)


def test_in_public_everybody_reads_the_answer_and_nobody_the_link(town, x, worker):
    pushed(
        x,
        mention(POST, POTHOLE),
        mention(POST, POTHOLE),
        older("tweet_create_events", older_post(POST, POTHOLE)),
    )
    worker.work()
    case = Case.objects.get()
    assert (case.service, case.area, case.channel) == (town.pothole, town.carsi, "x")
    assert Contact.objects.count() == 1
    assert all(case.secret not in one.text and "/r/" not in one.text for one in x.posts)
    assert all(one.where == POST for one in x.posts)
    said = len(x.posts)

    words = Words(text="Ekibimiz yarın geliyor.", language="tr", way="public")
    write(case=case, words=words, by=town.derya, now=timezone.now())
    worker.work()
    assert [one.text for one in x.posts[said:]] == ["Ekibimiz yarın geliyor."]
    assert x.direct == []

    # our own answer comes back as an echo, before and after: it is shown once, and opens nothing
    back = own_post(
        x.posts[-1].id, "@derya Ekibimiz yarın geliyor.", in_reply_to_user_id=DERYA, conversation_id=POST
    )
    pushed(x, back, back)
    worker.work()
    assert Case.objects.count() == 1

    ending = Ending(outcome=Outcome.DONE, reason="Çukur dolduruldu.", waiver="Gece çalışıldı.")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    answer = {"in_reply_to_user_id": "1", "conversation_id": POST,
              "referenced_tweets": [{"type": "replied_to", "id": x.posts[-1].id}]}  # fmt: skip
    pushed(x, mention(LATER, "@PinarovaBld Hayır, çözülmedi, çukur hâlâ orada", **answer))
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)
    assert all(case.secret not in one.text for one in x.posts)


def test_what_began_in_public_goes_on_in_private_where_we_ask_for_it(town, x, worker):
    pushed(x, mention(POST, POTHOLE))
    worker.work()
    case = Case.objects.get()
    words = Words(text="Telefonunuzu yazar mısınız?", language="tr", way="private")
    write(case=case, words=words, by=town.derya, now=timezone.now())
    worker.work()
    assert [(one.where, one.text) for one in x.direct] == [(DERYA, "Telefonunuzu yazar mısınız?")]

    pushed(x, direct("5001", "0532 123 45 67"))
    worker.work()
    case.refresh_from_db()
    assert Case.objects.count() == 1
    assert case.conversation is not None
    assert (case.conversation.thread, case.conversation.public) == ("dm", False)


def test_the_way_chosen_for_a_post_is_not_that_of_who_wrote_in_private(town, x, facebook, worker):
    page, graph = facebook
    pushed(x, mention(POST, POTHOLE))
    worker.work()
    case = Case.objects.get()
    pushed(x, direct("5001", POTHOLE, sender="77"))
    push(page, graph, message(ALI, POTHOLE))
    worker.work()
    for other in Case.objects.exclude(pk=case.pk):
        double(case_id=other.pk, master_id=case.pk, by=town.derya, now=timezone.now())
    worker.work()
    posted, said = len(x.posts), len(x.direct)

    words = Words(text="Ekibimiz yarın geliyor.", language="tr", way="public")
    write(case=case, words=words, by=town.derya, now=timezone.now())
    worker.work()
    assert [(one.where, one.text) for one in x.posts[posted:]] == [(POST, words.text)]
    assert [(one.where, one.text) for one in x.direct[said:]] == [("77", words.text)]
    assert graph.texts_to(ALI)[-1] == words.text


def test_what_was_written_in_private_stays_so_where_the_case_goes_on_elsewhere(town, x, worker, settings):
    pushed(x, mention(POST, POTHOLE))
    worker.work()
    case, posted = Case.objects.get(), len(x.posts)
    settings.UNDO_S = 60
    words = Words(text="Telefonunuzu yazar mısınız?", language="tr", way="private")
    now = timezone.now()
    reply = write(case=case, words=words, by=town.derya, now=now)
    pushed(x, direct("5001", "0532 123 45 67"))
    worker.work()
    case.refresh_from_db()
    assert case.conversation is not None
    assert (case.conversation.public, x.direct) == (False, [])

    reply.deliveries.update(due_at=now)
    worker.work()
    assert [(one.where, one.text) for one in x.direct] == [(DERYA, words.text)]
    assert len(x.posts) == posted


def test_the_mayors_account_shares_the_citys_door_and_leaves_it_alone(town, x, worker):
    mayor = Endpoint.objects.create(
        key="x-mayor", channel="x", language="tr", default_unit_key="contact", owner="mayor",
        settings={"api_base": x.base, "door": "x-city", "account_id": MAYOR},
        sealed=seal({"access_token": f"{MAYOR}-access", "access_token_secret": "mayor-secret"}),
    )  # fmt: skip
    for endpoint in (door(), mayor):
        administering.subscribe(endpoint.pk, Act("staff:1", timezone.now()))
        looked(endpoint)
    (hook,) = x.hooks.values()
    assert x.subscribed == {(hook["id"], OWN), (hook["id"], MAYOR)}

    to_her = mention(POST, POTHOLE)
    to_her["data"]["filter"]["user_id"] = MAYOR
    pushed(
        x,
        to_her,
        mention(POST, POTHOLE),
        older("direct_message_events", direct_event("77", "Selam", to=MAYOR), for_user_id=MAYOR),
    )
    kept = Contact.objects.order_by("endpoint__key", "external_id").values_list(
        "endpoint__key", "external_id"
    )
    assert list(kept) == [("x-city", POST), ("x-mayor", POST), ("x-mayor", "77")]

    administering.retire(mayor.pk, Act("staff:1", timezone.now()))
    looked(mayor)
    assert x.subscribed == {(hook["id"], OWN)}
    assert list(x.hooks) == [hook["id"]]


def looked(endpoint: Endpoint) -> None:
    """One look of the worker's."""
    endpoint.refresh_from_db()
    with network_client() as http:
        found = looking.look(endpoint, http)
    looking.keep(endpoint.pk, found, now=timezone.now())


def test_in_private_the_acknowledgement_holds_the_link(town, x, worker):
    pushed(x, direct("5001", "Çarşı'da lamba yanmıyor"))
    worker.work()
    case = Case.objects.get()

    assert x.posts == []
    assert f"/r/{case.reference}/{case.secret}" in x.direct[0].text


def test_what_the_city_says_with_another_tool_is_shown_and_taken_back(town, x, worker):
    pushed(x, mention(POST, POTHOLE))
    worker.work()
    theirs = own_post(LATER, "@derya Bakıyoruz", in_reply_to_user_id=DERYA, conversation_id=POST,
                      referenced_tweets=[{"type": "replied_to", "id": POST}])  # fmt: skip
    pushed(x, theirs)
    worker.work()
    echo = Contact.objects.get(external_id=LATER)
    assert (echo.form, Case.objects.count()) == ("echo", 1)
    assert Case.objects.get().links.filter(contact=echo).exists()

    gone = {"data": {"event_type": "post.delete", "payload": {"id": LATER, "author_id": "1"}}}
    pushed(x, gone, gone)
    worker.work()
    echo.refresh_from_db()
    assert echo.deleted_at is not None


def test_an_older_thing_that_comes_later_and_everything_twice_change_nothing(town, x, worker):
    first, second = mention(POST, POTHOLE), direct("5001", "Derya ben")
    for order in ((second, first), (first, second), (second, second, first)):
        pushed(x, *order)
        worker.work()
    assert Contact.objects.count() == 2
    assert len({one.text for one in x.direct}) == len(x.direct)


def test_the_challenge_is_answered_at_the_real_door(x):
    ((status, body),) = answers(door(), [Call(headers={}, query="crc_token=1", method="GET")])
    assert (status, json.loads(body)["response_token"]) == (200, x.sign(b"1"))


def test_what_was_copied_by_hand_is_answered_in_public(town, x, worker):
    post = Copied(link=f"https://x.com/Derya/status/{POST}", text=POTHOLE)
    copied.take(post, by=town.derya, now=timezone.now())
    worker.work()
    case = Case.objects.get()
    assert x.heard() == []  # nobody asked us there
    words = Words(text="Ekibimiz yarın geliyor.", language="tr", way="public")
    write(case=case, words=words, by=town.derya, now=timezone.now())
    worker.work()
    assert (x.posts[-1].where, x.posts[-1].text) == (POST, "Ekibimiz yarın geliyor.")
    pushed(x, mention(POST, POTHOLE))
    worker.work()
    assert Case.objects.count() == 1


def test_an_archive_is_history_and_meets_what_was_pushed(town, x, worker, tmp_path, capsys):
    pushed(x, direct("88", "Lamba yanmıyor"))
    take_in("archive", written(tmp_path), "--endpoint", "x-city")
    assert "3 new, 1 known already." in capsys.readouterr().out
    take_in("archive", tmp_path, "--endpoint", "x-city")
    assert "0 new, 4 known already." in capsys.readouterr().out
    worker.work()

    assert Case.objects.count() == 1
    assert Contact.objects.filter(form="echo").count() == 2
    with pytest.raises(CommandError):
        take_in("archive", tmp_path, "--endpoint", "hotline")
    with pytest.raises(CommandError):
        take_in("archive", tmp_path / "none.zip", "--endpoint", "x-city")


def test_a_table_of_posts_is_the_same_posts(town, x, worker, tmp_path, capsys):
    table = tmp_path / "posts.csv"
    table.write_text(
        f"link,author,text,received_at\nhttps://x.com/derya/status/{POST},@derya,{POTHOLE},2026-11-21\n",
        encoding="utf-8",
    )
    take_in("contacts", table, "--endpoint", "x-city")
    pushed(x, mention(POST, POTHOLE))
    worker.work()

    assert Contact.objects.get().external_id == POST
    assert Case.objects.count() == 1
    assert x.heard() == []  # what was said elsewhere is not acknowledged again


def take_in(*words: object) -> None:
    parser = ArgumentParser()
    importing.add_arguments(parser)
    importing.run(parser.parse_args([str(word) for word in words]))


@pytest.fixture
def second(x) -> Endpoint:
    """Another account of the city, with a webhook of its own."""
    return Endpoint.objects.create(
        key="x-roads", channel="x", language="tr", default_unit_key="contact",
        settings={"api_base": x.base}, sealed=bytes(door().sealed),
    )  # fmt: skip


def test_a_copied_post_that_is_pushed_to_another_account_is_known_there(town, x, second, worker):
    given = Copied(link=f"https://x.com/derya/status/{POST}", text=POTHOLE)
    taken = copied.take(given, by=town.derya, now=timezone.now())
    worker.work()
    pushed(x, mention(POST, POTHOLE), to=second)
    worker.work()

    case = Case.objects.get()
    again = Contact.objects.get(endpoint=second)
    assert again.details["same_post"] == taken.contact_id
    assert {link.contact_id for link in case.links.all()} == {taken.contact_id, again.pk}
    assert x.posts == []  # as at one account: nobody is acknowledged whose post we took ourselves


def test_a_post_that_mentions_two_accounts_is_one_case_and_is_acknowledged_once(town, x, second, worker):
    pushed(x, mention(POST, POTHOLE))
    pushed(x, mention(POST, POTHOLE), to=second)
    worker.work()
    case = Case.objects.get()
    assert case.links.count() == 2
    assert len(x.posts) == 1

    # what follows belongs to it at whichever account it comes first
    follow_up = mention(LATER, "@PinarovaBld lütfen bakın", conversation_id=POST)
    pushed(x, follow_up, to=second)
    worker.work()
    pushed(x, follow_up)
    worker.work()
    assert Case.objects.get().links.count() == 4

    # an ended case stays ended: the same words once more are no objection
    pushed(x, mention("2080765813578191777", "@PinarovaBld Çarşı'da parktaki lamba yanmıyor"), to=second)
    worker.work()
    assert Case.objects.count() == 2
    ending = Ending(outcome=Outcome.DONE, reason="Değişti.", waiver="Gece çalışıldı.")
    lamp = Case.objects.exclude(pk=case.pk).get()
    end(case_id=lamp.pk, ending=ending, by=town.derya, now=timezone.now())
    pushed(x, mention("2080765813578191777", "@PinarovaBld Çarşı'da parktaki lamba yanmıyor"))
    worker.work()
    lamp.refresh_from_db()
    assert (lamp.state, lamp.links.count(), Case.objects.count()) == (State.ENDED, 2, 2)


def test_a_post_that_lies_private_or_in_a_case_of_few_is_not_swallowed_by_it(town, x, second, worker):
    Endpoint.objects.filter(pk=second.pk).update(owner="mayor", personal=True)
    pushed(x, mention(POST, POTHOLE), to=second)
    worker.work()
    assert not Case.objects.exists()
    pushed(x, mention(POST, POTHOLE))
    worker.work()
    assert Case.objects.get(conversation__endpoint=door()) == Case.objects.get()

    Endpoint.objects.filter(pk=second.pk).update(owner="institution", personal=False)
    pushed(x, mention(LATER, "@PinarovaBld komşum beni dövüyor, yolda çukur da var"), to=second)
    worker.work()
    Case.objects.filter(conversation__endpoint=second).update(private=True)
    pushed(x, mention(LATER, "@PinarovaBld komşum beni dövüyor, yolda çukur da var"))
    worker.work()
    assert sorted(Case.objects.values_list("private", flat=True)) == [False, False, True]


def test_who_handles_a_post_holds_it_where_the_city_has_several_accounts(town, x, worker):
    pushed(x, mention(POST, POTHOLE))
    worker.work()
    contact = Contact.objects.get()
    assert _held([contact]) == 0
    Endpoint.objects.create(key="x-roads", channel="x", language="tr")
    assert _held([contact, contact]) == 1


def _held(contacts: list[Contact]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        twins.hold(contacts)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
