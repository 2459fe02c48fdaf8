"""A real Kannel from Debian on loopback: bearerbox and smsbox, and telephones that are a socket.

    with kannel(door="http://127.0.0.1:8000/hooks/sms/line", secret="…") as peer:
        peer.sendsms                          # where the adapter sends: http://127.0.0.1:…/cgi-bin/sendsms
        peer.phone.say("+90532…", "5454", "Merhaba")     # a resident sends an SMS
        peer.phone.heard(2)                   # waits for two messages to residents: their texts, parts joined

The telephones speak the language of Kannel's own fake centre: one line for each message. A message with a
report asked for is reported as delivered at once, which is what that centre does.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus, unquote_to_bytes

from tests.channels.email.peers import free_port

BEARERBOX = shutil.which("bearerbox", path="/usr/sbin:/usr/bin")
SMSBOX = shutil.which("smsbox", path="/usr/sbin:/usr/bin")
# "5454 +90532… text Merhaba", "… ucs-2 %00M…", "… udh %05… data %04…"; a text may hold new lines.
_LINE = re.compile(
    r"(\S+) (\+?\w+) (text|ucs-2|data|udh(?:-\w+)? \S* (?:text|data)) ((?:(?!\n\S+ \+\w+ [\w-]+ ).)*)\n",
    re.DOTALL,
)
USER, PASSWORD = "vefa", "a-word-for-tests"

_CONFIG = """
group = core
admin-port = {admin}
admin-password = unused
smsbox-port = {box}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = phones
port = {phones}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}

group = sendsms-user
username = {user}
password = {password}
concatenation = true
max-messages = 20
omit-empty = true

group = sms-service
keyword = default
catch-all = true
omit-empty = true
max-messages = 0
{service}
"""


@dataclass(frozen=True)
class Heard:
    """One SMS on a resident's telephone, or one part of it."""

    sender: str
    to: str
    text: str
    number: int = 1  # which part
    count: int = 1  # of how many


@dataclass
class Phones:
    """Every telephone of the town, at the other end of Kannel's fake centre."""

    line: socket.socket
    _rest: str = ""
    _heard: list[Heard] = field(default_factory=list)

    def say(self, sender: str, to: str, text: str) -> None:
        """Send an SMS to the city, in UCS-2 as a telephone does with letters beyond GSM."""
        if text.isascii():
            self.raw(f"{sender} {to} text {text}")
        else:
            self.raw(f"{sender} {to} ucs2 {quote_plus(text.encode('utf-16-be'))}")

    def part(self, sender: str, to: str, header: bytes, text: str) -> None:
        """Send one part of a long SMS in the default alphabet."""
        self.raw(f"{sender} {to} udh-text {quote_plus(header)} {text}")

    def raw(self, line: str) -> None:
        """Send a line as it is."""
        self.line.sendall(f"{line}\n".encode())

    def heard(self, count: int, *, within_s: float = 30) -> list[str]:
        """Wait for so many whole messages to residents; their texts in the order of their ends."""
        until = time.monotonic() + within_s
        while time.monotonic() < until and len(self.texts()) < count:
            self._read(0.2)
        return self.texts()

    def texts(self) -> list[str]:
        """The whole messages so far."""
        whole, open_parts = [], list[Heard]()
        for one in self._heard:
            open_parts.append(one)
            if one.number == one.count:
                whole.append("".join(part.text for part in open_parts))
                open_parts = []
        return whole

    def messages(self) -> list[Heard]:
        """Every part by itself."""
        return list(self._heard)

    def _read(self, seconds: float) -> None:
        self.line.settimeout(seconds)
        try:
            self._rest += self.line.recv(65536).decode()
        except TimeoutError:
            return
        found = list(_LINE.finditer(self._rest))
        self._heard += [_heard(*one.groups()) for one in found]
        self._rest = self._rest[found[-1].end() :] if found else self._rest


@dataclass(frozen=True)
class Peer:
    """A running Kannel."""

    home: Path
    sendsms: str
    phone: Phones


@contextmanager
def kannel(*, service: str) -> Iterator[Peer]:
    """Kannel with one service that takes everything: `service` is its get-url or post-url line."""
    home = Path(tempfile.mkdtemp(prefix="vefa-kannel-"))
    running: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(3):  # another process may take a port that was free a moment ago
            try:
                ports, line = _up(home, service, running)
                break
            except DownError:
                continue
        else:
            raise DownError("Kannel does not listen")
        url = f"http://127.0.0.1:{ports['sendsms']}/cgi-bin/sendsms"
        yield Peer(home, url, Phones(line))
        line.close()
    finally:
        for process in reversed(running):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        shutil.rmtree(home, ignore_errors=True)


def _start(program: str, config: Path) -> subprocess.Popen[bytes]:
    log = (config.parent / f"{Path(program).name}.log").open("wb")
    return subprocess.Popen(
        [program, "-v", "0", str(config)], stdout=log, stderr=log, cwd=config.parent, env=dict(os.environ)
    )


class DownError(Exception):
    """Kannel ended, or never listened."""


def _up(
    home: Path, service: str, running: list[subprocess.Popen[bytes]]
) -> tuple[dict[str, int], socket.socket]:
    """Both boxes on ports of their own, and a connection to the telephones. Raises DownError."""
    ports = {name: free_port() for name in ("admin", "box", "phones", "sendsms")}
    config = home / f"{ports['phones']}.conf"
    config.write_text(_CONFIG.format(**ports, user=USER, password=PASSWORD, service=service))
    running.append(_start(str(BEARERBOX), config))
    line = _connected(ports["phones"], running[-1])
    running.append(_start(str(SMSBOX), config))
    _connected(ports["sendsms"], running[-1]).close()
    return ports, line


def _connected(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    """A connection, as soon as somebody listens. Raises DownError."""
    for _ in range(400):
        line = socket.socket()
        if line.connect_ex(("127.0.0.1", port)) == 0:
            return line
        line.close()
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise DownError(f"nobody listens on {port}")


def _heard(sender: str, to: str, kind: str, said: str) -> Heard:
    """One message as the fake centre shows it; of a part it tells the octets, not how they are meant."""
    if kind == "text":
        return Heard(sender, to, said)
    octets = unquote_to_bytes(said.replace("+", " "))
    wide = kind == "ucs-2" or any(octet < 9 for octet in octets)
    text = octets.decode("utf-16-be" if wide else "utf-8")
    header = unquote_to_bytes(kind.split(" ")[1]) if kind.startswith("udh") else b""
    count, number = header[4:6] if len(header) >= 6 else (1, 1)
    return Heard(sender, to, text, number, count)
