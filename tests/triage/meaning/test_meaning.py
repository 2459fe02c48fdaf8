"""Search by meaning: over languages with the layer, honestly less without it, never past anybody's sight."""

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse

from tests.cases.stories import heard, opened
from tests.web.desk.seat import seated
from vefa.cases import lifecycle
from vefa.cases.lifecycle import Description
from vefa.cases.signs import show_signs
from vefa.directory import queries as directory
from vefa.directory.models import ServiceExample
from vefa.directory.version import mark_changed
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Contact
from vefa.journal import replay
from vefa.triage import semantic
from vefa.triage.learned import shipped
from vefa.triage.learned.shipped import key_of_text
from vefa.triage.meaning import vectors
from vefa.triage.meaning.searching import search
from vefa.triage.meaning.storing import store_due
from vefa.triage.models import CaseVector, TextVector
from vefa.wiring.flow import REACTIONS

pytestmark = pytest.mark.django_db
with_layer = pytest.mark.skipif(not semantic.available(), reason="the extra “semantic” is not installed")


@pytest.fixture(autouse=True)
def _fresh():
    vectors.forget()


@pytest.fixture
def cases(town, now):
    """Three matters in three languages."""
    return {
        "tree": opened(town, "Fırtınada koca bir ağaç yola devrildi", now=now, who="Ali", service=town.tree),
        "lamp": opened(
            town, "На улице третий день не горят фонари", now=now, who="Olga", service=town.street_light,
            language="ru",
        ),
        "hole": opened(
            town, "There is a deep hole in the asphalt near the school", now=now, who="John", language="en"
        ),
    }  # fmt: skip


@with_layer
def test_what_is_meant_is_found_in_other_languages(cases, town, now):
    Contact.objects.update(state="handled", handled_at=now)
    while store_due(now=now, texts=lambda: TEXTS):
        pass
    assert CaseVector.objects.count() == 3
    for asked, wanted in (("درختی روی خیابان افتاده", "tree"), ("sokak karanlık lambalar yanmıyor", "lamp")):
        found = search(town.derya, asked, hint="tr")
        assert found.by == "meaning"
        assert found.cases[0].pk == cases[wanted].pk, asked
    found = search(town.derya, "когда починят свет на улице", hint="ru")
    assert [one.key for one in found.services][:1] == ["street_light"]


TEXTS = {
    ("service", "street_light", "tr"): "Sokak lambası\nsokak lambası yanmıyor, karanlık",
    ("service", "tree", "tr"): "Ağaç bakımı\nağaç devrildi, dal kırıldı",
    ("phrase", "quick_thanks", "en"): "Thank you\nThank you for your kind words.",
}


@with_layer
def test_nobody_finds_what_they_may_not_see(cases, town, now):
    Contact.objects.update(state="handled", handled_at=now)
    while store_due(now=now, texts=dict):
        pass
    seen = {case.pk for case in search(town.murat, "ağaç devrildi", hint="tr").cases}
    assert cases["tree"].pk not in seen
    assert cases["hole"].pk in {
        case.pk for case in search(town.murat, "deep hole in the road", hint="en").cases
    }


@with_layer
def test_changed_words_are_read_anew_and_the_same_ones_are_not(town, now):
    texts = dict(TEXTS)
    Contact.objects.update(state="handled", handled_at=now)
    while store_due(now=now, texts=lambda: texts):
        pass
    before = {row.key: row.vector for row in TextVector.objects.all()}
    texts["service", "tree", "tr"] = "Ağaç bakımı\nbudama isteği"
    del texts["phrase", "quick_thanks", "en"]
    Contact.objects.update(state="handled", handled_at=now)
    while store_due(now=now, texts=lambda: texts):
        pass
    after = {row.key: row.vector for row in TextVector.objects.all()}
    assert after.keys() == {"street_light", "tree"}
    assert bytes(after["street_light"]) == bytes(before["street_light"])
    assert bytes(after["tree"]) != bytes(before["tree"])


@with_layer
def test_what_came_with_the_catalogue_is_kept_at_once_and_not_reckoned(town, now, tmp_path, monkeypatch):
    texts = {("service", f"lamp{number}", "tr"): f"Sokak lambası {number}" for number in range(20)}
    came = {key_of_text(text, "tr"): np.eye(semantic.DIMENSIONS)[7] for text in texts.values()}
    shipped.write(tmp_path / "came.npz", came)
    reckoned, vectors_of = [], semantic.vectors

    def noted(told):
        reckoned.extend(told)
        return vectors_of(told)

    monkeypatch.setattr(semantic, "vectors", noted)
    texts["service", "tree", "tr"] = "Ağaç bakımı"

    assert store_due(now=now, texts=lambda: texts, shipped=tmp_path / "came.npz")
    assert (TextVector.objects.count(), reckoned) == (20, [])
    while store_due(now=now, texts=lambda: texts, shipped=tmp_path / "came.npz"):
        pass
    assert (TextVector.objects.count(), reckoned) == (21, ["Ağaç bakımı"])


