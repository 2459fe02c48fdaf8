"""Room on every page for the claim: a contact is then claimed where it stands, and no index hears of it."""

from django.db import migrations

HALF = "ALTER TABLE inbox_contact SET (fillfactor = 50)"
FULL = "ALTER TABLE inbox_contact RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("inbox", "0004_lighter_door")]

    operations = [migrations.RunSQL(HALF, FULL)]
