import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0003_watched"),
        ("inbox", "0011_names"),
    ]

    operations = [
        migrations.AlterField(
            model_name="conversation",
            name="endpoint",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="conversations",
                to="channels.endpoint",
            ),
        ),
    ]
