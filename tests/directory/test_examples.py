"""Messages as residents write them are loaded beside the services that they are about."""

import pytest

from vefa.directory import queries
from vefa.directory.models import Municipality, ServiceExample, Source
from vefa.kit.loading import Tally

TURKISH = """
service,text
pothole,Lastiğim patladı köprü başında
pothole,"Kocaman bir çukur var, düşeceğiz"
power_cut,Mahallede yine karanlıktayız
"""


@pytest.fixture
def told(folder):
    """The folder with three Turkish messages and a Persian one."""
    folder.write("examples.tr.csv", TURKISH)
    folder.write("examples.fa.csv", "service,text\npothole,لاستیکم ترکید\n")
    return folder


def the_problem(report) -> str:
    assert len(report.problems) == 1, [str(problem) for problem in report.problems]
    return str(report.problems[0])


def test_messages_are_loaded_and_read_with_the_code_of_their_service(told):
    report = told.load()

    assert report.tallies["examples.tr.csv"] == Tally(created=3)
    assert [(one.code, one.language, one.text) for one in queries.examples()] == [
        ("pothole", "fa", "لاستیکم ترکید"),
        ("pothole", "tr", "Lastiğim patladı köprü başında"),
        ("pothole", "tr", "Kocaman bir çukur var, düşeceğiz"),
        ("power_cut", "tr", "Mahallede yine karanlıktayız"),
    ]


def test_a_second_load_leaves_messages_and_the_stamp_of_the_directory(told):
    told.load()
    stamp = Municipality.objects.get().version

    again = told.load()

    assert again.tallies["examples.tr.csv"] == Tally(unchanged=3)
    assert Municipality.objects.get().version == stamp


def test_a_message_that_is_taken_out_is_retired_and_comes_back_with_its_line(told):
    told.load()
    told.swap("examples.tr.csv", "pothole,Lastiğim patladı köprü başında\n", "")

    assert told.load().tallies["examples.tr.csv"] == Tally(retired=1, unchanged=2)
    assert "Lastiğim patladı köprü başında" not in [one.text for one in queries.examples()]

    told.add("examples.tr.csv", "pothole,Lastiğim patladı köprü başında\n")
    assert told.load().tallies["examples.tr.csv"] == Tally(changed=1, unchanged=2)


def test_messages_of_a_language_without_a_file_are_left_alone(told):
    told.load()
    (told.path / "examples.fa.csv").unlink()

    assert told.load().total.moved == 0
    assert [one.language for one in queries.examples()].count("fa") == 1


def test_messages_of_a_retired_service_teach_nothing(told):
    told.load()
    text = (told.path / "services.toml").read_text(encoding="utf-8")
    told.write("services.toml", text[: text.index('[[service]]\ncode = "power_cut"')])
    told.swap("examples.tr.csv", "power_cut,Mahallede yine karanlıktayız\n", "")

    assert told.load().problems == []
    assert {one.code for one in queries.examples()} == {"pothole"}


LINES = {
    "potole,Yol çöktü": (
        "“service” names the service “potole”, which does not exist. Did you mean “pothole”?"
    ),
    ",Yol çöktü": "“service” is empty. Write the code of a service.",
    "pothole,": "“text” is empty. Fill it in.",
    "power_cut,LASTİĞİM patladı  köprü başında": (
        "The same message stands in line 2. Keep one of the two: a message has one service."
    ),
    "pothole," + "çukur " * 101: "The message has 605 characters. Shorten it to 600.",
}


@pytest.mark.parametrize(("line", "problem"), LINES.items())
def test_a_bad_line_stops_the_load_and_says_what_to_do(told, line: str, problem: str):
    told.add("examples.tr.csv", f"{line}\n")

    assert the_problem(told.load()) == f"examples.tr.csv:5: {problem}"
    assert ServiceExample.objects.count() == 0


def test_a_file_of_a_language_that_nobody_speaks_here_stops_the_load(told):
    told.write("examples.de.csv", "service,text\npothole,Loch\n")

    assert the_problem(told.load()) == (
        "examples.de.csv:1: “de” is no language of Vefa. Name the file after one of: tr, ru, kk, fa, en."
    )


def test_what_the_desk_took_out_stays_out_until_somebody_insists(told, now):
    told.load()
    row = ServiceExample.objects.get(text="Mahallede yine karanlıktayız")
    row.retired_at, row.source = now, Source.DESK
    row.save()

    assert told.load().tallies["examples.tr.csv"].moved == 0
    assert told.load(overwrite=True).tallies["examples.tr.csv"] == Tally(changed=1, unchanged=2)
    row.refresh_from_db()
    assert row.retired_at is None


@pytest.mark.django_db
def test_messages_are_counted_by_language_in_one_statement(town, now, django_assert_num_queries):
    told = [(town.tree, "tr", "Ağaç devrildi"), (town.tree, "tr", "Dal kırıldı"), (town.tree, "ru", "Упало")]
    ServiceExample.objects.bulk_create(
        ServiceExample(service=service, language=language, text=text) for service, language, text in told
    )
    ServiceExample.objects.create(service=town.tree, language="en", text="A tree fell", retired_at=now)

    with django_assert_num_queries(1):
        counted = queries.examples_by_language()

    assert counted == {"ru": 1, "tr": 2}
    assert sum(counted.values()) == len(queries.examples())
