"""A language model on loopback that speaks as OpenAI's chat completions do, and misbehaves on demand.

with ChatModel.running() as model:
    model.base                       # what VEFA_SUGGEST_URL says
    model.says("…")                  # the next answers, in order; the last is repeated
    model.obeys = True               # it repeats what it was asked, as a model that falls for everything
    model.misbehave("429", times=2)  # also "500", "401", "404", "redirect", "silence", "drip", "huge",
                                     # "garbage", "no choices", "null", "tool", "list", "half"
    model.asked                      # the bodies that came
    model.faults                     # what breaks the documented form: stays empty
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

_KNOWN = {"model", "messages", "max_tokens", "temperature", "stream"}


@dataclass
class ChatModel:
    """The state of one model; see the module's docstring."""

    base: str = ""
    key: str = ""
    obeys: bool = False
    answers: list[str] = field(default_factory=lambda: ["A resident reports a hole."])
    asked: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    planned: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @classmethod
    @contextmanager
    def running(cls, **settings: Any) -> "Iterator[ChatModel]":
        """Serve on a free port in a thread until the block ends."""
        model = cls(**settings)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"chat": model}))
        server.daemon_threads = True
        model.base = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield model
        finally:
            model.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)

    def says(self, *answers: str) -> None:
        """What the next answers are."""
        self.answers = list(answers)

    def misbehave(self, kind: str, *, times: int = 1) -> None:
        """Plan trouble for the next questions."""
        self.planned += [kind] * times

    def answer(self, body: dict[str, Any]) -> str:
        """The words of one answer."""
        if self.obeys:
            return f"{body['messages'][-1]['content']}"
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    chat: ClassVar[ChatModel]
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_POST(self) -> None:
        """POST /v1/chat/completions; everything else is a fault."""
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length))
        self._judge(body)
        self.chat.asked.append(body)
        trouble = self.chat.planned.pop(0) if self.chat.planned else ""
        with suppress(BrokenPipeError, ConnectionResetError):
            if trouble.isdecimal():
                self._give(int(trouble), b'{"error": {"message": "no"}}')
            elif trouble:
                getattr(self, f"_{trouble.replace(' ', '_')}")(body)
            else:
                self._words(self.chat.answer(body))

    def log_message(self, *args: Any) -> None:
        """Silence."""

    def _judge(self, body: dict[str, Any]) -> None:
        chat = self.chat
        if self.path != "/v1/chat/completions":
            chat.faults.append(f"no such page: {self.path}")
        if chat.key and self.headers.get("Authorization") != f"Bearer {chat.key}":
            chat.faults.append("another key")
        if extra := set(body) - _KNOWN:
            chat.faults.append(f"unknown: {sorted(extra)}")
        if [one.get("role") for one in body.get("messages", [])] != ["system", "user"]:
            chat.faults.append("other roles")

    def _give(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _told(self, message: Any) -> None:
        self._give(200, json.dumps({"choices": [{"index": 0, "message": message}]}).encode())

    def _words(self, text: str) -> None:
        self._told({"role": "assistant", "content": text})

    def _redirect(self, _body: Any) -> None:
        self._give(307, b"{}", Location="http://127.0.0.1:1/steal")

    def _silence(self, _body: Any) -> None:
        self.chat.stopping.wait(20)

    def _drip(self, _body: Any) -> None:
        """A byte now and then, for ever: each read is quick, the whole never ends."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.chat.stopping.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()

    def _huge(self, _body: Any) -> None:
        self._words("spam " * 4_000_000)

    def _garbage(self, _body: Any) -> None:
        self._give(200, b"\x00<html>not json")

    def _half(self, _body: Any) -> None:
        """It promises more than it sends, and hangs up."""
        self.send_response(200)
        self.send_header("Content-Length", "500")
        self.end_headers()
        self.wfile.write(b'{"choices": [')
        self.close_connection = True

    def _no_choices(self, _body: Any) -> None:
        self._give(200, b'{"choices": []}')

    def _null(self, _body: Any) -> None:
        self._told({"role": "assistant", "content": None})

    def _list(self, _body: Any) -> None:
        self._told({"role": "assistant", "content": [{"type": "text", "text": "x"}]})

    def _tool(self, _body: Any) -> None:
        call = {"type": "function", "function": {"name": "end_case", "arguments": "{}"}}
        self._told({"role": "assistant", "content": None, "tool_calls": [call]})
