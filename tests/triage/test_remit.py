"""Whose duty it is, by the owner whom a message names: in whatever letters it was typed."""

import pytest

from vefa.directory import queries
from vefa.directory.models import Agency, Service
from vefa.directory.version import mark_changed
from vefa.kit.text import words
from vefa.triage.remit import duty_said

pytestmark = pytest.mark.django_db


@pytest.fixture
def pothole(town):
    """A hole that is the highways directorate's on its road, and the gas company's over its pipes."""
    Agency.objects.create(key="highways", names={"en": "Highways"})
    Agency.objects.create(key="gas", names={"en": "Gas company"})
    told = [
        ("highways", {"tr": ["çevre yolu"], "kk": ["айналма жол"], "ru": ["объездн"], "fa": ["کمربندی"]}),
        ("gas", {"kk": ["газ құбыры"], "ru": ["газопровод"], "fa": ["لوله گاز"]}),
    ]
    rules = [
        {"area": "", "owner": key, "words": said, "agency": key, "remit": "agency", "unit": ""}
        for key, said in told
    ]
    Service.objects.filter(pk=town.pothole.pk).update(remit_by=rules)
    mark_changed()
    queries.forget()
    yield queries.service_by_code("pothole")
    queries.forget()


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("çevre yolunda çukur", "highways"),
        ("cevre yolunda cukur", "highways"),
        ("ainalma jolda shunqyr", "highways"),  # Kazakh in Latin letters
        ("na obezdnoy yama", "highways"),  # Russian in Latin letters
        ("too kamarbandi chale hast", "highways"),  # Persian in Latin letters
        ("roo looleye gaz chale kandan", "gas"),
        ("gazoprovod, yama", "gas"),
        ("sokakta çukur", ""),
        ("kamar bandi nadaram", ""),
    ],
)
def test_an_owner_is_heard_in_any_letters(pothole, text, agency):
    assert duty_said(pothole, words(text), area_id=None).agency == agency


def test_the_reason_shows_the_words_as_they_were_typed(pothole):
    duty = duty_said(pothole, words("ainalma jolda shunqyr"), area_id=None)

    assert "ainalma jolda" in duty.because
