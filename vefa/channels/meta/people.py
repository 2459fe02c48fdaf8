"""Who stands behind a number: the User Profile interface, asked with the account's own token.

Messenger: GET /{person}?fields=first_name,last_name; Instagram: fields=name,username. Only who wrote to the
account can be asked for. Read on developers.facebook.com, 22 November 2026.
"""

from vefa.channels.cleaning import clean_line
from vefa.channels.graph.api import Graph
from vefa.channels.port import RejectedError

_FIELDS = {"messenger": "first_name,last_name", "instagram": "name,username"}


def name_of(graph: Graph, person: str, *, channel: str) -> str:
    """The name that the person has there; "" where the provider tells none. Raises as `Adapter.send` does."""
    if not person.isascii() or not person.isdecimal():
        raise RejectedError("this person cannot be asked for")
    found = graph.ask("GET", person, {"fields": _FIELDS[channel]})
    told = {key: clean_line(one, limit=100) for key, one in found.items() if isinstance(one, str)}
    whole = " ".join(told[key] for key in ("first_name", "last_name") if told.get(key))
    return whole or told.get("name", "") or told.get("username", "")
