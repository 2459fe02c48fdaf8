"""Write down the statements by which the migrations lay out an empty database: vefa/wiring/tables.sql.

python -m tools.tables            after a migration was added
python -m tools.tables check      exit code 1 if the file is not what the migrations do
python -m tools.tables new ROOM NAME     write the migration that a changed models.py needs, then the file
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

from vefa.wiring.postgres.cluster import ready_cluster
from vefa.wiring.postgres.server import start
from vefa.wiring.tables import LAYOUT

BEGINNING = "-- Written by `python -m tools.tables`: all that the migrations do to an empty database.\n"
LASTING = re.compile(r"(CREATE|ALTER|DROP|INSERT|COMMENT|SET CONSTRAINTS|UPDATE|DELETE)\b")
RECORD = 'INSERT INTO "django_migrations"'
BESIDE = "CREATE INDEX CONCURRENTLY"  # only outside a transaction; nobody writes to an empty database
MOMENT = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^']*'(::timestamptz)?")  # when a migration ran

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


def main(words: list[str]) -> int:
    """Write or check the file; the returned number is the exit code."""
    with empty_database():
        if words[:1] == ["new"]:
            _, room, name = words
            call_command("makemigrations", room, name=name)
        told = layout()
    if words == ["check"]:
        return int(told != LAYOUT.read_text(encoding="utf-8"))
    LAYOUT.write_text(told, encoding="utf-8")
    return 0


def layout() -> str:
    """Run all migrations on an empty database; the text of the file that does the same."""
    return BEGINNING + "".join(f"{statement};\n" for statement in _migrate())


def _migrate() -> list[str]:
    """Run all migrations; the statements that leave something behind, in their order."""
    told: list[str] = []

    def listen(execute: Execute, statement: str, values: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001 - Django's signature
        text = statement if values is None else context["connection"].ops.compose_sql(statement, values)
        text = text.strip().rstrip(";")
        if LASTING.match(text):
            text = text.replace(BESIDE, "CREATE INDEX", 1)
            told.append(MOMENT.sub("now()", text) if text.startswith(RECORD) else text)
        return execute(statement, values, many, context)

    with connection.execute_wrapper(listen):
        call_command("migrate", verbosity=0, interactive=False)
    return told


@contextmanager
def empty_database() -> Iterator[None]:
    """Django on a PostgreSQL of its own, with nothing in it yet, that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="vefa-tables-") as folder:
        place = Path(folder)
        place.chmod(0o711)  # PostgreSQL's account passes through it to its own folder
        server = start(ready_cluster(place, options={"fsync": "off"}))
        try:
            os.environ |= {"VEFA_DATABASE_URL": server.cluster.url(), "VEFA_SECRET_KEY": "of no use"}
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vefa.wiring.settings")
            django.setup()
            yield
        finally:
            connection.close()
            server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
