"""Many rows in one statement."""

import pytest
from django.db import IntegrityError

from vefa.citizens.models import Address, Citizen
from vefa.kit import rows


def test_rows_are_written_with_their_defaults_and_their_ids_come_back(db, now, django_assert_num_queries):
    with django_assert_num_queries(1):
        ids = rows.insert(
            Citizen,
            [{"name": name, "created_at": now} for name in ('Ali \'n\\ "Veli"', "رضا")],
            key="name",
        )
    stored = {citizen.name: citizen for citizen in Citizen.objects.order_by("id")}
    assert {name: citizen.pk for name, citizen in stored.items()} == ids
    assert (stored["رضا"].created_at, stored["رضا"].note, stored["رضا"].merged_into) == (now, "", None)


def test_nothing_to_write_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert rows.insert(Citizen, []) == {}


def test_changed_rows_are_written_and_no_others(db, now, django_assert_num_queries):
    rows.insert(Citizen, [{"name": name, "created_at": now} for name in ("Aylin", "Murat", "Derya")])
    aylin, murat, _derya = Citizen.objects.order_by("id")
    aylin.name, aylin.note, aylin.compared_at = 'Aylin \'n\\ "Kaya"', "not written", now
    murat.merged_into = aylin

    with django_assert_num_queries(1):
        assert rows.update(Citizen, [aylin, murat], ["name", "compared_at", "merged_into"]) == 2

    stored = list(Citizen.objects.order_by("id"))
    assert [(one.name, one.note) for one in stored] == [(aylin.name, ""), ("Murat", ""), ("Derya", "")]
    assert (stored[0].compared_at, stored[1].merged_into, stored[2].merged_into) == (now, aylin, None)


def test_nothing_changed_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert rows.update(Citizen, [], ["name"]) == 0


def test_the_database_still_refuses_what_it_must_not_hold(db, now):
    with pytest.raises(IntegrityError):
        rows.insert(Address, [{"space": "phone", "value": "+90", "created_at": now}])
