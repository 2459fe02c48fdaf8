"""The running number inside public references, and tidier housekeeping for the table that changes most."""

from django.db import migrations

CREATE = """
CREATE SEQUENCE public_number;
ALTER TABLE inbox_contact SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
"""
DROP = """
ALTER TABLE inbox_contact RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
DROP SEQUENCE public_number;
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_tables")]

    operations = [migrations.RunSQL(CREATE, DROP)]
