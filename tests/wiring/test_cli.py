"""The command line, as somebody meets it who types without reading."""

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from vefa.wiring.cli.main import main
from vefa.wiring.cli.registry import COMMANDS
from vefa.wiring.tables import LAYOUT


@pytest.fixture(autouse=True)
def _nobody_s_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "vefa.wiring.settings")
    monkeypatch.setenv("VEFA_HOME", str(tmp_path / "home"))


@pytest.fixture
def empty_database(database_url) -> Iterator[str]:
    """The address of a database outside in which nobody has laid out any table."""
    with psycopg.connect(database_url, autocommit=True) as server:
        server.execute("CREATE DATABASE empty TEMPLATE template0")
        yield urlsplit(database_url)._replace(path="/empty").geturl()
        server.execute("DROP DATABASE empty WITH (FORCE)")


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    for entry in COMMANDS:
        assert f"  {entry.name} " in told
    assert main([]) == 0
    assert capsys.readouterr().out == told


def test_an_unknown_command_is_named_and_help_follows(capsys):
    assert main(["worx"]) == 2
    told = capsys.readouterr().err
    assert "there is no command 'worx'" in told
    assert "vefa COMMAND" in told


@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_every_command_explains_itself_with_examples_and_touches_nothing(name, capsys, tmp_path):
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    told = capsys.readouterr().out
    assert "--home DIR" in told
    assert f"  vefa {name}" in told.partition("examples:")[2]
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_is_a_sentence(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    assert main(["up", "--home", str(tmp_path / "file" / "home")]) == 1
    assert "choose another folder with --home" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["up", "--port", "99999"], "--port: '99999' does not fit: write a whole number from 1 to 65535"),
        (["web", "--port", "-1"], "--port: '-1' does not fit: write a whole number from 1 to 65535"),
        (
            ["demo", "--months", "100000"],
            "--months: '100000' does not fit: write a whole number from 1 to 240",
        ),
        (["demo", "--cases", "few"], "--cases: 'few' does not fit: write a whole number from 1 to 1000000"),
        (
            ["staff", "add", "ayse", "--name", "A", "--role", "operator", "--language", "german"],
            "--language: invalid choice: 'german' (choose from ",
        ),
    ],
)
def test_a_word_that_does_not_fit_is_answered_with_what_does(capsys, words, sentence):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path):
    silent = os.environ | {"VEFA_DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none"}
    command = [sys.executable, "-m", "vefa.wiring.cli.main", "staff", "list", "--home", str(tmp_path)]
    done = subprocess.run(command, env=silent, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("vefa staff: the database does not answer: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["staff", "list"], ["export", "cases"]])
def test_a_database_without_tables_is_a_sentence_that_says_what_to_do(empty_database, words, tmp_path):
    outside = os.environ | {"VEFA_DATABASE_URL": empty_database}
    command = [sys.executable, "-m", "vefa.wiring.cli.main", *words, "--home", str(tmp_path)]
    done = subprocess.run(command, env=outside, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith(f"vefa {words[0]}: the tables of this database lack ")
    assert "start `vefa up`, `vefa web` or `vefa work` with it once" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_city_that_nobody_has_described_is_a_sentence(empty_database, tmp_path):
    with psycopg.connect(empty_database) as server:
        server.execute(LAYOUT.read_bytes())
    outside = os.environ | {"VEFA_DATABASE_URL": empty_database}
    (tmp_path / "log.csv").write_text("number,type,date,duration\n05321112233,in,01.11.2026 10:00,10\n")

    def said(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "vefa.wiring.cli.main", *words, "--home", str(tmp_path)]
        done = subprocess.run(command, env=outside, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stderr

    assert said("endpoint", "add", "phone", "--key", "mobile") == (0, "")
    assert said("import", "calls", str(tmp_path / "log.csv"), "--endpoint", "mobile") == (
        1,
        "vefa import: no municipality is described yet: run `vefa load FOLDER`\n",
    )


def test_who_reads_only_the_beginning_of_an_export_sees_no_traceback(database_url, tmp_path):
    outside = os.environ | {"VEFA_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "vefa.wiring.cli.main", "export", "cases", "--format", "csv"]
    reading, writing = os.pipe()
    os.close(reading)
    whole = [*command, "--home", str(tmp_path)]
    done = subprocess.run(whole, env=outside, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")
