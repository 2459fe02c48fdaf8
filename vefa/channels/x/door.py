"""Who may knock: X signs every body, and tries the door by a challenge when it is made and every hour.

https://docs.x.com/x-api/webhooks/quickstart, read in November 2026.
"""

import base64
import hmac
import json
from collections.abc import Sequence
from urllib.parse import parse_qs

from vefa.channels.manners import Answer
from vefa.channels.port import Call, ForgedError
from vefa.channels.proving import mac

PROOF_HEADERS = (
    "x-twitter-webhooks-signature-oauth2",  # signed with the client secret of OAuth 2; the newer one
    "x-twitter-webhooks-signature",  # signed with the consumer secret
)
_LONGEST_CHALLENGE = 500


def signature(body: bytes, secret: str) -> bytes:
    """`sha256=` and the HMAC-SHA256 in Base64."""
    return b"sha256=" + base64.b64encode(mac(secret, body))


def verify(call: Call, secrets: Sequence[str]) -> None:
    """Pass when the untouched body is signed with one of the secrets; else ForgedError. Constant time.

    X may send both headers, each made with a secret of its own; either proves who calls, so that a town that
    has only given the consumer secret is heard as well.
    """
    known = [signature(call.body, secret) for secret in secrets if secret]
    given = [call.headers.get(name, "").encode("utf-8", "surrogateescape") for name in PROOF_HEADERS]
    matches = [hmac.compare_digest(proof, right) for proof in given for right in known]
    if not any(matches):
        raise ForgedError("the signature is missing or wrong" if known else "no secret is set")


def greet(call: Call, secrets: Sequence[str]) -> Answer:
    """Sign the challenge with the consumer secret, the first of the secrets. Raises ForgedError."""
    secret = next((one for one in secrets if one), "")
    if not secret:
        raise ForgedError("no secret is set")
    try:
        asked = parse_qs(call.query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise ForgedError("the question is too long") from None
    tokens = asked.get("crc_token", [])
    if len(tokens) != 1 or not 0 < len(tokens[0]) <= _LONGEST_CHALLENGE:
        raise ForgedError("there is no challenge")
    said = {"response_token": signature(tokens[0].encode(), secret).decode()}
    return Answer(body=json.dumps(said).encode(), content_type="application/json")
