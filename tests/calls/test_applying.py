"""Steps of calls, in any order, late and doubled, become one register."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.calls.exchange import ALI, Exchange
from vefa.calls import queries, seats, writing
from vefa.calls.models import Call, CallBack, Seat
from vefa.calls.queries import at_seats
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.citizens.merging import merge
from vefa.citizens.models import Address, Citizen
from vefa.dialogue.models import Delivery
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact, ContactState
from vefa.journal import replay
from vefa.web.desk.call_lines import line_of
from vefa.wiring.flow import REACTIONS

WHOLE: list[tuple[str, str, float, dict[str, Any]]] = [
    ("c1", "newCall", 0, {"user[]": ["Derya Aksoy", "reza"]}),
    ("c1", "queued", 1, {"queue": "hotline"}),
    ("c1", "answer", 9, {"answeringNumber": "201"}),
    ("c1", "hangup", 69, {"cause": "normalClearing"}),
]


def facts(call: Call) -> dict[str, object]:
    names = (
        "state", "direction", "caller", "called", "queue", "rung", "answered_by", "staff_id", "began_at",
        "queued_at", "answered_at", "ended_at", "cause",
    )  # fmt: skip
    return {name: getattr(call, name) for name in names}


def test_a_call_is_in_the_register_from_ring_to_end(exchange, town, now):
    for one in WHOLE:
        exchange.push_all([one])

    call = exchange.call("c1")
    assert (call.state, call.caller, call.called, call.queue) == ("answered", ALI, "+902325550137", "hotline")
    assert call.staff == town.derya
    assert (call.answered_at - call.began_at).seconds == 9
    assert call.ended_at is not None
    assert (call.ended_at - call.began_at).seconds == 69
    assert Case.objects.count() == 0
    assert CallBack.objects.count() == 0
    assert set(Contact.objects.values_list("state", "form")) == {(ContactState.HANDLED, "call")}


def test_the_order_and_the_number_of_times_make_no_difference(exchange, now):
    wanted = None
    for number, order in enumerate(list(permutations(WHOLE))[::5]):
        name = f"order{number}"
        for _call, event, at_s, more in [*order, order[0], order[-1]]:
            exchange.push(name, event, at_s=at_s, **more)
        found = facts(exchange.call(name))
        wanted = wanted or found
        assert found == wanted, order
    assert CallBack.objects.filter(done_at=None).count() == 0


def test_steps_that_come_in_one_batch_are_one_call(exchange):
    exchange.push_all([*reversed(WHOLE), *WHOLE])
    assert exchange.call("c1").state == "answered"
    assert Call.objects.count() == 1


def test_an_end_of_a_call_that_nobody_began_is_kept(exchange):
    exchange.push("late", "hangup", cause="normalClearing")
    assert exchange.call("late").state == "missed"


def test_the_caller_is_known_by_any_form_of_their_number(exchange, now):
    ali = Citizen.objects.create(name="Ali Demir", created_at=now)
    Address.objects.create(space="phone", value=ALI, citizen=ali, created_at=now)
    for number, written in enumerate(["05321112233", "905321112233", "+90 532 111 22 33", "5321112233"]):
        exchange.push(f"n{number}", "newCall", **{"from": written})
        assert exchange.call(f"n{number}").citizen == ali


def test_who_calls_while_they_are_merged_has_the_name_of_who_was_kept_and_is_given_back(exchange, town, now):
    ali, known = (Citizen.objects.create(name=name, created_at=now) for name in ("", "Ali Demir"))
    Address.objects.create(space="phone", value=ALI, citizen=ali, created_at=now)
    merge(kept_id=known.pk, absorbed_id=ali.pk, reason="", by="staff:1", now=now)

    exchange.push("c", "newCall", user="derya")

    call = queries.call_of(town.derya, exchange.call("c").pk, now=now)
    assert call is not None
    assert (call.citizen, line_of(call).name) == (ali, "Ali Demir")


def test_who_withholds_the_number_is_nobody_and_is_not_called_back(exchange):
    exchange.push("w", "newCall", **{"from": "anonymous"})
    exchange.push("w", "hangup", at_s=30, **{"from": "anonymous", "cause": "cancel"})
    call = exchange.call("w")
    assert (call.caller, call.citizen, call.state) == ("", None, "missed")
    assert CallBack.objects.count() == 0


def test_a_missed_call_is_owed_one_however_often_they_tried(exchange, town):
    for number in range(3):
        exchange.push(f"m{number}", "newCall", at_s=number * 100)
        exchange.push(f"m{number}", "hangup", at_s=number * 100 + 20, cause="cancel")

    task = CallBack.objects.get()
    assert (task.number, task.missed, task.done_at) == (ALI, 3, None)

    exchange.push("back", "newCall", at_s=500)
    exchange.push("back", "answer", at_s=505, answeringNumber="202")

    task.refresh_from_db()
    assert (task.done_how, task.done_by) == ("came_back", town.reza)


def test_who_called_a_personal_line_and_the_hotline_in_vain_is_called_back_by_both(exchange, town, now):
    own = Endpoint.objects.create(
        key="mobile", channel="telephony", names={"en": "Mayor"}, owner="mayor", personal=True, language="tr",
        settings=exchange.endpoint.settings, sealed=exchange.endpoint.sealed,
    )  # fmt: skip
    for number, line in enumerate([Exchange(own, now), exchange, Exchange(own, now), exchange]):
        line.push(f"c{number}", "newCall", at_s=100 * number)
        line.push(f"c{number}", "hangup", at_s=100 * number + 30, cause="noAnswer")

    (theirs,) = queries.open_call_backs(town.derya, now=now)
    assert (theirs.endpoint, theirs.missed) == (exchange.endpoint, 2)
    assert CallBack.objects.get(endpoint=own).missed == 2

    exchange.push("c9", "newCall", at_s=900)
    exchange.push("c9", "answer", at_s=905, answeringNumber="201")
    assert not CallBack.objects.filter(done_at=None).exists()


def plan_of(read, words, *without):
    """How the database goes about the statement with these words, which `read` asks it."""
    with CaptureQueriesContext(connection) as caught:
        read()
    (asked,) = (one["sql"] for one in caught if words in one["sql"])
    with connection.cursor() as cursor:
        for way in ("seqscan", "sort", *without):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {asked}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_what_was_dialled_is_found_by_its_number_without_reading_all_calls(exchange, town, now):
    numbered = queries.Asked(number=ALI)
    in_order_of_time = "indexscan"
    words = '"calls_call"."called" ='
    plan = plan_of(lambda: queries.log(town.derya, numbered, now=now), words, in_order_of_time)
    assert "call_caller" in plan, plan
    assert "call_called" in plan, plan


def test_the_region_of_calls_reads_no_more_however_long_somebody_has_answered(exchange, town, now):
    plan = plan_of(lambda: queries.spotted(town.derya, now=now), "on_the_spot")
    assert "using call_spotted on calls_call" in plan, plan
    plan = plan_of(lambda: queries.last_dialling(town.derya, now=now), "calls_dialling")
    assert "dialling_seat" in plan, plan


def test_whom_we_reach_is_owed_nothing_more(exchange, town):
    exchange.push("m", "newCall")
    exchange.push("m", "hangup", at_s=20, cause="cancel")
    ours = {"from": "201", "to": "05321112233", "direction": "out"}
    exchange.push("o", "newCall", at_s=60, **ours)
    assert CallBack.objects.get().done_at is None
    exchange.push("o", "answer", at_s=70, **ours)

    task = CallBack.objects.get()
    assert (task.done_how, task.done_by) == ("reached", town.derya)
    assert exchange.call("o").called == ALI


def test_a_call_that_seemed_lost_and_was_answered_is_owed_nothing(exchange):
    exchange.push("x", "newCall")
    exchange.push("x", "hangup", at_s=20, cause="normalClearing")
    assert CallBack.objects.get().done_at is None
    exchange.push("x", "answer", at_s=5, answeringNumber="201")
    assert CallBack.objects.get().done_how == "answered"
    assert exchange.call("x").state == "answered"


def test_old_news_ring_nobody_and_owe_nothing(exchange):
    exchange.push("old", "newCall", timestamp="1704067200")
    exchange.push("old", "hangup", timestamp="1704067230", cause="cancel")
    assert exchange.call("old").state == "missed"
    assert CallBack.objects.count() == 0


def test_who_answers_is_on_the_call_then_writes_it_down_then_is_free(exchange, town):
    exchange.push("c", "newCall", user="derya")
    exchange.push("c", "answer", at_s=5, answeringNumber="201")
    assert Seat.objects.get(extension="201").state == "on_call"
    exchange.push("c", "hangup", at_s=60, cause="normalClearing")

    seat = Seat.objects.get(extension="201")
    assert seat.until is not None
    assert (seat.state, (seat.until - seat.since).seconds) == ("wrap_up", 30)


def test_a_break_that_somebody_took_is_not_ended_by_the_exchange(exchange, town, now):
    seats.set_state(staff=town.derya, state="break", reason="lunch", now=now)
    exchange.push("", "state", answeringNumber="201", state="available", callId=None)
    assert Seat.objects.get(extension="201").state == "break"
    exchange.push("", "state", answeringNumber="203", state="available", callId=None, queue="hotline")
    unclaimed = Seat.objects.get(extension="203")
    assert (unclaimed.staff, unclaimed.state, unclaimed.queues) == (None, "available", ["hotline"])


def test_two_people_cannot_have_one_extension(exchange, town, now):
    with pytest.raises(seats.TakenError, match="Derya"):
        seats.claim(staff=town.sevgi, extension="201", queues=[], now=now)
    seats.claim(staff=town.derya, extension="205", queues=[], now=now)
    seats.claim(staff=town.sevgi, extension="201", queues=[], now=now)
    assert {seat.extension: seat.staff for seat in Seat.objects.filter(staff__isnull=False)} == {
        "205": town.derya, "202": town.reza, "201": town.sevgi,
    }  # fmt: skip


def test_who_takes_a_seat_that_the_exchange_knows_leaves_none_behind(exchange, town, now):
    seats.set_state(staff=town.sevgi, state="available", now=now)  # before an extension is named
    for extension in ("203", "204"):
        exchange.push("", "state", answeringNumber=extension, state="available", callId=None)
        seats.claim(staff=town.sevgi, extension=extension, queues=[], now=now)

    free = [row for row in at_seats(now=now) if row.state == "available"]
    assert [row.extension for row in free if row.staff == town.sevgi] == ["204"]
    assert [row for row in free if row.staff is None] == []


def test_a_message_on_the_machine_is_a_case_and_nobody_need_call_back(exchange):
    exchange.push("v", "newCall")
    exchange.push("v", "hangup", at_s=40, cause="noAnswer")
    assert CallBack.objects.get().done_at is None

    exchange.push("v", "voicemail", at_s=50, url="1.wav")

    case = Case.objects.get()
    assert case.citizen is not None
    call = exchange.call("v")
    assert call.voicemail is not None
    assert call.voicemail.attachments.get().kind == "voice"
    assert CallBack.objects.get().done_how == "message"
    replay.react(REACTIONS, now=exchange.start + timedelta(minutes=5))
    shown = set(Delivery.objects.values_list("state", flat=True))
    assert shown == {"shown"}  # nothing goes out by itself: a person calls


def test_answered_on_the_spot_is_a_contact_without_a_case_and_can_be_undone(exchange, town, now):
    exchange.push("s", "newCall")
    exchange.push("s", "answer", at_s=3, answeringNumber="201")
    call = exchange.call("s")
    taken(exchange, town, now, call=call.pk, spot=True)

    call.refresh_from_db()
    assert (call.on_the_spot, call.service, call.staff) == (True, town.question, town.derya)
    assert Case.objects.count() == 0
    assert call.contact is not None
    assert call.contact.finding.matter == "answered"
    assert call.contact.finding.service == town.question

    contact = writing.undo(call_id=call.pk, by=town.derya, now=now)
    call.refresh_from_db()
    assert contact is not None
    assert (call.on_the_spot, call.contact) == (False, None)
    assert writing.undo(call_id=call.pk, by=town.derya, now=now) is None


def test_without_an_exchange_what_is_written_down_is_the_call(exchange, town, now):
    taken(exchange, town, now, call=None, spot=False)

    call = Call.objects.get(source="hand")
    assert (call.state, call.caller, call.staff) == ("answered", ALI, town.derya)
    assert Case.objects.get().title == "Pazar ne zaman kuruluyor?"


def taken(exchange, town, now, *, call, spot):
    """Derya writes a call down at the desk."""
    from_desk = {
        "taken_by": town.derya.pk, "service": "question", "telephone": {"call": call},
        **({"on_the_spot": True} if spot else {}),
    }  # fmt: skip
    raw = b'{"text": "Pazar ne zaman kuruluyor?", "phone": "0532 111 22 33"}'
    accept_one(town.hotline.pk, raw, from_desk, now)
    exchange.work(10)


def accept_one(endpoint_id, raw, details, now):
    accept(
        [
            Incoming(
                endpoint_id=endpoint_id, external_id=f"desk:{details}", lane="", raw=raw, received_at=now,
                details=details,
            )
        ]
    )  # fmt: skip
