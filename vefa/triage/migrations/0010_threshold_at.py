from django.db import migrations


class Migration(migrations.Migration):
    """A moment from now on tells that somebody has set the threshold: a fitted one has none."""

    dependencies = [
        ("triage", "0009_careful_first"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE triage_learning SET threshold_at = NULL WHERE threshold_by_id IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
