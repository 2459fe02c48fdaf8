"""The leader's own mobile: its call log joins the register, once, whoever made the handset."""

import re
import tomllib
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta

import pytest

from tests.architecture.source import PACKAGE, ROOT
from tests.calls.exchange import ALI
from vefa.calls.models import Call, CallBack
from vefa.channels.models import Endpoint
from vefa.wiring.cli import importing
from vefa.wiring.cli.call_log import CHANNELS
from vefa.wiring.cli.command import CommandError
from vefa.wiring.handling import Hands

pytestmark = pytest.mark.django_db(transaction=True)


LOGS = {
    "tr": """Numara;Tür;Tarih;Süre
05321112233;Gelen;05.01.2026 14:30;1:15
05339998877;Giden;05.01.2026 15:00;20
05321112233;Cevapsız;05.01.2026 16:00;0
""",
    "en": """number,type,date,duration,name
+905321112233,1,1767612600000,75,Ali
+905339998877,2,1767614400000,20,
+905321112233,3,1767618000000,0,Ali
""",
    "ru": """\ufeffНомер\tТип\tДата\tДлительность
905321112233\tВходящий\t05.01.2026 14:30:00\t00:01:15
905339998877\tИсходящий\t05.01.2026 15:00:00\t20
905321112233\tПропущенный\t05.01.2026 16:00:00\t
""",
    "fa": """شماره,نوع,تاریخ,مدت
۰۵۳۲۱۱۱۲۲۳۳,ورودی,2026-01-05 14:30,75
05339998877,خروجی,2026-01-05 15:00,20
05321112233,از دست رفته,2026-01-05 16:00,0
""",
}


@pytest.fixture
def mobile(town):
    return Endpoint.objects.create(
        id=1100, key="mayor_mobile", channel="phone", names={"en": "Mobile"}, owner="mayor", personal=True
    )


def take_in(path, *words):
    parser = ArgumentParser()
    importing.add_arguments(parser)
    code = importing.run(parser.parse_args(["calls", str(path), *map(str, words)]))
    hands = Hands(lambda: datetime.now(UTC), limit=100)
    while hands.handle_some():
        pass
    return code


@pytest.mark.parametrize("text", LOGS.values(), ids=LOGS)
def test_the_log_of_any_handset_is_read(mobile, tmp_path, capsys, text):
    log = tmp_path / "log.csv"
    log.write_text(text, encoding="utf-8")

    take_in(log, "--endpoint", "mayor_mobile")
    assert "3 new, 0 known already, 0 rejected" in capsys.readouterr().out
    take_in(log, "--endpoint", "mayor_mobile")
    assert "0 new, 3 known already, 0 rejected" in capsys.readouterr().out

    began = datetime(2026, 1, 5, 11, 30, tzinfo=UTC)
    found = [(one.direction, one.state, one.began_at) for one in Call.objects.order_by("began_at")]
    assert found == [
        ("in", "answered", began), ("out", "answered", began + timedelta(minutes=30)),
        ("in", "missed", began + timedelta(minutes=90)),
    ]  # fmt: skip
    first = Call.objects.earliest("began_at")
    assert first.answered_at is not None
    assert first.ended_at is not None
    assert (first.caller, first.source, (first.ended_at - first.answered_at).seconds) == (ALI, "log", 75)
    assert CallBack.objects.count() == 0


def test_who_called_the_leader_in_vain_this_morning_is_owed_a_call(mobile, tmp_path):
    at = datetime.now(UTC) - timedelta(hours=3)
    log = tmp_path / "log.csv"
    log.write_text(f"number,type,date,duration\n05321112233,missed,{at.isoformat()},0\n")
    take_in(log, "--endpoint", "mayor_mobile")
    take_in(log, "--endpoint", "mayor_mobile")
    assert CallBack.objects.get().number == ALI


def test_rows_that_are_no_calls_are_explained(mobile, tmp_path, capsys):
    log = tmp_path / "log.csv"
    log.write_text(
        "number,type,date,duration\n05321112233,sang,2026-01-05 14:30,5\n05321112233,in,yesterday,5\n"
        "05321112233,in,2026-01-05 14:30,long\n05321112233,in,2026-01-05 14:30,5\n"
    )
    take_in(log, "--endpoint", "mayor_mobile")
    assert "1 new, 0 known already, 3 rejected" in capsys.readouterr().out
    told = (tmp_path / "log.csv.rejected.csv").read_text(encoding="utf-8")
    assert "neither incoming" in told
    assert "no moment" in told
    assert "no length" in told


