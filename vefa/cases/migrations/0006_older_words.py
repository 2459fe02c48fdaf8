"""The cases whose words are kept in an older form, for who writes them anew; soon there are none."""

from django.db import migrations

MAKE = "CREATE INDEX case_older_words ON cases_case (id) WHERE NOT (search @@ '''@'''::tsquery)"
DROP = "DROP INDEX case_older_words"


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_public_ended")]

    operations = [migrations.RunSQL(MAKE, DROP)]
