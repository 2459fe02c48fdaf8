"""Tables that somebody else made: what a mapping says of their columns, and what a row must hold."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from vefa.inbox.intake import accept
from vefa.inbox.sheets import COLUMNS, KEYS, MappingError, RowError, Sheet, incoming, read_mapping

PAGE = Path("docs/import.md")


def taken(sheet, row, now):
    arrival = incoming(sheet, row, endpoint_id=1, now=now)
    return arrival, json.loads(arrival.raw)


@pytest.fixture
def mapping(tmp_path):
    def write(text):
        path = tmp_path / "map.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_table_with_our_own_columns_needs_no_mapping(now):
    row = {
        "external_id": "7",
        "text": "Çukur var",
        "received_at": "2026-01-05T10:00:00+03:00",
        "phone": "0555 1112233",
    }
    arrival, form = taken(Sheet(), row, now)

    assert (arrival.external_id, arrival.lane) == ("7", "7")
    assert arrival.received_at == datetime(2026, 1, 5, 7, tzinfo=UTC)
    assert (form["text"], form["phone"]) == ("Çukur var", "0555 1112233")
    assert (arrival.due_at, arrival.details) == (now, {"imported": True})


def test_a_mapping_joins_columns_drops_empty_words_and_knows_zones(mapping, now):
    path = mapping(
        'zone = "America/New_York"\ndates = ["unix", "%d.%m.%Y %H:%M"]\nprefix = "old:"\n'
        '[columns]\nexternal_id = "no"\ntext = ["title", "words"]\nreceived_at = "when"\n'
        'lat = "y"\nlon = "x"\n'
        '[constants]\nlanguage = "en"\n[empty]\ntext = ["none given"]\n'
    )
    sheet = read_mapping(path)
    row = {
        "no": 4,
        "title": "Pothole",
        "words": "none given",
        "when": "05.01.2026 10:00",
        "y": "38,02",
        "x": "27.01",
    }
    arrival, form = taken(sheet, row, now)

    assert (arrival.external_id, form["text"], form["language"]) == ("old:4", "Pothole", "en")
    assert arrival.received_at == datetime(2026, 1, 5, 15, tzinfo=UTC)
    assert (form["lat"], form["lon"]) == (38.02, 27.01)
    assert taken(sheet, {**row, "when": "1767600000"}, now)[0].received_at == datetime(
        2026, 1, 5, 8, tzinfo=UTC
    )


def test_a_row_without_a_number_is_known_again_by_its_content(town, now):
    row = {"text": "Çukur var"}
    arrivals = [incoming(Sheet(), row, endpoint_id=town.web.id, now=now) for _ in range(2)]

    assert [one.fresh for one in accept(arrivals)] == [True, False]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": " "}, "no text"),
        ({"text": "a", "received_at": "yesterday"}, "no moment"),
        ({"text": "a", "received_at": "2126-01-01"}, "future"),
        ({"text": "a", "received_at": "0001-01-01"}, "no moment"),
        ({"text": "a", "received_at": "9999-12-31T23:59:59-05:00"}, "no moment"),
        ({"text": "a", "received_at": "1899-12-30"}, "before 1900"),
        ({"text": "a", "lat": "north", "lon": "1"}, "no point"),
        ({"text": "a", "lat": "91", "lon": "1"}, "no globe"),
        ({"text": "a", "language": "de"}, "no language"),
        ({"text": "a", "kind": "joke"}, "no kind"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(row, reason, now):
    with pytest.raises(RowError, match=reason):
        incoming(Sheet(zone=ZoneInfo("Europe/Istanbul")), row, endpoint_id=1, now=now)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("columns = 3 3", "cannot be read"),
        ('zone = "Mars/Olympus"\n[columns]\ntext = "t"', "no time zone"),
        ('[columns]\nlat = "y"', "which column is `text`"),
        ('colums = 1\n[columns]\ntext = "t"', "unknown names: colums"),
        ('[columns]\ntext = "t"\nmood = "m"', "unknown names: mood"),
        (
            'encoding = "windows1254x"\n[columns]\ntext = "t"',
            "no `encoding` 'windows1254x': write one such as",
        ),
        ('encoding = "rot13"\n[columns]\ntext = "t"', "no `encoding` 'rot13'"),
        ("delimiter = '\\t\\t'\n[columns]\ntext = \"t\"", "write the one sign that stands between two cells"),
        ('delimiter = ""\n[columns]\ntext = "t"', "`delimiter` is ''"),
        ('columns = "t"', "`columns` is 't': docs/import.md says how it is written"),
        ("zone = 3", "`zone` is 3"),
    ],
)
def test_a_mapping_with_a_mistake_is_refused_with_the_reason(mapping, text, reason):
    with pytest.raises(MappingError, match=re.escape(reason)):
        read_mapping(mapping(text))


def test_the_page_explains_every_column_and_every_key():
    page = PAGE.read_text(encoding="utf-8")

    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", page, re.MULTILINE))
    assert {name: rows.get(name) for name in COLUMNS} == COLUMNS
    assert set(rows) - set(COLUMNS) == KEYS
