"""A storm on the public pages: the banner in the reader's language, and a report that joins."""

from datetime import UTC, datetime

import pytest

from tests.web.portal.resident import Resident
from vefa.cases.incidents import fitting, gathering
from vefa.cases.incidents.gathering import Plan
from vefa.cases.models import Case
from vefa.inbox import claiming, reading
from vefa.inbox.models import Contact
from vefa.triage import pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def holes(town):
    """After the rain every road has holes."""
    fitting.forget()
    banner = {
        "tr": "Yağmur yolları bozdu.",
        "fa": "باران راه‌ها را خراب کرد.",
        "en": "The rain broke the roads.",
    }
    plan = Plan(
        name="Yağmur", service_ids=(town.pothole.pk,), area_id=town.cinaralti.pk,
        since=datetime(2026, 1, 1, tzinfo=UTC), banner=banner, shown=True,
    )  # fmt: skip
    return gathering.declare(plan=plan, by=town.derya, now=datetime.now(UTC))


def test_the_banner_stands_on_public_pages_in_the_readers_language(holes, town):
    for speak, text in (("en", "The rain broke"), ("fa", "باران"), ("ru", "Yağmur yolları")):
        page = Resident(speak=speak).sees("/")
        assert text in page
        assert 'class="incident-banner"' in page
    assert 'lang="tr"' in Resident(speak="ru").sees("/cases/")


def test_a_banner_that_is_not_shown_or_over_is_gone(holes, town):
    gathering.finish(incident_id=holes.pk, by=town.derya, now=datetime.now(UTC))
    fitting.forget()
    assert "incident-banner" not in Resident().sees("/")


def test_a_report_joins_and_keeps_a_reference_of_its_own(holes, ayse, town):
    mine = ayse.sends(same=f"i{holes.pk}")
    contact = Contact.objects.get()
    assert contact.details["incident"] == holes.pk
    now = datetime.now(UTC)
    claim = claiming.claim_contacts(now=now, limit=10)
    assert claim is not None
    reading.read(claim.contacts, now=now)
    pipeline.handle(claim.contacts, now=now)
    case = Case.objects.get()
    assert case.reference in mine
    assert case.service_id == town.pothole.pk
    assert case.master_id is None
    assert gathering.member_ids(holes) == [case.pk]


def test_who_says_no_joins_nothing(holes, ayse):
    ayse.sends(same="-")
    assert "incident" not in Contact.objects.get().details


def test_another_matter_is_not_offered_the_storm(holes, ayse):
    ayse.client.post("/report/what", {"text": "Sokak lambası yanmıyor, karanlık"})
    ayse.client.post("/report/where", {"place": "Çarşı", "lat": "38.0201", "lon": "27.0101"})
    page = ayse.client.get("/report/same", follow=True).content.decode()
    assert "Yağmur" not in page.split("<form")[1]
