"""The first row since a moment is found by its id, through gaps and without an index."""

from datetime import timedelta

import pytest

from vefa.inbox.models import Contact
from vefa.kit.since import first_since

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(town, now):
    """One every minute, every third of them gone since."""
    rows = [
        Contact(
            endpoint=town.bot, external_id=str(number), lane="a", raw=b"",
            received_at=now + timedelta(minutes=number), due_at=now,
        )
        for number in range(60)
    ]  # fmt: skip
    made = Contact.objects.bulk_create(rows)
    Contact.objects.filter(pk__in=[row.pk for row in made[::3]]).delete()
    return made


@pytest.mark.parametrize(("minute", "found"), [(-5, 1), (0, 1), (1, 1), (3, 4), (30.5, 31), (59, 59)])
def test_the_first_since_a_moment(letters, now, minute, found):
    first = first_since(Contact.objects.all(), "received_at", now + timedelta(minutes=minute))
    kept = Contact.objects.filter(pk__gte=first).order_by("pk").first()
    assert kept is not None
    assert kept.external_id == str(found)


def test_there_is_none(letters, now):
    assert first_since(Contact.objects.all(), "received_at", now + timedelta(hours=2)) is None


def test_an_empty_table_has_none(db, now):
    assert first_since(Contact.objects.all(), "received_at", now) is None
