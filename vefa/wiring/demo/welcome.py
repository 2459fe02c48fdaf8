"""Whether the demo town stands whole, and how one gets in: asked by `vefa up` without Django, so at once."""

from importlib import import_module
from pathlib import Path

KEY = "pinarova"
PASSWORD_FILE = "demo-password"  # noqa: S105 - the name of a file
_WHOLE = """
SELECT EXISTS (SELECT FROM directory_municipality WHERE key = %s)
   AND EXISTS (SELECT FROM cases_case)
   AND NOT EXISTS (
       SELECT FROM directory_staff WHERE retired_at IS NULL AND (password = '' OR starts_with(password, '!'))
   )
"""


def stands_whole(database_url: str, home: Path) -> bool:
    """Whether city, staff and history are there, so that `vefa demo --start` would find nothing to do."""
    if not (home / PASSWORD_FILE).exists():
        return False
    psycopg = import_module("psycopg")  # only the demo's supervisor needs it
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        try:
            found = connection.execute(_WHOLE, [KEY]).fetchone()
        except psycopg.errors.UndefinedTable:
            return False
    return found is not None and bool(found[0])


def advice(home: Path, *, public_url: str) -> str:
    """Where the doors are and what opens them. Raises OSError where no password was made up yet."""
    password = (home / PASSWORD_FILE).read_text(encoding="utf-8").strip()
    return "\n".join(
        [
            f"Residents: {public_url}/",
            f"Staff: {public_url}/desk/ with the password {password}",
            "as derya (operator), nermin (district), murat (roads), ayse (mayor) or bahar (administrator)",
        ]
    )
