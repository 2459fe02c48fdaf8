"""The town learns from its examples and its people; only what is better serves; one step back is one word."""

import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection

from tests.triage.learned.messages import FRESH, SAID, lay_down
from tests.web.desk.conftest import wrote
from tests.wiring.machine import VEFA, environment
from vefa.directory import queries as directory
from vefa.directory.models import Service
from vefa.directory.version import mark_changed
from vefa.journal.models import Event
from vefa.triage.advice import Asked, advise
from vefa.triage.learned import queries
from vefa.triage.learned.adopting import adopt, roll_back
from vefa.triage.learned.asking import ask_to_learn
from vefa.triage.learned.corpus import ENDED, decided
from vefa.triage.learned.due import Watch, night_after
from vefa.triage.learned.labels import confirm
from vefa.triage.learned.learning import learn
from vefa.triage.learned.rules import COLD, FIRST, LEAST, Result, Tried, is_better, threshold_for
from vefa.triage.learned.threshold import fit_threshold, set_threshold
from vefa.triage.learned.versions import NoVersionError
from vefa.triage.models import Learning, ModelVersion, ServiceLabel, Standing

__all__ = ["wrote"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _words_alone(settings):
    settings.SEMANTIC = False


@pytest.fixture
def clock(now):
    return lambda: now


def suggested(text: str) -> str:
    directory.forget()  # two seconds later
    guesses = advise(Asked(text=text, hint="tr")).services
    return guesses[0].value if guesses else ""


def told() -> list[str]:
    """What the journal says of versions, the first first."""
    events = sorted(queries.history(), key=lambda event: event.pk)
    return [event.kind for event in events if event.kind != "model.threshold"]


def test_the_first_model_comes_from_the_examples(town, clock):
    assert suggested(FRESH["tree"]) == ""  # no word of it is in the catalogue
    lay_down(town)

    version = learn(clock=clock)

    assert version.standing == Standing.IN_SERVICE
    assert [suggested(text) for text in FRESH.values()] == list(FRESH)
    assert advise(Asked(text="Yolda çukur var", hint="tr")).services[0].value == "pothole"
    standing = queries.standing()
    assert standing.version is not None
    assert (standing.version.number, standing.examples, standing.learning) == (1, {"tr": 15}, False)


def test_the_same_again_is_no_better(town, clock):
    lay_down(town)
    learn(clock=clock)

    again = learn(clock=clock)

    assert again.standing == Standing.REFUSED
    assert [one.state for one in queries.versions()] == ["refused", "in_service"]
    assert told() == ["model.adopted", "model.refused"]


def test_one_step_back_and_further_to_the_words_of_the_catalogue(town, clock, now):
    lay_down(town, "tree")
    lay_down(town, "pothole")
    learn(clock=clock)
    lay_down(town, "street_light")
    second = learn(clock=lambda: now + timedelta(days=1))
    assert suggested(FRESH["street_light"]) == "street_light"

    assert roll_back(by=town.ayse, now=now) is not None
    assert suggested(FRESH["street_light"]) != "street_light"
    assert roll_back(by=town.ayse, now=now) is None
    assert suggested(FRESH["tree"]) == ""
    with pytest.raises(NoVersionError):
        roll_back(by=town.ayse, now=now)

    adopt(second.pk, by=town.ayse, now=now)
    assert suggested(FRESH["street_light"]) == "street_light"
    assert told()[-3:] == ["model.rolled_back", "model.rolled_back", "model.adopted"]


def test_the_threshold_goes_with_its_version(town, clock, now):
    lay_down(town, "tree")
    lay_down(town, "pothole")
    first = learn(clock=clock)
    lay_down(town, "street_light")
    second = learn(clock=lambda: now + timedelta(days=1))
    _fitted(first, 0.9)
    _fitted(second, 0.35)
    fit_threshold(0.35, now=now)

    roll_back(by=town.ayse, now=now)
    assert queries.standing().threshold == 0.9
    directory.forget()
    assert advise(Asked(text=FRESH["tree"], hint="tr")).threshold == 0.9

    adopt(second.pk, by=town.ayse, now=now)
    assert queries.standing().threshold == 0.35

    ModelVersion.objects.filter(pk=first.pk).update(metrics={"measured": 0})  # of before it was kept
    adopt(first.pk, by=town.ayse, now=now)
    assert queries.standing().threshold == COLD

    set_threshold(0.5, by=town.ayse, now=now)
    adopt(second.pk, by=town.ayse, now=now)
    assert queries.standing().threshold == 0.5


def test_a_threshold_set_at_the_command_line_stays_too(town, now):
    set_threshold(0.7, by=None, now=now)
    fit_threshold(0.35, now=now)
    assert queries.standing().threshold == 0.7
    told = Event.objects.get(kind="model.threshold")
    assert (told.actor, told.data["after"]) == ("system", 0.7)


def _fitted(version, threshold):
    assert version.metrics["threshold"] == COLD  # too few cases to fit it
    version.metrics["threshold"] = threshold
    version.save(update_fields=["metrics"])


def test_what_was_only_ended_as_done_teaches_less_than_what_somebody_judged(town, wrote, now):
    case = wrote("Ali Demir", "7001", "Burası zifiri karanlık", now=now)
    facts = {"case": case, "service": town.street_light, "staff": town.derya}
    ServiceLabel.objects.create(**facts, told="done", at=now + timedelta(days=1))
    assert [one.sample.weight for one in decided()] == [ENDED]

    earlier = ServiceLabel.objects.create(**facts | {"service": town.tree}, told="corrected", at=now)
    assert [(one.code, one.sample.weight) for one in decided()] == [("street_light", ENDED)]

    ServiceLabel.objects.filter(pk=earlier.pk).update(service=town.street_light)
    assert [(one.code, one.sample.weight) for one in decided()] == [("street_light", 1.0)]


def test_what_people_confirmed_is_learned_and_measured_on_what_was_kept_back(town, wrote, clock, now):
    lay_down(town, "pothole", "tree")
    learn(clock=clock)
    case = wrote("Ali Demir", "7001", "Burası zifiri karanlık", now=now)
    texts = [f"{text} {n}" for n in range(LEAST // 5) for text in SAID["street_light"]]
    cases = type(case).objects
    for number, text in enumerate(texts):
        case.pk, case.reference, case.text, case.secret = None, f"26-9{number:05}-0", text, f"s{number}"
        case.save(force_insert=True)
        confirm(
            case_id=case.pk,
            service_id=town.street_light.pk,
            by=town.derya,
            now=now + timedelta(minutes=number),
        )

    version = learn(clock=lambda: now + timedelta(days=1))

    assert cases.count() == len(texts) + 1
    assert version.standing == Standing.IN_SERVICE
    assert version.labels == LEAST
    assert [version.metrics[name] for name in ("measured", "first", "third")] == [20, 20, 20]
    assert version.metrics["before"] < 10
    assert 0.3 <= queries.standing().threshold < 0.98  # fitted: all of them were right


def test_a_new_service_is_not_kept_from_the_city_by_what_was_said_before_it(town, wrote, clock, now):
    lay_down(town)
    Service.objects.filter(pk=town.street_light.pk).update(retired_at=now)
    mark_changed()
    directory.forget()
    case = wrote("Ali Demir", "7001", "Çınar", now=now)
    texts = [f"{text} {n}" for n in range(LEAST // 5) for text in SAID["tree"]]
    texts[-2:] = ["Asfalt çökmüş, jant", "Çınar eğildi, sokak zifiri karanlık, direk yanmıyor"]
    for number, text in enumerate(texts):
        case.pk, case.reference, case.text, case.secret = None, f"26-9{number:05}-0", text, f"s{number}"
        case.save(force_insert=True)
        at = now + timedelta(minutes=number)
        confirm(case_id=case.pk, service_id=town.tree.pk, by=town.derya, now=at)
    learn(clock=clock)
    Service.objects.filter(pk=town.street_light.pk).update(retired_at=None)
    mark_changed()
    directory.forget()

    version = learn(clock=lambda: now + timedelta(days=1))

    assert (version.metrics["first"], version.metrics["before"]) == (18, 19)
    assert version.standing == Standing.IN_SERVICE
    assert suggested(FRESH["street_light"]) == "street_light"


def test_a_threshold_set_by_a_person_stays(town, clock, now):
    lay_down(town)
    set_threshold(1.0, by=town.ayse, now=now)
    learn(clock=clock)

    directory.forget()
    advice = advise(Asked(text=FRESH["tree"], hint="tr"))

    assert advice.services
    assert not advice.sure
    assert queries.standing().threshold_by == "Ayşe Kurt"
    set_threshold(0.1, by=town.ayse, now=now)
    directory.forget()
    assert advise(Asked(text=FRESH["tree"], hint="tr")).sure


def test_it_is_due_at_the_beginning_after_a_change_when_asked_and_at_night(town, wrote, clock, now):
    watch = Watch()
    lay_down(town)
    assert watch.why(now=now) == "the beginning"
    learn(clock=clock)
    assert watch.why(now=now) == ""

    assert ask_to_learn(by=town.ayse, now=now)
    assert not ask_to_learn(by=town.ayse, now=now)
    assert watch.why(now=now) == "asked for"
    learn(clock=clock)

    assert watch.why(now=night_after(now)) == ""  # nothing is new
    ServiceLabel.objects.create(
        case=wrote("Ali Demir", "7001", "Çınar", now=now),
        service=town.tree,
        told="confirmed",
        staff=town.derya,
        at=now,
    )
    assert watch.why(now=now) == ""
    assert watch.why(now=night_after(now)) == "the night"
    lay_down_more(town)
    assert watch.why(now=now) == "another catalogue"


def lay_down_more(town) -> None:
    from_the_desk = town.tree.examples.first()
    from_the_desk.pk, from_the_desk.text = None, "Fidan kurumuş"
    from_the_desk.save(force_insert=True)
    type(directory.municipality()).objects.update(version=7)
    directory.forget()


def test_a_fit_that_broke_is_told_and_not_tried_at_once_again(town, now):
    town.pothole.__class__.objects.update(retired_at=now)
    directory.forget()

    with pytest.raises(ValueError, match="at least"):
        learn(clock=lambda: now)

    assert queries.standing().trouble
    assert Watch().why(now=now + timedelta(minutes=1)) == ""
    assert Watch().why(now=now + timedelta(minutes=11)) == "the beginning"


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_it_leaves_the_old_model_in_service(town, clock, tmp_path):
    lay_down(town)
    old = learn(clock=clock)
    info = connection.get_connection_params()
    account = f"{info['user']}:{quote(info['password'])}"
    url = f"postgresql://{account}@/{info['dbname']}?host={info['host']}&port={info.get('port') or 5432}"
    extra = {"VEFA_DATABASE_URL": url, "VEFA_SEMANTIC": "false"}
    process = subprocess.Popen([*VEFA, "triage", "learn", "--home", str(tmp_path)], env=environment(extra))
    deadline = time.monotonic() + 60
    while (
        Learning.objects.get().tried_at == clock() and process.poll() is None and time.monotonic() < deadline
    ):
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    assert process.returncode == -signal.SIGKILL
    assert queries.standing().learning  # as far as anybody knows
    assert list(ModelVersion.objects.values_list("pk", "standing")) == [(old.pk, Standing.IN_SERVICE)]
    assert suggested(FRESH["tree"]) == "tree"
    assert learn(clock=lambda: datetime.now(UTC)).standing == Standing.REFUSED  # nobody holds it up
    assert not queries.standing().learning


def test_a_city_begins_with_the_threshold_of_the_rules():
    assert Learning().threshold == FIRST


def test_better_is_better_on_the_same_cases():
    assert is_better(Result(0, 0, 0), None, fresh=True)
    assert is_better(Result(200, 150, 180), Result(200, 149, 199), fresh=False)
    assert is_better(Result(200, 150, 181), Result(200, 150, 180), fresh=False)
    assert not is_better(Result(200, 150, 180), Result(200, 150, 180), fresh=False)
    assert is_better(Result(200, 150, 180), Result(200, 150, 180), fresh=True)
    assert is_better(Result(100, 94, 99), Result(100, 95, 96), fresh=True, first=True)  # within chance
    assert not is_better(Result(100, 90, 99), Result(100, 95, 96), fresh=True, first=True)
    assert not is_better(Result(200, 149, 200), Result(200, 150, 180), fresh=True)


def test_the_threshold_is_the_lowest_from_which_on_nine_of_ten_are_right():
    sure = [Tried(0.9 - n / 1_000, first=True, third=True) for n in range(90)]
    unsure = [Tried(0.4 - n / 1_000, first=False, third=True) for n in range(50)]
    assert threshold_for([*sure, *unsure]) == pytest.approx(0.39, abs=0.01)
    assert threshold_for(unsure) == 0.98
    assert threshold_for(sure[: LEAST - 1]) == COLD
