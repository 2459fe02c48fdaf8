"""Endpoints' secrets, encrypted in the table: whoever copies the database does not hold the city's bots."""

import base64
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"vefa endpoint secrets 1"


class UnsealableError(Exception):
    """The secrets were sealed under another key: bring back the installation's secret key."""


def seal(secrets: Mapping[str, str]) -> bytes:
    """Secrets as one encrypted token (Fernet: AES-128-CBC with HMAC-SHA256), for `Endpoint.sealed`."""
    return _box().encrypt(json.dumps(dict(secrets), ensure_ascii=False, sort_keys=True).encode())


def unseal(sealed: bytes | memoryview) -> dict[str, str]:
    """The secrets by name; none for an endpoint that has none. Raises UnsealableError."""
    token = bytes(sealed)
    if not token:
        return {}
    try:
        found = json.loads(_box().decrypt(token))
    except InvalidToken as error:
        raise UnsealableError(
            "The endpoint's secrets were sealed under another secret key: bring back the old key, or name "
            "it in VEFA_SECRET_KEY_FALLBACKS, or enter the secrets anew with `vefa endpoint`."
        ) from error
    return {str(name): str(value) for name, value in found.items()}


def _box() -> MultiFernet:
    """The key in use first, then those that are being phased out."""
    keys: Iterable[str | bytes] = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return _box_of(tuple(key if isinstance(key, bytes) else key.encode() for key in keys))


@lru_cache(maxsize=4)
def _box_of(keys: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: bytes) -> bytes:
    """A key of its own for this purpose (HKDF, RFC 5869)."""
    return base64.urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key))
