"""The database that comes along, and the after-effects of crashes on it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from vefa.wiring.postgres import cluster as clusters
from vefa.wiring.postgres.account import NoAccountError, account_for
from vefa.wiring.postgres.cluster import ClusterError, ready_cluster
from vefa.wiring.postgres.server import Server, ServerError, start

HASTY = {"fsync": "off"}


@pytest.fixture(scope="module")
def made(home: Path):
    """A cluster, made and not running."""
    home.mkdir(mode=0o711)
    return ready_cluster(home, options=HASTY)


@pytest.fixture
def server(made):
    running = start(made)
    yield running
    running.stop()


def ask(server: Server, question: str) -> object:
    with psycopg.connect(server.cluster.url()) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def test_it_is_what_was_promised(server):
    assert ask(server, "SHOW data_checksums") == "on"
    assert ask(server, "SHOW synchronous_commit") == "on"
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SELECT upper('жарық')") == "ЖАРЫҚ"
    assert ask(server, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0


def test_nobody_enters_without_the_password(server):
    url = server.cluster.url().replace(server.cluster.password, "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_what_was_committed_outlives_kill_9_and_an_immediate_start(made):
    first = start(made)
    with psycopg.connect(made.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE promise AS SELECT generate_series(1, 1000) AS number")
        first.process.send_signal(signal.SIGKILL)
        second = start(made)
    assert ask(second, "SELECT count(*) FROM promise") == 1000
    second.stop()
    assert first.process.wait() == -signal.SIGKILL


def test_a_pid_file_that_names_somebody_else_is_not_believed(made):
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pid_file = made.data / "postmaster.pid"
    pid_file.write_text(f"{sleeper.pid}\n{made.data}\n")
    pid_file.chmod(0o644)
    running = start(made)
    assert ask(running, "SELECT 1") == 1
    running.stop()
    assert sleeper.poll() is None
    sleeper.kill()
    sleeper.wait()


def test_a_predecessor_without_a_parent_is_sent_away_first(made):
    orphan = start(made)
    running = start(made)
    assert orphan.process.wait() == 0
    assert ask(running, "SELECT 1") == 1
    running.stop()


def test_a_lost_password_is_named_and_no_second_cluster_is_made(made, tmp_path):
    kept = made.home / "postgres.password"
    kept.rename(made.home / "elsewhere")
    with pytest.raises(ClusterError, match=r"postgres\.password is missing although"):
        ready_cluster(made.home)
    kept.write_text("another")
    with pytest.raises(ServerError, match="does not fit"):
        start(ready_cluster(made.home))
    (made.home / "elsewhere").replace(kept)


def test_a_cluster_that_cannot_start_says_why(made):
    broken = clusters.Cluster(**{**vars(made), "options": {"shared_buffers": "much"}})
    with pytest.raises(ServerError, match='invalid value for parameter "shared_buffers"'):
        start(broken)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")
def test_in_a_folder_closed_to_others_the_database_lives_in_the_system_s_place(tmp_path, monkeypatch, home):
    monkeypatch.setattr(clusters, "SYSTEM_PLACE", home.parent / "system")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    made = ready_cluster(closed, options=HASTY)
    assert made.place.parent == home.parent / "system"
    assert ready_cluster(closed).place == made.place
    assert closed.stat().st_mode & 0o777 == 0o700
    running = start(made)
    assert ask(running, "SELECT 1") == 1
    running.stop()


def test_a_path_too_long_for_a_socket_gets_a_short_one(home):
    long = home.parent / ("x" * 100)
    long.mkdir(mode=0o711)
    made = ready_cluster(long)
    assert len(os.fsencode(made.sockets)) < 60
    running = start(made)
    assert ask(running, "SELECT 1") == 1
    running.stop()
    made.sockets.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else")
def test_the_owner_of_the_files_runs_the_server(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 4711, 4712)
    assert account_for(data).ids() == (4711, 4712)


def test_somebody_else_s_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(NoAccountError, match="belongs to another account"):
        account_for(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")
def test_a_home_that_was_closed_later_is_named(made):
    made.home.chmod(0o700)
    with pytest.raises(ClusterError, match="is closed to the database's account"):
        ready_cluster(made.home)
    made.home.chmod(0o711)
