from django.db import migrations, models

from vefa.kit.indexes import BuildIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0004_kinds")]

    operations = [
        BuildIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False), ("public", True)),
                fields=["-ended_at", "-id"],
                name="case_public_ended",
            ),
        ),
    ]
