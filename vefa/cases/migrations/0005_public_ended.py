from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_kinds")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False), ("public", True)),
                fields=["-ended_at", "-id"],
                name="case_public_ended",
            ),
        ),
    ]
