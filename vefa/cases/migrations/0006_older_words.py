"""The cases whose words are kept in an older form, for who writes them anew; soon there are none."""

from django.db import migrations

from vefa.kit.indexes import build_as


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0005_public_ended")]

    operations = [build_as("case_older_words", "cases_case (id) WHERE NOT (search @@ '''@'''::tsquery)")]
