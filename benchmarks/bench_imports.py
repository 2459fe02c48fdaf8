"""Real sets of what people wrote to cities, taken in whole by the command and worked off: what they became.

python -m benchmarks.bench_imports

Looked for in `VEFA_REAL_DATA` (`../shared/data`); a set that is missing is not counted. Services are those of
the invented demo town, which no set was written for, and no model has learned anything yet.
"""

import csv
import os
import sys
import time
import tomllib
from functools import partial
from pathlib import Path

from benchmarks.desk import run_vefa
from benchmarks.house import House, house
from benchmarks.table import Row, finish, gathered

DATA = Path(os.environ.get("VEFA_REAL_DATA", "../shared/data"))
MAPPINGS = Path(__file__).parent.parent / "tests" / "inbox" / "mappings"
SETS = {
    "tr-municipal-complaints": "tr-municipal-complaints/train_dev.csv",
    "ru-city-portal": "ru-city-portal-appeals/appeals_sample.jsonl",
    "kk-akimat": "kk-ru-akimat-appeals/appeals_dev.csv",
    "ru-akimat": "kk-ru-akimat-appeals/appeals_dev.csv",
    "kk-place-reviews": "kk-place-reviews/mapping_valid.csv",
    "en-nyc-publicstuff": "en-nyc-publicstuff/nyc_even_ids.csv",
    "en-nyc311": "en-nyc311-sample/nyc311_2023-12-08_1000.csv",
}
OF = "FROM inbox_contact AS contact WHERE starts_with(contact.external_id, %s)"
CASES = (
    "FROM inbox_contact AS contact JOIN cases_casecontact AS link ON link.contact_id = contact.id AND opened"
    " JOIN cases_case AS made ON made.id = link.case_id WHERE starts_with(contact.external_id, %s)"
)


def taken(running: House, name: str) -> list[Row]:
    """One set: rows that were taken and rejected, and what the worker made of them."""
    source = (DATA / SETS[name]).resolve()
    if not source.exists():
        return []
    here = running.home / f"{name}{source.suffix}"  # rejected rows are written beside the file
    here.symlink_to(source)
    mapping = MAPPINGS / f"{name}.toml"
    began = time.perf_counter()
    run_vefa(running, "import", "contacts", str(here), "--mapping", str(mapping))
    running.wait_for_quiet(seconds=1800)
    seconds = time.perf_counter() - began
    prefix = tomllib.loads(mapping.read_text(encoding="utf-8"))["prefix"]

    def count(what: str, beginning: str) -> int:
        return int(str(running.sql(f"SELECT count(*) {beginning} {what}", prefix)[0][0]))

    contacts, cases = count("", OF), count("", CASES)
    told = f"SELECT made.language, count(*) {CASES} GROUP BY 1 ORDER BY 2 DESC"
    languages = ", ".join(f"{language or '?'} {number}" for language, number in running.sql(told, prefix))
    rejected = sum(_rows(file) for file in running.home.glob(f"{here.name}.rejected.*"))
    parked = count("AND state = 'parked'", OF)
    return [
        Row(f"{name}: contacts", contacts, "", remark=f"in {seconds:.0f} s"),
        Row(f"{name}: rejected, the reason beside each", rejected, ""),
        Row(f"{name}: cases", cases, "", at_least=contacts - parked, remark=languages),
        Row(f"{name}: parked", parked, "", at_most=0),
        Row(f"{name}: with a place", count("AND made.area_id IS NOT NULL", CASES), "cases"),
        Row(
            f"{name}: with a service of the demo town",
            count("AND made.service_id IS NOT NULL", CASES),
            "cases",
        ),
    ]


def _rows(rejected: Path) -> int:
    with rejected.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in (stream if rejected.suffix == ".jsonl" else csv.DictReader(stream)))


def main() -> int:
    """Measure and print; gives the exit code."""
    with house() as running:
        running.wait_for_quiet()
        rows = gathered((name, partial(taken, running, name)) for name in SETS)
        version = str(running.sql("SHOW server_version")[0][0])
    return finish("imports", version, rows)


if __name__ == "__main__":
    sys.exit(main())
