"""Open screens hear of as many cases as one notification of PostgreSQL holds, 8,000 bytes, before of "many"."""

from django.db import migrations

TELL = """
CREATE OR REPLACE FUNCTION journal_event_tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cases bigint[];
    listed text;
BEGIN
    SELECT array_agg(DISTINCT substr(subject, 6)::bigint) INTO cases FROM fresh WHERE subject ~ '^case:[0-9]{1,18}$';
    IF cases IS NOT NULL THEN
        listed := json_build_object('cases', to_json(cases), 'more', false)::text;
        IF octet_length(listed) >= 8000 THEN
            listed := json_build_object('cases', to_json(cases[1:50]), 'more', true)::text;
        END IF;
        PERFORM pg_notify('vefa_live', listed);
    END IF;
    PERFORM pg_notify('vefa_work', '');
    RETURN NULL;
END $$
"""
TELL_BRIEFLY = """
CREATE OR REPLACE FUNCTION journal_event_tell() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_lookups")]

    operations = [migrations.RunSQL(TELL, TELL_BRIEFLY)]
