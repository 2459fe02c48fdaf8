"""A manager of an exchange on the loopback: checks how we sign in, plays what it is given, misbehaves.

Written from docs.asterisk.org (AMI, Actions and Events) and manager.c's greeting; what a test lets it play
may be a real recording.
"""

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Fields = dict[str, str]


@dataclass
class AsteriskManager:
    """One manager; `hanging` ends each connection after so many messages were played to it."""

    username: str = "vefa"
    password: str = "a word of the exchange"
    challenge: str = "145769581"
    gives_challenge: bool = True
    version: str = "7.0.3"
    originate: str = "Success"  # or an error's message
    chunk: int = 0  # bytes at a time; 0: all at once
    port: int = 0
    actions: list[Fields] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    connections: int = 0
    refuse: bool = False
    _listening: list["Played"] = field(default_factory=list)
    _script: list[bytes] = field(default_factory=list)

    @classmethod
    @contextmanager
    def running(cls, **facts: object) -> Iterator["AsteriskManager"]:
        """The manager at a free port of the loopback."""
        own = cls(**facts)  # type: ignore[arg-type]  # a test names its fields
        with socket.create_server(("127.0.0.1", 0)) as server:
            own.port = server.getsockname()[1]
            threading.Thread(target=own._serve, args=[server], daemon=True).start()
            try:
                yield own
            finally:
                own.hang_up()
                with suppress(OSError):
                    server.shutdown(socket.SHUT_RDWR)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def play(self, text: str | bytes) -> None:
        """Say this to everybody who listens, and first of all to whoever comes later."""
        data = text.encode() if isinstance(text, str) else text
        self._script.append(data)
        for one in list(self._listening):
            one.say(data)

    def event(self, name: str, **facts: str) -> None:
        """Say one event."""
        lines = [f"Event: {name}", *(f"{key.replace('_', '-')}: {value}" for key, value in facts.items())]
        self.play("\r\n".join(lines) + "\r\n\r\n")

    def tell(self, name: str, **facts: str) -> list[float]:
        """Say one event to those who listen now, to nobody later; since when each does, monotonic seconds."""
        listening = list(self._listening)
        lines = [f"Event: {name}", *(f"{key}: {value}" for key, value in facts.items())]
        for one in listening:
            one.say(("\r\n".join(lines) + "\r\n\r\n").encode())
        return [one.since for one in listening]

    def hang_up(self) -> None:
        """Cut every connection; what was played so far is not played again."""
        self._script.clear()
        for one in list(self._listening):
            one.cut()
        self._listening.clear()

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            self.connections += 1
            if self.refuse:
                connection.close()
                continue
            threading.Thread(target=Played(self, connection).serve, daemon=True).start()


class Played:
    """One connection."""

    def __init__(self, manager: AsteriskManager, connection: socket.socket) -> None:
        self.manager, self.socket, self.since = manager, connection, time.monotonic()
        self._lock = threading.Lock()

    def say(self, data: bytes) -> None:
        size = self.manager.chunk or len(data)
        with self._lock, suppress(OSError):
            for start in range(0, len(data), max(size, 1)):
                self.socket.sendall(data[start : start + size])

    def cut(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def serve(self) -> None:
        self.say(f"Asterisk Call Manager/{self.manager.version}\r\n".encode())
        rest = b""
        with suppress(OSError):
            while data := self.socket.recv(4096):
                rest += data
                while b"\r\n\r\n" in rest:
                    block, _, rest = rest.partition(b"\r\n\r\n")
                    self._answer(dict(line.split(": ", 1) for line in block.decode().split("\r\n")))
        if self in self.manager._listening:
            self.manager._listening.remove(self)

    def _answer(self, action: Fields) -> None:
        self.manager.actions.append(action)
        name = action.get("Action", "").lower()
        known = {"challenge": self._challenge, "login": self._login, "originate": self._originate}
        answer = known.get(name, self._plainly)(action)
        head, *facts = answer
        identity = [f"ActionID: {action['ActionID']}"] if "ActionID" in action else []
        self.say(("\r\n".join([f"Response: {head}", *identity, *facts]) + "\r\n\r\n").encode())
        if name == "login" and head == "Success" and action.get("Events") != "off":
            for piece in list(self.manager._script):
                self.say(piece)
            self.manager._listening.append(self)

    def _challenge(self, _action: Fields) -> list[str]:
        if not self.manager.gives_challenge:
            return ["Error", "Message: Must specify AuthType"]
        return ["Success", f"Challenge: {self.manager.challenge}"]

    def _login(self, action: Fields) -> list[str]:
        if "Secret" in action and self.manager.gives_challenge:
            self.manager.faults.append("the password travelled although a challenge was given")
        key = hashlib.md5(f"{self.manager.challenge}{self.manager.password}".encode()).hexdigest()
        right = action.get("Key") == key or action.get("Secret") == self.manager.password
        if right and action.get("Username") == self.manager.username:
            return ["Success", "Message: Authentication accepted"]
        return ["Error", "Message: Authentication failed"]

    def _originate(self, action: Fields) -> list[str]:
        missing = {"Channel", "Exten", "Context", "Priority"} - action.keys()
        if missing:
            self.manager.faults.append(f"Originate without {missing}")
        if self.manager.originate == "Success":
            return ["Success", "Message: Originate successfully queued"]
        return ["Error", f"Message: {self.manager.originate}"]

    def _plainly(self, action: Fields) -> list[str]:
        return ["Success", "Ping: Pong"] if action.get("Action") == "Ping" else ["Success"]
