"""What arrives is kept once, in order, and for good."""

import io

import pytest
from django.db import IntegrityError, connection, transaction

from vefa.inbox import files, intake
from vefa.inbox.intake import Bare, Incoming, accept, keep
from vefa.inbox.models import Attachment, Contact


def said(town, now, external_id, **changes):
    facts = {
        "endpoint_id": town.bot.id,
        "external_id": external_id,
        "lane": "77",
        "raw": b"{}",
        "received_at": now,
    }
    return Incoming(**{**facts, **changes})


def test_a_batch_is_kept_in_the_order_in_which_it_came(town, now):
    answers = accept([said(town, now, str(number), raw=b"%d" % number) for number in (10, 9, 11)])

    kept = Contact.objects.order_by("id")
    assert [bytes(contact.raw) for contact in kept] == [b"10", b"9", b"11"]
    assert [answer.contact_id for answer in answers] == [contact.id for contact in kept]
    assert all(answer.fresh for answer in answers)


def test_the_same_message_twice_in_one_batch_and_again_later_is_kept_once(town, now):
    first = accept([said(town, now, "5", reference="26-00001-2", secret="s"), said(town, now, "5")])
    later = accept([said(town, now, "5", raw=b"altered"), said(town, now, "6")])

    assert [answer.fresh for answer in first + later] == [True, False, False, True]
    assert {answer.contact_id for answer in first} == {later[0].contact_id}
    assert (later[0].reference, later[0].secret) == ("26-00001-2", "s")
    assert Contact.objects.filter(external_id="5").values_list("raw", flat=True)[0] == b"{}"


def test_two_endpoints_may_use_the_same_id(town, now):
    accept([said(town, now, "5"), said(town, now, "5", endpoint_id=town.web.id)])

    assert Contact.objects.count() == 2


def test_an_id_that_no_column_holds_is_still_recognised(town, now):
    answers = accept([said(town, now, text) for text in ("x" * 500, "x" * 501, "a\0b", "x" * 500)])

    assert [answer.fresh for answer in answers] == [True, True, True, False]


def test_what_has_no_lane_stands_alone(town, now):
    accept([said(town, now, "5", lane=""), said(town, now, "6", lane="")])

    assert sorted(Contact.objects.values_list("lane", flat=True)) == ["5", "6"]


def test_files_come_with_the_first_and_are_thrown_away_with_its_double(town, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    first, double = (files.store(io.BytesIO(b"a note"), name="not.txt", limit_bytes=100) for _ in range(2))

    accept([said(town, now, "5", files=(first,))])
    accept([said(town, now, "5", files=(double,))])

    kept = Attachment.objects.get()
    assert (kept.name, kept.content_type, kept.size, kept.state) == ("not.txt", "text/plain", 6, "stored")
    assert files.full_path(kept.path).read_bytes() == b"a note"
    assert not files.full_path(double.path).exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_accepted_inside_somebody_elses_transaction(now):
    incoming = Incoming(endpoint_id=1, external_id="1", lane="", raw=b"", received_at=now)

    with transaction.atomic(), pytest.raises(RuntimeError):
        accept([incoming])


def test_commits_wait_for_the_disk_even_where_the_server_would_not(town, now):
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    intake._assured.clear()
    accept([said(town, now, "5")])
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


@pytest.mark.django_db(transaction=True)
def test_a_hint_to_the_workers_makes_no_commit_less_durable():
    def waits_for_the_disk():
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone() == ("on",)

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    with transaction.atomic():
        intake.wake()
        assert waits_for_the_disk()
    intake.wake()
    assert waits_for_the_disk()


def handed_over(town, now, external_id, **changes):
    facts = {"endpoint_id": town.bot.id, "lane": "77", "raw": b"{}", "received_at": now}
    return Bare(external_id=external_id, **{**facts, **changes})


def test_what_a_provider_hands_over_is_kept_like_everything_else(town, now):
    accept([said(town, now, "5", raw=b"first")])
    for _ in range(2):
        keep([handed_over(town, now, external_id) for external_id in ("7", "5", "x" * 500, "6", "7")])
    accept([said(town, now, "6", raw=b"again")])

    kept = Contact.objects.order_by("id")
    assert [contact.external_id[:7] for contact in kept] == ["5", "7", "sha256:", "6"]
    assert bytes(kept[0].raw) == b"first"
    own = {"id", "external_id", "raw"}
    others = [field.attname for field in Contact._meta.concrete_fields if field.attname not in own]
    assert Contact.objects.filter(external_id__in=["5", "6"]).values(*others).distinct().count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", [accept, keep])
def test_nothing_is_kept_for_an_endpoint_that_is_none(now, way):
    kind = Incoming if way is accept else Bare
    with pytest.raises(IntegrityError):
        way([kind(endpoint_id=987_654_321, external_id="1", lane="", raw=b"", received_at=now)])
