"""The database itself tells who listens that something happened: once per statement, at COMMIT, in one place.

Workers hear `vefa_work` and look for themselves; open screens hear on `vefa_live` which cases have changed.
A lost notification costs a moment, never an event.
"""

from django.db import migrations

TELL = """
CREATE FUNCTION journal_event_tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cases bigint[];
BEGIN
    SELECT array_agg(DISTINCT substr(subject, 6)::bigint) INTO cases FROM fresh WHERE subject ~ '^case:[0-9]{1,18}$';
    IF cases IS NOT NULL THEN
        PERFORM pg_notify('vefa_live', json_build_object(
            'cases', to_json(cases[1:50]), 'more', cardinality(cases) > 50)::text);
    END IF;
    PERFORM pg_notify('vefa_work', '');
    RETURN NULL;
END $$;
CREATE TRIGGER journal_event_told
    AFTER INSERT ON journal_event REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION journal_event_tell();
"""
HUSH = """
DROP TRIGGER journal_event_told ON journal_event;
DROP FUNCTION journal_event_tell();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_append_only")]

    operations = [migrations.RunSQL(TELL, HUSH)]
