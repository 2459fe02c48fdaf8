"""One question to an address that speaks as OpenAI's chat completions do (Ollama, vLLM, llama.cpp).

Bounded in time and size, no redirect followed, nothing else of the answer looked at than the words of the
first choice. Documented at https://platform.openai.com/docs/api-reference/chat/create (read November 2026).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from vefa.triage.suggesting.reading import plain

MOST_BYTES = 256 * 1024
_TOKENS = 700
_CONNECT_S = 5.0


@dataclass(frozen=True)
class Model:
    """Which one, and where. `url` ends before /chat/completions; `key` may be ""."""

    url: str
    name: str
    key: str
    timeout_s: float


class ModelError(Exception):
    """No suggestion; `why` is slow, busy, key, absent, refused, broken, huge, garbage or empty."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def ask(
    http: httpx.Client, model: Model, messages: Sequence[dict[str, str]], *, timer: Callable[[], float]
) -> str:
    """The model's words as harmless plain text. `timer` counts seconds. Raises ModelError."""
    body = {
        "model": model.name,
        "messages": list(messages),
        "max_tokens": _TOKENS,
        "temperature": 0.2,
        "stream": False,
    }
    text = plain(_words(_fetched(http, model, body, timer)))
    if not text:
        raise ModelError("empty")
    return text


def _fetched(http: httpx.Client, model: Model, body: Any, timer: Callable[[], float]) -> bytes:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if model.key:
        headers["Authorization"] = f"Bearer {model.key}"
    until = timer() + model.timeout_s
    patience = httpx.Timeout(model.timeout_s, connect=min(_CONNECT_S, model.timeout_s))
    url = f"{model.url.rstrip('/')}/chat/completions"
    try:
        with http.stream("POST", url, json=body, headers=headers, timeout=patience) as answer:
            _check(answer.status_code)
            return _read(answer, until, timer)
    except httpx.TimeoutException as error:
        raise ModelError("slow") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ModelError("broken") from error


def _check(status: int) -> None:
    known = {200: "", 401: "key", 403: "key", 404: "absent", 429: "busy"}
    why = known.get(status, "broken" if status >= 500 else "refused")
    if why:
        raise ModelError(why)


def _read(answer: httpx.Response, until: float, timer: Callable[[], float]) -> bytes:
    """The body, while there is time: a server that drips keeps nobody."""
    found = bytearray()
    for chunk in answer.iter_bytes():
        found += chunk
        if len(found) > MOST_BYTES:
            raise ModelError("huge")
        if timer() > until:
            raise ModelError("slow")
    return bytes(found)


def _words(body: bytes) -> str:
    try:
        told = json.loads(body)
        content = told["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ModelError("garbage") from error
    if content is None:
        return ""
    if not isinstance(content, str):
        raise ModelError("garbage")
    return content
