"""Who may knock: the signature of each pushed body and the handshake before the first one.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started, read in November 2026.
"""

import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs

from vefa.channels.manners import Answer
from vefa.channels.port import Call, ForgedError
from vefa.channels.proving import mac

PROOF_HEADER = "x-hub-signature-256"
_LONGEST_CHALLENGE = 200


def verify(call: Call, app_secrets: Sequence[str]) -> None:
    """Pass when the untouched body is signed with one of the app secrets; else ForgedError. Constant time.

    The header says `sha256=` and the HMAC-SHA256 in small hexadecimal digits; the older SHA-1 is not taken.
    """
    given = call.headers.get(PROOF_HEADER, "").encode("utf-8", "surrogateescape")
    known = [hmac.compare_digest(given, signature(call.body, secret)) for secret in app_secrets if secret]
    if not any(known):
        raise ForgedError("the signature is missing or wrong" if known else "no app secret is set")


def signature(body: bytes, app_secret: str) -> bytes:
    """What the header must say of a body."""
    return b"sha256=" + mac(app_secret, body).hex().encode()


def greet(call: Call, verify_token: str) -> Answer:
    """Echo the challenge of a provider that knows the verify token. Raises ForgedError. Constant time."""
    if not verify_token:
        raise ForgedError("no verify token is set")
    asked = _asked(call.query)
    given = _only(asked.get("hub.verify_token", []))
    knows = hmac.compare_digest(given.encode("utf-8", "surrogateescape"), verify_token.encode())
    if not knows or _only(asked.get("hub.mode", [])) != "subscribe":
        raise ForgedError("the verify token is missing or wrong")
    challenge = _only(asked.get("hub.challenge", []))
    if not challenge or len(challenge) > _LONGEST_CHALLENGE or not challenge.isalnum():
        raise ForgedError("the challenge is none")
    return Answer(body=challenge.encode())


def _asked(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise ForgedError("the question is too long") from None


def _only(values: list[str]) -> str:
    """What is said once; said twice it is nothing."""
    return values[0] if len(values) == 1 else ""
