"""`vefa web` and `vefa work` alone, several at once, on one PostgreSQL outside: a message's whole way."""

import http.client
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.providers.telegram_bot_api import TelegramBotApi, message
from tests.wiring.machine import Running, all_gone, eventually, free_port, get, health, vefa
from vefa.wiring.health import SILENCE_S
from vefa.wiring.leash import leashed
from vefa.wiring.postgres.account import account_for
from vefa.wiring.postgres.binaries import unpack

OLDEST = 15  # that we promise
CITY = Path(__file__).parents[2] / "vefa" / "wiring" / "demo" / "city"
PASSWORD = "a long enough one"
ALI = 7
# Without a second step, without waiting for somebody to change their mind, and without a model of meaning.
ALIKE = {"VEFA_SECOND_FACTOR": "false", "VEFA_UNDO_S": "1", "VEFA_SEMANTIC": "false"}
# The second web stands behind a proxy on another machine.
PUBLIC = {
    "VEFA_PUBLIC_URL": "https://pinarova.example",
    "VEFA_HOSTS": "pinarova.example,127.0.0.1",
    "VEFA_PROXIES": "127.0.0.3",
}
pytestmark = [pytest.mark.faults]


def programs_of(home: Path) -> Path:
    """Those of the machine's oldest PostgreSQL that we promise to work with; else those of the wheel."""
    installed = {
        int(folder.name): folder / "bin"
        for folder in Path("/usr/lib/postgresql").glob("[0-9]*")
        if folder.name.isdecimal() and (folder / "bin" / "initdb").exists()
    }
    return min(
        ((version, found) for version, found in installed.items() if version >= OLDEST),
        default=(0, unpack(home.parent)),
    )[1]


@pytest.fixture(scope="module")
def outside(home: Path) -> Iterator[dict[str, str]]:
    """A PostgreSQL on a TCP port, and the settings of processes that use it."""
    home.mkdir(mode=0o711)
    programs, data, port = programs_of(home), home.parent / "outside", free_port()
    account = account_for(data)
    data.mkdir(mode=0o700)
    account.own(data)
    init = [str(programs / "initdb"), "-D", str(data), "-U", "vefa", "--auth=trust"]
    init += ["--encoding=UTF8", "--locale=C"]
    subprocess.run(
        leashed(init, farewell=signal.SIGKILL, account=account.ids()), check=True, capture_output=True
    )
    serve = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", "", "-c", "fsync=off"]
    with (home.parent / "outside.log").open("wb") as log:
        server = subprocess.Popen(
            leashed(serve, farewell=signal.SIGQUIT, account=account.ids()),
            stdout=log, stderr=log, process_group=0,
        )  # fmt: skip
    url = f"postgresql://vefa@127.0.0.1:{port}/vefa"
    try:
        eventually(lambda: made(url))
        yield {"VEFA_DATABASE_URL": url, **ALIKE}
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(60)


def made(url: str) -> bool:
    """Whether the server answers, and now has a database for us."""
    try:
        with psycopg.connect(f"{url.removesuffix('/vefa')}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE vefa")
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def processes(home: Path, outside: dict[str, str]) -> Iterator[dict[str, Running]]:
    """Two of each, begun at the same moment on an empty database."""
    ports = {"web-1": free_port(), "web-2": free_port()}
    settings = {"web-1": outside, "web-2": outside | PUBLIC}
    begun = {
        name: Running("web", "--port", str(port), home=home, extra=settings[name])
        for name, port in ports.items()
    }
    begun |= {name: Running("work", home=home, extra=outside) for name in ("work-1", "work-2")}
    for name, port in ports.items():
        begun[name].port = port
    yield begun
    for running in begun.values():
        if running.process.poll() is None:
            running.end()


def test_four_processes_that_begin_at_once_share_an_empty_database(processes):
    for name in ("web-1", "web-2"):
        eventually(partial(is_serving, processes[name]), why=processes[name].text)
    assert [name for name, running in processes.items() if running.process.poll() is not None] == []


def is_serving(running: Running) -> bool:
    return health(running.port)[0] == 200


def test_it_is_a_postgresql_that_we_promise(processes, outside):
    with psycopg.connect(outside["VEFA_DATABASE_URL"]) as connection:
        assert connection.info.server_version // 10000 >= OLDEST


def test_commands_find_the_same_database(home, processes, outside):
    words = ("staff", "add", "aigerim", "--name", "Әйгерім", "--role", "operator")
    assert vefa(*words, home=home, extra=outside, said=f"{PASSWORD}\n").returncode == 0
    assert "Әйгерім" in vefa("staff", "list", home=home, extra=outside).stdout
    loaded = vefa("load", str(CITY), home=home, extra=outside)
    assert loaded.returncode == 0, loaded.stderr


