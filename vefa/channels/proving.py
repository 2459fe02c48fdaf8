"""What providers sign their bodies with: HMAC-SHA256 (RFC 2104), reckoned in place.

`hmac.digest` lets go of the interpreter for each call, however short: whichever thread waits for it takes
over, and the door waits for its turn again. `hmac.new` does so only for bodies of 2 KB and more.
"""

import hmac


def mac(secret: str, body: bytes) -> bytes:
    """The 32 octets of the code of a body under a secret."""
    return hmac.new(secret.encode(), body, "sha256").digest()
