"""Secrets encrypted in a table: whoever copies the database does not hold them.

Fernet (AES-128-CBC with HMAC-SHA256) under keys derived from the secret key by HKDF (RFC 5869), one per
purpose. Keys being phased out stand in `SECRET_KEY_FALLBACKS` and still open what they sealed.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from vefa.kit.saying import gettext_noop


class UnsealableError(Exception):
    """It was sealed under another secret key: bring that key back, or name it among the fallbacks."""


def seal(text: str, *, purpose: str) -> bytes:
    """The text as one encrypted token."""
    return _box(purpose).encrypt(text.encode())


def unseal(token: bytes | memoryview | str, *, purpose: str) -> str:
    """The text again. Raises UnsealableError."""
    sealed = token.encode() if isinstance(token, str) else bytes(token)
    try:
        return _box(purpose).decrypt(sealed).decode()
    except InvalidToken as error:
        raise UnsealableError(
            gettext_noop(
                "A secret was sealed under another secret key: bring back the old key, or name it in "
                "VEFA_SECRET_KEY_FALLBACKS, or enter the secret anew."
            )
        ) from error


def _box(purpose: str) -> MultiFernet:
    return _box_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), purpose)


@lru_cache(maxsize=8)
def _box_of(keys: tuple[str, ...], purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
