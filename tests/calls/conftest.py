"""The town has an exchange; Derya answers at 201, Reza at 202. Calls come as an exchange pushes them."""

from tests.calls.exchange import exchange

__all__ = ["exchange"]
