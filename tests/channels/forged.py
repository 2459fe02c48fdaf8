"""Everything that somebody who is not the provider may try at a channel's door: all refused, nothing stored.

    PROOF = Proof(
        body=b'{"entry": []}',                # an honest body of the provider
        sign=lambda body, secret: Call(headers={"x-hub-signature-256": signature(body, secret)}, body=body),
        header="x-hub-signature-256",         # or parameter="token", where the proof stands in the query
        stale=NO_TIME,                        # or the honest call of long ago
    )

    @pytest.mark.parametrize("forgery", forgeries(PROOF), ids=str)
    def test_a_forged_call_is_refused(forgery):
        refused_by(adapter, forgery)

    @pytest.mark.django_db(transaction=True)
    def test_the_door_refuses_every_forgery_and_keeps_nothing(endpoint):
        refused_at_the_door(endpoint, PROOF)

Each proof says what becomes of an honest call that somebody kept and plays again: a provider that signs a
moment too gives `stale`, the honest call of long ago, which is refused; for one that does not
(`stale=NO_TIME`) the repeat is let in, recognised by its id, and leaves nothing new. One that does not sign
the body (a shared secret in a header) says `signs_body=False`.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from msgspec import structs

from vefa.channels.models import Endpoint
from vefa.channels.port import Adapter, Call, ForgedError
from vefa.channels.sealing import seal, unseal
from vefa.inbox.models import Contact
from vefa.web.hooks import receive as hooks

SECRET = "The-Right-Secret-of-2026"
OTHER = "Another-Secret-of-2026"
NO_TIME = "no time in the scheme; repeats are recognised by id"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """How one provider proves itself: `sign(body, secret)` is its call, signed with that secret."""

    body: bytes
    sign: Callable[[bytes, str], Call]
    stale: Callable[[bytes, str], Call] | str
    header: str = ""  # in lower case
    parameter: str = ""  # of the query, where the proof stands there
    signs_body: bool = True
    name: str = "secret"  # under which the endpoint keeps it sealed

    def honest(self, secret: str = SECRET) -> Call:
        """The call as the provider makes it."""
        return self.sign(self.body, secret)

    def value(self, call: Call) -> str:
        """What stands as the proof."""
        if self.header:
            return call.headers[self.header]
        return dict(parse_qsl(call.query, keep_blank_values=True))[self.parameter]

    def altered(self, call: Call, value: str | None) -> Call:
        """The same call with another proof, or with none."""
        if self.header:
            headers = {name: text for name, text in call.headers.items() if name != self.header}
            return structs.replace(
                call, headers=headers if value is None else {**headers, self.header: value}
            )
        pairs = [(name, text) for name, text in parse_qsl(call.query) if name != self.parameter]
        return structs.replace(
            call, query=urlencode(pairs if value is None else [*pairs, (self.parameter, value)])
        )


@dataclass(frozen=True)
class Forgery:
    """One try: the call, and the secrets that the endpoint knows."""

    name: str
    call: Call
    secrets: tuple[str, ...] = field(default=(SECRET,))

    def __str__(self) -> str:
        return self.name


def forgeries(proof: Proof) -> list[Forgery]:
    """The whole table."""
    honest = proof.honest()
    value = proof.value(honest)
    tries = [
        Forgery("no proof", proof.altered(honest, None)),
        Forgery("an empty proof", proof.altered(honest, "")),
        Forgery("another secret", proof.honest(OTHER)),
        Forgery("the empty secret", proof.honest("")),
        Forgery("the secret in another case", proof.honest(SECRET.swapcase())),
        Forgery("the secret with a blank", proof.honest(SECRET + " ")),
        Forgery("the proof in another case", proof.altered(honest, value.swapcase())),
        Forgery("the proof cut short", proof.altered(honest, value[:-1])),
        Forgery("the proof and more", proof.altered(honest, value + "0")),
        Forgery("letters beyond ASCII", proof.altered(honest, "Ş" + value[1:])),
        Forgery("no secret is set", honest, ()),
        Forgery("the secret that is set is empty", proof.honest(""), ("",)),
        Forgery("an empty proof for an empty secret", proof.altered(honest, ""), ("",)),
    ]
    if proof.signs_body:
        tries += [
            Forgery(f"byte {at} changed", structs.replace(honest, body=_flipped(proof.body, at)))
            for at in (0, len(proof.body) // 2, len(proof.body) - 1)
        ]
        tries.append(Forgery("a byte more", structs.replace(honest, body=proof.body + b" ")))
    if not isinstance(proof.stale, str):
        tries.append(Forgery("stale", proof.stale(proof.body, SECRET)))
    return tries


def refused_by(adapter: Adapter, forgery: Forgery) -> None:
    """The adapter says ForgedError and nothing else."""
    with pytest.raises(ForgedError):
        adapter.verify(forgery.call, forgery.secrets)


def taken_by(adapter: Adapter, proof: Proof) -> None:
    """The honest call passes; while one secret replaces another, both are good."""
    adapter.verify(proof.honest(), [SECRET])
    adapter.verify(proof.honest(OTHER), [SECRET, OTHER])
    adapter.verify(proof.honest(SECRET), [SECRET, OTHER])


def refused_at_the_door(endpoint: Endpoint, proof: Proof) -> None:
    """Over the endpoint's real door: every forgery hears 401 and leaves nothing, the honest one is kept once.

    Needs `django_db(transaction=True)`. Where no secret is set, the door says 503 and why.
    """
    table = forgeries(proof)
    for secrets in dict.fromkeys(one.secrets for one in table):
        _know(endpoint, proof, secrets)
        tries = [one for one in table if one.secrets == secrets]
        statuses = knock(endpoint, [one.call for one in tries])
        wanted = 401 if any(secrets) else 503
        assert {one.name: status for one, status in zip(tries, statuses, strict=True)} == {
            one.name: wanted for one in tries
        }
    assert not Contact.objects.exists()
    _know(endpoint, proof, (SECRET,))
    assert knock(endpoint, [proof.honest()]) == [200]
    kept = set(Contact.objects.values_list("pk", "external_id"))
    assert kept
    assert knock(endpoint, [proof.honest(), proof.honest()]) == [200, 200]
    assert set(Contact.objects.values_list("pk", "external_id")) == kept


def knock(endpoint: Endpoint, calls: Iterable[Call]) -> list[int]:
    """Make the calls at the endpoint's door, one after the other; the statuses."""
    return [status for status, _body in answers(endpoint, calls)]


