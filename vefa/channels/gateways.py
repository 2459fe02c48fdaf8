"""What stands between us and a provider, and gave up: nobody knows whether the provider took it."""

from vefa.channels.port import UnsureError, because

_GAVE_UP = frozenset({502, 504})  # 503 is said by who did not take it


class GatewayError(UnsureError):
    """A gateway gave up. The next parcel would fare alike: the account rests."""


def check_gateway(status: int) -> None:
    """Raises GatewayError where an answer with this status is not the provider's own."""
    if status in _GAVE_UP:
        raise GatewayError(because("a gateway gave up, and nobody knows what went through", status))
