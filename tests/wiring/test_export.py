"""Everything can be taken out, in fields that are promised, and a spreadsheet runs none of it."""

import csv
import io
import json
import re
from argparse import ArgumentParser
from pathlib import Path

import pytest

from vefa.cases.models import Case
from vefa.inbox import claiming, reading
from vefa.inbox.intake import Incoming, accept
from vefa.journal.record import Happening, record
from vefa.triage import pipeline
from vefa.wiring.cli import export
from vefa.wiring.cli.command import CommandError
from vefa.wiring.cli.exports import QUERIES


@pytest.fixture
def story(town, now):
    """Somebody came to the counter; the case was opened; one more contact waits."""
    words = {"text": "=HYPERLINK(1) Sokakta çukur var", "name": "Ali", "phone": "+905551112233"}
    for number, form in enumerate([words, {"text": "Sonra"}]):
        raw = json.dumps(form).encode()
        accept(
            [
                Incoming(
                    endpoint_id=town.counter.id, external_id=f"c{number}", lane="", raw=raw, received_at=now
                )
            ]
        )
        if number == 0:
            claim = claiming.claim_contacts(now=now, limit=10)
            assert claim
            reading.read(claim.contacts, now=now)
            pipeline.handle(claim.contacts, now=now)
            claiming.finish(claim.lease, claim.contacts, now=now)
    record([Happening(kind="directory.loaded", subject="directory", actor="system", at=now)])


def exported(*words):
    parser = ArgumentParser()
    export.add_arguments(parser)
    assert export.run(parser.parse_args(words)) == 0


def lines(capsys, what):
    exported(what)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_contacts_name_their_endpoint_their_id_and_the_case(story, capsys):
    first, second = lines(capsys, "contacts")

    assert (first["endpoint"], first["external_id"], first["state"], first["opened_case"]) == (
        "counter",
        "c0",
        "handled",
        True,
    )
    assert (second["external_id"], second["state"], second["reference"]) == ("c1", "waiting", None)
    (case,) = lines(capsys, "cases")
    assert first["reference"] == case["reference"]
    assert (case["endpoint"], case["external_id"], case["unit"]) == ("counter", "c0", case["unit"])


def test_a_case_names_the_body_to_which_it_was_handed_and_what_everybody_reads_of_it(story, capsys, town):
    Case.objects.update(agency=town.power, public_text="Çarşıda çukur")

    (case,) = lines(capsys, "cases")

    assert (case["agency"], case["public_text"]) == ("power", "Çarşıda çukur")
    owed = Case.objects.get().answer_due_at
    assert owed is not None
    assert case["answer_due_at"] == owed.isoformat()


def test_a_file_that_cannot_be_written_is_said_so(story, tmp_path):
    with pytest.raises(CommandError, match=r"cases\.csv cannot be written: No such file or directory"):
        exported("cases", "--output", str(tmp_path / "nowhere" / "cases.csv"))


def test_events_name_what_they_are_about(story, capsys):
    opened, loaded = lines(capsys, "events")

    assert (opened["kind"], opened["reference"]) == ("case.opened", lines(capsys, "cases")[0]["reference"])
    assert (loaded["kind"], loaded["reference"]) == ("directory.loaded", None)


def test_a_spreadsheet_takes_no_cell_for_a_formula(story, tmp_path):
    exported("contacts", "--format", "csv", "--output", str(tmp_path / "out.csv"))

    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"), newline="")))
    assert rows[0]["text"] == "'=HYPERLINK(1) Sokakta çukur var"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("what", sorted(QUERIES))
def test_the_page_promises_exactly_these_fields(db, what):
    page = Path("docs/export.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", page, flags=re.MULTILINE)
    (mine,) = [part for part in section if part.startswith(f"{what}\n")]
    with export.rows_of(what) as (names, _rows):
        promised = [name for name in re.findall(r"`(\w+)`", mine) if name in names]
        assert promised == names