def answers(endpoint: Endpoint, calls: Iterable[Call]) -> list[tuple[int, bytes]]:
    """Make the calls at the endpoint's door, one after the other; what each hears."""

    async def run() -> list[tuple[int, bytes]]:
        await hooks.open()
        try:
            return [await _call(endpoint, call) for call in calls]
        finally:
            await hooks.close()

    return asyncio.run(run())


async def _call(endpoint: Endpoint, call: Call) -> tuple[int, bytes]:
    heard: list[Any] = []
    bodies = [call.body]
    headers = [(name.encode(), _bytes(text)) for name, text in call.headers.items()]
    scope = {
        "type": "http",
        "method": call.method,
        "path": f"/hooks/{endpoint.channel}/{endpoint.key}",
        "query_string": call.query.encode("latin-1", "replace"),
        "headers": headers,
    }

    async def receive() -> dict[str, Any]:
        body = bodies.pop() if bodies else b""
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        heard.append(message)

    await hooks.receive(scope, receive, send)
    return heard[0]["status"], heard[1]["body"]


def json_of(body: bytes) -> Any:
    """What a refusal says."""
    return json.loads(body)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8")


def _flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def _know(endpoint: Endpoint, proof: Proof, secrets: Sequence[str]) -> None:
    """Let the endpoint know this secret, or none."""
    known = unseal(bytes(endpoint.sealed)) if endpoint.sealed else {}
    known[proof.name] = secrets[0] if secrets else ""
    endpoint.sealed = seal(known)
    Endpoint.objects.filter(pk=endpoint.pk).update(sealed=endpoint.sealed)
