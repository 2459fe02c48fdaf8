"""Real sets go the whole way, from their file through command, worker and triage to cases; one is cut off."""

import csv
import os
import subprocess
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from benchmarks.bench_imports import MAPPINGS, SETS
from tests.wiring.machine import PATIENCE_S, VEFA
from tests.wiring.test_importing import DATA, take_in
from vefa.cases.models import Case, CaseContact
from vefa.dialogue.models import Delivery
from vefa.inbox.models import Contact
from vefa.triage.models import Finding
from vefa.wiring.handling import Hands

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 40
TAKEN = {  # what a set is mostly written in, and how many of its forty rows are
    "tr-municipal-complaints": ("tr", 39),
    "ru-city-portal": ("ru", 39),
    "kk-akimat": ("kk", 39),
    "en-nyc-publicstuff": ("en", 30),
}
ROW_600 = """
INSERT INTO inbox_contact (
    endpoint_id, external_id, lane, received_at, due_at, raw, secret, details, form, message_id, reply_to_id,
    sequence, subject, text, quoted, html, language, place_text, warnings,
    state, tries, trouble)
VALUES (%s, '600', '600', now(), now(), '', '', '{}', '', '', '', 0, '', '', '', '', '', '', '[]',
    'waiting', 0, '')
"""
HANG_UP = """
SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
WHERE application_name = 'cut-off' AND pid <> pg_backend_pid()
"""


def beginning(name, folder):
    """The first rows of a set, in a file of the test's own."""
    path = DATA / SETS[name]
    if not path.exists():
        pytest.skip(f"{path} is not here")
    part = folder / path.name
    with (
        path.open(encoding="utf-8", newline="") as source,
        part.open("w", encoding="utf-8", newline="") as target,
    ):
        if path.suffix == ".jsonl":
            target.writelines(islice(source, ROWS))
        else:
            csv.writer(target).writerows(islice(csv.reader(source), ROWS + 1))
    return part


@pytest.mark.parametrize("name", TAKEN)
def test_a_real_set_becomes_cases_in_its_own_language(name, town, tmp_path, capsys):
    part = beginning(name, tmp_path)
    take_in(part, "--mapping", MAPPINGS / f"{name}.toml")
    assert f"{ROWS} new, 0 known already, 0 rejected" in capsys.readouterr().out

    hands = Hands(lambda: datetime.now(UTC), limit=200)
    while hands.handle_some():
        pass

    assert Counter(Contact.objects.values_list("state", flat=True)) == {"handled": ROWS}
    assert CaseContact.objects.filter(opened=True).count() == Case.objects.count() == ROWS
    language, least = TAKEN[name]
    assert Case.objects.filter(language=language).count() >= least
    assert Finding.objects.count() == ROWS
    assert not Delivery.objects.exists()  # what was said elsewhere is not acknowledged again


def waiting_for_a_lock(name):
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        cursor.execute(asked, [name])
        return cursor.fetchone() == (1,)


def test_an_import_that_is_killed_half_way_goes_on_and_takes_every_row_once(town, tmp_path, capsys):
    table = tmp_path / "calls.csv"
    rows = "".join(f"{number},Çukur {number}\n" for number in range(700))
    table.write_text("external_id,text\n" + rows, encoding="utf-8")
    facts = connection.get_connection_params()
    url = (
        f"postgresql://{facts['user']}:{quote(facts['password'])}@/{facts['dbname']}"
        f"?host={quote(facts['host'])}&application_name=cut-off"
    )

    with closing(psycopg.connect(url)) as other:
        other.execute(ROW_600, [town.hotline.id])  # somebody takes a row of the second batch, and is not done
        command = [*VEFA, "import", "contacts", str(table), "--endpoint", "hotline", "--home", str(tmp_path)]
        process = subprocess.Popen(command, env=os.environ | {"VEFA_DATABASE_URL": url})
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not waiting_for_a_lock("cut-off"):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:
            process.kill()
            process.wait()
            other.execute(HANG_UP)
    assert Contact.objects.count() == 500

    take_in(table, "--endpoint", "hotline")
    assert "200 new, 500 known already, 0 rejected" in capsys.readouterr().out
    assert Contact.objects.count() == 700
