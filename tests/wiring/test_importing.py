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
    assert [(row["external_id"], row["reason"][:24]) for row in rejected] == [
        ("2", "line 3: there is no text"),
        ("4", "line 6: 'bilmem' is no m"),
    ]


def rejected_of(table):
    """What stands in the file beside a CSV."""
    with table.with_name(f"{table.name}.rejected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_that_cannot_be_read_is_rejected_with_its_line_and_the_others_are_taken(town, tmp_path, capsys):
    table = tmp_path / "calls.csv"
    rows = [
        b"external_id,text,reason",
        "1,Çukur var,".encode(),
        "2,Çukur,eski".encode("windows-1254"),
        b"3,one line\rtoo many,",
        '4,"İki\nsatır",'.encode(),
        b'5,"Biri\n' + b"\xff\n" + b'6,bozuk",',
        b"7,Lamba,",
    ]
    table.write_bytes(b"\n".join(rows))

    take_in(table, "--endpoint", "hotline")
    assert "3 new, 0 known already, 3 rejected" in capsys.readouterr().out
    take_in(table, "--endpoint", "hotline")
    assert "0 new, 3 known already, 3 rejected" in capsys.readouterr().out

    assert set(Contact.objects.values_list("external_id", flat=True)) == {"1", "4", "7"}
    found = rejected_of(table)
    assert [(row["external_id"], row["text"], row["reason"]) for row in found] == [
        ("2", "�ukur", "eski"),
        ("3", "one line\rtoo many", ""),
        ("5", "Biri\n�\n6,bozuk", ""),
    ]
    assert [row["reason_"][:31] for row in found] == [
        "line 3: it is not written in ut",
        "line 4: up to line 4 no row end",
        "line 7: it is not written in ut",
    ]


@pytest.mark.parametrize(
    ("longest", "form"),
    [(1000, "{},Çukur {}"), (1_000_000, "{},Çukur {}"), (1_000_000, '"{}","Çukur\nno {}"')],
    ids=["up to the longest cell", "up to the end", "up to the next quotation mark"],
)
def test_a_quotation_mark_that_nobody_closed_costs_its_own_line_alone(
    town, tmp_path, capsys, monkeypatch, longest, form
):
    monkeypatch.setattr("vefa.wiring.cli.rows.LONGEST_CELL", longest)
    table = tmp_path / "calls.csv"
    lines = [form.format(number, number) for number in range(200)]
    lines[5] = '5,"Çukur, derin'
    table.write_text("\n".join(["external_id,text", *lines]), encoding="utf-8")

    take_in(table, "--endpoint", "hotline")

    assert "199 new, 0 known already, 1 rejected" in capsys.readouterr().out
    (row,) = rejected_of(table)
    assert (row["external_id"], row["text"]) == ("5", '"Çukur, derin')
    assert "no row ends: is a quotation mark open" in row["reason"]
    taken = {one.external_id: json.loads(bytes(one.raw))["text"] for one in Contact.objects.all()}
    assert set(taken) == {str(number) for number in range(200) if number != 5}
    assert max(map(len, taken.values())) < 20


def test_a_cell_wider_than_the_longest_makes_no_contacts_of_its_lines(town, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("vefa.wiring.cli.rows.LONGEST_CELL", 1000)
    table = tmp_path / "mails.csv"
    wide = ["Dear all, hello", *["aGVsbG8gd29ybGQ" * 4] * 40, "bye"]
    rows = ["text,phone", "Lamba,1", '"' + "\n".join(wide) + '",2', '"Say ""one""\nand two",3', "Su", "Yol,4"]
    table.write_text("\n".join(rows), encoding="utf-8")

    take_in(table, "--endpoint", "hotline")

    said = {json.loads(bytes(one.raw))["text"] for one in Contact.objects.all()}
    assert said == {"Lamba", 'Say "one"\nand two', "Yol"}
    assert "3 new, 0 known already, 43 rejected" in capsys.readouterr().out
    found = rejected_of(table)
    assert [row["text"] for row in found] == ['"Dear all', *wide[1:-1], 'bye"', "Su"]
    assert {row["reason"].partition(": ")[2] for row in found[1:]} == {"it follows a row that does not end"}


def test_lines_that_never_end_a_row_are_not_read_for_ever(town, tmp_path, capsys):
    table = tmp_path / "odd.csv"
    table.write_text("external_id,text\n" + 'z"q,"a\n' * 4000, encoding="utf-8")

    take_in(table, "--endpoint", "hotline")

    assert "0 new, 0 known already, 4000 rejected" in capsys.readouterr().out
    assert len(rejected_of(table)) == 4000


def test_a_run_that_fails_leaves_the_list_of_the_one_before(town, tmp_path):
    table, mapping = tmp_path / "calls.csv", tmp_path / "map.toml"
    table.write_text("text,name\n,Ali\n", encoding="utf-8")
    take_in(table, "--endpoint", "hotline")
    mapping.write_text('encoding = "utf-16"\n[columns]\ntext = "text"\n', encoding="utf-8")

    with pytest.raises(CommandError, match=r"calls.csv cannot be read in utf-16: .*BOM"):
        take_in(table, "--endpoint", "hotline", "--mapping", mapping)
    assert [row["name"] for row in rejected_of(table)] == ["Ali"]

    table.write_text("text,name\nLamba,Ali\n", encoding="utf-8")
    take_in(table, "--endpoint", "hotline")
    assert not table.with_name("calls.csv.rejected.csv").exists()


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("windows-1254", ";"), ("utf-16", "\t"), ("utf-8-sig", "|")]
)
def test_a_table_in_another_encoding_is_read_by_its_mapping(town, tmp_path, encoding, delimiter):
    table, mapping = tmp_path / "calls.csv", tmp_path / "map.toml"
    text = f'no{delimiter}Şikâyet\n1{delimiter}"Çukur\nvar"\n2{delimiter}Işık yanmıyor\n'
    table.write_text(text, encoding=encoding)
    mapping.write_text(
        f'encoding = "{encoding}"\ndelimiter = {json.dumps(delimiter)}\n'
        '[columns]\nexternal_id = "no"\ntext = "Şikâyet"\n',
        encoding="utf-8",
    )

    take_in(table, "--endpoint", "hotline", "--mapping", mapping)

    said = [json.loads(bytes(one.raw))["text"] for one in Contact.objects.order_by("external_id")]
    assert said == ["Çukur\nvar", "Işık yanmıyor"]


