"""What keeps learning whole over the years: ways back, models of other releases, fits that were killed."""

from datetime import timedelta

import pytest

from tests.triage.learned.messages import lay_down
from tests.triage.learned.test_learning import _words_alone, clock, lay_down_more
from tests.web.desk.conftest import wrote
from vefa.directory import queries as directory
from vefa.triage.advice import Asked, advise
from vefa.triage.learned import learning, queries, serving
from vefa.triage.learned.adopting import adopt, roll_back
from vefa.triage.learned.asking import ask_to_learn
from vefa.triage.learned.due import Watch, night_after
from vefa.triage.learned.learning import learn
from vefa.triage.learned.rules import ENOUGH, FIRST
from vefa.triage.learned.threshold import fit_threshold, set_threshold
from vefa.triage.learned.versions import forget_old
from vefa.triage.models import ModelVersion, ServiceLabel, Standing

__all__ = ["_words_alone", "clock", "wrote"]
pytestmark = pytest.mark.django_db


def test_what_was_gone_back_from_is_not_gone_back_to(town, clock, now):
    lay_down(town, "tree")
    lay_down(town, "pothole")
    first = learn(clock=clock)
    lay_down(town, "street_light")
    bad = learn(clock=lambda: now + timedelta(days=1))
    roll_back(by=town.ayse, now=now + timedelta(days=2))
    lay_down_more(town)
    third = learn(clock=lambda: now + timedelta(days=3))
    assert third.standing == Standing.IN_SERVICE

    assert roll_back(by=town.ayse, now=now + timedelta(days=4)) == first

    adopt(bad.pk, by=town.ayse, now=now + timedelta(days=5))  # by hand it may serve again
    adopt(third.pk, by=town.ayse, now=now + timedelta(days=6))
    assert roll_back(by=town.ayse, now=now + timedelta(days=7)) == bad


def test_after_many_refused_ones_there_is_still_a_way_back(town, clock, now):
    lay_down(town, "tree", "pothole")
    first = learn(clock=clock)
    lay_down(town, "street_light")
    second = learn(clock=lambda: now + timedelta(days=1))
    empty = {"made_at": now, "catalogue": "", "standing": Standing.REFUSED, "weights": b"w"}
    ModelVersion.objects.bulk_create(ModelVersion(number=n, **empty) for n in range(3, 15))

    forget_old()

    assert set(ModelVersion.objects.filter(weights=b"").values_list("number", flat=True)) == {3, 4}
    assert second.standing == Standing.IN_SERVICE
    assert roll_back(by=town.ayse, now=now + timedelta(days=2)) == first


def test_a_model_that_cannot_be_read_leaves_it_to_careful_words_until_a_new_one_is_fitted(
    town, clock, now, monkeypatch
):
    lay_down(town)
    version = learn(clock=clock)
    fit_threshold(0.35, now=now)
    assert Watch().why(now=now) == ""
    ModelVersion.objects.filter(pk=version.pk).update(weights=b"of another release")
    monkeypatch.setattr(serving, "_held", serving._Held())  # of a process that has just started
    directory.forget()

    advice = advise(Asked(text="Yolda çukur var", hint="tr"))

    assert (advice.service, advice.threshold, advice.sure) == (town.pothole, FIRST, False)
    assert Watch().why(now=now) == "a model that cannot be read"
    assert learn(clock=lambda: now + timedelta(days=1)).standing == Standing.IN_SERVICE
    assert Watch().why(now=now) == ""
    ModelVersion.objects.filter(standing=Standing.IN_SERVICE).update(weights=b"of another release")
    monkeypatch.setattr(serving, "_held", serving._Held())  # of a process that has just started
    set_threshold(0.5, by=town.ayse, now=now)
    directory.forget()
    assert advise(Asked(text="Yolda çukur var", hint="tr")).threshold == 0.5


def test_labels_that_teach_nothing_are_no_reason_to_fit_again_and_again(town, wrote, clock, now):
    lay_down(town)
    learn(clock=clock)
    case = wrote("Ali Demir", "7001", "Çınar", now=now)
    type(case).objects.filter(pk=case.pk).update(text="")  # a photo without words
    facts = {"case": case, "service": town.tree, "told": "confirmed", "staff": town.derya, "at": now}
    ServiceLabel.objects.bulk_create(ServiceLabel(**facts) for _ in range(ENOUGH))
    assert Watch().why(now=now) == "many corrections"

    learn(clock=clock)

    assert Watch().why(now=now) == ""
    assert Watch().why(now=night_after(now)) == ""


def test_what_was_asked_for_is_begun_anew_where_it_was_killed(town, clock, now):
    lay_down(town)
    learn(clock=clock)
    ask_to_learn(by=town.ayse, now=now)
    begun = now + timedelta(minutes=1)
    learning._note_begin(begun)  # and no end: all that a killed process leaves

    assert queries.standing().learning
    assert Watch().why(now=begun + timedelta(minutes=11)) == "asked for"
    learn(clock=lambda: begun + timedelta(minutes=11))
    assert Watch().why(now=begun + timedelta(minutes=12)) == ""
    assert not queries.standing().learning
