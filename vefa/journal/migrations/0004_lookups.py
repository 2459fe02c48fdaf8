from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0003_tell"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="event",
            name="event_unhandled",
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("handled_at", None), ("parked_at", None)),
                fields=["id"],
                name="event_unhandled",
            ),
        ),
    ]