def test_a_resident_writes_is_answered_by_a_person_and_found_by_the_words(home, processes, outside):
    with TelegramBotApi.running() as bot:
        known = ("--key", "bot", "--token", bot.token, "--secret", "knock", "--api-base", bot.base)
        added = vefa("endpoint", "add", "telegram", *known, home=home, extra=outside)
        assert added.returncode == 0, added.stderr
        said = message(ALI, "Çarşı'da okulun önünde derin bir çukur var", date=int(time.time()))
        door = f"http://127.0.0.1:{processes['web-1'].port}/hooks/telegram/bot"
        assert eventually(lambda: bot.push(said, url=door, secret="knock") == 200)
        assert bot.push(said, url=door, secret="knock") == 200  # a second time, as after a lost answer
        (told,) = eventually(lambda: bot.texts_to(ALI), why=processes["work-1"].text)
        reference = re.search(r"\d\d-\d{5}-\d", told)
        assert reference, told

        with httpx.Client(base_url=f"http://127.0.0.1:{processes['web-1'].port}") as desk:
            sign_in(desk)
            found = desk.get("/desk/search", params={"q": "okulun cukur"}).text
            assert reference[0] in found
            case = re.search(r"/desk/cases/(\d+)", found)
            assert case, found
            answer = {
                "do": "send",
                "text": "Ekibimiz yarın sabah geliyor.",
                "csrfmiddlewaretoken": token(desk),
            }
            assert desk.post(f"{case[0]}/reply", data=answer).status_code in {200, 302}
        eventually(lambda: answer["text"] in bot.texts_to(ALI)[-1], why=processes["work-1"].text)
        assert (len(bot.texts_to(ALI)), bot.faults) == (2, [])


def sign_in(desk: httpx.Client) -> None:
    desk.get("/desk/sign-in")
    words = {"username": "aigerim", "password": PASSWORD, "csrfmiddlewaretoken": token(desk)}
    assert desk.post("/desk/sign-in", data=words).headers["location"] == "/desk/"


def token(desk: httpx.Client) -> str:
    return desk.cookies["csrftoken"]


def seen_as_encrypted(running: Running, near: str, headers: Mapping[str, str], path: str = "/") -> bool:
    """Whether a request that comes from `near` is told to stay encrypted."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60, source_address=(near, 0))
    connection.request("GET", path, headers={"Host": "pinarova.example", **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    return answer.getheader("Strict-Transport-Security") is not None


def test_only_a_named_proxy_makes_a_request_encrypted(processes):
    web, said = processes["web-2"], {"X-Forwarded-Proto": "https"}
    assert seen_as_encrypted(web, "127.0.0.3", said)
    assert seen_as_encrypted(web, "127.0.0.1", said)
    assert not seen_as_encrypted(web, "127.0.0.2", said)
    assert not seen_as_encrypted(web, "127.0.0.3", {})
    assert not seen_as_encrypted(web, "127.0.0.2", {}, path="https://pinarova.example/")
    assert not seen_as_encrypted(processes["web-1"], "127.0.0.1", said | {"Host": "127.0.0.1"})


def test_one_web_and_one_worker_are_enough(processes):
    for name in ("web-1", "work-1"):
        family = processes[name].family()
        processes[name].process.kill()
        processes[name].process.wait()
        eventually(partial(all_gone, family))
    assert health(processes["web-2"].port)[0] == 200
    assert get(processes["web-1"].port, "/healthz")[0] == 0


def test_the_doors_stay_open_while_nobody_works_and_health_says_that_nobody_does(processes, outside):
    assert processes["work-2"].end(signal.SIGTERM) == 0
    port = processes["web-2"].port
    assert told_after(0, port, outside)[:2] == (200, "ok")

    status, word, silent_s = told_after(SILENCE_S + 5, port, outside)

    assert (status, word) == (503, "ailing")
    assert silent_s > SILENCE_S
    assert get(port, "/")[0] == 200


def told_after(seconds: float, port: int, outside: Mapping[str, str]) -> tuple[int, object, float]:
    """Health, so long after the last sign of life of a worker; nobody gives another one."""
    time.sleep(1.1)  # one measurement serves a second
    with psycopg.connect(outside["VEFA_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("UPDATE journal_heartbeat SET at = now() - %s * interval '1 s'", [seconds])
    status, told = health(port)
    assert told["database"] == "ok"
    beat_s = told["worker_heartbeat_s"]
    assert isinstance(beat_s, float)
    return status, told["status"], beat_s


def test_web_ends_politely(processes):
    family = processes["web-2"].family()
    assert processes["web-2"].end(signal.SIGTERM) == 0
    assert all_gone(family)
