"""Endpoints' secrets, encrypted in the table: whoever copies the database does not hold the city's bots."""

import json
from collections.abc import Mapping

from vefa.kit import sealing
from vefa.kit.sealing import UnsealableError

__all__ = ["UnsealableError", "seal", "unseal"]

PURPOSE = "vefa endpoint secrets 1"


def seal(secrets: Mapping[str, str]) -> bytes:
    """Secrets as one encrypted token, for `Endpoint.sealed`."""
    return sealing.seal(json.dumps(dict(secrets), ensure_ascii=False, sort_keys=True), purpose=PURPOSE)


def unseal(sealed: bytes | memoryview) -> dict[str, str]:
    """The secrets by name; none for an endpoint that has none. Raises UnsealableError."""
    token = bytes(sealed)
    if not token:
        return {}
    found = json.loads(sealing.unseal(token, purpose=PURPOSE))
    return {str(name): str(value) for name, value in found.items()}