def test_without_the_layer_the_page_says_so_and_services_lead_to_cases_in_any_language(
    cases, town, settings, now
):
    settings.SEMANTIC = False
    assert not store_due(now=now)
    assert not CaseVector.objects.exists()
    found = search(town.derya, "sokak lambası", hint="tr")
    assert found.by == "words"
    assert cases["lamp"].pk in {case.pk for case in found.cases}
    assert found.services[0].key == "street_light"
    client = seated(town.derya)
    page = client.get(reverse("desk:meaning"), {"q": "sokak lambası"}).content.decode()
    assert cases["lamp"].reference in page
    assert "semantic" in page
    assert "semantic" not in client.get(reverse("desk:meaning")).content.decode()


def test_the_search_by_words_links_to_the_one_by_meaning(cases, town):
    page = seated(town.derya).get(reverse("desk:search"), {"q": "ağaç"}).content.decode()
    assert f"{reverse('desk:meaning')}?q=" in page


def test_what_a_case_meant_is_forgotten_with_its_words(cases, town, now):
    for case in cases.values():
        CaseVector.objects.create(case=case, model="m", signs="0" * 384, vector=b"", words="")
    by, facts = town.derya, {"now": now}
    lifecycle.describe(case_id=cases["tree"].pk, words=Description(title="Çınar devrildi"), by=by, **facts)
    lifecycle.describe(case_id=cases["lamp"].pk, words=Description(urgency=1), by=by, **facts)
    spoken = opened(town, "kiraly etar", now=now, who="Can", language="en")
    CaseVector.objects.create(case=spoken, model="m", signs="0" * 384, vector=b"", words="")
    lifecycle.describe(case_id=spoken.pk, words=Description(language="kk"), by=by, **facts)
    contact = cases["hole"].links.get().contact
    withdrawn = heard(town, "", at=now, who="John", details={"withdrawn_contact_id": contact.pk})
    show_signs([], [(cases["hole"].pk, withdrawn)], now=now)
    while replay.react(REACTIONS, now=now):
        pass
    assert list(CaseVector.objects.values_list("case", flat=True)) == [cases["lamp"].pk]


def test_the_middle_of_a_language_that_comes_later_is_seen_by_every_process(cases, town, monkeypatch):
    given = {"model": semantic.MODEL_ID, "words": ""}
    CaseVector.objects.bulk_create(
        CaseVector(case=one, signs="0" * 384, vector=b"", **given) for one in cases.values()
    )
    text = {"vector": b"", "language": "ru", "kind": "service"} | given
    TextVector.objects.bulk_create(TextVector(**text, key=key) for key in ("tree", "pothole"))
    texts = {language: [f"{language} {n}" for n in range(vectors.ENOUGH)] for language in ("tr", "ru")}
    came = {key_of_text(one, code): np.ones(384) for code, told in texts.items() for one in told}
    _examples(town, "tr", texts["tr"])
    assert vectors.reckon_middles(lambda: came)
    assert vectors.middles(["tr"]).keys() == {"tr"}  # of another process, which holds them from now on
    held = dict(vectors._held)
    _examples(town, "ru", texts["ru"])
    assert vectors.reckon_middles(lambda: came)
    monkeypatch.setattr(vectors, "_held", held)

    assert vectors.middles(["tr"]).keys() == {"tr"}
    assert vectors.middles(["ru"]).keys() == {"tr", "ru"}
    assert set(CaseVector.objects.values_list("case", flat=True)) == {cases["hole"].pk}
    assert not TextVector.objects.filter(kind="service").exists()


def _examples(town, language, texts):
    rows = [ServiceExample(service=town.tree, language=language, text=text) for text in texts]
    ServiceExample.objects.bulk_create(rows)
    mark_changed()
    directory.forget()


@with_layer
def test_while_a_message_waits_no_vector_is_reckoned(town, now):
    facts = {"endpoint_id": town.bot.id, "raw": b"{}", "received_at": now, "lane": "1"}
    accept([Incoming(external_id="1", **facts)])
    assert not store_due(now=now, texts=lambda: TEXTS)
    assert not TextVector.objects.exists()

    Contact.objects.update(tries=1, due_at=now + timedelta(minutes=5))  # it failed, and waits for its time
    assert store_due(now=now, texts=lambda: TEXTS)
