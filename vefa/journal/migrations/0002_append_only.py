"""History cannot be altered: not by the program, not by a slip on the database's own prompt."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION journal_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal is append-only: % of event % is refused', lower(TG_OP), OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER journal_event_append_only
    BEFORE DELETE OR UPDATE OF id, at, kind, subject, actor, data ON journal_event
    FOR EACH ROW EXECUTE FUNCTION journal_event_is_history();
"""
ALLOW = """
DROP TRIGGER journal_event_append_only ON journal_event;
DROP FUNCTION journal_event_is_history();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_tables")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