def test_a_row_that_cannot_be_read_stops_no_call_behind_it(mobile, tmp_path, capsys):
    log = tmp_path / "log.csv"
    rows = [
        "number,type,date,duration,name",
        "05321112233,in,2026-01-05 14:30,5,Şule",
        "05321112233,in,2026-01-05 15:30,5,Ali",
    ]
    log.write_bytes("\n".join(rows).encode("windows-1254"))
    take_in(log, "--endpoint", "mayor_mobile")
    assert "1 new, 0 known already, 1 rejected" in capsys.readouterr().out
    told = (tmp_path / "log.csv.rejected.csv").read_text(encoding="utf-8")
    assert '\ufffdule,"line 2: it is not written in utf-8-sig' in told


def test_a_log_without_the_mark_that_its_encoding_needs_is_refused_in_words(mobile, tmp_path):
    log, mapping = tmp_path / "log.csv", tmp_path / "map.toml"
    log.write_text("number,type,date,duration\n05321112233,in,2026-01-05 14:30,5\n", encoding="utf-16-le")
    mapping.write_text('encoding = "utf-16"\n')
    with pytest.raises(CommandError, match=r"log.csv cannot be read in utf-16"):
        take_in(log, "--endpoint", "mayor_mobile", "--mapping", mapping)


def test_an_exchanges_account_takes_a_log_too_and_the_demo_city_has_the_documented_line(town, tmp_path):
    Endpoint.objects.create(id=1101, key="exchange", channel="telephony", names={"en": "Exchange"})
    log = tmp_path / "log.csv"
    log.write_text("number,type,date,duration\n05321112233,in,۱۴۰۴/۱۰/۱۵ ۱۴:۳۰,5\n", encoding="utf-8")
    take_in(log, "--endpoint", "exchange")
    assert Call.objects.get().began_at == datetime(2026, 1, 5, 11, 30, tzinfo=UTC)
    city = tomllib.loads(
        (PACKAGE / "wiring" / "demo" / "city" / "endpoints.toml").read_text(encoding="utf-8")
    )
    channels = {one["key"]: one["channel"] for one in city["endpoint"]}
    page = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    (documented,) = re.findall(r"vefa import calls \S+ --endpoint (\S+)", page)
    assert channels[documented] in CHANNELS
    added = re.findall(r"vefa endpoint add \S+ --key (\S+)", page)
    assert added
    assert not set(added) & set(channels)


def test_other_columns_are_named_by_a_mapping(mobile, tmp_path):
    log, mapping = tmp_path / "log.csv", tmp_path / "map.toml"
    log.write_text("Abonent;Bagyt;Uaqyty;Uzaq\n87011234567;in;05/01/2026 14.30;9\n", encoding="utf-8")
    mapping.write_text(
        'zone = "Asia/Almaty"\ndates = "%d/%m/%Y %H.%M"\n'
        '[columns]\nnumber = "Abonent"\ndirection = "Bagyt"\nat = "Uaqyty"\nduration = "Uzaq"\n'
    )
    take_in(log, "--endpoint", "mayor_mobile", "--mapping", mapping)
    assert Call.objects.get().began_at == datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "text"),
    [(["--endpoint", "nobody"], "x"), ([], "x"), (["--endpoint", "web"], "x")],
)
def test_a_log_belongs_to_a_line(mobile, tmp_path, words, text):
    log = tmp_path / "log.csv"
    log.write_text(text)
    with pytest.raises(CommandError, match="mayor_mobile"):
        take_in(log, *words)


@pytest.mark.parametrize(
    "mapping",
    [
        "x = [",
        'colour = "red"',
        '[columns]\nsize = "a"',
        'zone = "Mars"',
        'delimiter = ";;"',
        'encoding = "abc"',
    ],
)
def test_a_mapping_that_says_something_else_is_refused(mobile, tmp_path, mapping):
    log, path = tmp_path / "log.csv", tmp_path / "map.toml"
    log.write_text("number,type,date,duration\n")
    path.write_text(mapping)
    with pytest.raises(CommandError):
        take_in(log, "--endpoint", "mayor_mobile", "--mapping", path)
