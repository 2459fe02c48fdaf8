"""The manager interface on the wire: lines "Name: value", an empty line behind each message."""

import hashlib
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from vefa.channels.port import BusyError, RejectedError, UnsureError, because

type Message = Mapping[str, str]  # names in lower case; of a name said twice the first counts

CONNECT_S = 5.0
ANSWER_S = 10.0
LONGEST_MESSAGE = 256 * 1024  # bytes; what is longer is no manager
_BREAKS = str.maketrans("", "", "\r\n\0")


@dataclass(frozen=True, kw_only=True)
class Manager:
    """Where a manager listens and who we are there."""

    host: str
    port: int = 5038
    username: str
    password: str
    plain: bool = False  # the password goes over the line as it is: only where no challenge is given


@dataclass
class Splitter:
    """Bytes in pieces of any size become messages. The greeting is a message under "greeting"."""

    _rest: bytes = b""
    _greeted: bool = field(default=False)

    def feed(self, data: bytes) -> Iterator[dict[str, str]]:
        """The messages that are whole now. Raises BusyError when one never ends."""
        self._rest += data.replace(b"\r\n", b"\n")
        if self._rest.endswith(b"\r"):  # the other half comes with the next piece
            return
        self._rest = self._rest.replace(b"\r\n", b"\n")
        if not self._greeted and b"\n" in self._rest:
            line, _, self._rest = self._rest.partition(b"\n")
            self._greeted = True
            yield {"greeting": line.decode("utf-8", "replace").strip()}
        while b"\n\n" in self._rest:
            block, _, self._rest = self._rest.partition(b"\n\n")
            if message := read_message(block):
                yield message
        if len(self._rest) > LONGEST_MESSAGE:
            raise BusyError("a message without an end")


def read_message(block: bytes) -> dict[str, str]:
    """The fields of one message; lines without a colon are output of a command and are left out."""
    found: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if colon and (key := name.strip().lower()):
            found.setdefault(key, value.strip())
    return found


class Line:
    """One connection, signed in."""

    def __init__(self, manager: Manager, *, events: str) -> None:
        """Connect and sign in. `events`: what we want to hear, "off" or "call,agent,…". Raises SendError."""
        self._splitter = Splitter()
        self._waiting: list[dict[str, str]] = []
        self._count = 0
        try:
            self._socket = socket.create_connection((manager.host, manager.port), timeout=CONNECT_S)
        except OSError as error:
            raise BusyError(
                because("nobody answers", f"{manager.host}:{manager.port}", _why(error))
            ) from error
        try:
            self._sign_in(manager, events)
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        """Say goodbye, or try to."""
        with suppress(OSError):
            self._write({"Action": "Logoff"})
        self._socket.close()

    def messages(self, *, wait_s: float) -> list[dict[str, str]]:
        """What came, after waiting at most `wait_s` for the first; events only. Raises BusyError."""
        if not self._waiting:
            self._waiting = self._read(wait_s)
        found, self._waiting = self._waiting, []
        return found

    def tell(self, action: str, **fields: str) -> None:
        """Say something whose answer nobody waits for. Raises BusyError."""
        self._count += 1
        try:
            self._write({"Action": action, "ActionID": f"vefa-{self._count}", **fields})
        except OSError as error:
            raise BusyError(because("the line is gone", _why(error))) from error

    def ask(self, action: str, **fields: str) -> Message:
        """The response to an action; events that come meanwhile are kept. Raises BusyError or UnsureError."""
        self.tell(action, **fields)
        mine, until = f"vefa-{self._count}", time.monotonic() + ANSWER_S
        while (left := until - time.monotonic()) > 0:
            for message in self._taken(self._read(left)):
                if "response" in message and message.get("actionid", mine) == mine:
                    return message
        raise UnsureError(because("no answer", action))

    def _taken(self, messages: list[dict[str, str]]) -> list[dict[str, str]]:
        self._waiting += [message for message in messages if "event" in message]
        return [message for message in messages if "event" not in message]

    def _sign_in(self, manager: Manager, events: str) -> None:
        """With a challenge, so that the password does not travel, unless the settings say that it may."""
        proof = {"Secret": manager.password}
        if not manager.plain:
            challenge = self._asked("Challenge", AuthType="MD5").get("challenge", "")
            if not challenge:
                raise RejectedError("the manager gives no challenge; set “plain” if the line is safe")
            key = hashlib.md5(f"{challenge}{manager.password}".encode(), usedforsecurity=False).hexdigest()
            proof = {"AuthType": "MD5", "Key": key}
        answer = self._asked("Login", Username=manager.username, Events=events, **proof)
        if answer.get("response", "").lower() != "success":
            raise RejectedError(because("the manager refuses us", answer.get("message", "no reason given")))

    def _asked(self, action: str, **fields: str) -> Message:
        try:
            return self.ask(action, **fields)
        except UnsureError as error:
            raise BusyError(error.reason) from error

    def _write(self, fields: Mapping[str, str]) -> None:
        lines = [f"{name}: {value.translate(_BREAKS)}" for name, value in fields.items()]
        self._socket.settimeout(ANSWER_S)
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def _read(self, wait_s: float) -> list[dict[str, str]]:
        """What comes within `wait_s`, nothing if nothing does. Raises BusyError when the line is gone."""
        self._socket.settimeout(max(wait_s, 0.01))
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return []
        except OSError as error:
            raise BusyError(because("the line is gone", _why(error))) from error
        if not data:
            raise BusyError("the exchange hung up")
        return [message for message in self._splitter.feed(data) if "greeting" not in message]


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
