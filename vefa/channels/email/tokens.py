"""The reply token: a reference that only we could have sealed, so that an answer finds its way home.

It travels in a plus-address (`city+r.<reference>.<seal>@…`) and in the Message-ID of what we send, whence it
comes back in In-Reply-To and References. Lower case only: some mail programs change the case of addresses.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

_SEAL_BYTES = 10  # 80 bits
_LONGEST_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1
_TOKEN = re.compile(r"\br\.([a-z2-7]{2,64})\.([a-z2-7]{16})(?![a-z2-7])")


def token(reference: str, key: str) -> str:
    """`r.<reference>.<seal>`, or "" when there is nothing to say or no key."""
    if not (reference and key):
        return ""
    return f"r.{_packed(reference.encode())}.{_seal(reference, key)}"


def opened(texts: Iterable[str], keys: Sequence[str]) -> str:
    """The reference of the first genuine token in these addresses and ids; "" when there is none."""
    for text in texts:
        for found in _TOKEN.finditer(text.lower()):
            reference = _unpacked(found[1])
            if reference and any(hmac.compare_digest(_seal(reference, key), found[2]) for key in keys if key):
                return reference
    return ""


def plus_address(address: str, sealed: str) -> str:
    """The address with the token behind a plus, or as it is where that would be too long."""
    local, _, domain = address.rpartition("@")
    tagged = f"{local}+{sealed}"
    return f"{tagged}@{domain}" if sealed and len(tagged) <= _LONGEST_LOCAL_PART else address


def _seal(reference: str, key: str) -> str:
    digest = hmac.new(key.encode(), b"vefa reply token 1\0" + reference.encode(), hashlib.sha256).digest()
    return _packed(digest[:_SEAL_BYTES])


def _packed(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _unpacked(text: str) -> str:
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
