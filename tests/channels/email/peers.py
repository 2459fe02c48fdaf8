"""Real mail servers from Debian on loopback: Dovecot for reading, Exim for sending, both without privileges.

Exim delivers into the Maildir that Dovecot shows, so a mail that we send can be fetched again.
"""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
EXIM = shutil.which("exim4", path="/usr/sbin:/usr/bin")
PASSWORD = "a-word-for-tests"

_DOVECOT = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{home}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
"""

_EXIM = """
exim_user = {user}
exim_group = {group}
deliver_drop_privilege
spool_directory = {home}/spool
log_file_path = {home}/exim-%slog
pid_file_path = {home}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
primary_hostname = mx.pinarova.example
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 20
domainlist local_domains = pinarova.example
acl_smtp_rcpt = on_recipient
acl_smtp_data = on_data
begin acl
on_recipient:
  deny
    local_parts = nobody_here
    message = 550 5.1.1 No such resident
  defer
    local_parts = later
    message = 451 4.2.1 Come again later
  accept
    domains = +local_domains
  deny
    message = 550 5.7.1 Relaying is not permitted
on_data:
  deny
    condition = ${{if match{{$h_Subject:}}{{FORBIDDEN}}}}
    message = 554 5.6.0 We do not like this mail
  accept
begin routers
everybody:
  driver = accept
  domains = +local_domains
  transport = mailbox
begin transports
mailbox:
  driver = appendfile
  maildir_format
  directory = {home}/mail
  create_directory
begin retry
* * F,2h,15m
"""


@dataclass(frozen=True)
class Peer:
    """A running server and the folder in which it lives."""

    home: Path
    port: int


@contextmanager
def mail_home() -> Iterator[Path]:
    """An empty folder that the unprivileged servers may write."""
    home = Path(tempfile.mkdtemp(prefix="vefa-mail-"))
    for name in ("run", "state", "spool", "mail/cur", "mail/new", "mail/tmp"):
        (home / name).mkdir(parents=True)
    if os.getuid() == 0:
        user = pwd.getpwnam("nobody")
        for path in [home, *home.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def dovecot(home: Path) -> Iterator[Peer]:
    """A Dovecot over `home`/mail; every user's password is PASSWORD."""
    with _running(home, _DOVECOT, [str(DOVECOT), "-F", "-c"], "dovecot.conf") as peer:
        yield peer


@contextmanager
def exim(home: Path) -> Iterator[Peer]:
    """An Exim that takes mail for pinarova.example into `home`/mail."""
    with _running(home, _EXIM, [str(EXIM), "-bdf", "-q1m", "-C"], "exim.conf") as peer:
        yield peer


@contextmanager
def _running(home: Path, template: str, command: list[str], name: str) -> Iterator[Peer]:
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    port, group = free_port(), grp.getgrgid(user.pw_gid).gr_name
    config = home / name
    config.write_text(
        template.format(
            home=home,
            port=port,
            user=user.pw_name,
            group=group,
            uid=user.pw_uid,
            gid=user.pw_gid,
            password=PASSWORD,
        )
    )
    config.chmod(0o644)
    root = os.getuid() == 0
    server = subprocess.Popen(
        [*command, str(config)],
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        user=user.pw_uid if root else None,
        group=user.pw_gid if root else None,
        extra_groups=[] if root else None,
    )
    try:
        _wait_for(port, server)
        yield Peer(home, port)
    finally:
        server.terminate()
        server.wait(10)
        if server.stderr:
            server.stderr.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if server.poll() is not None:
            told = server.stderr.read().decode() if server.stderr else ""
            raise RuntimeError(f"the mail server ended at once: {told}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the mail server does not listen")