def test_headings_in_another_encoding_are_named_with_what_to_do(town, tmp_path):
    table = tmp_path / "calls.csv"
    table.write_text("no;Şikâyet\n1;Çukur\n", encoding="windows-1254")

    with pytest.raises(CommandError, match=r"calls.csv cannot be read: line 1.*the `encoding` in a mapping"):
        take_in(table, "--endpoint", "hotline")


def test_lines_that_are_no_objects_are_rejected_whole_and_the_rest_taken(town, tmp_path, capsys):
    table = tmp_path / "old.jsonl"
    lines = [
        b'{"text": "\xc3\x87ukur"}',
        b"[1]",
        b'{"no": 7, "text": ""}',
        b'{"text": "\xc7ukur"}',
        b"",
        b'{"who": {"name": "Ali \\ud800"}, "text": "Lamba", "kind": "joke"}',
        b"[" * 100_000,
        b'{"text": "Lamba \\ud800"}',
    ]
    table.write_bytes(b"\n".join(lines))

    take_in(table, "--endpoint", "web")

    assert "2 new, 0 known already, 5 rejected" in capsys.readouterr().out
    told = (tmp_path / "old.jsonl.rejected.jsonl").read_text(encoding="utf-8")
    found = [json.loads(line) for line in told.splitlines()]
    assert [(one["line"], one["row"]) for one in found if one["line"] != 7] == [
        (2, {"unreadable line": "[1]"}),
        (3, {"no": 7, "text": ""}),
        (4, {"unreadable line": '{"text": "�ukur"}'}),
        (6, {"who": {"name": "Ali \ud800"}, "text": "Lamba", "kind": "joke"}),
    ]
    assert found[1]["reason"] == "there is no text"
    assert {found[place]["reason"] for place in (0, 2, 4)} == {"the line is no JSON object in UTF-8"}


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
        rows = [row.values for row, _ in zip(importing._rows(stream, path, sheet), range(300), strict=False)]
    arrivals = [sheets.incoming(sheet, row, endpoint_id=1, now=now) for row in rows]

    assert len(arrivals) == 300
    assert all(len(json.loads(arrival.raw)["text"]) > 1 for arrival in arrivals)
    assert len({arrival.external_id for arrival in arrivals}) > 290
