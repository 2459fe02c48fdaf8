"""The command that takes in what people said elsewhere: once, with every rejected row explained."""

import csv
import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from benchmarks.bench_imports import MAPPINGS, SETS
from vefa.inbox import sheets
from vefa.inbox.models import Contact
from vefa.wiring.cli import importing
from vefa.wiring.cli.command import CommandError

pytestmark = pytest.mark.django_db(transaction=True)
TESTS = Path(__file__).parent.parent
DATA = TESTS.parent.parent / "shared" / "data"  # real sets that lie beside a checkout, never in it


def take_in(*words):
    parser = ArgumentParser()
    importing.add_arguments(parser)
    return importing.run(parser.parse_args(["contacts", *map(str, words)]))


def test_a_table_is_taken_in_once_and_what_cannot_be_is_explained(town, tmp_path, capsys):
    table = tmp_path / "calls.csv"
    rows = [
        "external_id,text,received_at",
        "1,Çukur var,2026-01-05",
        "2,,",
        '3,"İki\nsatır",',
        "4,Lamba,bilmem",
    ]
    table.write_text("\n".join(rows), encoding="utf-8")

    take_in(table, "--endpoint", "hotline")
    assert "2 new, 0 known already, 2 rejected" in capsys.readouterr().out
    take_in(table, "--endpoint", "hotline")
    assert "0 new, 2 known already, 2 rejected" in capsys.readouterr().out

    assert set(Contact.objects.values_list("external_id", flat=True)) == {"1", "3"}
    with (tmp_path / "calls.csv.rejected.csv").open(encoding="utf-8", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert [(row["external_id"], row["reason"][:16]) for row in rejected] == [
        ("2", "there is no text"),
        ("4", "'bilmem' is no m"),
    ]


def test_lines_that_are_no_objects_are_rejected_and_the_rest_taken(town, tmp_path, capsys):
    table = tmp_path / "old.jsonl"
    table.write_text('{"text": "Çukur"}\n[1]\nnonsense\n\n{"text": "Lamba"}\n', encoding="utf-8")

    take_in(table, "--endpoint", "web")

    assert "2 new, 0 known already, 2 rejected" in capsys.readouterr().out


@pytest.mark.parametrize("key", ["", "nobody", "city-bot"])
def test_only_an_endpoint_for_forms_takes_rows(town, tmp_path, key):
    table = tmp_path / "a.csv"
    table.write_text("text\nÇukur\n", encoding="utf-8")

    with pytest.raises(CommandError, match=r"endpoint"):
        take_in(table, "--endpoint", key)


@pytest.mark.parametrize("name", SETS)
def test_real_sets_are_read_with_their_mappings(name, now):
    path = DATA / SETS[name]
    if not path.exists():
        pytest.skip(f"{path} is not here")
    sheet = sheets.read_mapping(MAPPINGS / f"{name}.toml")
    with path.open("rb") as stream:
        rows = [row for row, _ in zip(importing._rows(stream, path, sheet), range(300), strict=False)]
    arrivals = [sheets.incoming(sheet, row, endpoint_id=1, now=now) for row in rows]

    assert len(arrivals) == 300
    assert all(len(json.loads(arrival.raw)["text"]) > 1 for arrival in arrivals)
    assert len({arrival.external_id for arrival in arrivals}) > 290
