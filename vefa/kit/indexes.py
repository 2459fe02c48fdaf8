"""Indexes that are built while the city goes on writing, for migrations of tables that may be large.

A build that was killed leaves an index that PostgreSQL keeps up and never reads; the next start renews it.
"""

from django.apps.registry import Apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.state import ProjectState

WHOLE = "SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = to_regclass(quote_ident(%s))"


class BuildIndex(AddIndexConcurrently):
    """AddIndex beside those who write; in a migration with `atomic = False`, which may begin twice."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Build it, unless it stands."""
        if not _stands(schema_editor, self.index.name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def build_as(name: str, on: str) -> RunPython:
    """The same for an index that no model describes: its name, and what is said behind ON."""

    def build(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if not _stands(schema_editor, name):
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {on}", params=None)

    def drop(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)

    return RunPython(build, drop)


def _stands(schema_editor: BaseDatabaseSchemaEditor, name: str) -> bool:
    """Whether it is there and whole; one that is not is cleared away."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(WHOLE, [name])
        found = cursor.fetchone()
    if found is not None and not found[0]:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(name)}", params=None)
    return found is not None and bool(found[0])
