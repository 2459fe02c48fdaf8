"""A measurement runs to its end and says what was missed, with small parts invented for this."""

import sys

from benchmarks.runs import run_all
from benchmarks.table import MISSED, Row, gathered, outcome


def part(words: str, code: int) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({words!r}); sys.exit({code})"]


def test_every_part_runs_after_a_miss_and_the_miss_is_told_at_the_end(capsys):
    slow = Row("lists, p95", 75, "ms", at_most=60).line()
    code = run_all({"cases": part(slow, MISSED), "house": part("start 4.00 s reached", 0)})

    said = capsys.readouterr().out.splitlines()
    assert code == MISSED
    assert [line for line in said if line.startswith("start")] == ["start 4.00 s reached"]
    assert said[-2:] == ["2 parts, 0 broke off, 1 limits missed", f"  cases: {slow.strip()}"]


def test_a_part_that_breaks_off_stops_no_other_and_counts_for_more_than_a_miss(capsys):
    code = run_all({"door": part("half a table", 1), "flow": part("500.00 /s reached", 0)})

    said = capsys.readouterr().out
    assert code == 1
    assert "500.00 /s reached" in said
    assert said.splitlines()[-1] == "  door broke off, code 1"


def test_nothing_is_missed_where_every_limit_is_reached():
    assert run_all({"door": part("reached", 0), "flow": part("reached", 0)}) == 0


def stuck():
    raise TimeoutError("5 contacts still wait")


def test_a_table_is_whole_though_one_of_its_parts_breaks_off(capsys):
    rows = gathered([("storm", stuck), ("form", lambda: [Row("reports", 400, "/s", at_least=300)])])

    assert [row.verdict for row in rows] == ["MISSED", "reached"]
    assert "TimeoutError: 5 contacts still wait" in rows[0].line()
    assert capsys.readouterr().out.count("\n") == 2


def test_the_exit_code_of_a_table_tells_whether_a_limit_was_missed():
    good = [Row("reports", 400, "/s", at_least=300), Row("p50", 2, "ms")]
    assert outcome(good) == 0
    assert outcome([*good, Row("reports", 200, "/s", at_least=300)]) == MISSED
